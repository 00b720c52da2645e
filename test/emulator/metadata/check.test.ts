import fc from "fast-check";
import { type Direction, problemsOf } from "../../../emulator/metadata/check";
import { membersOf } from "../../../emulator/metadata/metadata";
import { primitives } from "../../../emulator/metadata/primitives";

const problems = (type: string, value: unknown, direction: Direction = "request", version: "v1.0" | "beta" = "v1.0") =>
  problemsOf(version, type, value, direction).map(({ path, kind }) => `${kind} ${path}`);

describe("a value and its type", () => {
  test("a property that neither metadata nor documentation knows is a problem, at any depth", () => {
    expect(problems("application", { displayNme: "x" })).toEqual(["unknown displayNme"]);
    expect(problems("application", { api: { oauth2PermissionScopes: [{ nme: 1 }] } })).toEqual([
      "unknown api.oauth2PermissionScopes.0.nme",
    ]);
  });

  test("a wrong type is a problem; null only where the member cannot be null", () => {
    expect(problems("application", { displayName: 5, tags: "a", web: [] })).toEqual([
      "value displayName",
      "value tags",
      "value web",
    ]);
    expect(problems("application", { displayName: null })).toEqual([]);
    expect(problems("conditionalAccessPolicy", { displayName: null })).toEqual(["null displayName"]);
    expect(problems("application", { tags: [null] })).toEqual(["value tags.0"]);
  });

  test("a type that is named must derive from the declared one, and then its members count", () => {
    const range = { "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "1.2.3.4/32" };
    expect(problems("ipNamedLocation", { ipRanges: [range] })).toEqual([]);
    expect(problems("ipNamedLocation", { ipRanges: [{ ...range, "@odata.type": "microsoft.graph.user" }] })).toEqual([
      "value ipRanges.0.@odata.type",
    ]);
    expect(problems("ipNamedLocation", { "@odata.type": 5 })).toEqual(["value @odata.type"]);
    expect(problems("namedLocation", { "@odata.type": "#Microsoft.Graph.IpNamedLocation", isTrusted: true })).toEqual(
      [],
    );
  });

  test("open values take members that nobody named, with their types; open entities do not", () => {
    const values = { Engineering: { "@odata.type": "#Microsoft.DirectoryServices.CustomSecurityAttributeValue" } };
    expect(problems("customSecurityAttributeValue", { "x@odata.type": "#Collection(String)", x: ["a"] })).toEqual([]);
    expect(problems("customSecurityAttributeValue", values)).toEqual([]);
    expect(problems("user", { favouriteColour: "red" })).toEqual(["unknown favouriteColour"]);
  });

  test("members of enumerations are read in any letter case, several only where they are flags", () => {
    expect(problems("conditionalAccessPolicy", { state: "Enabled" })).toEqual([]);
    expect(problems("conditionalAccessPolicy", { state: "enabled,disabled" })).toEqual(["value state"]);
    const levels = (agentIdRiskLevels: unknown) =>
      problems("conditionalAccessConditionSet", { agentIdRiskLevels }, "request", "beta");
    expect(levels("high, medium")).toEqual([]);
    expect(levels(["high"])).toEqual(["value agentIdRiskLevels"]);
    expect(levels("high,")).toEqual(["value agentIdRiskLevels"]);
  });

  test("nobody can set unknownFutureValue, and answers may carry it", () => {
    const policy = { state: "unknownFutureValue" };
    const grant = { grantControls: { builtInControls: ["unknownFutureValue"] } };
    expect(problems("conditionalAccessPolicy", grant)).toEqual(["value grantControls.builtInControls.0"]);
    expect(problems("conditionalAccessPolicy", grant, "answer")).toEqual([]);
    expect(problems("conditionalAccessPolicy", policy)).toEqual(["value state"]);
  });
});

describe("relations and annotations", () => {
  test("a body names relations by URL only", () => {
    const url = "https://graph.microsoft.com/v1.0/users/1";
    expect(problems("agentIdentity", { "sponsors@odata.bind": [url] })).toEqual([]);
    expect(problems("agentIdentity", { sponsors: [{ id: "1" }] })).toEqual(["relation sponsors"]);
    expect(problems("agentIdentity", { "tags@odata.bind": [url] })).toEqual(["unknown tags@odata.bind"]);
    expect(problems("agentIdentity", { "sponsors@odata.bind": url })).toEqual(["unknown sponsors@odata.bind"]);
    expect(problems("agentIdentity", { "sponsors@odata.bind": [5] })).toEqual(["unknown sponsors@odata.bind"]);
    expect(problems("user", { "manager@odata.bind": url })).toEqual([]);
  });

  test("expanded relations of answers are checked like everything else", () => {
    const answered = { owners: [{ "@odata.type": "#microsoft.graph.user", id: "1", displayNme: "x" }] };
    expect(problems("application", answered, "answer")).toEqual(["unknown owners.0.displayNme"]);
  });

  test("annotations of answers are not sent by clients", () => {
    const annotated = { "@odata.nextLink": "x", "members@delta": [], "owners@odata.associationLink": "x" };
    expect(problems("group", annotated, "answer")).toEqual([]);
    expect(problems("group", annotated)).toEqual([
      "unknown @odata.nextLink",
      "unknown members@delta",
      "unknown owners@odata.associationLink",
    ]);
  });

  test("annotations that nobody knows are problems in both directions", () => {
    for (const direction of ["request", "answer"] as const) {
      expect(problems("group", { "@odata.colour": "red", "colour@odata.type": "String" }, direction)).toEqual([
        "unknown @odata.colour",
        "unknown colour@odata.type",
      ]);
    }
  });

  test("what only answers show cannot be sent", () => {
    expect(problems("servicePrincipal", { publisherName: "Contoso" })).toEqual(["unknown publisherName"]);
    expect(problems("servicePrincipal", { publisherName: "Contoso" }, "answer")).toEqual([]);
  });
});

/** A value of each primitive type, as JSON has it. */
const samples: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  "Edm.String": fc.string(),
  "Edm.Boolean": fc.boolean(),
  "Edm.Guid": fc.uuid(),
  "Edm.DateTimeOffset": fc
    .date({ min: new Date(0), max: new Date("9999-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  "Edm.Int32": fc.integer(),
  "Edm.Int16": fc.integer({ min: -32768, max: 32767 }),
  "Edm.Double": fc.double({ noDefaultInfinity: true, noNaN: true }),
};

describe("for any type of the directory", () => {
  const types = ["application", "servicePrincipal", "agentIdentity", "user", "group", "conditionalAccessPolicy"];
  const plain = (type: string) =>
    [...(membersOf("v1.0", type)?.values() ?? [])].filter(
      (one) => !one.navigation && !one.answerOnly && one.type in samples,
    );

  test("a body made of its members has no problem, and any name added to it is one", () => {
    const body = fc.constantFrom(...types).chain((type) =>
      fc.tuple(
        fc.constant(type),
        fc.record(
          Object.fromEntries(
            plain(type).map(({ name, type: of, collection }) => {
              const one = samples[of] ?? fc.string();
              return [name, collection ? fc.array(one, { maxLength: 2 }) : one];
            }),
          ),
          { requiredKeys: [] },
        ),
      ),
    );
    fc.assert(
      fc.property(body, fc.stringMatching(/^[a-z]{3,12}$/), ([type, value], added) => {
        expect(problems(type, value)).toEqual([]);
        if (membersOf("v1.0", type)?.has(added)) return;
        expect(problems(type, { ...value, [added]: 1 })).toEqual([`unknown ${added}`]);
      }),
      { numRuns: 60 },
    );
  });

  test("a value of another JSON type is a problem for every member", () => {
    for (const type of types) {
      for (const { name } of plain(type)) expect(problems(type, { [name]: { a: 1 } })).toEqual([`value ${name}`]);
    }
  });
});

describe("primitive types", () => {
  test.each([
    [
      "Edm.DateTimeOffset",
      ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.1234567Z"],
      ["2026-13-01T00:00:00Z", "2026-01-31", 5],
    ],
    ["Edm.Guid", ["0118A350-71FC-4EC3-8F0C-6A1CB8867561"], ["guid", "{0118a350-71fc-4ec3-8f0c-6a1cb8867561}"]],
    ["Edm.Duration", ["P1D", "PT1H30M", "-PT1.5S"], ["P", "PT", "1D"]],
    ["Edm.TimeOfDay", ["23:59", "00:00:00.5"], ["24:00", "1:00"]],
    ["Edm.Int32", [2 ** 31 - 1, -(2 ** 31)], [2 ** 31, 1.5, "1"]],
    ["Edm.Byte", [0, 255], [-1, 256]],
    ["Edm.Date", ["2026-02-28"], ["2026-02-28T00:00:00Z"]],
  ])("%s", (type, good, bad) => {
    for (const value of good) expect([value, primitives.get(type)?.(value)]).toEqual([value, true]);
    for (const value of bad) expect([value, primitives.get(type)?.(value)]).toEqual([value, false]);
  });
});
