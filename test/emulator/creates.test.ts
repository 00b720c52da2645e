/** Every property and relation of every type, in the request that makes such an object. */
import { isDeepStrictEqual } from "node:util";
import { enumerationOf, type Member, membersOf } from "../../emulator/metadata/metadata";
import type { Version } from "../../emulator/odata/address";
import { aBlueprint, anIdentity, bind, idOf, inMemory, people } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const permissions = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprint.Create",
  "AgentIdentityBlueprint.AddRemoveCreds.All",
  "AgentIdentityBlueprint.UpdateAuthProperties.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
  "AgentIdentityBlueprintPrincipal.Create",
  "AgentIdentity.ReadWrite.All",
  "AgentIdentity.Create.All",
  "AgentIdUser.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "User.ReadWrite.All",
  "Group.ReadWrite.All",
  "AdministrativeUnit.ReadWrite.All",
  "RoleManagement.ReadWrite.Directory",
  "Policy.Read.All",
  "Policy.ReadWrite.ConditionalAccess",
  "CustomSecAttributeDefinition.ReadWrite.All",
];

/** What is needed to make the next object of a type, and where. */
interface Making {
  readonly path: string;
  readonly body: object;
}

let count = 0;
const fresh = (name: string) => `${name}-${(count += 1)}`;
const person = (name: string) => ({
  displayName: name,
  accountEnabled: true,
  mailNickname: name,
  userPrincipalName: `${name}@contoso.com`,
});
const cast = (type: string) => `microsoft.graph.${type}`;
const graphs = "00000003-0000-0000-c000-000000000000";

/** An application with its own id, for what can be made of it once. */
async function anApplication() {
  return (await ask("POST /applications", { displayName: fresh("app") }, { permissions })).body;
}
const aPrincipal = async () =>
  (await ask("POST /servicePrincipals", { appId: (await anApplication()).appId }, { permissions })).body;
const graphPrincipal = async () => (await ask(`GET /servicePrincipals(appId='${graphs}')`)).body;

const makings: Readonly<Record<string, (name: string) => Promise<Making>>> = {
  application: (name) => Promise.resolve({ path: "/applications", body: { displayName: name } }),
  agentIdentityBlueprint: async (name) => ({
    path: `/applications/${cast("agentIdentityBlueprint")}`,
    body: { displayName: name, "sponsors@odata.bind": bind((await people(ask)).nestor) },
  }),
  servicePrincipal: async () => ({ path: "/servicePrincipals", body: { appId: (await anApplication()).appId } }),
  agentIdentityBlueprintPrincipal: async (name) => {
    const sponsors = { "sponsors@odata.bind": bind((await people(ask)).nestor) };
    const path = `POST /applications/${cast("agentIdentityBlueprint")}`;
    const { appId } = (await ask(path, { displayName: name, ...sponsors }, { permissions })).body;
    return { path: `/servicePrincipals/${cast("agentIdentityBlueprintPrincipal")}`, body: { appId } };
  },
  agentIdentity: async (name) => ({
    path: `/servicePrincipals/${cast("agentIdentity")}`,
    body: {
      displayName: name,
      agentIdentityBlueprintId: (await aBlueprint(ask)).blueprint.appId,
      "sponsors@odata.bind": bind((await people(ask)).nestor),
    },
  }),
  user: (name) =>
    Promise.resolve({
      path: "/users",
      body: { ...person(name), passwordProfile: { password: "Correct-horse-1" } },
    }),
  agentUser: async (name) => {
    const { id } = (await anIdentity(ask, await aBlueprint(ask))).body;
    return { path: `/users/${cast("agentUser")}`, body: { ...person(name), identityParentId: id } };
  },
  group: (name) =>
    Promise.resolve({
      path: "/groups",
      body: { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true },
    }),
  administrativeUnit: (name) =>
    Promise.resolve({ path: "/directory/administrativeUnits", body: { displayName: name } }),
  federatedIdentityCredential: async (name) => ({
    path: `/applications/${(await anApplication()).id}/federatedIdentityCredentials`,
    body: { name, issuer: "https://issuer.example.com", subject: name, audiences: ["api://AzureADTokenExchange"] },
  }),
  appRoleAssignment: async () => {
    const { id } = await aPrincipal();
    const { id: resourceId, appRoles } = await graphPrincipal();
    const body = { principalId: id, resourceId, appRoleId: appRoles[0]?.id };
    return { path: `/servicePrincipals/${id}/appRoleAssignments`, body };
  },
  oAuth2PermissionGrant: async () => ({
    path: "/oauth2PermissionGrants",
    body: {
      clientId: (await aPrincipal()).id,
      consentType: "AllPrincipals",
      resourceId: (await graphPrincipal()).id,
      scope: "User.Read",
    },
  }),
  conditionalAccessPolicy: (name) =>
    Promise.resolve({
      path: "/identity/conditionalAccess/policies",
      body: {
        displayName: name,
        state: "disabled",
        conditions: { users: { includeUsers: ["All"] }, applications: { includeApplications: ["All"] } },
        grantControls: { operator: "OR", builtInControls: ["block"] },
      },
    }),
  ipNamedLocation: (name) =>
    Promise.resolve({
      path: "/identity/conditionalAccess/namedLocations",
      body: {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        displayName: name,
        ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "192.0.2.0/24" }],
      },
    }),
  unifiedRoleDefinition: (name) =>
    Promise.resolve({
      path: "/roleManagement/directory/roleDefinitions",
      body: {
        displayName: name,
        isEnabled: true,
        rolePermissions: [{ allowedResourceActions: ["microsoft.directory/applications/allProperties/read"] }],
      },
    }),
  unifiedRoleAssignment: async () => ({
    path: "/roleManagement/directory/roleAssignments",
    body: {
      principalId: (await aPrincipal()).id,
      roleDefinitionId: "4a5d8f65-41da-4de4-8968-e035b65339cf",
      directoryScopeId: "/",
    },
  }),
  attributeSet: (name) => Promise.resolve({ path: "/directory/attributeSets", body: { id: name.replace("-", "") } }),
};

/** Relations that a create sets: everything else is refused, or 501. */
const taken: Readonly<Record<string, readonly string[]>> = {
  application: ["owners"],
  agentIdentityBlueprint: ["owners", "sponsors"],
  servicePrincipal: ["owners"],
  agentIdentity: ["owners", "sponsors"],
  group: ["members", "owners"],
};

const rows = Object.keys(makings).flatMap((type) =>
  (["v1.0", "beta"] as const).map((version): readonly [Version, string] => [version, type]),
);

describe("a relation that the create of an object binds", () => {
  it.each(rows)("%s %s: is set, or the create is refused", async (version, type) => {
    const { adele } = await people(ask);
    const relations = [...(membersOf(version, type)?.values() ?? [])].filter(({ navigation }) => navigation);
    const set: string[] = [];
    const wrong: unknown[] = [];
    for (const { name, collection } of [{ name: undefined, collection: false }, ...relations]) {
      const { path, body } = (await makings[type]?.(fresh("walked"))) ?? { path: "", body: {} };
      const [url = ""] = bind(adele);
      const bound = name === undefined ? {} : { [`${name}@odata.bind`]: collection ? [url] : url };
      const made = await ask(`POST ${path}`, { ...body, ...bound }, { version, permissions });
      const { error } = made.body as Partial<typeof made.body>;
      if (name === undefined) expect([path, made.status, error]).toEqual([path, 201, undefined]);
      else if (made.status === 201) {
        const read = await ask(
          `GET ${path.split("/microsoft.")[0] ?? ""}/${made.body.id}${castOf(path)}/${name}`,
          undefined,
          {
            version,
            permissions,
          },
        );
        const held = read.status === 200 && read.body.value.some(({ id }) => id === idOf(adele));
        (held ? set : wrong).push(name);
      } else if (made.status !== 501 && made.status !== 400) wrong.push([name, made.status]);
    }
    expect(wrong).toEqual([]);
    expect(set.sort()).toEqual(taken[type] ?? []);
  });
});

const castOf = (path: string): string => /\/microsoft\.graph\.\w+$/.exec(path)?.[0] ?? "";

/** A value of the property's type that no answer has by itself; undefined for a type with parts of its own. */
function valueFor({ type, collection }: Member, version: Version): unknown {
  const simple: Readonly<Record<string, unknown>> = {
    "Edm.String": "walked",
    "Edm.Boolean": true,
    "Edm.Int32": 7,
    "Edm.Guid": "11111111-2222-4333-8444-555555555555",
    "Edm.DateTimeOffset": "2026-01-02T03:04:05Z",
  };
  const value = simple[type] ?? enumerationOf(version, type)?.members.at(0);
  return value !== undefined && collection ? [value] : value;
}

/** Graph adds values of its own to some collections. */
const reads = (shown: unknown, value: unknown): boolean =>
  Array.isArray(value) && Array.isArray(shown)
    ? value.every((one) => shown.includes(one))
    : isDeepStrictEqual(shown, value);

/** Conditional Access takes what it shows, and keeps what it computes: a policy can be written as it was read. */
const computed = ["id", "createdDateTime", "modifiedDateTime", "deletedDateTime"];
/** Properties that are taken and read otherwise. Of the description the documentation says that it is not used. */
const ignored: Readonly<Record<string, readonly string[]>> = {
  conditionalAccessPolicy: ["description", ...computed],
  ipNamedLocation: computed,
};

describe("a property that the create of an object names", () => {
  it.each(rows)("%s %s: reads as it was written, or the create is refused", async (version, type) => {
    const wrong: unknown[] = [];
    for (const member of membersOf(version, type)?.values() ?? []) {
      const { name } = member;
      const value = member.navigation ? undefined : valueFor(member, version);
      if (value === undefined) continue;
      const { path, body } = (await makings[type]?.(fresh("member"))) ?? { path: "", body: {} };
      if (name in body) continue;
      const made = await ask(`POST ${path}`, { ...body, [name]: value }, { version, permissions });
      if (made.status >= 400) continue;
      const one = `${path.split("/microsoft.")[0] ?? ""}/${made.body.id}${castOf(path)}`;
      const read = await ask(`GET ${one}?$select=${name}`, undefined, { version, permissions });
      const shown = (read.body as unknown as Readonly<Record<string, unknown>>)[name];
      if (!reads(shown, value) && !ignored[type]?.includes(name)) wrong.push([name, made.status, value, shown]);
    }
    expect(wrong).toEqual([]);
  });
});
