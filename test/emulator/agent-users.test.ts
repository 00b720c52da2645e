import { aBlueprint, anIdentity, type Family, graph, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
let parent: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
  parent = (await anIdentity(ask, family)).body.id;
});

const cast = "microsoft.graph.agentUser";
const type = `#${cast}`;
const may = { permissions: ["AgentIdUser.ReadWrite.All"] };
const upn = "salesagent@contoso.com";
const asked = { accountEnabled: true, displayName: "Sales Agent", mailNickname: "SalesAgent", userPrincipalName: upn };
const make = (change: object = {}, asking: object = may) =>
  ask(`POST /users/${cast}`, { ...asked, identityParentId: parent, ...change }, asking);
const url = (path: string) => ({ "@odata.id": `${graph}/v1.0${path}` });
const badRequest = (message: unknown) => [400, "Request_BadRequest", message];

describe("an agent user", () => {
  it("is created under its type, and at /users when the body says the type", async () => {
    const made = await make();
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      "@odata.type": type,
      displayName: "Sales Agent",
      mail: upn,
      mailNickname: "SalesAgent",
      userPrincipalName: upn,
      identityParentId: parent,
      businessPhones: [],
    });
    const other = (await anIdentity(ask, family)).body.id;
    const body = { ...asked, userPrincipalName: "second@contoso.com", identityParentId: other };
    for (const spelling of [type, cast]) {
      const reply = await ask("POST /users", { "@odata.type": spelling, ...body }, may);
      expect(reply.body["@odata.type"]).toBe(type);
      await ask(`DELETE /users/${reply.body.id}`, undefined, may);
      await ask(`DELETE /directory/deletedItems/${reply.body.id}`, undefined, { permissions: ["User.ReadWrite.All"] });
    }
  });

  it("reads among the users and alone, with its type", async () => {
    const { id } = (await make()).body;
    for (const path of [`/users/${id}`, `/users/${upn}`, `/users/${cast}/${id}`, `/users/${id}/${cast}`]) {
      expect((await ask(`GET ${path}`)).body).toMatchObject({ id, "@odata.type": type, identityParentId: parent });
    }
    const { value } = (await ask("GET /users")).body;
    expect(value.filter((user) => user["@odata.type"] === type)).toMatchObject([{ id }]);
    expect((await ask(`GET /users/${cast}?$filter=identityParentId eq '${parent}'`)).body.value).toHaveLength(1);
    const { adele } = await people(ask);
    expect((await ask(`GET /users/${cast}/${idOf(adele)}`)).status).toBe(404);
  });

  it("is one of one identity, which must be one", async () => {
    await make();
    const again = { userPrincipalName: "second@contoso.com" };
    expect(refusal(await make(again))).toEqual(badRequest(`The agent identity '${parent}' already has an agent user.`));
    const nobody = "99999999-9999-4999-8999-999999999999";
    expect(refusal(await make({ ...again, identityParentId: nobody }))).toEqual(
      badRequest(`Object with id ${nobody} not found.`),
    );
    expect((await make({ ...again, identityParentId: family.principal.id })).status).toBe(400);
    expect(refusal(await make({ ...again, identityParentId: undefined }))).toEqual(
      badRequest("A value is required for property 'identityParentId' of resource 'AgentUser'."),
    );
  });

  it("stays the only one while it is among the deleted items", async () => {
    const { id } = (await make()).body;
    expect((await ask(`DELETE /users/${id}`, undefined, may)).status).toBe(204);
    expect((await make({ userPrincipalName: "second@contoso.com" })).status).toBe(400);
    expect((await ask(`POST /directory/deletedItems/${id}/restore`, undefined, may)).status).toBe(200);
    expect((await ask(`GET /users/${id}`)).status).toBe(200);
  });

  it("has no password", async () => {
    const passwordProfile = { password: "xWwvJ]6NMw+bWH-d" };
    const message = "Agent users have no password: they sign in through their agent identity.";
    expect(refusal(await make({ passwordProfile }))).toEqual(badRequest(message));
    const { id } = (await make()).body;
    expect(refusal(await ask(`PATCH /users/${id}`, { passwordProfile }, may))).toEqual(badRequest(message));
  });
});

describe("changing an agent user", () => {
  it("under its type needs the type in the body and answers the object", async () => {
    const { id } = (await make()).body;
    for (const path of [`/users/${cast}/${id}`, `/users/${id}/${cast}`]) {
      const { status, body } = await ask(`PATCH ${path}`, { "@odata.type": type, jobTitle: "Seller" }, may);
      expect([status, body]).toMatchObject([200, { id, "@odata.type": type, jobTitle: "Seller" }]);
      expect((await ask(`PATCH ${path}`, { jobTitle: "Seller" }, may)).status).toBe(400);
    }
    tenant.set({ profiles: { agentUserPatch: "204" } });
    const path = `/users/${cast}/${id}`;
    expect((await ask(`PATCH ${path}`, { "@odata.type": type, jobTitle: "Seller" }, may)).status).toBe(204);
    tenant.set({ profiles: { agentUserPatch: "200" } });
  });

  it("at /users answers nothing", async () => {
    const { id } = (await make()).body;
    expect((await ask(`PATCH /users/${id}`, { "@odata.type": type, city: "Seattle" }, may)).status).toBe(204);
    expect((await ask(`PATCH /users/${id}`, { department: "Sales" }, may)).status).toBe(204);
    expect((await ask(`GET /users/${id}?$select=city,department`)).body).toMatchObject({
      city: "Seattle",
      department: "Sales",
    });
  });

  it("leaves its parent alone", async () => {
    const { id } = (await make()).body;
    const message = "Property 'identityParentId' is read-only and cannot be set.";
    expect(refusal(await ask(`PATCH /users/${id}`, { identityParentId: parent }, may))).toEqual(badRequest(message));
    const body = { "@odata.type": type, identityParentId: parent };
    expect(refusal(await ask(`PATCH /users/${cast}/${id}`, body, may))).toEqual(badRequest(message));
  });

  it("takes every property the documentation lists, and shows it", async () => {
    const { id } = (await make()).body;
    const change = {
      accountEnabled: true,
      businessPhones: ["+1 425 555 0109"],
      city: "Seattle",
      companyName: "Contoso",
      country: "United States",
      department: "Sales",
      displayName: "Sales Agent",
      employeeId: "12345",
      employeeType: "Agent",
      givenName: "Sales",
      employeeHireDate: "2024-01-15T00:00:00Z",
      employeeLeaveDateTime: null,
      employeeOrgData: { division: "Sales Division", costCenter: "1234" },
      jobTitle: "Sales Agent",
      mail: "sales@contoso.com",
      mailNickname: "SalesAgent",
      mobilePhone: "+1 425 555 0110",
      officeLocation: "18/2111",
      otherMails: ["salesagent@contoso.com"],
      postalCode: "98052",
      preferredLanguage: "en-US",
      state: "WA",
      streetAddress: "9256 Towne Center Dr., Suite 400",
      surname: "Agent",
      usageLocation: "US",
      userPrincipalName: upn,
      userType: "Member",
    };
    const body = {
      "@odata.type": type,
      ...change,
      assignedLicenses: [{ "@odata.type": "microsoft.graph.assignedLicense" }],
    };
    expect((await ask(`PATCH /users/${cast}/${id}`, body, may)).status).toBe(200);
    const select = [...Object.keys(change), "proxyAddresses"].join(",");
    expect((await ask(`GET /users/${id}?$select=${select}`)).body).toMatchObject({
      ...change,
      proxyAddresses: ["SMTP:sales@contoso.com"],
    });
  });
});

describe("who may touch agent users", () => {
  const app = () => ({ app: family.blueprint.appId, permissions: ["AgentIdUser.ReadWrite.IdentityParentedBy"] });

  it("a blueprint reaches those of its own identities", async () => {
    const made = await make({}, app());
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect((await ask(`PATCH /users/${id}`, { city: "Seattle" }, app())).status).toBe(204);
    const { nestor } = await people(ask);
    expect((await ask(`PUT /users/${id}/manager/$ref`, url(nestor), app())).status).toBe(204);
    expect((await ask(`POST /users/${id}/sponsors/$ref`, url(nestor), app())).status).toBe(204);
    expect((await ask(`DELETE /users/${id}`, undefined, app())).status).toBe(204);
  });

  it("a blueprint does not reach those of another's, nor people", async () => {
    const { id } = (await make()).body;
    const other = await aBlueprint(ask, { displayName: "other" });
    const asking = { ...app(), app: other.blueprint.appId };
    const free = (await anIdentity(ask, family)).body.id;
    const second = { userPrincipalName: "second@contoso.com", identityParentId: free };
    expect((await make(second, asking)).status).toBe(403);
    expect((await ask(`PATCH /users/${id}`, { city: "Seattle" }, asking)).status).toBe(403);
    expect((await ask(`DELETE /users/${id}`, undefined, asking)).status).toBe(403);
    const { adele } = await people(ask);
    expect((await ask(`PATCH ${adele}`, { city: "Seattle" }, app())).status).toBe(403);
  });

  it("User.ReadWrite.All does, and the wide permissions on the directory do not", async () => {
    const { id } = (await make({}, { permissions: ["User.ReadWrite.All"] })).body;
    const wide = ["Directory.ReadWrite.All", "User.ReadWrite.All"];
    expect((await ask(`PATCH /users/${id}`, { city: "x" }, { permissions: wide })).status).toBe(403);
    expect((await ask(`PATCH /users/${id}`, { city: "x" }, { permissions: ["Directory.ReadWrite.All"] })).status).toBe(
      403,
    );
    const body = { "@odata.type": type, ...asked, identityParentId: parent };
    expect((await ask("POST /users", body, { permissions: wide })).status).toBe(403);
    expect((await make({}, { permissions: wide })).status).toBe(403);
  });
});

describe("agent users belong", () => {
  const groups = { permissions: ["GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory"] };

  it("to assigned groups and to no group that can hold roles", async () => {
    const { id } = (await make()).body;
    const { group } = await people(ask);
    const reference = url(`/directoryObjects/${id}`);
    for (const name of ["Office Munich", "Finance Operations"]) {
      expect((await ask(`POST ${group(name)}/members/$ref`, reference, groups)).status).toBe(204);
    }
    expect((await ask(`POST ${group("Directory Operators")}/members/$ref`, reference, groups)).status).toBe(400);
    const held = (await ask(`GET /users/${id}/memberOf`, undefined, { permissions: ["User.Read.All"] })).body.value;
    expect(held.map(({ displayName }) => displayName).sort()).toEqual(["Finance Operations", "Office Munich"]);
  });

  it("to dynamic groups only where the profile says so", async () => {
    await make({ department: "Engineering" });
    const { group } = await people(ask);
    const members = async () =>
      (await ask(`GET ${group("All Engineering")}/members`)).body.value.map(
        ({ userPrincipalName }) => userPrincipalName,
      );
    expect(await members()).not.toContain(upn);
    tenant.set({ profiles: { agentUsersInDynamicGroups: "included" } });
    expect(await members()).toContain(upn);
    tenant.set({ profiles: { agentUsersInDynamicGroups: "excluded" } });
  });
});
