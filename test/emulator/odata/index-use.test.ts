/** Lists and filters on indexed properties do not scan. */
import { candidates } from "../../../emulator/odata/collection";
import { parseQuery } from "../../../emulator/odata/query";
import { collectionOf } from "../../../emulator/odata/query";
import { entityOf } from "../../../emulator/entities";
import { rangesOf, SqliteStore } from "../../../emulator/state/sqlite-store";
import type { Selection } from "../../../emulator/state/store";

const user = entityOf("user");
const store = new SqliteStore(":memory:", (kind) => entityOf(kind).indexed);
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
  });
});
afterAll(() => {
  store.close();
});

/** How many objects are read for a filter, before it is looked at. */
function read(filter: string): number {
  const query = parseQuery(new URLSearchParams({ $filter: filter }), new Headers(), collectionOf(user));
  return [...candidates({ store, query }, { kinds: ["user"] }, 0)].length;
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

  it("searches indexes and scans no table", () => {
    const where = { property: "displayName", value: "person 7" };
    for (const selection of [
      { kinds: ["user"] },
      { kinds: ["user", "group"], deleted: "either" as const },
      { kinds: ["user"], where },
      { kinds: ["user"], where: { ...where, prefix: true as const } },
    ]) {
      const plan = planOf(selection);
      expect(plan.filter((step) => step.startsWith("SCAN"))).toEqual([]);
      expect(plan.some((step) => step.startsWith("SEARCH"))).toBe(true);
    }
  });
});
