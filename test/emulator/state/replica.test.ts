import fc from "fast-check";
import { draw, type Lag, lateReplicas, replicaFor } from "../../../emulator/state/lag";
import { SqliteStore } from "../../../emulator/state/sqlite-store";
import type { Directory, Store, StoredObject } from "../../../emulator/state/store";
import { aBlueprint, type Ask, blueprintCast, type Body, identityCast, inMemory, people } from "../client";

const names = ["a", "b", "c"] as const;
const ids = ["0", "1", "2", "3", "4"] as const;
const groups = ["g0", "g1"] as const;

/** What a directory says, as far as the model knows it. */
interface Content {
  readonly living: readonly string[];
  readonly deleted: readonly string[];
  readonly named: Readonly<Record<string, readonly string[]>>;
  readonly members: Readonly<Record<string, readonly string[]>>;
  readonly count: number;
}

const text = ({ id, body, deletedDateTime }: StoredObject) =>
  `${id}:${String(body["name"])}:${String(deletedDateTime)}`;

function contentOf(directory: Directory): Content {
  const kinds = ["user"];
  return {
    living: directory.find({ kinds }).map(text),
    deleted: directory.find({ kinds, deleted: true }).map(text),
    named: Object.fromEntries(
      names.map((value) => [value, directory.find({ kinds, where: { property: "name", value } }).map(text)]),
    ),
    members: Object.fromEntries(groups.map((group) => [group, directory.targets("members", group)])),
    count: directory.count({ kinds, deleted: "either" }),
  };
}

/** Replicas the simple way: for each, the whole list of writes that are on their way, and registers that keep the newest. */
class Model {
  readonly #registers = new Map<string, { write: number; value: string | undefined }>();
  #onTheWay: { at: number; write: number; changes: ReadonlyMap<string, string | undefined> }[] = [];

  send(at: number, write: number, changes: ReadonlyMap<string, string | undefined>): void {
    this.#onTheWay.push({ at, write, changes });
  }

  at(now: number): ReadonlyMap<string, string> {
    for (const { write, changes } of this.#onTheWay.filter(({ at }) => at <= now))
      for (const [key, value] of changes)
        if ((this.#registers.get(key)?.write ?? -1) < write) this.#registers.set(key, { write, value });
    this.#onTheWay = this.#onTheWay.filter(({ at }) => at > now);
    return new Map([...this.#registers].flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])));
  }
}

const byNumber = (a: StoredObject, b: StoredObject) => a.seq - b.seq;

function contentOfModel(registers: ReadonlyMap<string, string>): Content {
  const objects = [...registers]
    .flatMap(([key, value]) => (key.startsWith("o") ? [JSON.parse(value) as StoredObject] : []))
    .sort(byNumber);
  const links = [...registers.keys()].flatMap((key) => (key.startsWith("l") ? [key.slice(1).split(">")] : []));
  const living = objects.filter(({ deletedDateTime }) => deletedDateTime === null);
  return {
    living: living.map(text),
    deleted: objects.filter(({ deletedDateTime }) => deletedDateTime !== null).map(text),
    named: Object.fromEntries(
      names.map((name) => [name, living.filter(({ body }) => body["name"] === name).map(text)]),
    ),
    members: Object.fromEntries(
      groups.map((group) => [group, links.flatMap(([from, to = ""]) => (from === group ? [to] : [])).sort()]),
    ),
    count: objects.length,
  };
}

type Step = { readonly wait: number } | { readonly writes: readonly Write[] };
interface Write {
  readonly what: "put" | "delete" | "restore" | "purge" | "link" | "unlink";
  readonly id: (typeof ids)[number];
  readonly name: (typeof names)[number];
  readonly group: (typeof groups)[number];
}

const write = fc.record<Write>({
  what: fc.constantFrom("put", "put", "delete", "restore", "purge", "link", "unlink"),
  id: fc.constantFrom(...ids),
  name: fc.constantFrom(...names),
  group: fc.constantFrom(...groups),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ wait: fc.integer({ min: 0, max: 700 }) }),
  fc.record({ writes: fc.array(write, { minLength: 1, maxLength: 3 }) }),
);

function stateOf(store: SqliteStore): Map<string, string> {
  const objects = store.find({ kinds: ["user"], deleted: "either" });
  const links = groups.flatMap((group) => store.targets("members", group).map((id) => `l${group}>${id}`));
  return new Map([
    ...objects.map((object): [string, string] => [`o${object.seq}`, JSON.stringify(object)]),
    ...links.map((key): [string, string] => [key, "linked"]),
  ]);
}

/** Which object a write meets is the primary's matter. */
function apply(store: Store, { what, id, name, group }: Write): void {
  const object = store.primary.get(id, "either");
  if (what === "link") store.link("members", group, id);
  else if (what === "unlink") store.unlink("members", group, id);
  else if (what === "put" && !object) store.insert("user", id, { name });
  else if (!object) return;
  else if (what === "put") store.replace(object, { name });
  else if (what === "purge") store.purge(object);
  else store.setDeleted(object, what === "delete" ? "2026-01-01T00:00:00.000Z" : null);
}

const newStore = () => new SqliteStore(":memory:", () => ["name"]);

describe("replicas", () => {
  it("each have the newest write that reached them, like a model that keeps every write on its way", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.record({
          replicas: fc.integer({ min: 1, max: 3 }),
          ms: fc.integer({ min: 0, max: 1000 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
          seed: fc.integer(),
        }),
        (steps, lag: Lag) => {
          const store = newStore();
          const models = Array.from({ length: lag.replicas }, () => new Model());
          const seen = (replica: number, reads: boolean) => store.seenBy({ lag, replica, now: new Date(now), reads });
          let now = 1_800_000_000_000;
          let number = 0;
          for (const one of steps) {
            if ("wait" in one) now += one.wait;
            else {
              const before = stateOf(store);
              store.transaction("write", () => {
                const view = seen(0, false);
                for (const each of one.writes) apply(view, each);
              });
              const after = stateOf(store);
              const keys = [...new Set([...before.keys(), ...after.keys()])].filter(
                (key) => before.get(key) !== after.get(key),
              );
              const late = lateReplicas(lag, store.lastChange());
              number += 1;
              models.forEach((model, replica) => {
                const at = now + ((late >> replica) & 1 ? lag.ms : 0);
                model.send(at, number, new Map(keys.map((key) => [key, after.get(key)])));
              });
            }
            models.forEach((model, replica) => {
              const view = store.transaction("read", () => seen(replica, true));
              expect(contentOf(view)).toEqual(contentOfModel(model.at(now)));
            });
          }
          now += lag.ms;
          models.forEach((_, replica) => {
            expect(contentOf(store.transaction("read", () => seen(replica, true)))).toEqual(contentOf(store));
          });
          store.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  it("get as many late writes as the share says, the same ones for the same seed", () => {
    const lag: Lag = { replicas: 4, ms: 1, share: 0.25, seed: 7 };
    const late = Array.from({ length: 2_000 }, (_, change) => lateReplicas(lag, change));
    const share = late.flatMap((bits) => [0, 1, 2, 3].map((replica) => (bits >> replica) & 1)).filter(Boolean).length;
    expect(share / 8_000).toBeCloseTo(0.25, 1);
    expect(late).toEqual(Array.from({ length: 2_000 }, (_, change) => lateReplicas(lag, change)));
    expect(late).not.toEqual(Array.from({ length: 2_000 }, (_, change) => lateReplicas({ ...lag, seed: 8 }, change)));
    expect(draw(1, 2, 3)).not.toBe(draw(3, 2, 1));
  });

  it("are the same for every request of a person, and any for an application", () => {
    const lag: Lag = { replicas: 3, ms: 1, share: 1, seed: 1 };
    const requests = Array.from({ length: 60 }, (_, count) => count);
    expect(new Set(requests.map((count) => replicaFor(lag, "0f0e", count))).size).toBe(1);
    expect(new Set(requests.map((count) => replicaFor(lag, undefined, count))).size).toBe(3);
  });
});

describe("a tenant whose replicas lag", () => {
  const lag = { replicas: 1, ms: 5_000, share: 1 };

  it("does not find what was just created, neither to read nor to write, until it is everywhere", async () => {
    const { tenant, ask } = inMemory();
    tenant.set({ clock: { stoppedAt: "2026-01-01T00:00:00Z" }, lag });
    const { blueprint } = await aBlueprintOnly(ask);
    const address = `/applications/${blueprint.id}/${blueprintCast}`;
    const asked = { displayName: "renamed" };
    expect((await ask(`GET ${address}`)).status).toBe(404);
    expect((await ask(`PATCH ${address}`, asked)).status).toBe(404);
    expect((await ask(`GET /applications/${blueprintCast}`)).body.value).toEqual([]);
    tenant.advance(4_999);
    expect((await ask(`GET ${address}`)).status).toBe(404);
    tenant.advance(1);
    expect((await ask(`GET ${address}/sponsors`)).body.value).toHaveLength(1);
    expect((await ask(`PATCH ${address}`, asked)).status).toBe(204);
    expect((await ask(`GET ${address}`)).body.displayName).toBe("payroll");
    tenant.close();
  });

  it("loses no update made on a replica that does not know the last one", async () => {
    const { tenant, ask } = inMemory();
    const { blueprint } = await aBlueprint(ask);
    tenant.set({ clock: { stoppedAt: "2026-01-01T00:00:00Z" }, lag });
    const address = `/applications/${blueprint.id}/${blueprintCast}`;
    expect((await ask(`PATCH ${address}`, { description: "one" })).status).toBe(204);
    expect((await ask(`PATCH ${address}`, { displayName: "two" })).status).toBe(204);
    expect((await ask(`GET ${address}`)).body.displayName).toBe("payroll");
    tenant.advance(5_000);
    expect((await ask(`GET ${address}`)).body).toMatchObject({ description: "one", displayName: "two" });
    tenant.close();
  });

  it("still has what was deleted, and refuses what refers to an object it does not know yet", async () => {
    const { tenant, ask } = inMemory();
    const family = await aBlueprint(ask);
    tenant.set({ clock: { stoppedAt: "2026-01-01T00:00:00Z" }, lag });
    expect((await ask(`DELETE /applications/${family.blueprint.id}/${blueprintCast}`)).status).toBe(204);
    expect((await ask(`GET /applications/${family.blueprint.id}`)).status).toBe(200);
    const { blueprint } = await aBlueprintOnly(ask);
    const { adele } = await people(ask);
    const identity = {
      displayName: "early",
      agentIdentityBlueprintId: blueprint.appId,
      "sponsors@odata.bind": [`https://graph.microsoft.com/v1.0${adele}`],
    };
    expect((await ask(`POST /servicePrincipals/${identityCast}`, identity)).status).toBe(400);
    tenant.advance(5_000);
    expect((await ask(`GET /applications/${family.blueprint.id}`)).status).toBe(404);
    tenant.close();
  });

  it("keeps nothing of the past once everything has arrived, and nothing at all without lag", () => {
    const store = new SqliteStore(":memory:", () => []);
    const made = store.insert("user", "u", {});
    const rows = () => store.rows("SELECT * FROM history").length;
    expect(rows()).toBe(0);
    const at = (now: number, work: (seen: Store) => void) =>
      store.transaction("write", () => {
        work(store.seenBy({ lag: { ...lag, seed: 1 }, replica: 0, now: new Date(now), reads: false }));
      });
    at(0, (seen) => seen.replace(made, { a: 1 }));
    at(10, (seen) => seen.replace(made, { a: 2 }));
    expect(rows()).toBe(2);
    at(5_010, (seen) => seen.link("members", "g", "u"));
    expect(rows()).toBe(1);
    store.close();
  });
});

async function aBlueprintOnly(ask: Ask): Promise<{ readonly blueprint: Body }> {
  const { adele } = await people(ask);
  const sponsors = [`https://graph.microsoft.com/v1.0${adele}`];
  const asked = { displayName: "payroll", "sponsors@odata.bind": sponsors };
  return { blueprint: (await ask(`POST /applications/${blueprintCast}`, asked)).body };
}
