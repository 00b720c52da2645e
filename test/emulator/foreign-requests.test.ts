/** Requests as other people's clients send them, each as it was seen on the wire. */
import { connect } from "node:net";
import { serveTenant, type ServedTenant } from "../../emulator/server";
import { openTenant } from "../../emulator/tenant";
import { type Asking, bind, type Body, idOf, inMemory, people, refusal } from "./client";
import { aCertificate, anAssertion, jwtBearer, refused, signer } from "./sign-in/client";

const { tenant, ask } = inMemory();
let served: ServedTenant;
beforeAll(async () => {
  served = await serveTenant(tenant);
});
afterAll(async () => {
  await served.close();
  tenant.close();
});

const everything: Asking = {
  permissions: [
    "Application.ReadWrite.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "AdministrativeUnit.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
  ],
};
const send = (request: string, body?: unknown, asking: Asking = {}) => ask(request, body, { ...everything, ...asking });
const beta: Asking = { version: "beta" };

async function made(path: string, body: object): Promise<Body> {
  const { status, body: object } = await send(`POST ${path}`, body);
  expect([status, (object as Partial<Body>).error]).toEqual([201, undefined]);
  return object;
}
const group = { displayName: "Night shift", mailEnabled: false, securityEnabled: true };

describe("the sign-in service", () => {
  const signIn = signer(tenant);

  it("ignores the scopes of OpenID Connect beside an API's, as MSAL for Go and Java send them", async () => {
    const graph = "https://graph.microsoft.com/.default";
    for (const scope of [`${graph} openid offline_access profile`, `openid profile offline_access ${graph}`])
      expect((await signIn({ scope })).claims.aud).toBe("https://graph.microsoft.com");
  });

  it("refuses a second API and OpenID Connect alone", async () => {
    const two = "https://graph.microsoft.com/.default https://management.azure.com/.default openid";
    expect(refused(await signIn({ scope: two }))).toEqual([400, "invalid_scope", 70011]);
    expect(refused(await signIn({ scope: "openid profile" }))).toEqual([400, "invalid_scope", 1002012]);
    expect(refused(await signIn({ scope: "https://graph.microsoft.com/.default email" }))).toEqual([
      400,
      "invalid_scope",
      70011,
    ]);
  });

  it("compares thumbprints as bytes: with padding as MSAL for Python, in base64, base64url and hex", async () => {
    const keys = await aCertificate();
    const { appId, id } = await made("/applications", { displayName: "ledger" });
    await made("/servicePrincipals", { appId });
    await send(`PATCH /applications/${id}`, { keyCredentials: [keys.credential] });
    const claims = { iss: appId, sub: appId, aud: `https://login.microsoftonline.com/${tenant.id}/oauth2/v2.0/token` };
    const padded = (bytes: Buffer) => bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    const attempt = async (header: Record<string, string>) => {
      const assertion = await anAssertion(keys.privateKey, { alg: "RS256", ...header }, claims, tenant.now());
      const shown = { client_assertion: assertion, client_assertion_type: jwtBearer };
      return (await signIn({ client_id: appId, client_secret: undefined, ...shown })).status;
    };
    const named: Record<string, string>[] = [
      { x5t: padded(keys.sha1) },
      { x5t: keys.sha1.toString("base64") },
      { x5t: keys.sha1.toString("base64url") },
      { kid: keys.sha1.toString("hex") },
      { kid: keys.sha1.toString("hex").toUpperCase() },
      { "x5t#S256": padded(keys.sha256) },
    ];
    for (const header of named) expect([header, await attempt(header)]).toEqual([header, 200]);
    expect(await attempt({ x5t: padded(Buffer.from("another certificate.")) })).toBe(401);
  });
});

describe("a service principal", () => {
  it("gets the owners that its create names, and none that does not exist", async () => {
    const { adele, nestor } = await people(send);
    const { appId } = await made("/applications", { displayName: "owned" });
    const nobody = bind("/directoryObjects/00000000-0000-4000-8000-000000000000");
    expect(refusal(await send("POST /servicePrincipals", { appId, "owners@odata.bind": nobody }))).toEqual([
      400,
      "Request_BadRequest",
      "Object with id 00000000-0000-4000-8000-000000000000 not found.",
    ]);
    const owners = bind(adele.replace("/users", "/directoryObjects"), nestor);
    const { id } = await made("/servicePrincipals", { appId, "owners@odata.bind": owners });
    const { body } = await send(`GET /servicePrincipals/${id}/owners?$select=id`);
    expect(body.value.map((one) => one.id).sort()).toEqual([idOf(adele), idOf(nestor)].sort());
    await send(`DELETE /servicePrincipals/${id}`);
  });

  it("gets them by an upsert that creates it, and refuses them once it is there", async () => {
    const { adele } = await people(send);
    const { appId } = await made("/applications", { displayName: "upserted" });
    const upsert = () =>
      send(
        `PATCH /servicePrincipals(appId='${appId}')`,
        { tags: ["one"], "owners@odata.bind": bind(adele) },
        { headers: { Prefer: "create-if-missing" } },
      );
    const { status, body } = await upsert();
    expect(status).toBe(201);
    expect((await send(`GET /servicePrincipals/${body.id}/owners`)).body.value).toHaveLength(1);
    expect((await upsert()).status).toBe(400);
  });

  it("answers 501 for a relation that nobody sets here, as claimsMappingPolicies", async () => {
    const { appId } = await made("/applications", { displayName: "mapped" });
    const policies = { "claimsMappingPolicies@odata.bind": bind("/policies/claimsMappingPolicies/one") };
    expect(refusal(await send("POST /servicePrincipals", { appId, ...policies }))).toEqual([
      501,
      "NotEmulated",
      "The emulated tenant does not take 'claimsMappingPolicies@odata.bind' of ServicePrincipal.",
    ]);
  });

  it("reads samlMetadataUrl on beta, in the list as in the object; v1.0 has no such property", async () => {
    const one = `/servicePrincipals/${(await send("GET /servicePrincipals")).body.value[0].id}`;
    const select = "$select=id,samlMetadataUrl";
    expect((await send(`GET ${one}?${select}`, undefined, beta)).body).toMatchObject({ samlMetadataUrl: null });
    const { body } = await send(`GET /servicePrincipals?${select}`, undefined, beta);
    for (const object of body.value) expect(object).toMatchObject({ samlMetadataUrl: null });
    expect((await send(`GET ${one}?${select}`)).status).toBe(400);
    expect((await send(`GET /servicePrincipals?${select}`)).status).toBe(400);
  });

  it("of Microsoft Graph is named as clients name Graph, and no two of its roles or scopes have one id", async () => {
    const graphs = "/servicePrincipals?$filter=servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')";
    const { body } = await send(`GET ${graphs}`);
    expect(body.value.map(({ appId }) => appId)).toEqual(["00000003-0000-0000-c000-000000000000"]);
    for (const { appRoles, oauth2PermissionScopes } of (await send("GET /servicePrincipals")).body.value)
      for (const list of [appRoles, oauth2PermissionScopes])
        expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  });

  it("goes with its application, does not come back with it, and can be restored by itself", async () => {
    const { id, appId } = await made("/applications", { displayName: "short-lived" });
    const principal = await made("/servicePrincipals", { appId });
    const living = async (path: string) => (await send(`GET ${path}`)).status;
    await send(`DELETE /applications/${id}`);
    expect(await living(`/servicePrincipals/${principal.id}`)).toBe(404);
    expect(await living(`/directory/deletedItems/${principal.id}`)).toBe(200);
    await send(`POST /directory/deletedItems/${id}/restore`);
    expect(await living(`/servicePrincipals/${principal.id}`)).toBe(404);
    await send(`POST /directory/deletedItems/${principal.id}/restore`);
    expect((await send(`GET /servicePrincipals/${principal.id}`)).body.displayName).toBe("short-lived");
  });
});

describe("a batch", () => {
  it("ignores depends_on, which msgraph-core for Python writes into every part", async () => {
    const part = { id: "1", method: "GET", url: "/users?$top=1", depends_on: [], headers: {} };
    const { status, body } = await send("POST /$batch", { requests: [part] });
    expect([status, body.responses.map((one) => one.status)]).toEqual([200, [200]]);
  });
});

describe("a new user", () => {
  it("can be given null for mail and usageLocation, as terraform azuread gives it", async () => {
    const user = await made("/users", {
      accountEnabled: true,
      displayName: "Robin",
      mailNickname: "robin",
      userPrincipalName: "robin@contoso.com",
      mail: null,
      usageLocation: null,
      passwordProfile: { password: "Correct-horse-1", forceChangePasswordNextSignIn: false },
    });
    expect(user).toMatchObject({ mail: "robin@contoso.com" });
    const { body } = await send(`GET /users/${user.id}?$select=usageLocation`);
    expect(body).toMatchObject({ usageLocation: null });
  });
});

describe("members and owners", () => {
  it("are filtered by id without ConsistencyLevel, wherever an object has them", async () => {
    const { adele, nestor } = await people(send);
    const [first, second] = [idOf(adele), idOf(nestor)];
    const both = { "owners@odata.bind": bind(adele, nestor) };
    const night = await made("/groups", {
      ...group,
      mailNickname: "night",
      "members@odata.bind": bind(adele, nestor),
      ...both,
    });
    const unit = await made("/directory/administrativeUnits", { displayName: "West" });
    for (const one of [first, second])
      await send(`POST /directory/administrativeUnits/${unit.id}/members/$ref`, {
        "@odata.id": bind(`/users/${one}`)[0],
      });
    const application = await made("/applications", { displayName: "filtered", ...both });
    const principal = await made("/servicePrincipals", { appId: application.appId, ...both });
    const role = (await send("GET /directoryRoles?$filter=displayName eq 'Global Administrator'")).body.value[0];
    for (const one of [first, second])
      await send(`POST /directoryRoles/${role.id}/members/$ref`, { "@odata.id": bind(`/users/${one}`)[0] });
    const lists = [
      `/groups/${night.id}/members`,
      `/groups/${night.id}/owners`,
      `/directory/administrativeUnits/${unit.id}/members`,
      `/applications/${application.id}/owners`,
      `/servicePrincipals/${principal.id}/owners`,
      `/directoryRoles/${role.id}/members`,
    ];
    for (const list of lists) {
      const { status, body } = await send(`GET ${list}?$filter=id eq '${second}'&$select=id`);
      expect([list, status, status === 200 && body.value.map(({ id }) => id)]).toEqual([list, 200, [second]]);
    }
    const named = `/directoryRoles/${role.id}/members?$filter=startswith(displayName,'Nestor')`;
    expect((await send(`GET ${named}`)).status).toBe(400);
    const advanced = { headers: { ConsistencyLevel: "eventual" } };
    expect((await send(`GET ${named}&$count=true`, undefined, advanced)).body.value).toHaveLength(1);
    expect((await send(`GET /directoryRoles/${role.id}/members/$count`, undefined, advanced)).body).toBe(2);
  });
});

describe("an update", () => {
  it("ignores the id that a client sends back with what it has read", async () => {
    const application = await made("/applications", { displayName: "read" });
    const principal = await made("/servicePrincipals", { appId: application.appId });
    const night = await made("/groups", { ...group, mailNickname: "updated" });
    const credential = await made(`/applications/${application.id}/federatedIdentityCredentials`, {
      name: "actions",
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/payroll",
      audiences: ["api://AzureADTokenExchange"],
    });
    const objects: [string, Body][] = [
      [`/applications/${application.id}`, application],
      [`/servicePrincipals/${principal.id}`, principal],
      [`/groups/${night.id}`, night],
      [`/applications/${application.id}/federatedIdentityCredentials/${credential.id}`, credential],
    ];
    for (const [path, { id }] of objects) {
      const { status } = await send(`PATCH ${path}`, { id, description: "as it was read" });
      expect([path, status]).toEqual([path, 204]);
      expect((await send(`GET ${path}`)).body).toMatchObject({ id, description: "as it was read" });
    }
  });

  it("of members alone needs no more than before where it names the id", async () => {
    const { adele } = await people(send);
    const night = await made("/groups", { ...group, mailNickname: "narrow" });
    const change = { id: night.id, "members@odata.bind": bind(adele) };
    const narrow = { permissions: ["GroupMember.ReadWrite.All"] };
    expect((await ask(`PATCH /groups/${night.id}`, change, narrow)).status).toBe(204);
  });
});

describe("an administrative unit", () => {
  it("takes administrativeUnitId of a scoped role member, and refuses another unit's", async () => {
    const { adele } = await people(send);
    const unit = await made("/directory/administrativeUnits", { displayName: "East" });
    const path = `/directory/administrativeUnits/${unit.id}/scopedRoleMembers`;
    const roleId = "fe930be7-5e62-47db-91af-98c3a49a38b1";
    const asked = { roleId, roleMemberInfo: { id: idOf(adele) } };
    const other = { ...asked, administrativeUnitId: "00000000-0000-4000-8000-000000000000" };
    expect((await send(`POST ${path}`, other)).status).toBe(400);
    expect((await send(`POST ${path}`, { ...asked, administrativeUnitId: unit.id })).status).toBe(201);
  });

  it("makes a group within itself", async () => {
    const unit = await made("/directory/administrativeUnits", { displayName: "South" });
    const path = `/directory/administrativeUnits/${unit.id}/members`;
    const asked = { "@odata.type": "#microsoft.graph.group", ...group, mailNickname: "south" };
    const narrow = { permissions: ["Group.Create", "AdministrativeUnit.Read.All"] };
    expect((await ask(`POST ${path}`, asked, { permissions: ["Group.Create"] })).status).toBe(403);
    const { status, body } = await ask(`POST ${path}`, asked, narrow);
    expect([status, body["@odata.type"]]).toEqual([201, "#microsoft.graph.group"]);
    expect((await send(`GET ${path}`)).body.value.map(({ id }) => id)).toEqual([body.id]);
    expect((await send(`GET /groups/${body.id}`)).status).toBe(200);
    const short = `/administrativeUnits/${unit.id}/members`;
    expect((await ask(`POST ${short}`, { ...asked, mailNickname: "s2" }, { ...narrow, version: "beta" })).status).toBe(
      201,
    );
    expect((await send(`POST ${path}`, { ...asked, "@odata.type": "#microsoft.graph.user" })).status).toBe(501);
  });
});

describe("directory roles of a new tenant", () => {
  it("are those that every tenant has: Global Administrator and the implicit roles of users", async () => {
    const { ask: fresh, tenant: other } = inMemory();
    const asRoles = { permissions: ["RoleManagement.ReadWrite.Directory"] };
    const { body } = await fresh("GET /directoryRoles", undefined, asRoles);
    const names = body.value.map(({ displayName }) => displayName);
    expect(names.sort()).toEqual(["Global Administrator", "Guest User", "Restricted Guest User", "User"]);
    const assigned = {
      principalId: idOf((await people(fresh)).adele),
      roleDefinitionId: "a0b1b346-4d3e-4e8b-98f8-753987be4970",
      directoryScopeId: "/",
    };
    expect((await fresh("POST /roleManagement/directory/roleAssignments", assigned, asRoles)).status).toBe(400);
    other.close();
  });
});

describe("the logo of an application", () => {
  it("is not emulated, which the answer says whatever the bytes are", async () => {
    const { id } = await made("/applications", { displayName: "painted" });
    const headers = { "content-type": "image/png" };
    const put = await send(`PUT /applications/${id}/logo`, "\u0089PNG", { headers });
    expect([put.status, put.body.error.code]).toEqual([501, "NotEmulated"]);
    expect((await send(`PATCH /applications/${id}`, "{", { headers })).body.error.code).toBe("BadRequest");
  });
});

describe("a served tenant", () => {
  it("takes a token with every role of Microsoft Graph, and says so when headers are too long", async () => {
    const roles = (await send("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")).body.appRoles;
    const permissions = roles.map((role) => (role as unknown as { readonly value: string }).value);
    const token = await tenant.token({ permissions: permissions.filter((name) => !name.startsWith("Directory.")) });
    expect(token.length).toBeGreaterThan(16 * 1024);
    const users = `${served.url}/v1.0/users`;
    expect((await fetch(users, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    const long = await fetch(users, { headers: { authorization: `Bearer ${"x".repeat(70_000)}` } });
    expect([long.status, await long.text()]).toEqual([431, "The headers are longer than 65536 bytes."]);
  });

  it("ends a connection that is no HTTP without a word", async () => {
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
    const read: Buffer[] = [];
    socket.on("data", (bytes: Buffer) => read.push(bytes)).write("nonsense\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    expect(Buffer.concat(read).toString()).toBe("");
  });

  it("is not served on a port that browsers and fetch refuse", async () => {
    const other = openTenant({ memory: true });
    for (const port of [1, 4045, 6000, 6667, 10080]) {
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toMatchObject({ cause: { message: "bad port" } });
      await expect(serveTenant(other, { port })).rejects.toThrow(
        `cannot serve at http://127.0.0.1:${port}: browsers and fetch refuse to connect to this port. Choose another one.`,
      );
    }
    other.close();
  });
});
