import * as fc from "fast-check";
import { type Address, AddressGrammar } from "../../../emulator/odata/address";
import { GraphRefusal } from "../../../emulator/refusal";

const grammar = new AddressGrammar([
  "/applications/{id}/owners/{person}/$ref",
  "/applications/{id}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials/{credential}",
  "/applications/delta",
  "/servicePrincipals/{id}/owners",
  "/users/{user}",
  "/users/microsoft.graph.agentUser/{user}/sponsors",
  "/identity/conditionalAccess/policies/{policy}",
  "/directoryRoles(roleTemplateId='{template}')/members",
]);
const segmentsOf = (path: string) => grammar.parse(path).segments;

describe("an address", () => {
  const blueprint = { name: "applications", cast: "agentIdentityBlueprint", key: { property: "id", value: "1" } };

  it.each([
    "/v1.0/applications/1/microsoft.graph.agentIdentityBlueprint",
    "/v1.0/applications/microsoft.graph.agentIdentityBlueprint/1",
    "/v1.0/applications('1')/graph.agentIdentityBlueprint",
    "/v1.0/APPLICATIONS(id='1')/Microsoft.Graph.agentIdentityBlueprint/",
    "/v1.0/applications(1)/microsoft.graph.agentIdentityBlueprint",
  ])("%s is the same blueprint", (path) => {
    expect(segmentsOf(path)).toEqual([blueprint]);
  });

  it("reads alternate keys, doubled quotes and encoded characters", () => {
    expect(segmentsOf("/beta/applications(uniqueName='it''s%20a%2Fb(c)')")).toEqual([
      { name: "applications", key: { property: "uniqueName", value: "it's a/b(c)" } },
    ]);
    expect(segmentsOf("/v1.0/users/adele%40contoso.com")).toEqual([
      { name: "users", key: { property: "id", value: "adele@contoso.com" } },
    ]);
  });

  it("distinguishes keys, functions and references", () => {
    expect(segmentsOf("/v1.0/applications/delta").map(({ name }) => name)).toEqual(["applications", "delta"]);
    expect(segmentsOf("/v1.0/applications/1/owners/$ref").map(({ name }) => name)).toEqual([
      "applications",
      "owners",
      "$ref",
    ]);
    expect(segmentsOf("/v1.0/applications/1/owners/2/$ref")[1]).toEqual({
      name: "owners",
      key: { property: "id", value: "2" },
    });
  });

  it("takes as a key only what follows a collection with keys, and as a function what a path says", () => {
    const keys = (path: string) => segmentsOf(path).map(({ name, key }) => (key ? [name, key.value] : name));
    expect(keys("/v1.0/applications/DELTA")).toEqual(["applications", "delta"]);
    expect(keys("/v1.0/servicePrincipals/delta")).toEqual([["servicePrincipals", "delta"]]);
    expect(keys("/v1.0/identity/conditionalAccess/policies/1")).toEqual([
      "identity",
      "conditionalAccess",
      ["policies", "1"],
    ]);
    expect(keys("/v1.0/users/microsoft.graph.agentUser/1/sponsors")).toEqual([["users", "1"], "sponsors"]);
    expect(keys("/v1.0/directoryRoles(roleTemplateId='1')/members")).toEqual([["directoryRoles", "1"], "members"]);
  });

  it("reads what no path declares, so that the refusal can name it", () => {
    const keys = (path: string) => segmentsOf(path).map(({ name, key }) => (key ? [name, key.value] : name));
    expect(keys("/v1.0/me/messages/AAMk==/attachments")).toEqual(["me", ["messages", "AAMk=="], "attachments"]);
  });

  it.each([
    "",
    "/",
    "/v1.0",
    "/v3/users",
    "/v1.0/users(",
    "/v1.0/users()",
    "/v1.0/users(id='a'b')",
    "/v1.0/a b",
    "/v1.0/%zz",
    "/v1.0//users",
    "v1.0/users",
  ])("%j is refused", (path) => {
    expect(() => grammar.parse(path)).toThrow(GraphRefusal);
  });

  const key = fc.record({
    property: fc.constantFrom("id", "appId", "uniqueName", "name"),
    value: fc.string({ minLength: 1, unit: "binary" }),
  });
  const segment = fc.record(
    {
      name: fc.constantFrom(
        "applications",
        "servicePrincipals",
        "owners",
        "federatedIdentityCredentials",
        "identity",
        "delta",
        "unknown",
        "$ref",
      ),
      cast: fc.constantFrom("agentIdentity", "agentIdentityBlueprint"),
      key,
    },
    { requiredKeys: ["name"] },
  );
  const version = fc.constantFrom("v1.0" as const, "beta" as const);
  /** An address that says what it means: a collection without key is not followed by what would be its key. */
  const clear = (address: Address) =>
    address.segments.every(({ key }, at) => {
      const next = address.segments[at + 1];
      return key !== undefined || next === undefined || next.name.startsWith("$");
    });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(
        fc.record({ version, segments: fc.array(segment, { minLength: 1, maxLength: 5 }) }).filter(clear),
        (address) => {
          expect(grammar.parse(grammar.print(address))).toEqual(address);
        },
      ),
    );
  });

  it("is refused by Graph's refusal and nothing else, whatever it is", () => {
    const wild = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            "/",
            "v1.0",
            "users",
            "(",
            ")",
            "'",
            "=",
            "id",
            "%2F",
            "%",
            "microsoft.graph.x",
            "$ref",
            "''",
          ),
        )
        .map((parts) => `/v1.0/${parts.join("")}`),
    );
    fc.assert(
      fc.property(wild, (path) => {
        let parsed: Address;
        try {
          parsed = grammar.parse(path);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphRefusal);
          return;
        }
        expect(grammar.parse(grammar.print(parsed))).toEqual(parsed);
      }),
      { numRuns: 2_000 },
    );
  });
});
