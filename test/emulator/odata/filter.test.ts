import * as fc from "fast-check";
import { indexedNeed, matches as holds } from "../../../emulator/odata/condition";
import { type Filter, type FilterScope, parseFilter } from "../../../emulator/odata/filter";
import { GraphRefusal } from "../../../emulator/refusal";

const users: FilterScope = {
  type: "user",
  version: "beta",
  relations: ["ownedObjects"],
  queryable: {
    id: { filter: ["eq"] },
    displayName: { filter: ["eq", "startswith", "ge", "le"], nulls: "advanced" },
    accountEnabled: { filter: ["eq"] },
    mail: { filter: ["eq"], advanced: ["endswith"] },
    createdDateTime: { filter: ["eq", "ge", "le"] },
    employeeHireDate: { advanced: ["eq"] },
    proxyAddresses: { filter: ["any", "startswith"], advanced: ["endswith"] },
    "assignedLicenses/skuId": { filter: ["any"] },
    "onPremisesExtensionAttributes/extensionAttribute1": { filter: ["eq"] },
  },
};
const locations: FilterScope = {
  type: "namedLocation",
  queryable: {
    countriesAndRegions: { filter: ["any"] },
    createdDateTime: { filter: ["ge"] },
    displayName: { filter: ["eq", "ne"] },
  },
};
const matches = ({ condition }: Filter, shown: object, kind?: string) =>
  holds(condition, kind === undefined ? { shown } : { shown, kind });
const parse = (text: string, scope = users) => parseFilter(text, scope);
const advanced = (text: string) => parse(text).advanced;
const refusalOf = (text: string, scope = users) => {
  try {
    return parse(text, scope);
  } catch (error) {
    return error instanceof GraphRefusal ? [error.code, error.message] : error;
  }
};

describe("a filter", () => {
  const someone = {
    displayName: "Payroll Helper",
    mail: null,
    accountEnabled: true,
    createdDateTime: "2026-01-02T03:04:05Z",
    proxyAddresses: ["SMTP:pay@contoso.com", "smtp:roll@contoso.com"],
    assignedLicenses: [{ skuId: "184efa21-98c3-4e5d-95ab-d07053a96e67" }],
    onPremisesExtensionAttributes: { extensionAttribute1: "a" },
  };

  it.each([
    "displayName eq 'payroll HELPER'",
    "DISPLAYNAME in ('x','payroll helper')",
    "startsWith(displayName, 'PAY')",
    "mail eq null",
    "accountEnabled eq true and displayName ne 'x'",
    "not(displayName eq 'x')",
    "createdDateTime ge 2026-01-02",
    "createdDateTime le 2026-01-02T04:04:05+01:00",
    "createdDateTime eq 2026-01-02T03:04:05.000Z",
    "displayName ge 'o' and displayName le 'q'",
    "proxyAddresses/any(p:p eq 'smtp:PAY@contoso.com')",
    "proxyAddresses/any(p:startswith(p,'smtp:roll'))",
    "proxyAddresses/any(p:endsWith(p,'@CONTOSO.com'))",
    "proxyAddresses/any()",
    "not(proxyAddresses/any(p:p eq 'x'))",
    "assignedLicenses/any(s:s/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)",
    "assignedLicenses/$count ne 0",
    "onPremisesExtensionAttributes/extensionAttribute1 eq 'A'",
    "isof('microsoft.graph.user')",
  ])("%s holds", (text) => {
    expect(matches(parse(text), someone, "user")).toBe(true);
  });

  it.each([
    "displayName eq null",
    "displayName ne 'payroll helper'",
    "endswith(mail,'.com')",
    // What is unknown of a missing value stays unknown.
    "not endswith(mail,'.com')",
    "mail in ('x')",
    "createdDateTime ge 2026-01-03",
    "accountEnabled eq false or displayName eq 'x'",
    "proxyAddresses/any(p:p eq 'x')",
    "assignedLicenses/$count eq 0",
    "isof('microsoft.graph.agentUser')",
  ])("%s does not hold", (text) => {
    expect(matches(parse(text), someone, "user")).toBe(false);
  });

  it("looks behind a cast only in objects of that type", () => {
    const germany = parse("microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq 'DE')", locations);
    const shown = { countriesAndRegions: ["DE"] };
    expect(matches(germany, shown, "countryNamedLocation")).toBe(true);
    expect(matches(germany, shown, "ipNamedLocation")).toBe(false);
    expect(matches(parse("isof(microsoft.graph.ipNamedLocation)", locations), shown, "ipNamedLocation")).toBe(true);
  });

  it("needs an advanced query for what the directory's ordinary index lacks", () => {
    expect(advanced("displayName ne 'x'")).toBe("ne");
    expect(advanced("NOT startswith(displayName,'x')")).toBe("not");
    expect(advanced("displayName eq 'x' and endsWith(mail,'x')")).toBe("endsWith");
    expect(advanced("assignedLicenses/$count eq 0")).toBe("$count");
    expect(advanced("ownedObjects/$count eq 1")).toBe("$count");
    expect(advanced("employeeHireDate eq null")).toBe("eq");
    expect(advanced("displayName eq null")).toBe("eq null");
    expect(advanced("mail eq null")).toBeUndefined();
    expect(advanced("displayName eq 'x' or startswith(displayName,'y')")).toBeUndefined();
    expect(parse("displayName ne 'x'", locations).advanced).toBeUndefined();
  });

  const unsupported = (property: string, resource = "User") => [
    "Request_UnsupportedQuery",
    `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`,
  ];

  it.each([
    ["colour eq 'red'", unsupported("colour")],
    ["displayName gt 'x'", unsupported("displayName")],
    ["contains(displayName,'x')", unsupported("displayName")],
    ["proxyAddresses eq 'x'", unsupported("proxyAddresses")],
    ["startswith(proxyAddresses,'x')", unsupported("proxyAddresses")],
    ["displayName/any(d:d eq 'x')", unsupported("displayName")],
    ["ownedObjects/any()", unsupported("ownedObjects")],
    ["manager/$count eq 0", unsupported("manager")],
    ["assignedLicenses/skuId eq null", unsupported("assignedLicenses/skuId")],
    ["microsoft.graph.ipNamedLocation/isTrusted eq true", unsupported("isTrusted", "NamedLocation"), locations],
    ["not(countriesAndRegions/any())", unsupported("countriesAndRegions", "NamedLocation"), locations],
  ])("%s is refused for its property", (text, refused, scope = users) => {
    expect(refusalOf(text, scope)).toEqual(refused);
  });

  it.each([
    "true",
    "accountEnabled",
    "'x' eq displayName",
    "displayName eq mail",
    "displayName eq 1",
    "displayName eq 184efa21-98c3-4e5d-95ab-d07053a96e67",
    "accountEnabled eq 'true'",
    "createdDateTime ge 'yesterday'",
    "displayName add 1 eq 2",
    "tolower(displayName) eq 'x'",
    "length(displayName) eq 1",
    "displayName has 'x'",
    "proxyAddresses/all(p:p eq 'x')",
    "proxyAddresses/any(p:q eq 'x')",
    "proxyAddresses/any(p:displayName eq 'x')",
    "proxyAddresses/$count gt 0",
    "proxyAddresses/$count eq 2",
    "startswith(displayName, null)",
    "isof('microsoft.graph.group')",
    "isof('microsoft.graph.nothing')",
    `displayName eq '${"a".repeat(8_000)}'`,
    `displayName in (${Array.from({ length: 16 }, () => "'a'").join(",")})`,
    Array.from({ length: 16 }, () => "displayName eq 'a'").join(" or "),
  ])("%j is refused", (text) => {
    expect(() => parse(text)).toThrow(GraphRefusal);
  });

  it("says which types do not fit", () => {
    expect(refusalOf("displayName eq true")).toEqual([
      "BadRequest",
      "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Boolean' for operator kind 'Equal'.",
    ]);
  });

  it("compares as text what is text, though it looks like a date", () => {
    expect(matches(parse("displayName eq '2026-13-45'"), { displayName: "2026-13-45" })).toBe(true);
    expect(matches(parse("displayName eq '2026-01-01'"), { displayName: "2026-01-01T00:00:00Z" })).toBe(false);
    expect(matches(parse("createdDateTime eq 2026-01-01"), { createdDateTime: "2026-01-01T01:00:00+01:00" })).toBe(
      true,
    );
    expect(refusalOf("createdDateTime ge 2026-02-30")).toEqual([
      "BadRequest",
      "Invalid filter clause: '2026-02-30' is no point in time.",
    ]);
  });

  it("lets an index answer only what must hold", () => {
    const needed = (text: string) => indexedNeed(parse(text).condition, ["displayName", "proxyAddresses"])?.values;
    expect(needed("accountEnabled eq true and displayName eq 'A'")).toEqual(["a"]);
    expect(needed("displayName in ('a','b') and displayName eq 'c'")).toEqual(["c"]);
    expect(needed("displayName eq 'a' or displayName eq 'b'")).toEqual(["a", "b"]);
    expect(needed("proxyAddresses/any(p:p eq 'a')")).toEqual(["a"]);
    expect(needed("startswith(displayName,'A') and displayName in ('b','c')")).toEqual(["b", "c"]);
    expect(indexedNeed(parse("startswith(displayName,'A')").condition, ["displayName"])).toEqual({
      property: "displayName",
      values: ["a"],
      prefix: true,
    });
    expect(needed("accountEnabled eq true or displayName eq 'a'")).toBeUndefined();
    expect(needed("displayName ne 'a'")).toBeUndefined();
    expect(needed("not(displayName eq 'a')")).toBeUndefined();
    expect(needed("displayName eq null")).toBeUndefined();
  });

  it("means the same by an index as by looking at every object", () => {
    const value = fc.constantFrom("a", "B", null);
    const leaf = fc.oneof(
      value.map((v) => `displayName eq ${v === null ? "null" : `'${v}'`}`),
      value.map((v) => `displayName ne ${v === null ? "null" : `'${v}'`}`),
      fc.constantFrom("displayName in ('b','c')", "proxyAddresses/any(p:p eq 'a')", "accountEnabled eq true"),
    );
    const { text } = fc.letrec<{ text: string }>((tie) => ({
      text: fc.oneof(
        { maxDepth: 3 },
        leaf,
        tie("text").map((inner) => `not(${inner})`),
        fc
          .tuple(tie("text"), fc.constantFrom("and", "or"), tie("text"))
          .map(([left, op, right]) => `(${left}) ${op} (${right})`),
      ),
    }));
    const object = fc.record({
      displayName: fc.constantFrom("A", "b", "c", null),
      accountEnabled: fc.boolean(),
      proxyAddresses: fc.subarray(["a", "b"]),
    });
    fc.assert(
      fc.property(text, object, (written, one) => {
        let filter: Filter;
        try {
          filter = parse(written);
        } catch {
          return;
        }
        const need = indexedNeed(filter.condition, ["displayName", "proxyAddresses"]);
        if (!need || !matches(filter, one)) return;
        const stored = [one[need.property as "displayName" | "proxyAddresses"]].flat();
        expect(stored.some((held) => held !== null && need.values.includes(held.toLowerCase()))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
