import * as fc from "fast-check";
import {
  type Filter,
  type FilterRule,
  matches,
  parseFilter,
  printFilter,
  requiredEquality,
} from "../../../emulator/odata/filter";
import { GraphRefusal } from "../../../emulator/refusal";

const rule: FilterRule = {
  displayName: ["eq", "ne", "in", "startswith"],
  accountEnabled: ["eq"],
  tags: ["any"],
  "conditions/users/includeUsers": ["any"],
};
const parse = (text: string) => parseFilter(text, rule);

describe("a filter", () => {
  it("binds 'and' closer than 'or', and parentheses closest", () => {
    const eq = (value: string): Filter => ({ op: "eq", path: "displayName", value });
    const text = "displayName eq 'a' or displayName eq 'b' and displayName eq 'c'";
    const and: Filter = { op: "and", left: eq("b"), right: eq("c") };
    expect(parse(text)).toEqual({ op: "or", left: eq("a"), right: and });
    expect(parse("(displayName eq 'a' or displayName eq 'b') and displayName eq 'c'")).toEqual({
      op: "and",
      left: { op: "or", left: eq("a"), right: eq("b") },
      right: eq("c"),
    });
  });

  it("reads every operator and writes properties as Graph does", () => {
    expect(parse("DISPLAYNAME in ('it''s', null)")).toEqual({ op: "in", path: "displayName", values: ["it's", null] });
    expect(parse("startswith(displayName, 'a')")).toEqual({ op: "startswith", path: "displayName", value: "a" });
    expect(parse("tags/any(x:x eq 'a')")).toEqual({ op: "any", path: "tags", value: "a" });
    expect(parse("conditions/users/includeUsers/any()")).toEqual({ op: "any", path: "conditions/users/includeUsers" });
    expect(parse("accountEnabled eq false")).toEqual({ op: "eq", path: "accountEnabled", value: false });
  });

  it.each([
    "",
    "displayName",
    "displayName eq",
    "displayName eq a",
    "displayName eq 1",
    'displayName eq "a"',
    "displayName eq 'a",
    "displayName eq 'a' and",
    "displayName eq 'a' displayName eq 'b'",
    "(displayName eq 'a'",
    "displayName eq 'a')",
    "displayName gt 'a'",
    "not displayName eq 'a'",
    "colour eq 'red'",
    "tags eq 'a'",
    "accountEnabled ne true",
    "tags/any(t:u eq 'a')",
    "tags/any(t:t ne 'a')",
    "tags/all(t:t eq 'a')",
    "startswith(displayName)",
    "endswith(displayName,'a')",
    "displayName in ()",
    "displayName in ('a',)",
    "'a' eq displayName",
    `displayName eq '${"a".repeat(4_000)}'`,
  ])("%j is refused", (text) => {
    expect(() => parse(text)).toThrow(GraphRefusal);
  });

  it("compares without letter case", () => {
    const object = { displayName: "Payroll Helper", tags: ["Team:Pay"], accountEnabled: null };
    for (const text of [
      "displayName eq 'payroll helper'",
      "startswith(displayName,'PAY')",
      "tags/any(t:t eq 'team:pay')",
      "tags/any()",
    ]) {
      expect(matches(parse(text), object)).toBe(true);
    }
    for (const text of [
      "displayName ne 'payroll helper'",
      "displayName in ('x')",
      "tags/any(t:t eq 'x')",
      "accountEnabled eq false",
    ]) {
      expect(matches(parse(text), object)).toBe(false);
    }
  });

  it("lets an index answer only what must hold", () => {
    const needed = (text: string) => requiredEquality(parse(text), ["displayName"])?.value;
    expect(needed("accountEnabled eq true and displayName eq 'a'")).toBe("a");
    expect(needed("accountEnabled eq true or displayName eq 'a'")).toBeUndefined();
    expect(needed("displayName ne 'a'")).toBeUndefined();
  });

  const text = fc.string({ maxLength: 20, unit: "grapheme" });
  const literal = fc.oneof(text, fc.boolean(), fc.constant(null));
  const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(
        fc.record({
          op: fc.constantFrom("eq" as const, "ne" as const),
          path: fc.constant("displayName"),
          value: literal,
        }),
        fc.record({
          op: fc.constant("in" as const),
          path: fc.constant("displayName"),
          values: fc.array(literal, { minLength: 1, maxLength: 3 }),
        }),
        fc.record({ op: fc.constant("startswith" as const), path: fc.constant("displayName"), value: text }),
        fc.record(
          { op: fc.constant("any" as const), path: fc.constant("tags"), value: text },
          { requiredKeys: ["op", "path"] },
        ),
      ),
      fc.record({ op: fc.constantFrom("and" as const, "or" as const), left: tie("filter"), right: tie("filter") }),
    ),
  }));

  it("is read back as it was written", () => {
    fc.assert(fc.property(filter, (written) => expect(parse(printFilter(written))).toEqual(written)));
  });

  it("is refused by Graph's refusal and nothing else, and is never half read", () => {
    const pieces = [
      "displayName",
      "tags",
      " ",
      "eq",
      "in",
      "and",
      "or",
      "'",
      "''",
      "'a'",
      "(",
      ")",
      ",",
      ":",
      "any",
      "/",
      "t",
      "null",
      "startswith",
    ];
    const wild = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(wild, (given) => {
        let read: Filter;
        try {
          read = parse(given);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphRefusal);
          return;
        }
        expect(parse(printFilter(read))).toEqual(read);
      }),
      { numRuns: 5_000 },
    );
  });

  it("cannot exhaust the stack", () => {
    expect(() => parse("(".repeat(3_999))).toThrow(GraphRefusal);
    expect(() => parse(`${"(".repeat(100)}displayName eq 'a'${")".repeat(100)}`)).not.toThrow();
  });
});
