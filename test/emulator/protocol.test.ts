import { SignJWT } from "jose";
import { generateKeyPairSync } from "node:crypto";
import { openTenant } from "../../emulator/tenant";
import { aBlueprint, asker, inMemory, refusal } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

describe("a request", () => {
  it("without a good token is 401", async () => {
    const refused = async (token: string | null) => refusal(await ask("GET /users", undefined, { token }));
    const code = "InvalidAuthenticationToken";
    expect(await refused(null)).toEqual([401, code, "Access token is empty."]);
    expect(await refused("x y")).toEqual([401, code, "CompactToken parsing failed with error code: 80049217"]);
    expect(await refused("nonsense")).toEqual([401, code, "Access token validation failure."]);
    const good = await tenant.token();
    expect(await refused(`${good.slice(0, -8)}AAAAAAAA`)).toEqual([401, code, "Access token validation failure."]);
    expect((await ask("GET /users", undefined, { token: null })).headers.get("www-authenticate")).toContain("Bearer");
  });

  it("with a token of another tenant, key, audience or hour is 401", async () => {
    const other = openTenant({ memory: true });
    const foreign = refusal(await ask("GET /users", undefined, { token: await other.token() }));
    expect(foreign).toEqual([
      401,
      "InvalidAuthenticationToken",
      `The token was issued for tenant '${other.id}', this is tenant '${tenant.id}'.`,
    ]);
    other.close();
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const claims = { tid: tenant.id, appid: "x", oid: "x", idtyp: "app", roles: ["User.Read.All"] };
    const forged = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(`https://sts.windows.net/${tenant.id}/`)
      .setAudience("https://graph.microsoft.com")
      .setIssuedAt()
      .setNotBefore("0s")
      .setExpirationTime("1h")
      .sign(privateKey);
    expect((await ask("GET /users", undefined, { token: forged })).status).toBe(401);
    const token = await tenant.token();
    jest.useFakeTimers({ now: Date.now() + 3_601_000, doNotFake: ["queueMicrotask", "nextTick", "setImmediate"] });
    const late = refusal(await ask("GET /users", undefined, { token }));
    jest.useRealTimers();
    expect(late).toEqual([401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."]);
  });

  it("without the permission is 403, and 404 only with it", async () => {
    const none = { permissions: ["User.Read.All"] };
    const path = "/applications/99999999-9999-4999-8999-999999999999/microsoft.graph.agentIdentityBlueprint";
    expect(refusal(await ask(`GET ${path}`, undefined, none))).toEqual([
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    ]);
    expect(refusal(await ask(`GET ${path}`))).toEqual([
      404,
      "Request_ResourceNotFound",
      "Resource '99999999-9999-4999-8999-999999999999' does not exist or one of its queried reference-property objects are not present.",
    ]);
    for (const method of ["PATCH", "DELETE"]) {
      const body = method === "PATCH" ? { displayName: "x" } : undefined;
      for (const collection of ["applications", "servicePrincipals"]) {
        const uncast = `/${collection}/99999999-9999-4999-8999-999999999999`;
        expect((await ask(`${method} ${uncast}`, body)).status).toBe(404);
        expect((await ask(`${method} ${uncast}`, body, none)).status).toBe(403);
      }
    }
  });

  it("with a broken body is 400", async () => {
    const path = "POST /servicePrincipals/microsoft.graph.agentIdentity";
    const message =
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
    for (const body of ["{", "[]", "3"]) expect(refusal(await ask(path, body))).toEqual([400, "BadRequest", message]);
    expect(refusal(await ask(path))).toEqual([400, "BadRequest", "Empty Payload. JSON content expected."]);
  });

  it("that is not emulated is 501 and says why", async () => {
    const { blueprint } = await aBlueprint(ask);
    const why = async (request: string) => refusal(await ask(request, request.startsWith("POST") ? {} : undefined));
    expect(await why("GET /me/messages")).toEqual([
      501,
      "NotEmulated",
      "Cannot answer GET /v1.0/me/messages: no route of the emulated tenant has this method and path.",
    ]);
    expect((await why(`GET /applications/${blueprint.id}/synchronization/jobs`))[0]).toBe(501);
    expect((await why("PATCH /applications"))[0]).toBe(501);
    expect(await why("OPTIONS /users")).toEqual([
      405,
      "Request_BadRequest",
      "Specified HTTP method is not allowed for the request target.",
    ]);
  });

  it("is answered in Graph's format, with its ids in body and headers", async () => {
    const { headers, body } = await ask("GET /users/nobody", undefined, { headers: { "client-request-id": "mine" } });
    const requestId = headers.get("request-id");
    expect(body.error).toEqual({
      code: "Request_ResourceNotFound",
      message: expect.any(String) as unknown,
      innerError: {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as unknown,
        "request-id": requestId,
        "client-request-id": "mine",
      },
    });
    expect(headers.get("client-request-id")).toBe("mine");
    expect(tenant.requests().at(-1)).toEqual({
      sequence: expect.any(Number) as unknown,
      at: expect.any(String) as unknown,
      method: "GET",
      path: "/v1.0/users/nobody",
      status: 404,
      requestId,
      clientRequestId: "mine",
      operation: expect.stringMatching(/^GET \/users\/\{\w+\}$/) as unknown,
      appId: expect.any(String) as unknown,
    });
  });

  it("has no effect and leaves one line in the log when it is refused", async () => {
    const { blueprint } = await aBlueprint(ask);
    const sponsors = `/applications/${blueprint.id}/microsoft.graph.agentIdentityBlueprint/sponsors`;
    const before = tenant.requests().length;
    const refused = await ask(`POST ${sponsors}/$ref`, { "@odata.id": "https://graph.microsoft.com/v1.0/users/x" });
    expect([refused.status, tenant.requests().length]).toEqual([400, before + 1]);
  });

  it("to another version is refused", async () => {
    expect(refusal(await ask("GET https://graph.microsoft.com/v2.0/users"))).toEqual([
      400,
      "BadRequest",
      "Invalid version: 'v2.0'.",
    ]);
    expect((await ask("GET /users", undefined, { version: "beta" })).status).toBe(200);
  });
});

describe("the directory", () => {
  it("finds people by id, by name and by user principal name", async () => {
    const upn = "adele.vance@contoso.com";
    const { id } = (await ask(`GET /users/${upn}`)).body;
    expect((await ask(`GET /users('${upn.toUpperCase()}')`)).body.id).toBe(id);
    const found = async (filter: string) => (await ask(`GET /users?$select=id&$filter=${filter}`)).body.value;
    expect(await found(`userPrincipalName eq '${upn}'`)).toEqual([{ id }]);
    expect(await found(`userPrincipalName in ('${upn}','x@contoso.com')`)).toEqual([{ id }]);
    expect(await found("displayName eq 'Adele Vance'")).toEqual([{ id }]);
    expect((await ask(`GET /users/${id}?$select=department,accountEnabled`)).body).toMatchObject({
      department: "Retail",
      accountEnabled: true,
    });
    expect((await ask(`GET /users/${id}`)).body).not.toHaveProperty("department");
  });

  it("counts only for those who ask the way Graph wants", async () => {
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    expect((await ask("GET /users?$count=true&$top=1", undefined, eventual)).body["@odata.count"]).toBe(12);
    expect((await ask("GET /users?$count=true&$top=1")).body).not.toHaveProperty("@odata.count");
  });

  it("refuses what it does not understand instead of answering something else", async () => {
    for (const option of [
      "$search=x",
      "$orderby=department",
      "$skip=1",
      "top=3",
      "$top=0",
      "$top=1000",
      "$skiptoken=x",
      "$count=maybe",
    ]) {
      expect((await ask(`GET /users?${option}`)).body.error.code).toBe("Request_UnsupportedQuery");
    }
    expect(refusal(await ask("GET /users?$select=colour"))).toEqual([
      400,
      "BadRequest",
      "Parsing OData Select and Expand failed: Could not find a property named 'colour' on type 'microsoft.graph.user'.",
    ]);
    expect((await ask("GET /users/adele.vance@contoso.com?$top=1")).status).toBe(400);
  });

  it("has groups, an organization and the built-in roles", async () => {
    const { value } = (await ask("GET /groups")).body;
    expect(value.map((group) => [group.displayName, group.groupTypes, group.isAssignableToRole])).toEqual([
      ["Finance Operations", ["Unified"], null],
      ["All Engineering", ["DynamicMembership"], null],
      ["Office Munich", [], null],
      ["Directory Operators", [], true],
    ]);
    expect((await ask(`GET /groups/${value[0].id}`)).body).toMatchObject(value[0]);
    expect((await ask("GET /organization")).body.value).toMatchObject([{ id: tenant.id, displayName: tenant.name }]);
    const roles = await ask(
      "GET /roleManagement/directory/roleDefinitions?$filter=displayName eq 'Agent ID Administrator'",
    );
    expect(roles.body.value).toMatchObject([{ id: "db506228-d27e-4b7d-95e5-295956d6615f" }]);
    expect((await asker(tenant)("GET /users/me@contoso.com")).status).toBe(404);
  });
});
