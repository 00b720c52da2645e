import { problemsOf } from "../../emulator/metadata/check";
import { membersOf } from "../../emulator/metadata/metadata";
import { bind, graph, idOf, inMemory, people, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

const may = { permissions: ["User.ReadWrite.All"] };
const upn = "ada.lovelace@contoso.com";
const asked = {
  accountEnabled: true,
  displayName: "Ada Lovelace",
  mailNickname: "ada",
  userPrincipalName: upn,
  passwordProfile: { password: "xWwvJ]6NMw+bWH-d" },
};
const make = (change: object = {}) => ask("POST /users", { ...asked, ...change }, may);
const url = (path: string) => ({ "@odata.id": `${graph}/v1.0${path}` });

describe("a user", () => {
  it("is created, read by id and by name, changed and deleted", async () => {
    const made = await make();
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect((await ask(`GET /users/${upn}`)).body).toMatchObject({ id, displayName: "Ada Lovelace", mail: upn });
    expect((await ask(`GET /users(userPrincipalName='${upn}')`)).body.id).toBe(id);
    expect((await ask(`PATCH /users/${id}`, { officeLocation: "18/2111" }, may)).status).toBe(204);
    expect((await ask(`GET /users/${id}`)).body).toMatchObject({ officeLocation: "18/2111" });
    expect((await ask(`DELETE /users/${id}`, undefined, may)).status).toBe(204);
    expect((await ask(`GET /users/${id}`)).status).toBe(404);
    expect((await ask(`GET /users/${upn}`)).status).toBe(404);
  });

  it("reads eleven properties unless it is asked for others", async () => {
    const { id } = (await make()).body;
    const { body } = await ask(`GET /users/${id}`);
    expect(Object.keys(body).filter((name) => !name.startsWith("@"))).toHaveLength(11);
    const { body: more } = await ask(`GET /users/${id}?$select=accountEnabled,mailNickname,proxyAddresses,userType`);
    expect(more).toMatchObject({
      accountEnabled: true,
      mailNickname: "ada",
      proxyAddresses: [`SMTP:${upn}`],
      userType: "Member",
    });
  });

  it("has every property of the metadata in the type it has there", async () => {
    const { id } = (await make({ businessPhones: ["+49 89 1"], usageLocation: "DE", department: "Analysis" })).body;
    const elsewhere = ["deviceEnrollmentLimit", "mailboxSettings", "print"];
    const names = [...(membersOf("v1.0", "user")?.values() ?? [])]
      .filter(({ name, navigation }) => !navigation && !elsewhere.includes(name))
      .map(({ name }) => name);
    const { status, body } = await ask(`GET /users/${id}?$select=${names.join(",")}`, undefined, {
      permissions: ["User.Read.All", "CustomSecAttributeAssignment.Read.All"],
    });
    expect(status).toBe(200);
    const { "@odata.context": _context, ...shown } = body;
    expect(Object.keys(shown).sort()).toEqual(names.sort());
    expect(problemsOf("v1.0", "user", shown, "answer")).toEqual([]);
  });

  it("never keeps or shows its password", async () => {
    const { id } = (await make()).body;
    const { body } = await ask(`GET /users/${id}?$select=passwordProfile,lastPasswordChangeDateTime`);
    expect(body).toMatchObject({ passwordProfile: { password: null, forceChangePasswordNextSignIn: true } });
    const stored = JSON.stringify((await ask(`GET /users/${id}?$select=passwordProfile,identities`)).body);
    expect(stored).not.toContain(asked.passwordProfile.password);
    const change = { passwordProfile: { forceChangePasswordNextSignIn: false, password: "hQ3-Zb1.kkWq" } };
    expect((await ask(`PATCH /users/${id}`, change, may)).status).toBe(204);
    expect((await ask(`GET /users/${id}?$select=passwordProfile`)).body).toMatchObject({
      passwordProfile: { password: null, forceChangePasswordNextSignIn: false },
    });
  });

  it.each([
    ["displayName", undefined, "A value is required for property 'displayName' of resource 'User'."],
    ["accountEnabled", undefined, "A value is required for property 'accountEnabled' of resource 'User'."],
    ["mailNickname", undefined, "A value is required for property 'mailNickname' of resource 'User'."],
    ["userPrincipalName", undefined, "A value is required for property 'userPrincipalName' of resource 'User'."],
    ["passwordProfile", undefined, "A value is required for property 'passwordProfile' of resource 'User'."],
    ["displayName", "x".repeat(257), "Invalid value specified for property 'displayName' of resource 'User'."],
    ["mailNickname", "x".repeat(65), "Invalid value specified for property 'mailNickname' of resource 'User'."],
    ["mailNickname", "a b", "Invalid value specified for property 'mailNickname' of resource 'User'."],
    ["jobTitle", "x".repeat(129), "Invalid value specified for property 'jobTitle' of resource 'User'."],
    ["employeeId", "x".repeat(17), "Invalid value specified for property 'employeeId' of resource 'User'."],
    ["businessPhones", ["1", "2"], "Invalid value specified for property 'businessPhones' of resource 'User'."],
    ["usageLocation", "Germany", "Invalid value specified for property 'usageLocation' of resource 'User'."],
    ["createdDateTime", "2026-01-01T00:00:00Z", "Property 'createdDateTime' is read-only and cannot be set."],
    ["identityParentId", "x", "Property 'identityParentId' is read-only and cannot be set."],
    ["favouriteColour", "green", "Invalid property 'favouriteColour'."],
    ["userPrincipalName", "ada@elsewhere.example", expect.stringContaining("verified domain names")],
    ["userPrincipalName", "a da@contoso.com", "Property userPrincipalName is invalid."],
    ["userPrincipalName", `${"x".repeat(65)}@contoso.com`, "Property userPrincipalName is invalid."],
    ["passwordProfile", { password: "password" }, expect.stringContaining("password complexity")],
    ["passwordProfile", { password: "aB3!" }, expect.stringContaining("password complexity")],
  ])("is refused with %s, case %#", async (name, value, message) => {
    expect(refusal(await make({ [name]: value }))).toEqual([400, "Request_BadRequest", message]);
  });

  it("may have a weak password when the policy says so, never a short one", async () => {
    const passwordPolicies = "DisableStrongPassword";
    expect((await make({ passwordPolicies, passwordProfile: { password: "password" } })).status).toBe(201);
    expect((await make({ passwordPolicies, passwordProfile: { password: "pass" } })).status).toBe(400);
  });

  it("has a name and a mail address of its own", async () => {
    await make();
    expect(refusal(await make({ userPrincipalName: upn.toUpperCase() }))).toEqual([
      400,
      "Request_BadRequest",
      "Another object with the same value for property userPrincipalName already exists.",
    ]);
    expect(refusal(await make({ userPrincipalName: "countess@contoso.com", mail: upn }))).toEqual([
      400,
      "Request_BadRequest",
      "Another object with the same value for property proxyAddresses already exists.",
    ]);
    const { id } = (await make({ userPrincipalName: "countess@contoso.onmicrosoft.com" })).body;
    expect((await ask(`PATCH /users/${id}`, { userPrincipalName: upn }, may)).status).toBe(400);
    expect((await ask(`PATCH /users/${id}`, { userPrincipalName: "countess@contoso.com" }, may)).status).toBe(204);
    expect((await ask("GET /users/countess@contoso.com")).body.id).toBe(id);
  });

  it("can sign in with an identity of its own and no name", async () => {
    const local = {
      displayName: "John Smith",
      identities: [
        { signInType: "emailAddress", issuer: "contoso.onmicrosoft.com", issuerAssignedId: "j@example.com" },
      ],
      passwordProfile: { password: "password-value", forceChangePasswordNextSignIn: false },
      passwordPolicies: "DisablePasswordExpiration",
    };
    const { status, body } = await ask("POST /users", local, may);
    expect(status).toBe(201);
    const select = "creationType,identities,passwordPolicies,userPrincipalName";
    expect((await ask(`GET /users/${body.id}?$select=${select}`)).body).toMatchObject({
      creationType: "LocalAccount",
      passwordPolicies: "DisablePasswordExpiration",
      identities: [...local.identities, { signInType: "userPrincipalName" }],
    });
    const foreign = [{ signInType: "userName", issuer: "elsewhere.example", issuerAssignedId: "j" }];
    expect((await ask("POST /users", { ...local, identities: foreign }, may)).status).toBe(400);
  });
});

describe("permissions", () => {
  it("of one property let nothing else be changed", async () => {
    const { id } = (await make()).body;
    const patch = async (body: object, ...permissions: string[]) =>
      (await ask(`PATCH /users/${id}`, body, { permissions })).status;
    expect(await patch({ mobilePhone: "1" }, "User-Phone.ReadWrite.All")).toBe(204);
    expect(await patch({ mobilePhone: "1", city: "Munich" }, "User-Phone.ReadWrite.All")).toBe(403);
    expect(await patch({ otherMails: ["a@example.com"] }, "User-Mail.ReadWrite.All")).toBe(204);
    expect(await patch({ accountEnabled: false }, "User.EnableDisableAccount.All")).toBe(403);
    expect(await patch({ accountEnabled: false }, "User.EnableDisableAccount.All", "User.Read.All")).toBe(204);
    expect(await patch({ city: "Munich" }, "User.Read.All")).toBe(403);
    const leaves = { employeeLeaveDateTime: "2030-01-01T00:00:00Z" };
    expect(await patch(leaves, "User.ReadWrite.All")).toBe(403);
    expect(await patch(leaves, "User.ReadWrite.All", "User-LifeCycleInfo.ReadWrite.All")).toBe(204);
  });

  it("are checked before anything is answered", async () => {
    expect((await ask("GET /users", undefined, { permissions: ["Group.Read.All"] })).status).toBe(403);
    expect((await ask("POST /users", asked, { permissions: ["User.Read.All"] })).status).toBe(403);
    const { adele } = await people(ask);
    expect((await ask(`DELETE ${adele}`, undefined, { permissions: ["User.Read.All"] })).status).toBe(403);
    expect((await ask("DELETE /users/nobody@contoso.com", undefined, may)).status).toBe(404);
  });
});

describe("managers", () => {
  it("are set, read, followed backwards and removed", async () => {
    const { adele, nestor } = await people(ask);
    expect((await ask(`GET ${adele}/manager`)).status).toBe(404);
    expect((await ask(`PUT ${adele}/manager/$ref`, url(nestor), may)).status).toBe(204);
    expect((await ask(`GET ${adele}/manager`)).body).toMatchObject({
      "@odata.type": "#microsoft.graph.user",
      id: idOf(nestor),
    });
    expect((await ask(`GET ${nestor}/directReports`)).body.value).toMatchObject([{ id: idOf(adele) }]);
    expect((await ask(`DELETE ${adele}/manager/$ref`, undefined, may)).status).toBe(204);
    expect((await ask(`DELETE ${adele}/manager/$ref`, undefined, may)).status).toBe(404);
  });

  it("form no circle, and are users", async () => {
    const { adele, nestor, user, group } = await people(ask);
    await ask(`PUT ${adele}/manager/$ref`, url(nestor), may);
    await ask(`PUT ${nestor}/manager/$ref`, url(user("Patti")), may);
    expect((await ask(`PUT ${user("Patti")}/manager/$ref`, url(adele), may)).status).toBe(400);
    expect((await ask(`PUT ${adele}/manager/$ref`, url(adele), may)).status).toBe(400);
    expect((await ask(`PUT ${adele}/manager/$ref`, url(group("Office Munich")), may)).status).toBe(400);
    expect((await ask(`PUT ${adele}/manager/$ref`, url(user("Patti")), may)).status).toBe(204);
    expect((await ask(`GET ${nestor}/directReports`)).body.value).toEqual([]);
  });
});

describe("sponsors of a user", () => {
  it("are users and groups, each once", async () => {
    const { adele, nestor, group } = await people(ask);
    for (const path of [nestor, group("Office Munich")]) {
      expect((await ask(`POST ${adele}/sponsors/$ref`, url(path), may)).status).toBe(204);
      expect((await ask(`POST ${adele}/sponsors/$ref`, url(path), may)).status).toBe(400);
    }
    expect((await ask(`GET ${adele}/sponsors`)).body.value).toHaveLength(2);
    expect((await ask(`DELETE ${adele}/sponsors/${idOf(nestor)}/$ref`, undefined, may)).status).toBe(204);
    expect((await ask(`DELETE ${adele}/sponsors/${idOf(nestor)}/$ref`, undefined, may)).status).toBe(404);
  });
});

describe("lists", () => {
  it("count, and filter by what the documentation allows", async () => {
    await make({ department: "Analysis" });
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    expect((await ask("GET /users/$count", undefined, eventual)).body).toBe(13);
    const { value } = (await ask("GET /users?$filter=department eq 'Analysis'")).body;
    expect(value).toMatchObject([{ userPrincipalName: upn }]);
    expect((await ask("GET /users?$filter=aboutMe eq 'x'")).status).toBe(400);
    expect((await ask(`GET /users?$filter=userPrincipalName eq '${upn}'`)).body.value).toHaveLength(1);
  });

  it("take references in bodies only to users that are there", async () => {
    expect(bind("/users/x")).toEqual([`${graph}/v1.0/users/x`]);
    const { adele } = await people(ask);
    const nobody = "99999999-9999-4999-8999-999999999999";
    expect((await ask(`PUT ${adele}/manager/$ref`, url(`/users/${nobody}`), may)).status).toBe(404);
  });
});
