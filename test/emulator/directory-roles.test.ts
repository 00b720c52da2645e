import { aBlueprint, anIdentity, bind, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const definitions = "/roleManagement/directory/roleDefinitions";
const assignments = "/roleManagement/directory/roleAssignments";
const reportsReader = "4a5d8f65-41da-4de4-8968-e035b65339cf";
const userAdministrator = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const writer = { permissions: ["RoleManagement.ReadWrite.Directory"] };
const missing = (id: string) =>
  `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
const conflicting =
  "A conflicting object with one or more of the specified property values is present in the directory.";

const assign = (principalId: string, roleDefinitionId: string, directoryScopeId = "/") =>
  ask(`POST ${assignments}`, { principalId, roleDefinitionId, directoryScopeId }, writer);

describe("a role assignment", () => {
  it("has the id Graph makes of role and principal, and is read, found and deleted", async () => {
    const { adele } = await people(ask);
    const made = await assign(idOf(adele), reportsReader);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      principalId: idOf(adele),
      roleDefinitionId: reportsReader,
      directoryScopeId: "/",
    });
    expect(made.body.id).toMatch(/^ZY9dStpB5E2JaOA1tlM5z[\w-]{22}-1$/);
    const one = `${assignments}/${made.body.id}`;
    expect((await ask(`GET ${one}`)).body).toEqual({ ...made.body, "@odata.context": expect.any(String) as string });
    const found = await ask(`GET ${assignments}?$filter=principalId eq '${idOf(adele)}'`);
    expect(found.body.value.map(({ id }) => id)).toEqual([made.body.id]);
    expect((await ask(`GET ${assignments}?$filter=principalId eq '${reportsReader}'`)).body.value).toEqual([]);
    expect((await ask(`DELETE ${one}`, undefined, writer)).status).toBe(204);
    expect((await ask(`GET ${one}`)).status).toBe(404);
  });

  it("is read together with its role, its principal and its scope", async () => {
    const { adele } = await people(ask);
    const { id } = (await assign(idOf(adele), reportsReader)).body;
    const expanded = `${assignments}/${id}?$expand=roleDefinition,principal,directoryScope`;
    expect((await ask(`GET ${expanded}`)).body).toMatchObject({
      principalId: idOf(adele),
      principal: { "@odata.type": "#microsoft.graph.user", id: idOf(adele) },
      roleDefinition: { id: reportsReader, displayName: "Reports Reader" },
      directoryScope: null,
    });
    const listed = `${assignments}?$filter=roleDefinitionId eq '${reportsReader}'&$expand=principal`;
    expect((await ask(`GET ${listed}`)).body.value).toMatchObject([{ id, principal: { id: idOf(adele) } }]);
  });

  it("shows its resourceScope on beta", async () => {
    const { adele } = await people(ask);
    const { id } = (await assign(idOf(adele), reportsReader)).body;
    expect((await ask(`GET ${assignments}/${id}`, undefined, { version: "beta" })).body).toMatchObject({
      resourceScope: "/",
    });
    expect((await ask(`GET ${assignments}/${id}`)).body).not.toHaveProperty("resourceScope");
  });

  it("exists once, between a principal and a role that exist", async () => {
    const { adele } = await people(ask);
    await assign(idOf(adele), reportsReader);
    expect(refusal(await assign(idOf(adele), reportsReader))).toEqual([400, "Request_BadRequest", conflicting]);
    const nobody = "11111111-1111-4111-8111-111111111111";
    expect(refusal(await assign(nobody, reportsReader))).toEqual([404, "Request_ResourceNotFound", missing(nobody)]);
    expect(refusal(await assign(idOf(adele), nobody))).toEqual([404, "Request_ResourceNotFound", missing(nobody)]);
    expect((await assign(idOf(adele), reportsReader, `/administrativeUnits/${nobody}`)).status).toBe(404);
    expect((await assign(idOf(adele), reportsReader, `/${nobody}`)).status).toBe(400);
  });

  it("of a group needs a group that can hold roles", async () => {
    const { group } = await people(ask);
    expect((await assign(idOf(group("Directory Operators")), reportsReader)).status).toBe(201);
    expect((await assign(idOf(group("Office Munich")), reportsReader)).status).toBe(400);
  });

  it("of an agent identity is limited to the documented roles", async () => {
    const agent = (await anIdentity(ask, await aBlueprint(ask))).body;
    expect((await assign(agent.id, reportsReader)).status).toBe(201);
    expect(refusal(await assign(agent.id, userAdministrator))).toEqual([
      400,
      "Request_BadRequest",
      "The role 'User Administrator' cannot be assigned to an agent identity.",
    ]);
  });

  it("needs the permission to write roles, and to read them", async () => {
    const { adele } = await people(ask);
    const body = { principalId: idOf(adele), roleDefinitionId: reportsReader, directoryScopeId: "/" };
    const reader = { permissions: ["RoleManagement.Read.Directory"] };
    expect((await ask(`POST ${assignments}`, body, reader)).status).toBe(403);
    expect((await ask(`GET ${assignments}`, undefined, reader)).status).toBe(200);
    expect((await ask(`GET ${assignments}`, undefined, { permissions: ["User.Read.All"] })).status).toBe(403);
  });

  it("is not there while its principal is deleted, and comes back with it", async () => {
    const agent = (await anIdentity(ask, await aBlueprint(ask))).body;
    const { id } = (await assign(agent.id, reportsReader)).body;
    await ask(`DELETE /servicePrincipals/${agent.id}`);
    expect((await ask(`GET ${assignments}/${id}`)).status).toBe(404);
    await ask(`POST /directory/deletedItems/${agent.id}/restore`);
    expect((await ask(`GET ${assignments}/${id}`)).status).toBe(200);
  });
});

describe("a custom role", () => {
  const custom = {
    displayName: "Application Registration Support Administrator",
    description: "Update basic properties of application registrations",
    isEnabled: true,
    rolePermissions: [{ allowedResourceActions: ["microsoft.directory/applications/basic/read"] }],
  };

  it("is created, changed and deleted; built-in ones cannot be", async () => {
    const made = await ask(`POST ${definitions}`, custom, writer);
    expect([made.status, made.body]).toMatchObject([201, { ...custom, isBuiltIn: false, templateId: made.body.id }]);
    const one = `${definitions}/${made.body.id}`;
    expect((await ask(`PATCH ${one}`, { isEnabled: false }, writer)).status).toBe(204);
    expect((await ask(`GET ${one}`)).body).toMatchObject({ ...custom, isEnabled: false });
    const { adele } = await people(ask);
    expect((await assign(idOf(adele), made.body.id)).status).toBe(400);
    const found = await ask(`GET ${definitions}?$filter=displayName eq '${custom.displayName}'`);
    expect(found.body.value.map(({ id }) => id)).toEqual([made.body.id]);
    expect((await ask(`DELETE ${one}`, undefined, writer)).status).toBe(204);
    expect((await ask(`DELETE ${definitions}/${reportsReader}`, undefined, writer)).status).toBe(400);
    expect((await ask(`PATCH ${definitions}/${reportsReader}`, { isEnabled: false }, writer)).status).toBe(400);
  });

  it("cannot manage agents, and is for agents only as the profile says", async () => {
    const rolePermissions = [{ allowedResourceActions: ["microsoft.directory/agentIdentities/create"] }];
    expect((await ask(`POST ${definitions}`, { ...custom, rolePermissions }, writer)).status).toBe(400);
    const role = (await ask(`POST ${definitions}`, custom, writer)).body.id;
    expect((await ask(`POST ${definitions}`, custom, writer)).status).toBe(400);
    const agent = (await anIdentity(ask, await aBlueprint(ask))).body.id;
    expect((await assign(agent, role)).status).toBe(400);
    tenant.set({ profiles: { customRolesForAgents: "allowed" } });
    expect((await assign(agent, role)).status).toBe(201);
    expect((await ask(`DELETE ${definitions}/${role}`, undefined, writer)).status).toBe(400);
    tenant.set({ profiles: { customRolesForAgents: "refused" } });
  });
});

describe("a directory role", () => {
  it("is there once it was activated or assigned, under an id of its own", async () => {
    const active = async () => (await ask("GET /directoryRoles")).body.value.map(({ displayName }) => displayName);
    const ofEveryTenant = await active();
    const made = await ask("POST /directoryRoles", { roleTemplateId: reportsReader }, writer);
    expect([made.status, made.body.displayName]).toEqual([201, "Reports Reader"]);
    expect((await ask("POST /directoryRoles", { roleTemplateId: reportsReader }, writer)).status).toBe(400);
    expect((await ask(`GET /directoryRoles(roleTemplateId='${reportsReader}')`)).body.id).toBe(made.body.id);
    const { adele } = await people(ask);
    await assign(idOf(adele), userAdministrator);
    expect(await active()).toEqual([...ofEveryTenant, "Reports Reader", "User Administrator"]);
  });

  it("has the members that hold its role for the whole tenant", async () => {
    const { id } = (await ask("POST /directoryRoles", { roleTemplateId: reportsReader }, writer)).body;
    const { adele } = await people(ask);
    const members = `/directoryRoles/${id}/members`;
    const [reference] = bind(adele);
    expect((await ask(`POST ${members}/$ref`, { "@odata.id": reference }, writer)).status).toBe(204);
    expect((await ask(`GET ${members}`)).body.value.map((member) => member.id)).toEqual([idOf(adele)]);
    expect((await ask(`GET ${assignments}`)).body.value).toHaveLength(1);
    expect((await ask(`DELETE ${members}/${idOf(adele)}/$ref`, undefined, writer)).status).toBe(204);
    expect((await ask(`GET ${members}`)).body.value).toEqual([]);
    expect((await ask(`DELETE ${members}/${idOf(adele)}/$ref`, undefined, writer)).status).toBe(404);
  });

  it("has a template for every built-in role", async () => {
    const templates = (await ask("GET /directoryRoleTemplates")).body.value;
    const roles = (await ask(`GET ${definitions}?$filter=isBuiltIn eq true&$top=999`)).body.value;
    expect(templates.map(({ id }) => id)).toEqual(roles.map(({ id }) => id));
    expect((await ask(`GET /directoryRoleTemplates/${reportsReader}`)).body.displayName).toBe("Reports Reader");
  });
});
