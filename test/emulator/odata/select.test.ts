/** Every documented property of every type, selected of the object and of a list that holds it. */
import { isDeepStrictEqual } from "node:util";
import graphData from "../../../emulator/data/graph-permissions.json";
import { membersOf } from "../../../emulator/metadata/metadata";
import type { Version } from "../../../emulator/odata/address";
import { type Asking, inMemory } from "../client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

/** With one of these no token reaches agents. */
const tooMighty = ["Directory.AccessAsUser.All", "Directory.ReadWrite.All"];
const permissions = (graphData.permissions as unknown as readonly (readonly [string])[])
  .map(([name]) => name)
  .filter((name) => !tooMighty.includes(name));

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const made = { createdDateTime: "2026-01-02T03:04:05Z" };
const named = { displayName: "walked", ...made };
const unit = id(9);

beforeAll(async () => {
  const scopes = { principalId: id(10), roleDefinitionId: "fe930be7-5e62-47db-91af-98c3a49a38b1" };
  tenant.plant([
    { kind: "application", id: id(1), body: { ...named, appId: id(101) } },
    { kind: "agentIdentityBlueprint", id: id(2), body: { ...named, appId: id(102) } },
    { kind: "servicePrincipal", id: id(3), body: { ...named, appId: id(101) } },
    { kind: "agentIdentityBlueprintPrincipal", id: id(4), body: { ...made, appId: id(102) } },
    { kind: "agentIdentity", id: id(5), body: { ...named, agentIdentityBlueprintId: id(102) } },
    { kind: "agentUser", id: id(6), body: { ...named, userPrincipalName: "a@contoso.com", identityParentId: id(5) } },
    { kind: "group", id: id(7), body: { ...named, mailNickname: "walked", securityEnabled: true } },
    { kind: "administrativeUnit", id: unit, body: { displayName: "walked" } },
    { kind: "user", id: id(10), body: { ...named, userPrincipalName: "b@contoso.com" } },
    {
      kind: "federatedIdentityCredential",
      id: id(11),
      body: { application: id(1), name: "one", issuer: "https://i", subject: "s", audiences: ["a"] },
    },
    {
      kind: "oAuth2PermissionGrant",
      id: "grant-1",
      body: { clientId: id(3), consentType: "AllPrincipals", principalId: null, resourceId: id(4), scope: "a" },
    },
    {
      kind: "appRoleAssignment",
      id: "assignment-1",
      body: { ...made, principalId: id(3), resourceId: id(4), appRoleId: id(0) },
    },
    {
      kind: "conditionalAccessPolicy",
      id: id(14),
      body: { ...named, state: "disabled", conditions: {}, grantControls: null, sessionControls: null },
    },
    { kind: "ipNamedLocation", id: id(15), body: { ...named, ipRanges: [], isTrusted: false } },
    { kind: "countryNamedLocation", id: id(16), body: { ...named, countriesAndRegions: ["DE"] } },
    { kind: "directoryRole", id: id(17), body: { displayName: "walked", roleTemplateId: scopes.roleDefinitionId } },
    { kind: "unifiedRoleAssignment", id: "role-1", body: { ...scopes, directoryScopeId: "/" } },
    {
      kind: "unifiedRoleAssignment",
      id: "role-2",
      body: { ...scopes, directoryScopeId: `/administrativeUnits/${unit}` },
    },
    { kind: "unifiedRoleDefinition", id: id(18), body: { displayName: "walked", rolePermissions: [] } },
    { kind: "directoryAudit", id: "audit-1", body: { activityDateTime: made.createdDateTime } },
    { kind: "signIn", id: "sign-in-1", body: { ...made, isInteractive: true, signInEventTypes: ["interactiveUser"] } },
    { kind: "attributeSet", id: "Walked", body: { maxAttributesPerSet: 5 } },
    {
      kind: "customSecurityAttributeDefinition",
      id: "Walked_One",
      body: { attributeSet: "Walked", name: "One", type: "String", status: "Available" },
    },
  ]);
  const risky = { agentIds: [id(4), id(5), id(6)] };
  await ask("POST /identityProtection/riskyAgents/confirmCompromised", risky, { version: "beta", permissions });
});

const everywhere: readonly Version[] = ["v1.0", "beta"];
const betaOnly: readonly Version[] = ["beta"];
const cast = (set: string, type: string) => `/${set}/microsoft.graph.${type}`;

/** Type, list, the object in it, and the versions that have it. */
const walks: readonly (readonly [type: string, list: string, one: string, versions?: readonly Version[]])[] = [
  ["application", "/applications", `/applications/${id(1)}`],
  ["agentIdentityBlueprint", "/applications", `/applications/${id(2)}`],
  [
    "agentIdentityBlueprint",
    cast("applications", "agentIdentityBlueprint"),
    `/applications/${id(2)}/microsoft.graph.agentIdentityBlueprint`,
  ],
  ["servicePrincipal", "/servicePrincipals", `/servicePrincipals/${id(3)}`],
  ["agentIdentityBlueprintPrincipal", "/servicePrincipals", `/servicePrincipals/${id(4)}`],
  [
    "agentIdentityBlueprintPrincipal",
    cast("servicePrincipals", "agentIdentityBlueprintPrincipal"),
    `/servicePrincipals/${id(4)}/microsoft.graph.agentIdentityBlueprintPrincipal`,
  ],
  ["agentIdentity", "/servicePrincipals", `/servicePrincipals/${id(5)}`],
  [
    "agentIdentity",
    cast("servicePrincipals", "agentIdentity"),
    `/servicePrincipals/${id(5)}/microsoft.graph.agentIdentity`,
  ],
  ["user", "/users", `/users/${id(10)}`],
  ["agentUser", "/users", `/users/${id(6)}`],
  ["agentUser", cast("users", "agentUser"), `/users/${id(6)}/microsoft.graph.agentUser`],
  ["group", "/groups", `/groups/${id(7)}`],
  ["administrativeUnit", "/directory/administrativeUnits", `/directory/administrativeUnits/${unit}`],
  [
    "scopedRoleMembership",
    `/directory/administrativeUnits/${unit}/scopedRoleMembers`,
    `/directory/administrativeUnits/${unit}/scopedRoleMembers/role-2`,
  ],
  ["organization", "/organization", `/organization/${tenant.id}`],
  ["domain", "/domains", "/domains/contoso.com"],
  ["subscribedSku", "/subscribedSkus", ""],
  [
    "federatedIdentityCredential",
    `/applications/${id(1)}/federatedIdentityCredentials`,
    `/applications/${id(1)}/federatedIdentityCredentials/${id(11)}`,
  ],
  ["oAuth2PermissionGrant", "/oauth2PermissionGrants", "/oauth2PermissionGrants/grant-1"],
  [
    "appRoleAssignment",
    `/servicePrincipals/${id(3)}/appRoleAssignments`,
    `/servicePrincipals/${id(3)}/appRoleAssignments/assignment-1`,
  ],
  ["conditionalAccessPolicy", "/identity/conditionalAccess/policies", `/identity/conditionalAccess/policies/${id(14)}`],
  [
    "ipNamedLocation",
    "/identity/conditionalAccess/namedLocations",
    `/identity/conditionalAccess/namedLocations/${id(15)}`,
  ],
  [
    "countryNamedLocation",
    "/identity/conditionalAccess/namedLocations",
    `/identity/conditionalAccess/namedLocations/${id(16)}`,
  ],
  ["authenticationStrengthPolicy", "/policies/authenticationStrengthPolicies", ""],
  ["conditionalAccessTemplate", "/identity/conditionalAccess/templates", "", betaOnly],
  ["directoryRole", "/directoryRoles", `/directoryRoles/${id(17)}`],
  ["directoryRoleTemplate", "/directoryRoleTemplates", ""],
  [
    "unifiedRoleAssignment",
    "/roleManagement/directory/roleAssignments",
    "/roleManagement/directory/roleAssignments/role-1",
  ],
  [
    "unifiedRoleDefinition",
    "/roleManagement/directory/roleDefinitions",
    `/roleManagement/directory/roleDefinitions/${id(18)}`,
  ],
  ["directoryAudit", "/auditLogs/directoryAudits", "/auditLogs/directoryAudits/audit-1"],
  ["signIn", "/auditLogs/signIns", "/auditLogs/signIns/sign-in-1"],
  ["attributeSet", "/directory/attributeSets", "/directory/attributeSets/Walked"],
  [
    "customSecurityAttributeDefinition",
    "/directory/customSecurityAttributeDefinitions",
    "/directory/customSecurityAttributeDefinitions/Walked_One",
  ],
  ["riskyAgentIdentity", "/identityProtection/riskyAgents", `/identityProtection/riskyAgents/${id(5)}`, betaOnly],
  [
    "riskyAgentIdentityBlueprintPrincipal",
    "/identityProtection/riskyAgents",
    `/identityProtection/riskyAgents/${id(4)}`,
    betaOnly,
  ],
  ["riskyAgentUser", "/identityProtection/riskyAgents", `/identityProtection/riskyAgents/${id(6)}`, betaOnly],
  ["agentRiskDetection", "/identityProtection/agentRiskDetections", "", betaOnly],
];

type Properties = Readonly<Record<string, unknown>>;

async function selected(path: string, select: string, version: Version) {
  const asking: Asking = { version, permissions };
  const { status, body } = await ask(`GET ${path}?$select=${select}`, undefined, asking);
  const { error } = body as { error?: { code: string; message: string } };
  return { status, code: error?.code, message: error?.message, properties: body as unknown as Properties };
}

const rows = walks.flatMap(([type, list, one, versions = everywhere]) =>
  versions.map((version) => [version, type, list, one] as const),
);

describe("a documented property that $select names", () => {
  it.each(rows)(
    "%s %s in %s: the object and the list have it, or both answer 501",
    async (version, type, list, one) => {
      const wrong: unknown[] = [];
      const wholeList = async (select: string) => {
        const { properties, ...listed } = await selected(list, select, version);
        return { ...listed, all: (properties["value"] ?? []) as readonly Properties[] };
      };
      const path = one === "" ? `${list}/${String((await wholeList("id")).all[0]?.["id"])}` : one;
      const own = path.split("/").findLast((part) => !part.startsWith("microsoft."));
      const names = [...(membersOf(version, type)?.values() ?? [])].filter(({ navigation }) => !navigation);
      expect(names.length).toBeGreaterThan(0);
      for (const { name } of names) {
        const object = await selected(path, name, version);
        const listed = await wholeList(`id,${name}`);
        const found = listed.all.find((entry) => entry["id"] === own);
        const fault = (why: string) => wrong.push([why, name, object.status, object.message, listed.message]);
        if (object.status !== listed.status || object.code !== listed.code) fault("list and object differ");
        else if (object.status !== 200 && object.status !== 501) fault("neither answered nor 501");
        else if (object.status === 200 && !(name in object.properties)) fault("missing");
        else if (object.status === 200 && !isDeepStrictEqual(found?.[name], object.properties[name]))
          fault("the list has another value");
      }
      expect(wrong).toEqual([]);
    },
  );

  it("is refused where the version does not have it, in the list as in the object", async () => {
    for (const path of [`/servicePrincipals/${id(3)}`, "/servicePrincipals"])
      expect([path, (await selected(path, "samlMetadataUrl", "v1.0")).status]).toEqual([path, 400]);
  });

  it("is 501 in a list that also holds an object of which the tenant does not have it", async () => {
    const { status, message } = await selected("/applications", "id,logo", "v1.0");
    expect([status, message]).toEqual([501, "The emulated tenant does not have the property 'logo' of application."]);
  });
});
