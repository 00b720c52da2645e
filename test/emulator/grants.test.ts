import { aBlueprint, anIdentity, inMemory, type Family, idOf, only, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const graphAppId = "00000003-0000-0000-c000-000000000000";
const mailRead = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";
let family: Family;
let agent: string;
let resource: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
  agent = (await anIdentity(ask, family)).body.id;
  resource = (await ask(`GET /servicePrincipals(appId='${graphAppId}')?$select=id`)).body.id;
});

describe("service principals of APIs", () => {
  it("publish their permissions by name and id", async () => {
    const { value } = (
      await ask(`GET /servicePrincipals?$filter=appId eq '${graphAppId}'&$select=appRoles,oauth2PermissionScopes`)
    ).body;
    expect(only(value[0].appRoles, (role) => role.displayName === "Mail.Read").id).toBe(mailRead);
    expect(
      only(value[0].oauth2PermissionScopes, (scope) => scope.id === "e1fe6dd8-ba31-4d61-89e7-88639da4683d"),
    ).toMatchObject({ value: "User.Read", type: "User" });
    expect([value[0].appRoles.length, value[0].oauth2PermissionScopes.length]).toEqual([602, 624]);
    expect((await ask("GET /servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')")).body.displayName).toBe(
      "Office 365 Exchange Online",
    );
  });
});

describe("an app role assignment", () => {
  const asks = (change: object = {}) => ({ principalId: agent, resourceId: resource, appRoleId: mailRead, ...change });

  it("shows at both ends and can be taken back", async () => {
    const made = await ask(`POST /servicePrincipals/${agent}/appRoleAssignments`, asks());
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        ...asks(),
        principalType: "ServicePrincipal",
        principalDisplayName: "payroll helper",
        resourceDisplayName: "Microsoft Graph",
      },
    ]);
    const held = `/servicePrincipals/${agent}/appRoleAssignments`;
    expect((await ask(`GET ${held}`)).body.value).toMatchObject([{ id: made.body.id }]);
    expect((await ask(`GET /servicePrincipals/${resource}/appRoleAssignedTo`)).body.value).toMatchObject([
      { id: made.body.id },
    ]);
    expect(
      (await ask(`DELETE /servicePrincipals/${family.principal.id}/appRoleAssignments/${made.body.id}`)).status,
    ).toBe(404);
    expect((await ask(`DELETE ${held}/${made.body.id}`)).status).toBe(204);
    expect((await ask(`GET ${held}`)).body.value).toEqual([]);
    expect((await ask(`POST /servicePrincipals/${resource}/appRoleAssignedTo`, asks())).status).toBe(201);
  });

  it("exists once, for a role the resource has, in the address of its own principal", async () => {
    const path = `/servicePrincipals/${agent}/appRoleAssignments`;
    await ask(`POST ${path}`, asks());
    expect(refusal(await ask(`POST ${path}`, asks()))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "EntitlementGrant entry already exists.",
    ]);
    const unknown = "99999999-9999-4999-8999-999999999999";
    expect(refusal(await ask(`POST ${path}`, asks({ appRoleId: unknown })))).toEqual([
      400,
      "Request_BadRequest",
      `Permission being assigned was not found on application '${graphAppId}'.`,
    ]);
    expect((await ask(`POST ${path}`, asks({ principalId: family.principal.id }))).status).toBe(400);
    expect((await ask(`POST ${path}`, asks({ resourceId: unknown }))).status).toBe(404);
    expect((await ask(`POST ${path}`, asks({ resourceId: idOf(family.sponsor) }))).status).toBe(404);
  });

  it("is read alone, and its maker's time has another name on beta", async () => {
    const path = `/servicePrincipals/${agent}/appRoleAssignments`;
    const { id } = (await ask(`POST ${path}`, asks())).body;
    expect((await ask(`GET ${path}/${id}`)).body).toMatchObject({ id, ...asks() });
    expect((await ask(`GET /servicePrincipals/${resource}/appRoleAssignments/${id}`)).status).toBe(404);
    const beta = (await ask(`GET ${path}/${id}`, undefined, { version: "beta" })).body;
    expect(Object.keys(beta)).toEqual(expect.arrayContaining(["creationTimestamp"]));
    expect(Object.keys(beta)).not.toContain("createdDateTime");
  });

  it("is for members its role allows, and without a role only where there are none", async () => {
    const zero = "00000000-0000-0000-0000-000000000000";
    const path = `/servicePrincipals/${agent}/appRoleAssignments`;
    expect((await ask(`POST ${path}`, asks({ appRoleId: zero }))).status).toBe(400);
    const role = { value: "Use", displayName: "Use", description: "Uses", id: mailRead };
    const { adele } = await people(ask);
    const api = await aBlueprint(ask, { displayName: "api" });
    const on = (principalId: string, appRoleId: string) =>
      ask(`POST /servicePrincipals/${api.principal.id}/appRoleAssignedTo`, {
        principalId,
        resourceId: api.principal.id,
        appRoleId,
      });
    expect((await on(idOf(adele), zero)).status).toBe(201);
    const roles = (appRole: object) =>
      ask(`PATCH /applications/${api.blueprint.id}`, { appRoles: [{ ...role, ...appRole }] });
    await roles({ allowedMemberTypes: ["User"] });
    expect((await on(agent, mailRead)).status).toBe(400);
    expect((await on(idOf(adele), mailRead)).body).toMatchObject({ principalType: "User" });
    await roles({ allowedMemberTypes: ["Application"] });
    expect((await on(agent, mailRead)).status).toBe(201);
    expect((await on(agent, zero)).status).toBe(400);
  });

  it("is refused for what agents cannot hold, and for more than a principal can hold", async () => {
    const roles = (await ask(`GET /servicePrincipals/${resource}?$select=appRoles`)).body.appRoles;
    const id = (name: string) => only(roles, (role) => role.displayName === name).id;
    const give = (principalId: string, name: string) =>
      ask(`POST /servicePrincipals/${principalId}/appRoleAssignments`, asks({ principalId, appRoleId: id(name) }));
    expect(refusal(await give(agent, "Calendars.Read"))).toEqual([
      400,
      "Request_BadRequest",
      "Permission 'Calendars.Read' is blocked for agent identities.",
    ]);
    expect((await give(agent, "Group.ReadWrite.All")).status).toBe(400);
    expect((await give(family.principal.id, "Calendars.Read")).status).toBe(201);
    tenant.set({ limits: { appRoleAssignments: 1 } });
    expect((await give(family.principal.id, "Mail.Read")).status).toBe(400);
    tenant.set({ limits: { appRoleAssignments: 1_500 } });
    expect((await give(family.principal.id, "Mail.Read")).status).toBe(201);
  });

  it("needs Application.Read.All beside its own permission, and goes with its principal", async () => {
    const path = `/servicePrincipals/${agent}/appRoleAssignments`;
    expect((await ask(`POST ${path}`, asks(), { permissions: ["AppRoleAssignment.ReadWrite.All"] })).status).toBe(403);
    expect((await ask(`POST ${path}`, asks())).status).toBe(201);
    await ask(`DELETE /servicePrincipals/${agent}`);
    expect((await ask(`GET /servicePrincipals/${resource}/appRoleAssignedTo`)).body.value).toEqual([]);
  });

  it("gives an application the permissions its tokens carry", async () => {
    const { appId } = family.blueprint;
    expect((await ask("GET /users", undefined, { app: appId })).status).toBe(403);
    const users = (await ask(`GET /servicePrincipals/${resource}?$select=appRoles`)).body.appRoles;
    const { id } = only(users, (role) => role.displayName === "User.Read.All");
    const asked = asks({ principalId: family.principal.id, appRoleId: id });
    await ask(`POST /servicePrincipals/${family.principal.id}/appRoleAssignments`, asked);
    expect((await ask("GET /users", undefined, { app: appId })).status).toBe(200);
  });
});

describe("a delegated permission grant", () => {
  const all = "/oauth2PermissionGrants";
  const asks = (change: object = {}) => ({
    clientId: agent,
    consentType: "AllPrincipals",
    resourceId: resource,
    scope: "Mail.Read User.Read",
    ...change,
  });

  it("is created, found, changed and deleted", async () => {
    const made = await ask(`POST ${all}`, asks());
    const { id } = made.body;
    expect([made.status, made.body]).toMatchObject([201, { ...asks(), principalId: null }]);
    await ask(`POST ${all}`, asks({ clientId: family.principal.id }));
    const found = await ask(`GET ${all}?$filter=clientId eq '${agent}' and consentType eq 'AllPrincipals'`);
    expect(found.body.value.map((grant) => grant.id)).toEqual([id]);
    expect((await ask(`PATCH ${all}/${id}`, { scope: "Mail.Read" })).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).body.scope).toBe("Mail.Read");
    expect((await ask(`PATCH ${all}/${id}`, { resourceId: resource, scope: "" })).status).toBe(400);
    expect((await ask(`DELETE ${all}/${id}`)).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).status).toBe(404);
  });

  it("is refused for what agents cannot hold", async () => {
    const blocked = (scope: string) => `Permission '${scope}' is blocked for agent identities.`;
    for (const scope of ["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "Directory.AccessAsUser.All"])
      expect(refusal(await ask(`POST ${all}`, asks({ scope: `Mail.Read ${scope}` })))[2]).toBe(blocked(scope));
    const { id } = (await ask(`POST ${all}`, asks())).body;
    expect((await ask(`PATCH ${all}/${id}`, { scope: "User.ReadWrite.All" })).status).toBe(400);
    const above = asks({ clientId: family.principal.id, scope: "Group.ReadWrite.All" });
    expect((await ask(`POST ${all}`, above)).status).toBe(201);
    expect((await ask(`GET /servicePrincipals/${agent}/oauth2PermissionGrants`)).body.value).toMatchObject([{ id }]);
  });

  it("exists once for a client, a resource and a principal", async () => {
    const { adele, nestor } = await people(ask);
    await ask(`POST ${all}`, asks());
    expect(refusal(await ask(`POST ${all}`, asks({ scope: "User.Read" })))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "Permission entry already exists.",
    ]);
    for (const path of [adele, nestor]) {
      expect((await ask(`POST ${all}`, asks({ consentType: "Principal", principalId: idOf(path) }))).status).toBe(201);
    }
    expect((await ask(`POST ${all}`, asks({ consentType: "Principal", principalId: idOf(adele) }))).status).toBe(409);
  });

  it("takes scopes that the resource does not publish, or refuses them, as the profile says", async () => {
    const { id, scope } = (await ask(`POST ${all}`, asks({ scope: "Mail.Read Mail.Raed" }))).body;
    expect(scope).toBe("Mail.Read Mail.Raed");
    expect((await ask(`PATCH ${all}/${id}`, { scope: "Mail.Raed" })).status).toBe(204);
    // What agents cannot hold is refused beside it all the same.
    expect((await ask(`PATCH ${all}/${id}`, { scope: "Mail.Raed User.ReadWrite.All" })).status).toBe(400);
    tenant.set({ profiles: { unknownScopes: "refused" } });
    const adele = idOf((await people(ask)).adele);
    const other = asks({ consentType: "Principal", principalId: adele, scope: "Mail.Read Mail.Raed" });
    expect(refusal(await ask(`POST ${all}`, other))).toMatchObject([400, "Request_BadRequest", {}]);
    expect((await ask(`PATCH ${all}/${id}`, { scope: "Mail.Raed" })).status).toBe(400);
    tenant.set({ profiles: { unknownScopes: "taken" } });
  });

  it("names a principal when it is for one", async () => {
    expect((await ask(`POST ${all}`, asks({ consentType: "Principal" }))).status).toBe(400);
    expect((await ask(`POST ${all}`, asks({ principalId: idOf(family.sponsor) }))).status).toBe(400);
    expect((await ask(`POST ${all}`, asks({ clientId: idOf(family.sponsor) }))).status).toBe(404);
  });
});
