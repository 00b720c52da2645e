import { aBlueprint, anIdentity, graph, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

const may = { permissions: ["GroupMember.ReadWrite.All"] };
const all = { permissions: ["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"] };
const url = (path: string) => ({ "@odata.id": `${graph}/v1.0${path}` });
const add = async (group: string, path: string, asking: object = may) =>
  (await ask(`POST ${group}/members/$ref`, url(path), asking)).status;
const names = async (path: string) =>
  (await ask(`GET ${path}`)).body.value.map(({ displayName }) => displayName).sort();

describe("members", () => {
  it("are added, listed, counted, cast and removed", async () => {
    const { adele, nestor, group } = await people(ask);
    const munich = group("Office Munich");
    expect(await add(munich, `/directoryObjects/${idOf(adele)}`)).toBe(204);
    expect(await add(munich, nestor)).toBe(204);
    expect(refusal(await ask(`POST ${munich}/members/$ref`, url(adele), may))).toEqual([
      400,
      "Request_BadRequest",
      "One or more added object references already exist for the following modified properties: 'members'.",
    ]);
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    expect((await ask(`GET ${munich}/members/$count`, undefined, eventual)).body).toBe(2);
    expect((await ask(`GET ${munich}/members/$count`)).status).toBe(400);
    const users = await ask(`GET ${munich}/members/microsoft.graph.user?$count=true`, undefined, eventual);
    expect(users.body.value).toHaveLength(2);
    expect((await ask(`DELETE ${munich}/members/${idOf(adele)}/$ref`, undefined, may)).status).toBe(204);
    expect((await ask(`DELETE ${munich}/members/${idOf(adele)}/$ref`, undefined, may)).status).toBe(404);
    expect(await names(`${munich}/members`)).toEqual(["Nestor Wilke"]);
  });

  it("who do not exist are 404", async () => {
    const { group } = await people(ask);
    expect(await add(group("Office Munich"), "/users/99999999-9999-4999-8999-999999999999")).toBe(404);
  });

  it("are added many at once, all or none", async () => {
    const { adele, nestor, user, group } = await people(ask);
    const munich = group("Office Munich");
    const patch = async (...paths: string[]) =>
      (await ask(`PATCH ${munich}`, { "members@odata.bind": paths.map((path) => `${graph}/v1.0${path}`) }, may)).status;
    expect(await patch(adele, nestor)).toBe(204);
    expect(await patch(user("Lee"), nestor)).toBe(400);
    expect(await names(`${munich}/members`)).toEqual(["Adele Vance", "Nestor Wilke"]);
    const ids = Array.from({ length: 21 }, (_, at) => `99999999-9999-4999-8999-9999999999${at + 10}`);
    tenant.seed({ objects: ids.map((id) => ({ kind: "user", id, properties: { displayName: id } })) });
    const many = ids.map((id) => `/users/${id}`);
    expect(await patch(...many)).toBe(400);
    expect(await patch(...many.slice(1))).toBe(204);
    const other = { description: "x", "members@odata.bind": [`${graph}/v1.0${user("Lee")}`] };
    expect((await ask(`PATCH ${munich}`, other, may)).status).toBe(403);
  });

  it("can be of the kinds the group takes", async () => {
    const family = await aBlueprint(ask);
    const agent = `/servicePrincipals/${(await anIdentity(ask, family)).body.id}`;
    const { group } = await people(ask);
    const [munich, finance, operators] = ["Office Munich", "Finance Operations", "Directory Operators"].map(group) as [
      string,
      string,
      string,
    ];
    expect(await add(munich, agent)).toBe(204);
    expect(await add(finance, agent)).toBe(400);
    expect(await add(operators, agent, all)).toBe(400);
    expect(await add(munich, finance)).toBe(400);
    expect(await add(munich, munich)).toBe(400);
    expect(await add(operators, munich, all)).toBe(400);
    expect(await add(finance, munich)).toBe(400);
    expect(await add(munich, operators)).toBe(204);
  });

  it("nest", async () => {
    const { adele, group } = await people(ask);
    const [munich, operators] = [group("Office Munich"), group("Directory Operators")];
    await add(munich, operators);
    await add(operators, adele, all);
    expect(await names(`${munich}/members`)).toEqual(["Directory Operators"]);
    expect(await names(`${munich}/transitiveMembers`)).toEqual(["Adele Vance", "Directory Operators"]);
    expect(await names(`${adele}/memberOf`)).toEqual(["Directory Operators"]);
    expect(await names(`${adele}/transitiveMemberOf`)).toEqual(["Directory Operators", "Office Munich"]);
    const asked = async (path: string, body: object) =>
      (await ask(`POST ${path}`, body, { permissions: ["Directory.Read.All"] })).body.value;
    for (const path of [adele, `/directoryObjects/${idOf(adele)}`]) {
      const ids = await asked(`${path}/getMemberGroups`, { securityEnabledOnly: false });
      expect([...ids].sort()).toEqual([idOf(munich), idOf(operators)].sort());
      expect(await asked(`${path}/checkMemberGroups`, { groupIds: [idOf(munich), idOf(adele)] })).toEqual([
        idOf(munich),
      ]);
    }
  });

  it("of a hidden membership need their own permission", async () => {
    const body = {
      displayName: "Hidden",
      groupTypes: ["Unified"],
      mailEnabled: true,
      mailNickname: "hidden",
      securityEnabled: false,
      visibility: "hiddenmembership",
    };
    const { id } = (await ask("POST /groups", body, all)).body;
    expect((await ask(`GET /groups/${id}?$select=visibility`)).body).toMatchObject({ visibility: "HiddenMembership" });
    expect((await ask(`GET /groups/${id}/members`)).status).toBe(403);
    const hidden = { permissions: ["GroupMember.Read.All", "Member.Read.Hidden"] };
    expect((await ask(`GET /groups/${id}/members`, undefined, hidden)).status).toBe(200);
    expect((await ask(`PATCH /groups/${id}`, { visibility: "Public" }, all)).status).toBe(400);
  });
});

describe("a dynamic group", () => {
  it("has whom its rule takes in, and nobody can be added or removed", async () => {
    const { adele, user, group } = await people(ask);
    const engineering = group("All Engineering");
    expect(await names(`${engineering}/members`)).toEqual(["Amara Okafor", "Grady Archie", "Henrietta Mueller"]);
    expect(await names(`${user("Amara")}/memberOf`)).toEqual(["All Engineering"]);
    expect(await add(engineering, adele)).toBe(403);
    const path = `${engineering}/members/${idOf(user("Amara"))}/$ref`;
    expect((await ask(`DELETE ${path}`, undefined, may)).status).toBe(403);
    await ask(`PATCH ${adele}`, { department: "Engineering" }, { permissions: ["User.ReadWrite.All"] });
    expect(await names(`${engineering}/members`)).toContain("Adele Vance");
  });

  it("loses those who were added by hand when it becomes one", async () => {
    const { adele, group } = await people(ask);
    const munich = group("Office Munich");
    await add(munich, adele);
    const rule = { groupTypes: ["DynamicMembership"], membershipRule: 'user.surname -eq "Gu"' };
    expect((await ask(`PATCH ${munich}`, rule, all)).status).toBe(204);
    expect(await names(`${munich}/members`)).toEqual(["Lee Gu"]);
    expect((await ask(`PATCH ${munich}`, { groupTypes: [], membershipRule: null }, all)).status).toBe(204);
    expect((await ask(`GET ${munich}/members`)).body.value).toEqual([]);
  });
});

describe("owners of a group", () => {
  it("are users and service principals, and the last person stays", async () => {
    const { adele, nestor, group } = await people(ask);
    const munich = group("Office Munich");
    const own = async (path: string) => (await ask(`POST ${munich}/owners/$ref`, url(path), all)).status;
    const drop = async (path: string) =>
      (await ask(`DELETE ${munich}/owners/${idOf(path)}/$ref`, undefined, all)).status;
    expect([await own(adele), await own(nestor), await own(adele)]).toEqual([204, 204, 400]);
    expect(await own(group("Directory Operators"))).toBe(400);
    expect([await drop(adele), await drop(adele), await drop(nestor)]).toEqual([204, 404, 400]);
    expect(await names(`${munich}/owners`)).toEqual(["Nestor Wilke"]);
    expect(await names(`${nestor}/ownedObjects`)).toEqual(["Office Munich"]);
  });
});
