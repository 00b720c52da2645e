/** What a list is sorted by, and how values compare. */
import * as fc from "fast-check";
import { comparePositions, type Position, parseOrder, sortKeys } from "../../../emulator/odata/order";

const queryable = { displayName: { orderBy: "default" }, createdDateTime: { orderBy: "default" } } as const;
const keysOf = (text: string) => sortKeys(parseOrder(text), queryable, "user").keys;
const sorted = (text: string, values: readonly unknown[]) =>
  values
    .map((value, at): Position => ({ values: [value], seq: at }))
    .sort((a, b) => comparePositions(a, b, keysOf(text)))
    .map(({ values: [value] }) => value);

describe("a sorted list", () => {
  it("has names in the order of letters, though they look like dates", () => {
    const names = ["2026-13-45", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00+01:00", "2025-12-31"];
    expect(sorted("displayName", names)).toEqual([
      "2025-12-31",
      "2026-01-01T00:00:00+01:00",
      "2026-01-01T00:00:00+02:00",
      "2026-13-45",
    ]);
  });

  it("has points in time in the order of time", () => {
    const times = ["2026-01-01T00:00:00+01:00", null, "2026-01-01T00:00:00+02:00", "2025-12-31T21:00:00Z"];
    expect(sorted("createdDateTime desc", times)).toEqual([
      "2026-01-01T00:00:00+01:00",
      "2026-01-01T00:00:00+02:00",
      "2025-12-31T21:00:00Z",
      null,
    ]);
  });

  it.each(["displayName", "createdDateTime"])("is one order of all values: %s", (by) => {
    const value = fc.option(fc.oneof(fc.constantFrom("2026-13-45", "2026-01-01", "2026-01-01T00:00:00Z"), fc.string()));
    const keys = keysOf(by);
    const compare = (a: Position, b: Position) => Math.sign(comparePositions(a, b, keys));
    fc.assert(
      fc.property(value, value, value, (...given) => {
        const [a, b, c] = given.map((one, seq): Position => ({ values: [one], seq })) as [Position, Position, Position];
        expect(compare(a, b)).toBe(-compare(b, a));
        if (compare(a, b) < 0 && compare(b, c) < 0) expect(compare(a, c)).toBe(-1);
      }),
    );
  });
});
