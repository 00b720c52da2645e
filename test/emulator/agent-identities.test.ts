import {
  aBlueprint,
  anIdentity,
  bind,
  blueprintCast,
  type Family,
  identityCast,
  inMemory,
  principalCast,
  refusal,
} from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
let users: ReadonlyMap<string, string>;
beforeEach(async () => {
  tenant.reset();
  const { value } = (await ask("GET /users")).body;
  users = new Map(value.map((user) => [user.userPrincipalName, user.id]));
  family = await aBlueprint(ask, { tags: ["team:pay"] });
});

const all = `/servicePrincipals/${identityCast}`;
const principals = `/servicePrincipals/${principalCast}`;

describe("a blueprint principal", () => {
  it("takes an appId and nothing else", async () => {
    const refused = await ask(`POST ${principals}`, { appId: family.blueprint.appId, accountEnabled: true });
    expect(refused.body.error.code).toBe("AgentBlueprintPrincipal_IncompatibleProperty");
    expect(refusal(await ask(`POST ${principals}`, {}))[0]).toBe(400);
  });

  it("exists once for a blueprint, and only for a blueprint", async () => {
    const again = await ask(`POST ${principals}`, { appId: family.blueprint.appId });
    expect([again.status, again.body.error.code]).toEqual([409, "Request_MultipleObjectsWithSameKeyValue"]);
    for (const appId of [family.blueprint.id, "00000003-0000-0000-c000-000000000000"]) {
      expect((await ask(`POST ${principals}`, { appId })).body.error.code).toBe(
        "AgentBlueprintPrincipal_RequireAgentBlueprint",
      );
    }
  });

  it("shows its blueprint's name and both sets of tags", async () => {
    const path = `/servicePrincipals(appId='${family.blueprint.appId}')`;
    expect(
      (await ask(`PATCH ${path}`, { tags: ["own"], accountEnabled: false, appRoleAssignmentRequired: true })).status,
    ).toBe(204);
    await ask(`PATCH /applications/${family.blueprint.id}`, { displayName: "renamed" });
    expect((await ask(`GET ${principals}/${family.principal.id}`)).body).toMatchObject({
      displayName: "renamed",
      tags: ["team:pay", "own"],
      accountEnabled: false,
      appRoleAssignmentRequired: true,
    });
    expect((await ask(`PATCH ${path}`, { displayName: "x" })).status).toBe(400);
    expect((await ask(`GET ${principals}`)).body.value).toHaveLength(1);
  });

  it("cannot be created for a blueprint that is gone", async () => {
    await ask(`DELETE ${principals}/${family.principal.id}`);
    await ask(`DELETE /applications/${family.blueprint.id}/${blueprintCast}`);
    const made = await ask(`POST ${principals}`, { appId: family.blueprint.appId });
    expect(made.body.error.code).toBe("AgentBlueprintPrincipal_RequireAgentBlueprint");
  });
});

describe("an agent identity", () => {
  it("is created under a blueprint, with its own id as appId", async () => {
    const { status, body } = await anIdentity(ask, family, { tags: ["own"] });
    expect([status, body.appId, body.servicePrincipalType, body.tags, body.accountEnabled]).toEqual([
      201,
      body.id,
      "ServiceIdentity",
      ["team:pay", "own"],
      true,
    ]);
    expect(body.agentIdentityBlueprintId).toBe(family.blueprint.appId);
    expect((await ask(`GET /servicePrincipals(appId='${body.id}')`)).body).toEqual(body);
    expect((await ask(`GET ${principals}/${body.id}`)).status).toBe(404);
  });

  it("needs a sponsor, a blueprint by its appId, and the blueprint's principal", async () => {
    const code = async (change: object) => refusal(await anIdentity(ask, family, change));
    expect(await code({ "sponsors@odata.bind": undefined })).toEqual([
      400,
      "Request_BadRequest",
      "No sponsor specified. Please provide at least one sponsor.",
    ]);
    expect((await code({ agentIdentityBlueprintId: family.blueprint.id }))[1]).toBe(
      "AgentIdentity_IncompatibleParentType",
    );
    await ask(`DELETE ${principals}/${family.principal.id}`);
    expect(await code({})).toEqual([
      400,
      "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
      "The Agent Blueprint Principal for the Agent Blueprint does not exist.",
    ]);
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect((await code({}))[1]).toBe("AgentIdentity_IncompatibleParentType");
  });

  it("is listed by blueprint, by tag of either kind and by name", async () => {
    const other = await aBlueprint(ask, { displayName: "other" });
    await anIdentity(ask, family, { tags: ["pulumi:1"] });
    await anIdentity(ask, family, { displayName: "Invoice reader", tags: ["pulumi:2"] });
    await anIdentity(ask, other, { displayName: "stranger" });
    const names = async (filter: string) => {
      const { body } = await ask(`GET ${all}?$filter=${encodeURIComponent(filter)}`);
      return body.value.map((identity) => identity.displayName);
    };
    const under = `agentIdentityBlueprintId eq '${family.blueprint.appId}'`;
    expect(await names(under)).toEqual(["payroll helper", "Invoice reader"]);
    expect(await names(`${under} and tags/any(t:t eq 'pulumi:2')`)).toEqual(["Invoice reader"]);
    expect(await names("tags/any(t:t eq 'team:pay')")).toEqual(["payroll helper", "Invoice reader"]);
    expect(await names("displayName eq 'STRANGER'")).toEqual(["stranger"]);
    expect(await names("startswith(displayName,'inv') or startswith(displayName,'str')")).toEqual([
      "Invoice reader",
      "stranger",
    ]);
    expect(await names("accountEnabled eq false")).toEqual([]);
    expect((await ask(`GET ${all}?$filter=info/logoUrl eq 'x'`)).body.error.code).toBe("Request_UnsupportedQuery");
  });

  it("is listed in pages of at most 100", async () => {
    const token = await tenant.token();
    const body = { displayName: "x", agentIdentityBlueprintId: family.blueprint.appId, "sponsors@odata.bind": [] };
    body["sponsors@odata.bind"] = [`https://graph.microsoft.com/v1.0${family.sponsor}`] as never;
    for (let made = 0; made < 101; made += 1) await ask(`POST ${all}`, body, { token });
    const first = (await ask(`GET ${all}?$select=id`)).body;
    const second = (await ask(`GET ${first["@odata.nextLink"]}`)).body;
    expect([first.value.length, second.value.length, second["@odata.nextLink"]]).toEqual([100, 1, undefined]);
    expect(new Set([...first.value, ...second.value].map((identity) => identity.id)).size).toBe(101);
    expect(Object.keys(second.value[0])).toEqual(["@odata.type", "id"]);
    expect((await ask(`GET ${all}?$top=101`)).body.error.code).toBe("Request_UnsupportedQuery");
  });

  it("can be renamed, disabled and tagged, and keeps its blueprint", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    const toggle = { permissions: ["AgentIdentity.EnableDisable.All"] };
    expect((await ask(`PATCH ${all}/${id}`, { accountEnabled: false }, toggle)).status).toBe(204);
    expect((await ask(`PATCH ${all}/${id}`, { displayName: "new" }, toggle)).status).toBe(403);
    expect((await ask(`PATCH /servicePrincipals/${id}`, { displayName: "new", tags: ["t"] })).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject({
      displayName: "new",
      accountEnabled: false,
      tags: ["team:pay", "t"],
    });
    const moved = await ask(`PATCH ${all}/${id}`, { agentIdentityBlueprintId: family.blueprint.appId });
    expect(refusal(moved)).toEqual([
      400,
      "Request_BadRequest",
      "Property 'agentIdentityBlueprintId' is read-only and cannot be set.",
    ]);
  });

  it("has no credentials", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    for (const property of ["passwordCredentials", "keyCredentials"]) {
      expect((await anIdentity(ask, family, { [property]: [] })).body.error.code).toBe(
        "AgentIdentity_CredentialsNotSupported",
      );
      expect((await ask(`PATCH ${all}/${id}`, { [property]: [] })).body.error.code).toBe(
        "AgentIdentity_CredentialsNotSupported",
      );
    }
    expect((await ask(`POST /servicePrincipals/${id}/addPassword`, {})).status).toBe(400);
  });

  it("outlives its blueprint and its principal for now", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    await ask(`DELETE /applications/${family.blueprint.id}`);
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject({ id, tags: ["team:pay"] });
  });

  it("exists 250 times under one blueprint, deleted ones included, when applications make it", async () => {
    const token = await tenant.token();
    const body = { displayName: "x", agentIdentityBlueprintId: family.blueprint.appId };
    const sponsors = { "sponsors@odata.bind": [`https://graph.microsoft.com/v1.0${family.sponsor}`] };
    for (let made = 0; made < 250; made += 1) await ask(`POST ${all}`, { ...body, ...sponsors }, { token });
    const { value } = (await ask(`GET ${all}?$top=1`)).body;
    await ask(`DELETE ${all}/${value[0].id}`);
    expect((await anIdentity(ask, family)).body.error.code).toBe("AgentIdentity_LimitExceeded");
    administers("lee.gu@contoso.com");
    const byLee = await ask(`POST ${all}`, { ...body, ...sponsors }, { user: "lee.gu@contoso.com" });
    expect(byLee.status).toBe(201);
    await ask(`DELETE /directory/deletedItems/${value[0].id}`);
    expect((await anIdentity(ask, family)).status).toBe(201);
  });
});

/** Makes a person an Agent ID Administrator. */
function administers(userPrincipalName: string, directoryScopeId = "/"): void {
  const principalId = users.get(userPrincipalName);
  const roleDefinitionId = "db506228-d27e-4b7d-95e5-295956d6615f";
  const body = { principalId, roleDefinitionId, directoryScopeId };
  tenant.plant([{ id: `role of ${userPrincipalName}`, kind: "unifiedRoleAssignment", body }]);
}

describe("a person who makes an agent identity", () => {
  const nestor = "nestor.wilke@contoso.com";
  const make = (sponsors: object = {}) => {
    const body = { displayName: "x", agentIdentityBlueprintId: family.blueprint.appId, ...sponsors };
    return ask(`POST ${all}`, body, { user: nestor });
  };
  const own = (path: string) =>
    ask(`POST ${path}/owners/$ref`, { "@odata.id": bind(`/users/${users.get(nestor) ?? "?"}`)[0] });

  it("needs a role, or owns the blueprint or its principal, and becomes the sponsor", async () => {
    expect(refusal(await make())).toEqual([
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    ]);
    administers(nestor, "/administrativeUnits/99999999-9999-4999-8999-999999999999");
    expect((await make()).status).toBe(403);
    await own(`/servicePrincipals/${family.principal.id}`);
    const made = await make();
    expect(made.status).toBe(201);
    expect((await ask(`GET ${all}/${made.body.id}/sponsors`)).body.value.map((one) => one.userPrincipalName)).toEqual([
      nestor,
    ]);
  });

  it("may own the blueprint alone", async () => {
    await own(`/applications/${family.blueprint.id}`);
    expect((await make()).status).toBe(201);
  });

  it("names a sponsor when the role is the reason", async () => {
    administers(nestor);
    expect(refusal(await make())[2]).toBe("No sponsor specified. Please provide at least one sponsor.");
    expect((await make({ "sponsors@odata.bind": bind(family.sponsor) })).status).toBe(201);
  });
});

describe("a blueprint that signs in itself", () => {
  it("changes and deletes its own agent identities and no others", async () => {
    const app = { app: family.blueprint.appId };
    const { id } = (await anIdentity(ask, family)).body;
    const other = await aBlueprint(ask, { displayName: "other" });
    const stranger = (await anIdentity(ask, other)).body.id;
    expect((await ask(`PATCH ${all}/${id}`, { displayName: "mine" }, app)).status).toBe(204);
    expect((await ask(`PATCH ${all}/${stranger}`, { displayName: "mine" }, app)).status).toBe(403);
    expect((await ask(`DELETE ${all}/${stranger}`, undefined, app)).status).toBe(403);
    expect((await ask(`DELETE ${all}/${id}`, undefined, app)).status).toBe(204);
  });
});

describe("custom security attributes of service principals", () => {
  const assigns = { permissions: ["CustomSecAttributeAssignment.ReadWrite.All", "Application.Read.All"] };
  const value = (cost: string) => ({
    customSecurityAttributes: {
      Cost: { "@odata.type": "#microsoft.graph.customSecurityAttributeValue", Center: cost },
    },
  });

  it("are assigned with their own permission, kept by set, and read on request", async () => {
    const definition = { attributeSet: "Cost", name: "Center", type: "String", status: "Available" };
    const flags = { isCollection: false, isSearchable: true, usePreDefinedValuesOnly: false };
    tenant.plant([
      { id: "Cost", kind: "attributeSet", body: {} },
      { id: "Cost_Center", kind: "customSecurityAttributeDefinition", body: { ...definition, ...flags } },
    ]);
    const { id } = (await anIdentity(ask, family)).body;
    for (const path of [`${all}/${id}`, `${principals}/${family.principal.id}`]) {
      expect((await ask(`PATCH ${path}`, value("4711"))).status).toBe(403);
      expect((await ask(`PATCH ${path}`, value("4711"), assigns)).status).toBe(204);
      expect((await ask(`PATCH ${path}`, { ...value("4711"), tags: [] }, assigns)).status).toBe(403);
      expect((await ask(`GET ${path}?$select=customSecurityAttributes`, undefined, reads)).body).toMatchObject(
        value("4711"),
      );
      expect(Object.keys((await ask(`GET ${path}`)).body)).not.toContain("customSecurityAttributes");
    }
  });
  const reads = {
    permissions: [...assigns.permissions, "AgentIdentity.Read.All", "AgentIdentityBlueprintPrincipal.Read.All"],
  };
});
