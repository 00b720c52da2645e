import * as fc from "fast-check";
import { inOrderOf, json, same, sorted } from "../../../provider/engine/json";

describe("values that travel through Pulumi", () => {
  it("are what JSON carries: no undefined, no dates", () => {
    expect(json({ a: undefined, b: new Date(0), c: [1] })).toEqual({ b: "1970-01-01T00:00:00.000Z", c: [1] });
  });

  it("are the same whatever the order of their keys, and different by the order of their lists", () => {
    expect(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(same([1, 2], [2, 1])).toBe(false);
    expect(same({ a: 1 }, { a: 1, b: null })).toBe(false);
  });

  it("keep the order their sets had, with what is new behind it, so that one item more is one line more", () => {
    expect(inOrderOf(["johanna", "alex"], ["alex", "diego", "johanna"])).toEqual(["johanna", "alex", "diego"]);
    expect(inOrderOf({ a: { b: ["z", "a"] } }, { a: { b: ["a", "z"] }, c: 1 })).toEqual({ a: { b: ["z", "a"] }, c: 1 });
  });

  it("never lose or gain an item by being ordered", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.uniqueArray(fc.string()), (like, value) => {
        expect(sorted(inOrderOf(like, value))).toEqual(sorted(value));
      }),
    );
  });
});
