import { descendantsOf, enumerationOf, isA, isOpen, membersOf, typeNamed } from "../../../emulator/metadata/metadata";
import overlay from "../../../emulator/metadata/overlay.json";
import tables from "../../../emulator/metadata/tables.json";

const member = (version: "v1.0" | "beta", type: string, name: string) => membersOf(version, type)?.get(name);

describe("what metadata says of types", () => {
  test("a type has the members of those it derives from", () => {
    expect(member("v1.0", "agentIdentity", "displayName")).toMatchObject({ type: "Edm.String", nullable: true });
    expect(member("v1.0", "agentIdentity", "id")).toMatchObject({ type: "Edm.String", nullable: false });
    expect(isA("v1.0", "agentIdentity", "directoryObject")).toBe(true);
    expect(isA("v1.0", "agentIdentity", "application")).toBe(false);
  });

  test("relations, collections and what cannot be null are distinguished", () => {
    expect(member("v1.0", "agentIdentity", "sponsors")).toMatchObject({ navigation: true, collection: true });
    expect(member("v1.0", "application", "tags")).toMatchObject({ navigation: false, collection: true });
    expect(member("v1.0", "user", "manager")).toMatchObject({ navigation: true, collection: false });
  });

  test("names of types are found in any letter case, and open types are known", () => {
    expect(typeNamed("v1.0", "AGENTIDENTITYblueprint")).toBe("agentIdentityBlueprint");
    expect(typeNamed("v1.0", "agentIdentityBluePrince")).toBeUndefined();
    expect(isOpen("v1.0", "customSecurityAttributeValue")).toBe(true);
  });

  test("descendants of a type include the type itself", () => {
    expect(descendantsOf("v1.0", "servicePrincipal")).toEqual(
      expect.arrayContaining(["servicePrincipal", "agentIdentity", "agentIdentityBlueprintPrincipal"]),
    );
  });

  test("types outside the extract come from the published declarations", () => {
    expect(member("v1.0", "passwordProfile", "forceChangePasswordNextSignIn")?.type).toBe("Edm.Boolean");
    expect(member("v1.0", "organization", "verifiedDomains")).toMatchObject({
      type: "verifiedDomain",
      collection: true,
    });
    expect(isA("v1.0", "directoryRole", "directoryObject")).toBe(true);
  });
});

describe("beta, whose rows are rebuilt from an SDK", () => {
  test("keeps what v1.0 says of members that both have", () => {
    for (const [name, row] of Object.entries(tables["v1.0"].types)) {
      for (const of of Object.keys(row.members)) {
        const published = member("v1.0", name, of);
        const corrected = overlay.members.some((one) => one.type === name && one.member === of);
        if (!corrected) expect([name, member("beta", name, of)]).toEqual([name, published]);
      }
    }
  });

  test("takes no list where flags are one string", () => {
    expect(member("beta", "conditionalAccessConditionSet", "agentIdRiskLevels")?.collection).toBe(false);
    expect(member("beta", "conditionalAccessTemplate", "scenarios")?.collection).toBe(false);
    expect(enumerationOf("beta", "templateScenarios")?.flags).toBe(true);
  });

  test("knows the members of enumerations that only it has, and those of v1.0", () => {
    const members = enumerationOf("beta", "riskDetail")?.members;
    expect(members).toEqual(expect.arrayContaining(["adminConfirmedAgentCompromised", "hidden"]));
    expect(enumerationOf("v1.0", "riskDetail")?.members).not.toContain("adminConfirmedAgentCompromised");
  });
});

describe("the overlay", () => {
  test("says of each row where it comes from", () => {
    for (const row of [...overlay.members, ...overlay.types, ...overlay.enums]) expect(row.source).not.toBe("");
  });

  test("counts: each of its members is in the metadata as it says", () => {
    for (const row of overlay.members) {
      const version = "versions" in row && row.versions.includes("beta") ? "beta" : "v1.0";
      expect([row.type, member(version, row.type, row.member)?.type]).toEqual([
        row.type,
        row.as.replace(/[>[\]!]/g, ""),
      ]);
    }
  });

  test("types its members with types that exist", () => {
    for (const { as } of overlay.members) {
      const type = as.replace(/[>[\]!]/g, "");
      const known = type.startsWith("Edm.") || membersOf("beta", type) || enumerationOf("beta", type);
      expect([type, known !== undefined]).toEqual([type, true]);
    }
  });
});
