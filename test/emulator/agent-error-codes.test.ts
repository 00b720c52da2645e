/**
 * The 17 error codes of Agent ID (ENT error-codes), each provoked by what its page says.
 *
 * Three of them cannot be: AgentBlueprint_NotSupportedOnApiVersion, AgentBlueprintPrincipal_NotSupportedOnApiVersion and
 * AgentIdentity_NotSupportedOnApiVersion come on API versions without agents, and no page names one that still answers.
 * The emulated tenant has v1.0 and beta, and both have agents.
 */
import {
  aBlueprint,
  agentIdAdministrator,
  anIdentity,
  bind,
  blueprintCast,
  giveRole,
  inMemory,
  type Family,
  identityCast,
  people,
  principalCast,
  type Reply,
} from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
beforeEach(async () => {
  tenant.reset();
  tenant.set({ limits: { directoryObjects: 300_000, agentIdentityBlueprints: 250, agentIdentitiesOfABlueprint: 250 } });
  family = await aBlueprint(ask);
});

const said = ({ status, body }: Reply) => [status, status < 300 ? "" : body.error.code];
const blueprints = `/applications/${blueprintCast}`;
const aNewBlueprint = (change: object = {}) => ({
  displayName: "x",
  "sponsors@odata.bind": bind(family.sponsor),
  ...change,
});

describe("limits", () => {
  it("Agent_Directory_QuotaExceeded: agents have 95 % of the directory, and others the rest", async () => {
    const objects = async (path: string) => (await ask(`GET ${path}?$top=999&$select=id`)).body.value.length;
    const total = (await objects("/users")) + (await objects("/groups")) + (await objects("/applications"));
    // One more agent is the 95th of a hundred parts.
    const held = total + (await objects("/servicePrincipals"));
    tenant.set({ limits: { directoryObjects: Math.ceil(((held + 1) * 100) / 95) } });
    expect(said(await anIdentity(ask, family))).toEqual([201, ""]);
    expect(said(await anIdentity(ask, family))).toEqual([403, "Agent_Directory_QuotaExceeded"]);
    expect(said(await ask(`POST ${blueprints}`, aNewBlueprint()))).toEqual([403, "Agent_Directory_QuotaExceeded"]);
    const plain = await ask("POST /applications", { displayName: "x" }, { permissions: ["Application.ReadWrite.All"] });
    expect(plain.status).toBe(201);
  });

  it("Directory_QuotaExceeded: every kind of directory object counts, and none comes in beyond the limit", async () => {
    const { body } = await ask("GET /organization", undefined, { permissions: ["Organization.Read.All"] });
    const { used } = (body.value[0] as unknown as { directorySizeQuota: { used: number } }).directorySizeQuota;
    tenant.set({ limits: { directoryObjects: used } });
    const may = {
      permissions: [
        "AdministrativeUnit.ReadWrite.All",
        "Application.ReadWrite.All",
        "Group.ReadWrite.All",
        "User.ReadWrite.All",
      ],
    };
    const wanted: readonly (readonly [path: string, body: object])[] = [
      ["/applications", { displayName: "x" }],
      ["/servicePrincipals", { appId: "33333333-3333-4333-8333-333333333333" }],
      ["/groups", { displayName: "x", mailEnabled: false, securityEnabled: true, mailNickname: "x" }],
      [
        "/users",
        {
          accountEnabled: true,
          displayName: "x",
          mailNickname: "x",
          userPrincipalName: "x@contoso.com",
          passwordProfile: { password: "Correct-Horse-1" },
        },
      ],
      ["/directory/administrativeUnits", { displayName: "x" }],
    ];
    const make = async () => {
      const replies = await Promise.all(wanted.map(([path, of]) => ask(`POST ${path}`, of, may)));
      return replies.map(said);
    };
    const app = { displayName: "api", appId: "33333333-3333-4333-8333-333333333333" };
    tenant.plant([{ kind: "application", id: "33333333-3333-4333-8333-333333333334", body: app }]);
    expect(await make()).toEqual(wanted.map(() => [403, "Directory_QuotaExceeded"]));
    tenant.set({ limits: { directoryObjects: used + 1 + wanted.length } });
    expect(await make()).toEqual(wanted.map(() => [201, ""]));
    expect(said(await ask("POST /groups", { ...wanted[2]?.[1], mailNickname: "y" }, may))).toEqual([
      403,
      "Directory_QuotaExceeded",
    ]);
  });

  it("Directory_QuotaExceeded: a person who is no administrator makes 250 objects, purged ones not counted", async () => {
    tenant.set({ limits: { objectsOfAPerson: 1 } });
    const lee = { user: "lee.gu@contoso.com", permissions: ["Group.ReadWrite.All", "Application.ReadWrite.All"] };
    const { body } = await ask("POST /applications", { displayName: "x" }, lee);
    const refused = [403, "Directory_QuotaExceeded"];
    expect(said(await ask("POST /applications", { displayName: "y" }, lee))).toEqual(refused);
    await ask(`DELETE /applications/${body.id}`, undefined, lee);
    expect(said(await ask("POST /applications", { displayName: "y" }, lee))).toEqual(refused);
    await ask(`DELETE /directory/deletedItems/${body.id}`, undefined, lee);
    expect(said(await ask("POST /applications", { displayName: "y" }, lee))).toEqual([201, ""]);
    giveRole(tenant, (await people(ask)).user("Lee"), agentIdAdministrator);
    expect(said(await ask("POST /applications", { displayName: "z" }, lee))).toEqual([201, ""]);
    tenant.set({ limits: { objectsOfAPerson: 250 } });
  });

  it("AgentBlueprint_LimitExceeded: what applications created, deleted ones included", async () => {
    tenant.set({ limits: { agentIdentityBlueprints: 1 } });
    expect(said(await ask(`POST ${blueprints}`, aNewBlueprint()))).toEqual([400, "AgentBlueprint_LimitExceeded"]);
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect(said(await ask(`POST ${blueprints}`, aNewBlueprint()))).toEqual([400, "AgentBlueprint_LimitExceeded"]);
    giveRole(tenant, (await people(ask)).user("Lee"), agentIdAdministrator);
    expect(said(await ask(`POST ${blueprints}`, aNewBlueprint(), { user: "lee.gu@contoso.com" }))).toEqual([201, ""]);
  });

  it("AgentIdentity_LimitExceeded: what applications created of one blueprint, deleted ones included", async () => {
    tenant.set({ limits: { agentIdentitiesOfABlueprint: 1 } });
    const { id } = (await anIdentity(ask, family)).body;
    expect(said(await anIdentity(ask, family))).toEqual([400, "AgentIdentity_LimitExceeded"]);
    await ask(`DELETE /servicePrincipals/${id}`);
    expect(said(await anIdentity(ask, family))).toEqual([400, "AgentIdentity_LimitExceeded"]);
    const other = await aBlueprint(ask, { displayName: "other" });
    expect(said(await anIdentity(ask, other))).toEqual([201, ""]);
  });
});

describe("properties", () => {
  it.each(["spa", "publicClient", "addIns", "isFallbackPublicClient", "notes", "samlMetadataUrl"])(
    "AgentBlueprint_IncompatibleProperty: %s",
    async (property) => {
      const refused = [400, "AgentBlueprint_IncompatibleProperty"];
      expect(said(await ask(`POST ${blueprints}`, aNewBlueprint({ [property]: null })))).toEqual(refused);
      expect(said(await ask(`PATCH /applications/${family.blueprint.id}`, { [property]: null }))).toEqual(refused);
    },
  );

  it("AgentBlueprint_IncompatibleProperty_NullPropertyName: a property without a name", async () => {
    expect(said(await ask(`POST ${blueprints}`, aNewBlueprint({ "": "x" })))).toEqual([
      400,
      "AgentBlueprint_IncompatibleProperty_NullPropertyName",
    ]);
  });

  it("AgentBlueprintPrincipal_IncompatibleProperty: anything but appId at first, sign-in settings always", async () => {
    const refused = [400, "AgentBlueprintPrincipal_IncompatibleProperty"];
    const { appId } = (await ask(`POST ${blueprints}`, aNewBlueprint())).body;
    for (const property of ["tags", "accountEnabled", "passwordCredentials", "sponsors@odata.bind"]) {
      const reply = await ask(`POST /servicePrincipals/${principalCast}`, { appId, [property]: [] });
      expect(said(reply)).toEqual(refused);
    }
    for (const property of ["replyUrls", "keyCredentials", "preferredSingleSignOnMode"]) {
      const reply = await ask(`PATCH /servicePrincipals/${family.principal.id}`, { [property]: null });
      expect(said(reply)).toEqual(refused);
    }
  });

  it("AgentBlueprintPrincipal_AgentIdentity_IncompatibleProperty: what the blueprint says for its agents", async () => {
    const refused = [400, "AgentBlueprintPrincipal_AgentIdentity_IncompatibleProperty"];
    for (const property of ["appRoles", "oauth2PermissionScopes", "replyUrls"])
      expect(said(await anIdentity(ask, family, { [property]: [] }))).toEqual(refused);
    const { id } = (await anIdentity(ask, family)).body;
    expect(said(await ask(`PATCH /servicePrincipals/${id}`, { servicePrincipalNames: [] }))).toEqual(refused);
  });

  it("AgentIdentity_CredentialsNotSupported: credentials on an agent identity", async () => {
    const refused = [400, "AgentIdentity_CredentialsNotSupported"];
    const { id } = (await anIdentity(ask, family)).body;
    for (const property of ["passwordCredentials", "keyCredentials"]) {
      expect(said(await anIdentity(ask, family, { [property]: [] }))).toEqual(refused);
      expect(said(await ask(`PATCH /servicePrincipals/${id}`, { [property]: [] }))).toEqual(refused);
    }
    expect(said(await ask(`POST /servicePrincipals/${id}/addPassword`, {}))).toEqual(refused);
  });
});

describe("what must be there", () => {
  it("AgentBlueprintPrincipal_RequireAgentBlueprint: a principal of something else", async () => {
    const writes = { permissions: ["Application.ReadWrite.All"] };
    const { appId } = (await ask("POST /applications", { displayName: "x" }, writes)).body;
    for (const other of [appId, family.blueprint.id]) {
      const reply = await ask(`POST /servicePrincipals/${principalCast}`, { appId: other });
      expect(said(reply)).toEqual([400, "AgentBlueprintPrincipal_RequireAgentBlueprint"]);
    }
  });

  it("AgentIdentity_AgentBlueprintPrincipalDoesNotExist: a blueprint without its principal", async () => {
    const blueprint = (await ask(`POST ${blueprints}`, aNewBlueprint())).body;
    const reply = await anIdentity(ask, { ...family, blueprint });
    expect([...said(reply), reply.body.error.message]).toEqual([
      400,
      "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
      "The Agent Blueprint Principal for the Agent Blueprint does not exist.",
    ]);
  });

  it("AgentIdentity_IncompatibleParentType: a parent that is no blueprint's appId", async () => {
    const writer = { permissions: ["Application.ReadWrite.All"] };
    const application = (await ask("POST /applications", { displayName: "ledger" }, writer)).body;
    for (const agentIdentityBlueprintId of [family.blueprint.id, application.appId]) {
      const reply = await anIdentity(ask, family, { agentIdentityBlueprintId });
      expect(said(reply)).toEqual([400, "AgentIdentity_IncompatibleParentType"]);
    }
  });
});

describe("who makes agent identities", () => {
  const make = (app: string, under: Family, permissions?: readonly string[]) =>
    ask(
      `POST /servicePrincipals/${identityCast}`,
      {
        displayName: "x",
        agentIdentityBlueprintId: under.blueprint.appId,
        "sponsors@odata.bind": bind(under.sponsor),
      },
      { app, ...(permissions ? { permissions } : {}) },
    );

  it("is the blueprint itself, which needs no grant", async () => {
    expect(said(await make(family.blueprint.appId, family))).toEqual([201, ""]);
  });

  it("Error_AgentBlueprintCannotCreateAssociatedIdentity: another blueprint, whatever it holds", async () => {
    const other = await aBlueprint(ask, { displayName: "other" });
    const refused = [403, "Error_AgentBlueprintCannotCreateAssociatedIdentity"];
    expect(said(await make(other.blueprint.appId, family))).toEqual(refused);
    expect(said(await make(other.blueprint.appId, family, ["AgentIdentity.Create.All"]))).toEqual(refused);
  });

  it("Error_AgentIdentitiesCreatingAgentIdentitiesNotAllowed: an agent identity, whatever it holds", async () => {
    const { appId } = (await anIdentity(ask, family)).body;
    expect(said(await make(appId, family, ["AgentIdentity.Create.All"]))).toEqual([
      403,
      "Error_AgentIdentitiesCreatingAgentIdentitiesNotAllowed",
    ]);
  });

  it("Error_AgentIdentitySelfCreateRequired: an application that may only make its own", async () => {
    const writes = { permissions: ["Application.ReadWrite.All"] };
    const { appId } = (await ask("POST /applications", { displayName: "x" }, writes)).body;
    await ask("POST /servicePrincipals", { appId }, writes);
    expect(said(await make(appId, family, ["AgentIdentity.CreateAsManager"]))).toEqual([
      403,
      "Error_AgentIdentitySelfCreateRequired",
    ]);
    expect(said(await make(appId, family, ["AgentIdentity.Create.All"]))).toEqual([201, ""]);
    expect(said(await make(appId, family, []))).toEqual([403, "Authorization_RequestDenied"]);
  });
});
