/** Lists and filters on indexed properties do not scan. */
import { candidates } from "../../../emulator/odata/collection";
import { parseQuery } from "../../../emulator/odata/query";
import { collectionOf } from "../../../emulator/odata/query-rule";
import { applicationKinds, entityOf, servicePrincipalKinds } from "../../../emulator/entities";
import { Service } from "../../../emulator/service";
import { issueToken, signingKey } from "../../../emulator/sign-in/token";
import { rangesOf, SqliteStore } from "../../../emulator/state/sqlite-store";
import type { Selection, StoredObject } from "../../../emulator/state/store";

const user = entityOf("user");
/** Says how many objects were read of it. */
class WatchedStore extends SqliteStore {
  read = 0;

  override *walk(selection: Selection): Generator<StoredObject> {
    for (const object of super.walk(selection)) {
      this.read += 1;
      yield object;
    }
  }
}

const store = new WatchedStore(":memory:", (kind) => entityOf(kind).indexed);
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
beforeAll(() => {
  store.transaction("write", () => {
    store.insertMany(
      Array.from({ length: 2_000 }, (_, n) => ({
        kind: "user",
        id: idOf(n),
        body: { displayName: `Person ${n}`, userPrincipalName: `p${n}@contoso.com` },
      })),
    );
    store.insertMany(
      Array.from({ length: 900 }, (_, n) => {
        const kind = ["servicePrincipal", "agentIdentityBlueprintPrincipal", "agentIdentity"][n % 3] ?? "";
        // The principal of a blueprint reads its name of the blueprint.
        const name = kind === "agentIdentityBlueprintPrincipal" ? {} : { displayName: `Robot ${n}` };
        return { kind, id: idOf(10_000 + n), body: { appId: idOf(20_000 + n), ...name } };
      }),
    );
    store.insertMany(
      Array.from({ length: 600 }, (_, n) => ({
        kind: n % 2 === 0 ? "application" : "agentIdentityBlueprint",
        id: idOf(30_000 + n),
        body: { appId: idOf(20_000 + n), displayName: `Robot ${n}` },
      })),
    );
  });
});
afterAll(() => {
  store.close();
});

/** How many objects are read for a filter, before it is looked at. */
function read(filter: string, rule = user, kinds: readonly string[] = ["user"]): number {
  const query = parseQuery(new URLSearchParams({ $filter: filter }), new Headers(), collectionOf(rule));
  return [...candidates({ store, query }, { kinds }, 0)].length;
}

/** Steps of SQLite's plan for a selection. */
const planOf = (selection: Selection) =>
  rangesOf(selection).flatMap(([sql, values]) =>
    store.rows(`EXPLAIN QUERY PLAN SELECT objects.seq ${sql}`, ...values, 0).map(({ detail }) => String(detail)),
  );

describe("a filter", () => {
  it.each([
    ["userPrincipalName eq 'P7@contoso.com'", 1],
    ["userPrincipalName in ('p7@contoso.com','p8@contoso.com','nobody')", 2],
    ["startswith(userPrincipalName,'P199')", 11],
    ["startswith(displayName,'person 199') and accountEnabled eq true", 11],
    ["displayName eq 'person 7' or displayName eq 'person 8'", 2],
    [`id eq '${idOf(7)}'`, 1],
    [`id eq '${idOf(7)}' and startswith(displayName,'x')`, 1],
    ["userPrincipalName eq 'p7@contoso.com' or accountEnabled eq true", 2_000],
    ["city eq 'Munich'", 2_000],
  ])("%s reads %i objects", (filter, objects) => {
    expect(read(filter)).toBe(objects);
  });

  it.each([
    // Named itself, and the two that read their name of an application or a blueprint.
    ["displayName eq 'robot 6'", 1],
    ["displayName eq 'robot 7'", 1],
    ["displayName eq 'robot 8'", 1],
    ["startswith(displayName,'robot 89')", 8],
    [`appId eq '${idOf(20_007)}'`, 1],
    ["displayName eq 'nobody'", 0],
  ])("%s reads %i service principals, of three kinds", (filter, objects) => {
    expect(read(filter, entityOf("servicePrincipal"), servicePrincipalKinds)).toBe(objects);
  });

  it.each([
    ["displayName eq 'robot 6'", 1],
    ["displayName in ('robot 6','robot 7','robot 700')", 2],
    ["startswith(displayName,'robot 59')", 11],
  ])("%s reads %i applications, of two kinds", (filter, objects) => {
    expect(read(filter, entityOf("application"), applicationKinds)).toBe(objects);
  });

  it("searches indexes and scans no table", () => {
    const where = { property: "displayName", value: "person 7" };
    for (const selection of [
      { kinds: ["user"] },
      { kinds: ["user", "group"], deleted: "either" as const },
      { kinds: ["user"], where },
      { kinds: ["user"], where: { ...where, prefix: true as const } },
      { kinds: servicePrincipalKinds, where },
    ]) {
      const plan = planOf(selection);
      expect(plan.filter((step) => step.startsWith("SCAN"))).toEqual([]);
      expect(plan.some((step) => step.startsWith("SEARCH"))).toBe(true);
    }
  });
});

describe("a count", () => {
  it.each([
    ["/users/$count", 0],
    ["/users?$count=true&$top=1", 2],
    ["/users/$count?$filter=displayName eq 'person 7'", 1],
  ])("%s reads %i objects", async (path, objects) => {
    const tenantId = idOf(1);
    const subject = { appId: idOf(2), oid: idOf(3), permissions: ["User.Read.All"] };
    const token = await issueToken(signingKey(store), tenantId, subject, new Date());
    const service = new Service({ store, tenantId, tenantName: "Contoso", domain: "contoso.com" }, undefined);
    const headers = { authorization: `Bearer ${token}`, ConsistencyLevel: "eventual" };
    store.read = 0;
    const answer = await service.handle(new Request(`https://graph.microsoft.com/v1.0${path}`, { headers }));
    expect([answer.status, store.read]).toEqual([200, objects]);
    expect(answer.body).toMatch(path.includes("$filter") ? /^1$/ : /\b2000\b/);
  });
});
