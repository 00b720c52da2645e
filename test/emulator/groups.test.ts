import { securityIdentifierOf } from "../../emulator/entities/security-identifier";
import { problemsOf } from "../../emulator/metadata/check";
import { graph, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

const may = { permissions: ["Group.ReadWrite.All"] };
const mayRoles = { permissions: ["Group.ReadWrite.All", "RoleManagement.ReadWrite.Directory"] };
const security = {
  displayName: "Operations group",
  mailEnabled: false,
  mailNickname: "operations2019",
  securityEnabled: true,
  groupTypes: [],
};
const unified = {
  displayName: "Golf Assist",
  groupTypes: ["Unified"],
  mailEnabled: true,
  mailNickname: "golfassist",
  securityEnabled: false,
};
const make = (body: object, asking: object = may) => ask("POST /groups", body, asking);
const bind = (...paths: string[]) => paths.map((path) => `${graph}/v1.0${path}`);

describe("a group", () => {
  it("for security is created with owners and members, read, changed and deleted", async () => {
    const { adele, nestor, user } = await people(ask);
    const made = await make({
      ...security,
      "owners@odata.bind": bind(adele),
      "members@odata.bind": bind(nestor, user("Lee")),
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ mail: null, groupTypes: [], visibility: null, isAssignableToRole: null });
    const { id } = made.body;
    expect((await ask(`GET /groups/${id}/owners`)).body.value).toMatchObject([{ id: idOf(adele) }]);
    expect((await ask(`GET /groups/${id}/members`)).body.value).toHaveLength(2);
    expect((await ask(`PATCH /groups/${id}`, { description: "Runs it" }, may)).status).toBe(204);
    expect((await ask(`GET /groups/${id}`)).body).toMatchObject({ description: "Runs it" });
    expect((await ask(`DELETE /groups/${id}`, undefined, may)).status).toBe(204);
    expect((await ask(`GET /groups/${id}`)).status).toBe(404);
  });

  it("of Microsoft 365 has a mail address, is public, and belongs to the person who created it", async () => {
    const { status, body } = await make(unified, { ...may, user: "adele.vance@contoso.com" });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      mail: "golfassist@contoso.com",
      proxyAddresses: ["SMTP:golfassist@contoso.com"],
      visibility: "Public",
    });
    const { adele } = await people(ask);
    expect((await ask(`GET /groups/${body.id}/owners`)).body.value).toMatchObject([{ id: idOf(adele) }]);
    expect(refusal(await make(unified))).toEqual([
      400,
      "Request_BadRequest",
      "Another object with the same value for property mailNickname already exists.",
    ]);
    const other = await make({ ...unified, mailNickname: "tennis" });
    expect((await ask(`GET /groups/${other.body.id}/owners`)).body.value).toEqual([]);
  });

  it("conforms to the metadata in everything it shows", async () => {
    const { "@odata.context": _context, ...body } = (await make(unified)).body;
    expect(problemsOf("v1.0", "group", body, "answer")).toEqual([]);
    const more = "allowExternalSenders,isSubscribedByMail,isManagementRestricted,assignedLicenses,isArchived";
    const { "@odata.context": _other, ...shown } = (await ask(`GET /groups/${body.id}?$select=${more}`)).body;
    expect(problemsOf("v1.0", "group", shown, "answer")).toEqual([]);
    expect(Object.keys(shown)).toHaveLength(5);
  });

  it.each([
    [{ displayName: undefined }, "A value is required for property 'displayName' of resource 'Group'."],
    [{ mailEnabled: undefined }, "A value is required for property 'mailEnabled' of resource 'Group'."],
    [{ securityEnabled: undefined }, "A value is required for property 'securityEnabled' of resource 'Group'."],
    [{ mailNickname: undefined }, "A value is required for property 'mailNickname' of resource 'Group'."],
    [{ mailNickname: "a b" }, "Invalid value specified for property 'mailNickname' of resource 'Group'."],
    [{ mailNickname: "x".repeat(65) }, "Invalid value specified for property 'mailNickname' of resource 'Group'."],
    [{ displayName: "x".repeat(257) }, "Invalid value specified for property 'displayName' of resource 'Group'."],
    [{ groupTypes: ["Odd"] }, "Invalid value specified for property 'groupTypes.0' of resource 'Group'."],
    [{ securityEnabled: false }, "A group must be a security group or a Microsoft 365 group."],
    [{ mailEnabled: true }, expect.stringContaining("mail-enabled groups")],
    [{ groupTypes: ["Unified"] }, "A Microsoft 365 group must be mail-enabled."],
    [{ groupTypes: ["DynamicMembership"] }, expect.stringContaining("'membershipRule'")],
    [{ membershipRule: 'user.city -eq "Rome"' }, expect.stringContaining("dynamic membership")],
    [{ visibility: "HiddenMembership" }, "Only Microsoft 365 groups can hide their membership."],
    [{ mail: "x@contoso.com" }, "Property 'mail' is read-only and cannot be set."],
    [{ hideFromAddressLists: true }, "Property 'hideFromAddressLists' is read-only and cannot be set."],
    [{ colour: "green" }, "Invalid property 'colour'."],
  ])("is refused, case %#", async (change, message) => {
    expect(refusal(await make({ ...security, ...change }))).toEqual([400, "Request_BadRequest", message]);
  });

  it("can be given twenty people when it is created, and no more", async () => {
    const users = (await ask("GET /users")).body.value;
    const twelve = users.map(({ id }) => `/users/${id}`);
    const groups = (await ask("GET /groups")).body.value.map(({ id }) => `/groups/${id}`);
    expect(twelve.length + groups.length).toBeLessThan(20);
    const many = Array.from({ length: 21 }, () => `/users/99999999-9999-4999-8999-999999999999`);
    expect((await make({ ...security, "members@odata.bind": bind(...many) })).body.error.message).toMatch(/At most 20/);
    expect((await make({ ...security, "members@odata.bind": bind(...twelve) })).status).toBe(201);
  });

  it("cannot become or cease to be one of Microsoft 365, nor change its fixed properties", async () => {
    const { id } = (await make(security)).body;
    expect((await ask(`PATCH /groups/${id}`, { groupTypes: ["Unified"], mailEnabled: true }, may)).status).toBe(400);
    expect((await ask(`PATCH /groups/${id}`, { isAssignableToRole: true }, mayRoles)).status).toBe(400);
    expect((await ask(`PATCH /groups/${id}`, { displayName: null }, may)).status).toBe(400);
    const mixed = { hideFromAddressLists: true, description: "x" };
    expect((await ask(`PATCH /groups/${id}`, mixed, may)).status).toBe(400);
    expect((await ask(`PATCH /groups/${id}`, { hideFromAddressLists: true }, may)).status).toBe(204);
  });
});

describe("a role-assignable group", () => {
  const roles = { ...security, isAssignableToRole: true };

  it("needs the permission on roles to be created, changed, filled and deleted", async () => {
    const { adele } = await people(ask);
    expect((await make(roles)).status).toBe(403);
    const { id, visibility } = (await make(roles, mayRoles)).body as { id: string; visibility?: string };
    expect(visibility).toBe("Private");
    const reference = { "@odata.id": `${graph}/v1.0${adele}` };
    for (const asking of [may, mayRoles]) {
      const status = asking === may ? 403 : 204;
      expect((await ask(`PATCH /groups/${id}`, { description: "x" }, asking)).status).toBe(status);
      expect((await ask(`POST /groups/${id}/members/$ref`, reference, asking)).status).toBe(status);
      expect((await ask(`DELETE /groups/${id}`, undefined, asking)).status).toBe(status);
    }
  });

  it("is private, has security and no rule", async () => {
    const dynamic = { groupTypes: ["DynamicMembership"], membershipRule: "user.accountEnabled -eq true" };
    expect((await make({ ...roles, ...dynamic }, mayRoles)).status).toBe(400);
    expect((await make({ ...roles, visibility: "Public" }, mayRoles)).status).toBe(400);
    expect((await make({ ...unified, isAssignableToRole: true }, mayRoles)).status).toBe(400);
    expect((await make({ ...unified, securityEnabled: true, isAssignableToRole: true }, mayRoles)).status).toBe(201);
  });
});

describe("upsert by uniqueName", () => {
  const wish = { ...may, headers: { Prefer: "create-if-missing" } };
  const path = "/groups(uniqueName='golf')";

  it("makes the group when it is missing and changes it when it is there", async () => {
    const made = await ask(`PATCH ${path}`, unified, wish);
    expect(made.status).toBe(201);
    expect(made.body.uniqueName).toBe("golf");
    expect((await ask(`PATCH ${path}`, { description: "Golf" }, wish)).status).toBe(204);
    expect((await ask(`GET ${path}`)).body).toMatchObject({ id: made.body.id, description: "Golf" });
    expect((await ask(`PATCH ${path}`, { description: "Golf!" }, may)).status).toBe(204);
  });

  it("is a plain change without the header, and needs what a new group needs", async () => {
    expect((await ask(`PATCH ${path}`, unified, may)).status).toBe(404);
    expect(refusal(await ask(`PATCH ${path}`, { description: "Golf" }, wish))).toEqual([
      400,
      "Request_BadRequest",
      "A value is required for property 'displayName' of resource 'Group'.",
    ]);
  });
});

describe("deleted groups", () => {
  const restore = (id: string) => ask(`POST /directory/deletedItems/${id}/restore`, undefined, may);

  it("of Microsoft 365 come back with their members", async () => {
    const { adele } = await people(ask);
    const { id } = (await make({ ...unified, "members@odata.bind": bind(adele) })).body;
    await ask(`DELETE /groups/${id}`, undefined, may);
    expect((await ask(`GET ${adele}/memberOf`)).body.value).toEqual([]);
    const restored = await restore(id);
    expect(restored.status).toBe(200);
    expect(restored.body).toMatchObject({ "@odata.type": "#microsoft.graph.group", id, visibility: "Public" });
    expect((await ask(`GET /groups/${id}/members`)).body.value).toHaveLength(1);
  });

  it("for security come back or not, as the profile says", async () => {
    const { id } = (await make(security)).body;
    await ask(`DELETE /groups/${id}`, undefined, may);
    expect((await restore(id)).status).toBe(200);
    tenant.set({ profiles: { deletedSecurityGroups: "gone" } });
    await ask(`DELETE /groups/${id}`, undefined, may);
    expect((await restore(id)).status).toBe(404);
    tenant.set({ profiles: { deletedSecurityGroups: "restorable" } });
  });
});

describe("lists of groups", () => {
  it("filter by name and type, and count", async () => {
    await make(unified);
    const filter = async (text: string) => (await ask(`GET /groups?$filter=${text}`)).body.value;
    expect(await filter("groupTypes/any(c:c eq 'Unified')")).toHaveLength(2);
    expect(await filter("displayName eq 'Golf Assist'")).toHaveLength(1);
    expect(await filter("startswith(displayName,'Golf')")).toHaveLength(1);
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    expect((await ask("GET /groups/$count", undefined, eventual)).body).toBe(5);
  });

  it("show the security identifier that follows from the id", () => {
    // REF group-upsert, example 2.
    expect(securityIdentifierOf("1226170d-83d5-49b8-99ab-d1ab3d91333e")).toBe(
      "S-1-12-1-304486157-1236829141-2882644889-1043566909",
    );
  });
});
