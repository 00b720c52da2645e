import providers from "../../provider/dynamic-v1";
import { kinds } from "../../provider/kinds";

describe("the registry of kinds", () => {
  it("gives every kind its dynamic provider, under a name that is in users' states for good", () => {
    expect(Object.keys(providers)).toEqual(kinds.map(({ kind }) => kind));
    // Names may be added here, never changed or taken away.
    expect(Object.keys(providers)).toEqual(
      expect.arrayContaining([
        "AgentIdentity",
        "AgentIdentityBlueprint",
        "AgentIdentityBlueprintPrincipal",
        "ConditionalAccessPolicy",
        "FederatedIdentityCredential",
        "NamedLocation",
        "PermissionGrant",
      ]),
    );
  });

  it("calls no two kinds by the same word", () => {
    for (const word of ["kind", "noun", "plural"] as const)
      expect(new Set(kinds.map((one) => one[word])).size).toBe(kinds.length);
  });

  it("can be used without Pulumi's SDK", () => {
    jest.isolateModules(() => {
      jest.doMock("@pulumi/pulumi", () => {
        throw new Error("Pulumi's SDK was loaded");
      });
      const { kinds: alone } = jest.requireActual<{ kinds: typeof kinds }>("../../provider/kinds");
      expect(alone.map(({ kind }) => kind)).toContain("AgentIdentity");
    });
  });
});
