import { aBlueprint, anIdentity, blueprintCast, inMemory, type Family, identityCast, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const graphAppId = "00000003-0000-0000-c000-000000000000";
const all = (blueprint: string) => `/applications/${blueprint}/${blueprintCast}/inheritablePermissions`;
const type = (name: string) => ({ "@odata.type": `#microsoft.graph.${name}` });
const everything = { inheritableScopes: type("allAllowedScopes"), inheritableRoles: type("allAllowedRoles") };
const apiNumber = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

let family: Family;
let path: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
  path = all(family.blueprint.id);
});

const make = (body: object = {}) =>
  ask(`POST ${path}`, { resourceAppId: graphAppId, inheritableScopes: type("allAllowedScopes"), ...body });

describe("an inheritable permission", () => {
  it("is created, read, changed and deleted by the app id of its resource", async () => {
    const made = await make({ inheritableRoles: type("noRoles") });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        "@odata.type": "#microsoft.graph.inheritablePermission",
        resourceAppId: graphAppId,
        inheritableScopes: { "@odata.type": "microsoft.graph.allAllowedScopes", kind: "allAllowed" },
        inheritableRoles: { "@odata.type": "microsoft.graph.noRoles", kind: "none" },
      },
    ]);
    expect((await ask(`GET ${path}`)).body.value.length).toBe(1);
    const some = { ...type("enumeratedScopes"), scopes: ["Mail.Read"] };
    expect((await ask(`PATCH ${path}/${graphAppId}`, { inheritableScopes: some })).status).toBe(204);
    expect((await ask(`GET ${path}/${graphAppId}`)).body).toMatchObject({
      inheritableScopes: { kind: "enumerated", scopes: ["Mail.Read"] },
      inheritableRoles: { kind: "none" },
    });
    expect((await ask(`DELETE ${path}/${graphAppId}`)).status).toBe(204);
    expect((await ask(`GET ${path}/${graphAppId}`)).status).toBe(404);
    expect((await ask(`DELETE ${path}/${graphAppId}`)).status).toBe(404);
  });

  it("is deleted for good with its blueprint, and stays while that can be restored", async () => {
    await make();
    const kept = () => tenant.exportState().objects.filter(({ kind }) => kind === "inheritablePermission").length;
    const { id } = family.blueprint;
    await ask(`DELETE /applications/${id}/${blueprintCast}`);
    expect(kept()).toBe(1);
    expect((await ask(`DELETE /directory/deletedItems/${id}`)).status).toBe(204);
    expect(kept()).toBe(0);
  });

  it("answers a PATCH with 204 or with the object, as the profile says", async () => {
    await make();
    tenant.set({ profiles: { inheritablePermissionPatch: "200" } });
    const changed = await ask(`PATCH ${path}/${graphAppId}`, { inheritableScopes: type("noScopes") });
    tenant.set({ profiles: { inheritablePermissionPatch: "204" } });
    expect([changed.status, changed.body]).toMatchObject([200, { inheritableScopes: { kind: "none" } }]);
  });

  it("shows its roles or leaves them out, as the profile says", async () => {
    await make(everything);
    tenant.set({ profiles: { inheritableRolesOnBlueprint: "left out" } });
    const { body } = await ask(`GET ${path}/${graphAppId}`);
    const [listed] = (await ask(`GET ${path}`)).body.value;
    tenant.set({ profiles: { inheritableRolesOnBlueprint: "shown" } });
    for (const shown of [body, listed]) {
      expect(shown).toMatchObject({ inheritableScopes: { kind: "allAllowed" } });
      expect(shown).not.toHaveProperty("inheritableRoles");
    }
    expect((await ask(`GET ${path}/${graphAppId}`)).body).toMatchObject({ inheritableRoles: { kind: "allAllowed" } });
  });

  it("exists once for a resource and for at most ten", async () => {
    await make();
    expect(refusal(await make())).toMatchObject([409, "Request_MultipleObjectsWithSameKeyValue", {}]);
    for (let number = 1; number < 10; number += 1)
      expect((await make({ resourceAppId: apiNumber(number) })).status).toBe(201);
    expect((await make({ resourceAppId: apiNumber(10) })).status).toBe(400);
  });

  it("says a known pattern, and scopes only where they are enumerated", async () => {
    const status = async (inheritableScopes: object | undefined) => (await make({ inheritableScopes })).status;
    expect(await status(undefined)).toBe(400);
    expect(await status({})).toBe(400);
    expect(await status(type("allAllowedRoles"))).toBe(400);
    expect(await status({ ...type("allAllowedScopes"), kind: "none" })).toBe(400);
    expect(await status({ ...type("noScopes"), scopes: ["Mail.Read"] })).toBe(400);
    expect(await status(type("enumeratedScopes"))).toBe(400);
    expect(await status({ ...type("enumeratedScopes"), scopes: [] })).toBe(400);
    expect(await status({ ...type("enumeratedScopes"), scopes: ["Mail.Read", "Mail.Read"] })).toBe(400);
    expect((await make({ resourceAppId: "graph" })).status).toBe(400);
    expect(await status({ ...type("enumeratedScopes"), kind: "enumerated", scopes: ["Mail.Read"] })).toBe(201);
  });

  it("passes on no scope that agents cannot hold", async () => {
    const scopes = (value: string) => ({ ...type("enumeratedScopes"), scopes: ["Mail.Read", value] });
    const refused = await make({ inheritableScopes: scopes("Directory.AccessAsUser.All") });
    expect(refusal(refused)).toEqual([
      400,
      "Request_BadRequest",
      "Permission 'Directory.AccessAsUser.All' is blocked for agent identities.",
    ]);
    await make();
    const changed = await ask(`PATCH ${path}/${graphAppId}`, { inheritableScopes: scopes("User.ReadWrite.All") });
    expect(changed.status).toBe(400);
  });

  it("needs the cast in its path and a permission of its own", async () => {
    expect((await ask(`GET /applications/${family.blueprint.id}/inheritablePermissions`)).status).toBe(400);
    const least = { permissions: ["AgentIdentityBlueprint.Create"] };
    const body = { resourceAppId: graphAppId, inheritableScopes: type("noScopes") };
    expect((await ask(`POST ${path}`, body, { permissions: ["AgentIdentityBlueprint.Read.All"] })).status).toBe(403);
    expect((await ask(`POST ${path}`, body, least)).status).toBe(201);
  });
});

describe("what an agent identity inherits", () => {
  const beta = { version: "beta" } as const;
  let agent: string;
  let resource: string;
  beforeEach(async () => {
    agent = (await anIdentity(ask, family)).body.id;
    resource = (await ask(`GET /servicePrincipals(appId='${graphAppId}')?$select=id`)).body.id;
    const grant = { clientId: family.principal.id, resourceId: resource, consentType: "AllPrincipals" };
    await ask("POST /oauth2PermissionGrants", { ...grant, scope: "Mail.Read User.Read" });
    const assigned = { principalId: family.principal.id, resourceId: resource };
    await ask(`POST /servicePrincipals/${family.principal.id}/appRoleAssignments`, {
      ...assigned,
      appRoleId: "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
    });
  });

  const inherited = async (name: string) =>
    (await ask(`GET /servicePrincipals/${identityCast}/${agent}/${name}`, undefined, beta)).body.value;
  const scopes = async () => (await inherited("inheritedOauth2PermissionGrants")).map(({ scope }) => scope);
  const roles = async () => (await inherited("inheritedAppRoleAssignments")).length;

  it("is what its blueprint's principal holds and the blueprint makes inheritable", async () => {
    expect([await scopes(), await roles()]).toEqual([[], 0]);
    await make(everything);
    const { value } = (await ask("GET /users?$top=1")).body;
    const own = {
      clientId: family.principal.id,
      resourceId: resource,
      consentType: "Principal",
      scope: "Calendars.Read",
    };
    expect((await ask("POST /oauth2PermissionGrants", { ...own, principalId: value[0].id })).status).toBe(201);
    expect([await scopes(), await roles()]).toEqual([["Mail.Read User.Read"], 1]);
    expect((await inherited("inheritedAppRoleAssignments"))[0]).toMatchObject({
      principalId: agent,
      principalDisplayName: "payroll helper",
      resourceId: resource,
    });
    const some = { ...type("enumeratedScopes"), scopes: ["User.Read"] };
    await ask(`PATCH ${path}/${graphAppId}`, { inheritableScopes: some, inheritableRoles: type("noRoles") });
    expect([await scopes(), await roles()]).toEqual([["User.Read"], 0]);
    await ask(`PATCH ${path}/${graphAppId}`, { inheritableScopes: type("noScopes") });
    expect(await scopes()).toEqual([]);
  });

  it("can be read or not, as the profile says", async () => {
    tenant.set({ profiles: { inheritedCollections: "missing" } });
    const name = "inheritedAppRoleAssignments";
    const missing = await ask(`GET /servicePrincipals/${identityCast}/${agent}/${name}`, undefined, beta);
    tenant.set({ profiles: { inheritedCollections: "served" } });
    expect(refusal(missing)).toEqual([400, "BadRequest", `Resource not found for the segment '${name}'.`]);
  });

  it("is not among its own grants", async () => {
    await make(everything);
    expect((await ask(`GET /servicePrincipals/${agent}/appRoleAssignments`)).body.value).toEqual([]);
    expect((await ask(`GET /servicePrincipals/${agent}/oauth2PermissionGrants`)).body.value).toEqual([]);
  });

  it("is there to be read on beta, and nothing else", async () => {
    const list = `/servicePrincipals/${agent}/${identityCast}/inheritedAppRoleAssignments`;
    expect((await ask(`GET ${list}`)).status).toBe(501);
    expect((await ask(`GET ${list}?$top=1`, undefined, beta)).status).toBe(400);
    for (const name of ["inheritedAppRoleAssignments", "inheritedOauth2PermissionGrants"]) {
      const path = `/servicePrincipals/${agent}/${identityCast}/${name}`;
      for (const request of [`POST ${path}`, `PATCH ${path}/x`, `DELETE ${path}/x`]) {
        const body = request.startsWith("DELETE") ? undefined : {};
        expect((await ask(request, body, beta)).status).toBe(405);
      }
    }
    const other = `/servicePrincipals/${family.principal.id}/${identityCast}/inheritedAppRoleAssignments`;
    expect((await ask(`GET ${other}`, undefined, beta)).status).toBe(404);
  });
});
