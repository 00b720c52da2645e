import { aBlueprint, anIdentity, blueprintCast, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

const may = { permissions: ["AppRoleAssignment.ReadWrite.All", "Group.Read.All"] };
const appRoleId = "11111111-2222-4333-8444-555555555555";

/** A blueprint principal with one role for people and one for applications. */
async function anApi() {
  const family = await aBlueprint(ask);
  const role = { displayName: "Approver", description: "Approves", isEnabled: true, value: "Approve" };
  const appRoles = [{ ...role, id: appRoleId, allowedMemberTypes: ["User"] }];
  await ask(`PATCH /applications/${family.blueprint.id}/${blueprintCast}`, { appRoles });
  return family;
}

describe("app roles of users, agent users and groups", () => {
  it("are given, listed and taken away where the principal is", async () => {
    const family = await anApi();
    const { adele, group } = await people(ask);
    const agent = {
      accountEnabled: true,
      displayName: "Sales Agent",
      mailNickname: "sales",
      userPrincipalName: "sales@contoso.com",
      identityParentId: (await anIdentity(ask, family)).body.id,
    };
    const asking = { permissions: ["AgentIdUser.ReadWrite.All"] };
    const { id } = (await ask("POST /users/microsoft.graph.agentUser", agent, asking)).body;
    for (const [path, type] of [
      [adele, "User"],
      [`/users/${id}`, "User"],
      [group("Office Munich"), "Group"],
    ] as const) {
      const body = { principalId: idOf(path), resourceId: family.principal.id, appRoleId };
      const made = await ask(`POST ${path}/appRoleAssignments`, body, may);
      expect([made.status, made.body]).toMatchObject([201, { principalType: type, principalId: idOf(path) }]);
      expect((await ask(`GET ${path}/appRoleAssignments`, undefined, may)).body.value).toMatchObject([
        { id: made.body.id },
      ]);
      expect((await ask(`POST ${path}/appRoleAssignments`, body, may)).status).toBe(409);
      const one = `${path}/appRoleAssignments/${made.body.id}`;
      expect((await ask(`DELETE ${one}`, undefined, may)).status).toBe(204);
      expect((await ask(`DELETE ${one}`, undefined, may)).status).toBe(404);
    }
  });

  it("name the principal of the address", async () => {
    const family = await anApi();
    const { adele, nestor } = await people(ask);
    const body = { principalId: idOf(nestor), resourceId: family.principal.id, appRoleId };
    expect(refusal(await ask(`POST ${adele}/appRoleAssignments`, body, may))).toEqual([
      400,
      "Request_BadRequest",
      "Property 'principalId' must be the id in the address.",
    ]);
  });
});
