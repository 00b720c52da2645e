import {
  aBlueprint,
  agentIdAdministrator,
  agentIdDeveloper,
  anIdentity,
  bind,
  blueprintCast,
  type Family,
  giveRole,
  graph,
  idOf,
  identityCast,
  inMemory,
  people,
  principalCast,
} from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const permissions = [
  "Application.Read.All",
  "AgentIdentity.ReadWrite.All",
  "AgentIdentity.DeleteRestore.All",
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprint.AddRemoveCreds.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
  "AgentIdUser.ReadWrite.All",
];
const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";
const cloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7";

let family: Family;
let identity: string;
let nestor: string;
beforeEach(async () => {
  tenant.reset();
  tenant.set({ profiles: { sponsorRights: "enableDisable" } });
  family = await aBlueprint(ask);
  identity = (await anIdentity(ask, family)).body.id;
  ({ nestor } = await people(ask));
});

/** A delegated token of somebody who has every permission for agents. */
const asNestor = async (request: string, body?: unknown) =>
  (await ask(request, body, { user: "nestor.wilke@contoso.com", permissions })).status;

const aUser = (parent: string) => ({
  "@odata.type": "#microsoft.graph.agentUser",
  displayName: "x",
  mailNickname: "x",
  userPrincipalName: "x@contoso.com",
  accountEnabled: true,
  identityParentId: parent,
});

const aCredential = {
  name: "github",
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:contoso/payroll:ref:refs/heads/main",
  audiences: ["api://AzureADTokenExchange"],
};

/** Every way to write to a family, the deletes last. */
async function writes() {
  const { blueprint, principal, sponsor } = family;
  const one = `/applications/${blueprint.id}/${blueprintCast}`;
  const parent = (await anIdentity(ask, family)).body.id;
  const may = { permissions: ["AgentIdUser.ReadWrite.All"] };
  const agentUser = (await ask("POST /users", aUser(parent), may)).body.id;
  return {
    "change the blueprint": [`PATCH ${one}`, { displayName: "y" }],
    "change it without the cast": [`PATCH /applications/${blueprint.id}`, { displayName: "y" }],
    "make a secret": [`POST /applications/${blueprint.id}/addPassword`, {}],
    "add a federated credential": [`POST ${one}/federatedIdentityCredentials`, aCredential],
    "add a sponsor": [`POST ${one}/sponsors/$ref`, { "@odata.id": `${graph}/v1.0${nestor}` }],
    "change the principal": [`PATCH /servicePrincipals/${principal.id}/${principalCast}`, { accountEnabled: false }],
    "change the identity": [`PATCH /servicePrincipals/${identity}/${identityCast}`, { displayName: "y" }],
    "make an identity": [
      `POST /servicePrincipals/${identityCast}`,
      { displayName: "x", agentIdentityBlueprintId: blueprint.appId, "sponsors@odata.bind": bind(sponsor) },
    ],
    "make an agent user": ["POST /users", { ...aUser(identity), userPrincipalName: "y@contoso.com" }],
    "change an agent user": [`PATCH /users/${agentUser}`, { displayName: "y" }],
    "declare an inheritable permission": [
      `POST ${one}/inheritablePermissions`,
      {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        inheritableScopes: { "@odata.type": "microsoft.graph.allAllowedScopes" },
      },
    ],
    "delete an agent user": [`DELETE /users/${agentUser}`, undefined],
    "delete the identity": [`DELETE /servicePrincipals/${identity}/${identityCast}`, undefined],
    "restore the identity": [`POST /directory/deletedItems/${identity}/restore`, undefined],
    "delete the principal": [`DELETE /servicePrincipals/${principal.id}/${principalCast}`, undefined],
    "delete the blueprint": [`DELETE ${one}`, undefined],
  } as const;
}

async function answers(): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const [name, [request, body]] of Object.entries(await writes())) found[name] = await asNestor(request, body);
  return found;
}

const succeeded = (statuses: Readonly<Record<string, number>>) =>
  Object.entries(statuses)
    .filter(([, status]) => status < 300)
    .map(([name]) => name);

describe("a person with every permission", () => {
  it("writes to nothing of an agent that is not their own, and reads it", async () => {
    const statuses = await answers();
    expect(Object.entries(statuses).filter(([, status]) => status !== 403)).toEqual([]);
    expect(await asNestor(`GET /servicePrincipals/${identity}`)).toBe(200);
    expect(await asNestor(`GET /applications/${family.blueprint.id}`)).toBe(200);
  });

  it.each([
    ["Agent ID Administrator", agentIdAdministrator],
    ["Global Administrator", globalAdministrator],
  ])("writes to every agent as %s", async (_name, role) => {
    giveRole(tenant, nestor, role);
    const statuses = await answers();
    expect(Object.entries(statuses).filter(([, status]) => status >= 300)).toEqual([]);
  });

  it("writes to what hangs from a blueprint they own", async () => {
    const { blueprint } = family;
    const owner = { "@odata.id": `${graph}/v1.0${nestor}` };
    expect((await ask(`POST /applications/${blueprint.id}/${blueprintCast}/owners/$ref`, owner)).status).toBe(204);
    const statuses = await answers();
    expect(Object.entries(statuses).filter(([, status]) => status >= 300)).toEqual([]);
  });

  it("writes to an identity they own, and neither to its blueprint nor to another", async () => {
    const owner = { "@odata.id": `${graph}/v1.0${nestor}` };
    expect((await ask(`POST /servicePrincipals/${identity}/${identityCast}/owners/$ref`, owner)).status).toBe(204);
    expect(succeeded(await answers())).toEqual([
      "change the identity",
      "make an agent user",
      "delete the identity",
      "restore the identity",
    ]);
  });

  it("as Agent ID Developer makes blueprints, their principals and federated credentials, and no more", async () => {
    const body = { displayName: "new", "sponsors@odata.bind": bind(nestor) };
    expect(await asNestor(`POST /applications/${blueprintCast}`, body)).toBe(403);
    giveRole(tenant, nestor, agentIdDeveloper);
    expect(succeeded(await answers())).toEqual(["add a federated credential"]);
    expect(await asNestor(`POST /applications/${blueprintCast}`, body)).toBe(201);
    const { value } = (await ask(`GET /applications/${blueprintCast}`)).body;
    const made = value.find(({ displayName }) => displayName === "new");
    expect(await asNestor(`POST /servicePrincipals/${principalCast}`, { appId: made?.appId })).toBe(201);
    expect(await asNestor(`PATCH /applications/${made?.id ?? "?"}/${blueprintCast}`, { displayName: "own" })).toBe(204);
  });

  it("as Cloud Application Administrator deletes agents and no agent users", async () => {
    giveRole(tenant, nestor, cloudApplicationAdministrator);
    expect(succeeded(await answers())).toEqual(["delete the identity", "delete the principal", "delete the blueprint"]);
  });

  it.each([
    ["enableDisable", 204, 204, 403],
    ["disable", 204, 403, 403],
    ["enableDisableDelete", 204, 204, 204],
  ] as const)("as sponsor does what the profile sponsorRights %s says", async (sponsorRights, off, on, gone) => {
    tenant.set({ profiles: { sponsorRights } });
    const one = `/servicePrincipals/${identity}/${identityCast}`;
    expect(await asNestor(`PATCH ${one}`, { accountEnabled: false })).toBe(403);
    expect((await ask(`POST ${one}/sponsors/$ref`, { "@odata.id": `${graph}/v1.0${nestor}` })).status).toBe(204);
    expect(await asNestor(`PATCH ${one}`, { accountEnabled: false })).toBe(off);
    expect(await asNestor(`PATCH ${one}`, { accountEnabled: true })).toBe(on);
    expect(await asNestor(`PATCH ${one}`, { accountEnabled: false, displayName: "y" })).toBe(403);
    expect(await asNestor(`POST ${one}/owners/$ref`, { "@odata.id": `${graph}/v1.0${nestor}` })).toBe(403);
    expect(await asNestor(`DELETE ${one}`)).toBe(gone);
  });

  it("is a sponsor as a direct member of a group that is one", async () => {
    const { group } = await people(ask);
    const finance = group("Finance Operations");
    const one = `/servicePrincipals/${identity}/${identityCast}`;
    expect((await ask(`POST ${one}/sponsors/$ref`, { "@odata.id": `${graph}/v1.0${finance}` })).status).toBe(204);
    expect(await asNestor(`PATCH ${one}`, { accountEnabled: false })).toBe(403);
    const member = { "@odata.id": `${graph}/v1.0${nestor}` };
    const may = { permissions: ["GroupMember.ReadWrite.All"] };
    expect((await ask(`POST /groups/${idOf(finance)}/members/$ref`, member, may)).status).toBe(204);
    expect(await asNestor(`PATCH ${one}`, { accountEnabled: false })).toBe(204);
  });
});
