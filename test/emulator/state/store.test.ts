import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { linksOfBothEnds, rangesOf, SqliteStore } from "../../../emulator/state/sqlite-store";
import type { Selection } from "../../../emulator/state/store";
import { openTenant } from "../../../emulator/tenant";
import { asker } from "../client";

const newStore = () => new SqliteStore(":memory:", () => ["name"]);

describe("a store", () => {
  it.each<[string, Selection]>([
    ["lists of one kind", { kinds: ["user"] }],
    ["lists of several kinds", { kinds: ["application", "agentIdentityBlueprint"] }],
    ["deleted objects", { kinds: ["user", "group"], deleted: true }],
    ["both", { kinds: ["user"], deleted: "either" }],
    ["filters on an indexed property", { kinds: ["user", "agentUser"], where: { property: "name", value: "x" } }],
  ])("searches an index, without sorting: %s", (_title, selection) => {
    const store = newStore();
    for (const [sql, values] of rangesOf(selection)) {
      for (const text of [`SELECT objects.* ${sql} LIMIT 200`, `SELECT count(*) ${sql.replace(/ ORDER BY .*/, "")}`]) {
        const plan = store.rows(`EXPLAIN QUERY PLAN ${text}`, ...values, 0).map(({ detail }) => String(detail));
        expect(plan.join("; ")).not.toMatch(/SCAN|TEMP B-TREE/);
        expect(plan[0]).toMatch(/^SEARCH .* \(.*(kind=\?|name=\? AND value=\?)/);
      }
    }
    store.close();
  });

  it.each([
    "SELECT * FROM objects WHERE id = ?",
    "SELECT * FROM objects WHERE kind = ? AND changed >= 1 AND changed <= 2 AND (changed > 1 OR seq > 2) ORDER BY changed, seq LIMIT 5",
    "SELECT id FROM goneObjects WHERE kind = ? AND changed >= 1 AND changed <= 2 ORDER BY changed, id LIMIT 5",
    "SELECT target FROM links WHERE kind = ? AND source = ? ORDER BY target",
    "SELECT source FROM links WHERE kind = ? AND target = ?",
    "DELETE FROM links WHERE kind = ? AND source = ? AND target = ?",
    "SELECT target FROM goneLinks WHERE kind = ? AND source = ? AND changed > 3",
    "DELETE FROM properties WHERE name = ? AND value = ? AND seq = ?",
    "SELECT count(*) AS n FROM properties WHERE name = ? AND value = ?",
    "SELECT seq, dueAt, kind, payload FROM tasks WHERE dueAt <= ? ORDER BY dueAt, seq LIMIT 5",
  ])("never looks at every row: %s", (sql) => {
    const store = newStore();
    const plan = store.rows(`EXPLAIN QUERY PLAN ${sql}`, ...(sql.match(/\?(?!1)/g) ?? ["?1"]).map(() => "x"));
    expect(plan.map(({ detail }) => String(detail)).join("; ")).not.toMatch(/SCAN|TEMP B-TREE/);
    store.close();
  });

  it("finds the links of an object without looking at those of others", () => {
    const store = newStore();
    const plan = store.rows(`EXPLAIN QUERY PLAN ${linksOfBothEnds}`, "x").map(({ detail }) => String(detail));
    expect(plan.filter((step) => step.includes("links"))).toEqual(
      Array.from({ length: 4 }, () => expect.stringMatching(/^SEARCH links USING /) as unknown),
    );
    store.close();
  });

  it("lists several kinds in order of creation, over many pages of rows", () => {
    const store = newStore();
    const objects = Array.from({ length: 1_001 }, (_, n) => ({
      kind: n % 3 ? "a" : "b",
      id: `o${n}`,
      body: { name: n % 2 ? "odd" : "Even" },
    }));
    store.transaction("write", () => store.insertMany(objects));
    const ids = (selection: Selection) => store.find(selection).map(({ id }) => id);
    expect(ids({ kinds: ["b", "a"] })).toEqual(objects.map(({ id }) => id));
    expect(ids({ kinds: ["a"], where: { property: "name", value: "EVEN" }, after: 990 })).toEqual([
      "o992",
      "o994",
      "o998",
      "o1000",
    ]);
    expect(store.count({ kinds: ["a", "b"], where: { property: "name", value: "odd" } })).toBe(500);
    expect(store.count({ kinds: ["a", "b"] })).toBe(1_001);
    store.close();
  });

  it("finds an object by the values it has, and by none that it had", () => {
    const store = newStore();
    const named = (value: string) => store.find({ kinds: ["a"], where: { property: "name", value } }).length;
    store.transaction("write", () => {
      const made = store.insert("a", "1", { name: ["x", "y"] });
      store.replace(made, { name: "y" });
      // Whoever changes it a second time may still hold what it was first.
      store.replace(made, { name: "z" });
    });
    expect(["x", "y", "z"].map(named)).toEqual([0, 0, 1]);
    const [kept] = store.find({ kinds: ["a"] });
    if (kept) store.transaction("write", () => store.purge(kept));
    expect(store.rows("SELECT * FROM properties")).toEqual([]);
    store.close();
  });

  it("says whether there are so many, also where the index holds more than are asked for", () => {
    const store = newStore();
    const objects = ["a", "a", "a", "b", "b"].map((kind, n) => ({ kind, id: `o${n}`, body: { name: "x" } }));
    store.transaction("write", () => {
      store.insertMany(objects);
      const [gone, purged] = store.find({ kinds: ["a"] });
      if (gone && purged) store.setDeleted(gone, "2026-01-01T00:00:00.000Z");
      if (purged) store.purge(purged);
    });
    const where = { property: "name", value: "X" };
    for (const selection of [
      { kinds: ["a"] },
      { kinds: ["a"], where },
      { kinds: ["a", "b"], deleted: "either" as const },
      { kinds: ["b"], where, deleted: "either" as const },
    ]) {
      const size = store.count(selection);
      const answers = [0, 1, 2, 3, 4, 5, 6].map((number) => store.reaches(selection, number));
      expect(answers).toEqual([0, 1, 2, 3, 4, 5, 6].map((number) => size >= number));
    }
    store.close();
  });

  it("hands out later work once, in order, when its time has come", () => {
    const store = newStore();
    const at = (text: string) => new Date(text);
    store.schedule(at("2026-01-02"), "second", { n: 2 });
    store.schedule(at("2026-01-01"), "first", { n: 1 });
    expect([store.hasDue(at("2025-12-31")), store.hasDue(at("2026-01-01"))]).toEqual([false, true]);
    expect(store.takeDue(at("2026-01-01"))).toEqual([
      { dueAt: "2026-01-01T00:00:00.000Z", kind: "first", payload: { n: 1 } },
    ]);
    expect(store.takeDue(at("2026-01-03")).map(({ kind }) => kind)).toEqual(["second"]);
    expect(store.takeDue(at("2027-01-03"))).toEqual([]);
    store.close();
  });

  it("undoes the whole of a transaction that fails", () => {
    const store = newStore();
    const failing = () =>
      store.transaction("write", () => {
        store.insert("user", "u", { name: "u" });
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect([store.get("u"), store.lastChange()]).toEqual([undefined, 0]);
    store.close();
  });
});

describe("a tenant of the first release", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "old-"));
  const file = path.join(directory, "tenant.sqlite");
  beforeAll(() => {
    cpSync(path.resolve(__dirname, "../../recorded/0.1.0/tenant.sqlite"), file);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it("opens with everything that was in it, and can be searched by what is indexed today", async () => {
    const database = new DatabaseSync(file);
    database.exec("UPDATE objects SET deletedDateTime = '2026-01-01T00:00:00.000Z' WHERE kind = 'agentIdentity'");
    const before = database.prepare("SELECT id, body, deletedDateTime FROM objects ORDER BY seq").all();
    const links = database.prepare("SELECT * FROM links ORDER BY kind, source, target").all();
    database.close();

    const tenant = openTenant({ directory });
    tenant.set({ clock: { stoppedAt: "2026-01-30T23:59:59Z" } });
    const objects = new Map(tenant.exportState().objects.map((object) => [object.id, object]));
    for (const { id, body, deletedDateTime } of before) {
      const object = objects.get(String(id));
      expect(object?.properties).toMatchObject(JSON.parse(String(body)) as object);
      expect(object?.deletedDateTime ?? null).toBe(deletedDateTime);
    }
    for (const { kind, source, target } of links)
      expect(objects.get(String(source))?.relations?.[String(kind)]).toContain(target);
    const ask = asker(tenant);
    const reader = {
      permissions: ["AgentIdentity.Read.All", "Application.Read.All", "AgentIdentity.DeleteRestore.All"],
    };
    const found = await ask("GET /groups?$filter=mailNickname eq 'office-munich'");
    expect(found.body.value).toHaveLength(1);
    const identity = tenant.exportState().objects.find(({ kind }) => kind === "agentIdentity");
    const deleted = () => ask(`GET /directory/deletedItems/${identity?.id ?? "?"}`, undefined, reader);
    expect((await deleted()).status).toBe(200);
    tenant.advance(2_000);
    expect((await deleted()).status).toBe(404);
    tenant.close();
  });
});
