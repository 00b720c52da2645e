import { concernsAgents } from "../../emulator/access";
import { entityOf } from "../../emulator/entities";
import { openTenant } from "../../emulator/tenant";
import { asker, idOf, refusal } from "./client";

const denied = [403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."];

describe("an operation concerns agents", () => {
  it.each([
    ["/applications/{id}/microsoft.graph.agentIdentityBlueprint", "", true],
    ["/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal", "", true],
    ["/servicePrincipals/{id}/microsoft.graph.agentIdentity/sponsors", "", true],
    ["/users/{id}/microsoft.graph.agentUser", "", true],
    ["/directory/deletedItems/microsoft.graph.agentIdentity", "", true],
    ["/users/{id}", "agentUser", true],
    ["/applications/{id}/addPassword", "agentIdentityBlueprint", true],
    ["/applications/{id}/federatedIdentityCredentials", "agentIdentityBlueprint", true],
    ["/servicePrincipals/{id}/appRoleAssignments", "agentIdentity", true],
    ["/directory/deletedItems/{id}/restore", "agentIdentityBlueprintPrincipal", true],
    ["/directoryObjects/{id}", "agentIdentity", true],
    ["/applications/{id}", "application", false],
    ["/applications", "", false],
    ["/servicePrincipals", "", false],
    ["/users/{id}", "user", false],
    ["/oauth2PermissionGrants/{id}", "oAuth2PermissionGrant", false],
  ])("%s of %s: %s", (path, kind, expected) => {
    expect(concernsAgents({ path }, kind)).toBe(expected);
  });

  it("where its route says so", () => {
    expect(concernsAgents({ path: "/applications", forAgents: true }, "")).toBe(true);
  });
});

describe.each(["Directory.AccessAsUser.All", "Directory.ReadWrite.All"])("a token with %s", (mighty) => {
  const tenant = openTenant({ memory: true });
  const ask = asker(tenant);
  afterAll(() => tenant.close());

  const id = "99999999-9999-4999-8999-99999999999";
  const permissions = [
    mighty,
    "Application.ReadWrite.All",
    "User.ReadWrite.All",
    "AgentIdentityBlueprint.ReadWrite.All",
    "AgentIdentity.ReadWrite.All",
    "AgentIdUser.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
  ];
  const asking = { user: "lee.gu@contoso.com", permissions };

  it.each([
    ["agentIdentityBlueprint", "applications", "0"],
    ["agentIdentityBlueprintPrincipal", "servicePrincipals", "1"],
    ["agentIdentity", "servicePrincipals", "2"],
    ["agentUser", "users", "3"],
  ])("is refused on every %s, below it and in the recycle bin, and learns nothing", async (kind, collection, digit) => {
    const own = `${id}${digit}`;
    if (tenant.requests().every(({ path }) => !path.includes(own)))
      tenant.plant([{ kind: entityOf(kind).kind, id: own, body: { displayName: "x" } }]);
    for (const request of [
      `GET /${collection}/${own}`,
      `PATCH /${collection}/${own}`,
      `DELETE /${collection}/${own}`,
      `GET /${collection}/${own}/microsoft.graph.${kind}`,
    ]) {
      const { status, body } = await ask(
        request,
        request.startsWith("PATCH") ? { displayName: "y" } : undefined,
        asking,
      );
      expect([request, status, body.error.code, body.error.message]).toEqual([request, ...denied]);
    }
  });

  it("is refused on what an agent is granted, from the API's end and among all grants too", async () => {
    const sane = {
      permissions: [
        "DelegatedPermissionGrant.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "Application.Read.All",
      ],
    };
    const bad = { user: "lee.gu@contoso.com", permissions: [mighty, ...sane.permissions] };
    const agent = `${id}4`;
    tenant.plant([{ kind: "agentIdentity", id: agent, body: { displayName: "x", appId: agent } }]);
    const api = (
      await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id", undefined, sane)
    ).body.id;
    const grant = {
      clientId: agent,
      consentType: "AllPrincipals",
      principalId: null,
      resourceId: api,
      scope: "User.Read",
    };
    const role = { principalId: agent, resourceId: api, appRoleId: "810c84a8-4a9e-49e6-bf7d-12d183f40d01" };
    const refused = async (request: string, body?: object) => {
      expect([request, ...refusal(await ask(request, body, bad))]).toEqual([request, ...denied]);
    };
    const path = `/servicePrincipals/${api}/appRoleAssignedTo`;
    for (const [all, body, change] of [
      ["/oauth2PermissionGrants", grant, { scope: "Mail.Read" }],
      [path, role, undefined],
    ] as const) {
      await refused(`POST ${all}`, body);
      const made = await ask(`POST ${all}`, body, sane);
      expect(made.status).toBe(201);
      if (change) await refused(`PATCH ${all}/${made.body.id}`, change);
      await refused(`DELETE ${all}/${made.body.id}`);
    }
    const other = (await ask("GET /servicePrincipals?$filter=displayName eq 'Pulumi automation'", undefined, sane)).body
      .value[0].id;
    expect((await ask("POST /oauth2PermissionGrants", { ...grant, clientId: other }, bad)).status).toBe(201);
    const agentUser = `${id}5`;
    tenant.plant([{ kind: "agentUser", id: agentUser, body: { displayName: "x" } }]);
    const forOne = { ...grant, clientId: other, consentType: "Principal", principalId: agentUser };
    await refused("POST /oauth2PermissionGrants", forOne);
    expect((await ask("POST /oauth2PermissionGrants", forOne, sane)).status).toBe(201);
  });

  it("may do what concerns no agent", async () => {
    expect((await ask("GET /users?$select=id&$top=1", undefined, asking)).status).toBe(200);
    const person = idOf("/users/lee.gu@contoso.com");
    expect((await ask(`GET /users/${person}`, undefined, asking)).status).toBe(200);
    expect((await ask("GET /servicePrincipals?$select=id", undefined, asking)).status).toBe(200);
  });
});
