import { problemsOf } from "../../emulator/metadata/check";
import { aBlueprint, anIdentity, graph, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

const all = "/directory/administrativeUnits";
const may = { permissions: ["AdministrativeUnit.ReadWrite.All"] };
const make = async (change: object = {}) => {
  const { id } = (await ask(`POST ${all}`, { displayName: "Munich", ...change }, may)).body;
  return `${all}/${id}`;
};
const url = (path: string) => ({ "@odata.id": `${graph}/v1.0${path}` });

describe("an administrative unit", () => {
  it("is created, read, changed, deleted and restored", async () => {
    const made = await ask(`POST ${all}`, { displayName: "Munich", description: "The office" }, may);
    expect(made.status).toBe(201);
    const { "@odata.context": context, ...shown } = made.body;
    expect(context).toContain("$metadata#administrativeUnits/$entity");
    expect(problemsOf("v1.0", "administrativeUnit", shown, "answer")).toEqual([]);
    expect(shown).toMatchObject({ description: "The office", visibility: null, deletedDateTime: null });
    const path = `${all}/${shown.id}`;
    expect((await ask(`PATCH ${path}`, { displayName: "Munich and around" }, may)).status).toBe(204);
    expect((await ask(`GET ${path}`, undefined, may)).body.displayName).toBe("Munich and around");
    expect((await ask(`GET ${all}?$filter=startswith(displayName,'Mun')`, undefined, may)).body.value).toHaveLength(1);
    expect((await ask(`DELETE ${path}`, undefined, may)).status).toBe(204);
    expect((await ask(`GET ${path}`, undefined, may)).status).toBe(404);
    expect((await ask(`POST /directory/deletedItems/${shown.id}/restore`, undefined, may)).status).toBe(200);
    expect((await ask(`GET ${path}`, undefined, may)).status).toBe(200);
  });

  it("answers on beta under both addresses", async () => {
    const id = idOf(await make());
    for (const path of [`${all}/${id}`, `/administrativeUnits/${id}`]) {
      expect((await ask(`GET ${path}`, undefined, { ...may, version: "beta" })).body.id).toBe(id);
    }
    expect((await ask(`GET /administrativeUnits/${id}`, undefined, may)).status).toBe(501);
  });

  it.each([
    [{ displayName: undefined }, "A value is required for property 'displayName' of resource 'AdministrativeUnit'."],
    [{ visibility: "Secret" }, "Invalid value specified for property 'visibility' of resource 'AdministrativeUnit'."],
    [{ colour: "green" }, "Invalid property 'colour'."],
  ])("is refused, case %#", async (change, message) => {
    const reply = await ask(`POST ${all}`, { displayName: "Munich", ...change }, may);
    expect(refusal(reply)).toEqual([400, "Request_BadRequest", message]);
  });
});

describe("members of a unit", () => {
  it("are users, groups and agent users, and no other agents", async () => {
    const { adele, group } = await people(ask);
    const family = await aBlueprint(ask);
    const identity = (await anIdentity(ask, family)).body.id;
    const agent = {
      accountEnabled: true,
      displayName: "Sales Agent",
      mailNickname: "sales",
      userPrincipalName: "sales@contoso.com",
      identityParentId: identity,
    };
    const agentUser = (
      await ask("POST /users/microsoft.graph.agentUser", agent, { permissions: ["AgentIdUser.ReadWrite.All"] })
    ).body.id;
    const unit = await make();
    const add = async (path: string) => (await ask(`POST ${unit}/members/$ref`, url(path), may)).status;
    for (const path of [adele, group("Office Munich"), `/users/${agentUser}`]) expect(await add(path)).toBe(204);
    expect(await add(adele)).toBe(400);
    for (const id of [identity, family.principal.id, family.blueprint.id]) {
      expect(await add(`/directoryObjects/${id}`)).toBe(400);
    }
    expect((await ask(`GET ${unit}/members`, undefined, may)).body.value).toHaveLength(3);
    const held = (await ask(`GET ${adele}/memberOf`)).body.value;
    expect(held).toMatchObject([{ "@odata.type": "#microsoft.graph.administrativeUnit", id: idOf(unit) }]);
    expect((await ask(`DELETE ${unit}/members/${idOf(adele)}/$ref`, undefined, may)).status).toBe(204);
    expect((await ask(`DELETE ${unit}/members/${idOf(adele)}/$ref`, undefined, may)).status).toBe(404);
  });

  it("can be hidden, and restricted", async () => {
    const { adele } = await people(ask);
    const unit = await make({ visibility: "HiddenMembership", isMemberManagementRestricted: true });
    await ask(`POST ${unit}/members/$ref`, url(adele), may);
    expect((await ask(`GET ${unit}/members`, undefined, may)).status).toBe(403);
    const hidden = { permissions: ["AdministrativeUnit.Read.All", "Member.Read.Hidden"] };
    expect((await ask(`GET ${unit}/members`, undefined, hidden)).body.value).toHaveLength(1);
    expect((await ask(`GET ${adele}?$select=isManagementRestricted`)).body).toMatchObject({
      isManagementRestricted: true,
    });
    expect((await ask(`PATCH ${unit}`, { isMemberManagementRestricted: false }, may)).status).toBe(400);
  });
});

describe("scoped role members", () => {
  const roles = { permissions: ["RoleManagement.ReadWrite.Directory"] };
  const userAdministrator = "fe930be7-5e62-47db-91af-98c3a49a38b1";

  it("hold a directory role for the unit, and only for it", async () => {
    const { adele } = await people(ask);
    const unit = await make();
    const asked = { roleId: userAdministrator, roleMemberInfo: { id: idOf(adele) } };
    const made = await ask(`POST ${unit}/scopedRoleMembers`, asked, roles);
    expect(made.status).toBe(201);
    const { "@odata.context": _context, ...shown } = made.body;
    expect(problemsOf("v1.0", "scopedRoleMembership", shown, "answer")).toEqual([]);
    expect(shown).toMatchObject({
      administrativeUnitId: idOf(unit),
      roleMemberInfo: {
        id: idOf(adele),
        displayName: "Adele Vance",
        userPrincipalName: "adele.vance@contoso.com",
      },
    });
    expect((await ask(`POST ${unit}/scopedRoleMembers`, asked, roles)).status).toBe(400);
    expect((await ask(`GET ${unit}/scopedRoleMembers`, undefined, roles)).body.value).toMatchObject([{ id: shown.id }]);
    const assignments = await ask("GET /roleManagement/directory/roleAssignments", undefined, roles);
    expect(assignments.body.value).toMatchObject([{ directoryScopeId: `/administrativeUnits/${idOf(unit)}` }]);
    expect((await ask(`GET ${adele}/memberOf`)).body.value).toEqual([]);
    const one = `${unit}/scopedRoleMembers/${shown.id}`;
    expect((await ask(`GET ${one}`, undefined, roles)).status).toBe(200);
    expect((await ask(`DELETE ${one}`, undefined, roles)).status).toBe(204);
    expect((await ask(`GET ${one}`, undefined, roles)).status).toBe(404);
  });
});
