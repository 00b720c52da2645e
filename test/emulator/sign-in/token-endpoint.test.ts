import fc from "fast-check";
import { automationAppId, defaultPermissions } from "../../../emulator/seed";
import { aBlueprint, type Body, graph, inMemory, refusal } from "../client";
import { anApplication, asAdministrator, graphScope, login, refused, signer } from "./client";

const { tenant, ask } = inMemory();
const signIn = signer(tenant);
const administer = asAdministrator(ask);
beforeEach(() => {
  tenant.set({ clock: { aheadMs: 0, stoppedAt: null }, permissionsLagMs: 0 });
  tenant.reset();
});
afterAll(() => tenant.close());

/** Assigns an application permission of Microsoft Graph. */
async function assign(principalId: string, permission: string): Promise<void> {
  const [api] = (await ask("GET /servicePrincipals?$filter=displayName eq 'Microsoft Graph'")).body.value;
  const appRoleId = api["appRoles"].find((role: Body) => (role["value"] as unknown) === permission)?.id;
  const made = await ask(`POST /servicePrincipals/${principalId}/appRoleAssignments`, {
    principalId,
    resourceId: api.id,
    appRoleId,
  });
  expect(made.status).toBe(201);
}

describe("an application that signs in with a secret", () => {
  it("gets a token that Microsoft Graph takes, with the permissions it holds", async () => {
    const { status, body, claims, headers } = await signIn();
    expect([status, Object.keys(body)]).toEqual([200, ["token_type", "expires_in", "ext_expires_in", "access_token"]]);
    expect(claims).toMatchObject({
      aud: graph,
      iss: `https://sts.windows.net/${tenant.id}/`,
      tid: tenant.id,
      ver: "1.0",
      idtyp: "app",
      appid: automationAppId,
      appidacr: "1",
      app_displayname: "Pulumi automation",
      roles: [...defaultPermissions],
      sub: claims["oid"],
    });
    expect(headers.get("cache-control")).toContain("no-store");
    expect((await ask("GET /users?$top=1", undefined, { token: body.access_token })).status).toBe(200);
  });

  it("may name the tenant by its domain, and Graph in each of its ways", async () => {
    for (const name of [tenant.domain, tenant.id.toUpperCase()])
      expect((await signIn({}, { tenant: name })).status).toBe(200);
    for (const resource of [graph, `${graph}/`, "00000003-0000-0000-c000-000000000000"]) {
      const { claims, body } = await signIn({ scope: `${resource}/.default` });
      expect(claims.aud).toBe(resource);
      expect((await ask("GET /users?$top=1", undefined, { token: body.access_token })).status).toBe(200);
    }
  });

  it("gets tokens for other APIs that Microsoft Graph does not take", async () => {
    const { status, body } = await signIn({ scope: "https://outlook.office365.com/.default" });
    expect(status).toBe(200);
    expect(refusal(await ask("GET /users?$top=1", undefined, { token: body.access_token }))).toEqual([
      401,
      "InvalidAuthenticationToken",
      "Access token validation failure. Invalid audience.",
    ]);
  });

  it("may send id and secret as HTTP Basic", async () => {
    const basic = Buffer.from(`${automationAppId}:${tenant.credentials().clientSecret}`).toString("base64");
    const without = { client_id: undefined, client_secret: undefined };
    expect((await signIn(without, { headers: { authorization: `Basic ${basic}` } })).status).toBe(200);
  });

  it("is answered in strings by the older endpoint, which takes a resource", async () => {
    const older = { endpoint: "/oauth2/token" } as const;
    const { status, body } = await signIn({ scope: undefined, resource: graph }, older);
    expect([status, body]).toMatchObject([200, { expires_in: "3599", resource: graph, token_type: "Bearer" }]);
    expect(refused(await signIn({ resource: undefined }, older))).toEqual([400, "invalid_request", 900144]);
  });

  it("keeps its secret through a reset, and loses it when it is removed", async () => {
    const secret = tenant.credentials().clientSecret;
    tenant.reset();
    expect([tenant.credentials().clientSecret, (await signIn()).status]).toEqual([secret, 200]);
  });

  it("is in the sign-in log, with what went wrong", async () => {
    const { body } = await signIn({ client_secret: "wrong" });
    await signIn();
    const ofApplications = "$filter=signInEventTypes/any(t: t eq 'servicePrincipal')";
    const read = { permissions: ["AuditLog.Read.All", "Directory.Read.All"], version: "beta" } as const;
    const { value } = (await ask(`GET /auditLogs/signIns?${ofApplications}`, undefined, read)).body;
    expect(
      value.map(({ appId, status }) => [appId, (status as unknown as { errorCode: number }).errorCode]).sort(),
    ).toEqual([
      [automationAppId, 0],
      [automationAppId, 7000215],
    ]);
    expect(value.map(({ id }) => id)).toContain(body.trace_id);
  });

  it("is in the request log, and meets the faults that are planned for it", async () => {
    tenant.fail({ path: "/token$", effect: "before", answer: { status: 503 } });
    const request = () => new Request(`${login}/${tenant.id}/oauth2/v2.0/token`, { method: "POST" });
    expect([(await tenant.handle(request())).status, (await tenant.handle(request())).status]).toEqual([503, 400]);
    expect(tenant.requests().map(({ path, status }) => [path, status])).toEqual([
      [`/${tenant.id}/oauth2/v2.0/token`, 503],
      [`/${tenant.id}/oauth2/v2.0/token`, 400],
    ]);
  });
});

describe("secrets that Graph created", () => {
  it("are good from their start to their end", async () => {
    const { application } = await anApplication(ask);
    const start = tenant.now().getTime() + 60_000;
    const made = await administer(`POST /applications/${application.id}/addPassword`, {
      passwordCredential: {
        displayName: "night run",
        startDateTime: new Date(start).toISOString(),
        endDateTime: new Date(start + 3_600_000).toISOString(),
      },
    });
    const credentials = { client_id: application.appId, client_secret: made.body["secretText"] };
    expect(refused(await signIn(credentials))).toEqual([401, "invalid_client", 7000215]);
    tenant.advance(60_001);
    const { status, claims } = await signIn(credentials);
    expect([status, claims["appid"], claims["roles"]]).toEqual([200, application.appId, undefined]);
    tenant.advance(3_600_000);
    expect(refused(await signIn(credentials))).toEqual([401, "invalid_client", 7000222]);
  });

  it("are kept as a hash, nowhere as they are", async () => {
    const { application } = await anApplication(ask);
    const { secretText } = (await administer(`POST /applications/${application.id}/addPassword`, {})).body;
    const state = JSON.stringify(tenant.exportState());
    expect(state).toContain("secretHash");
    expect(state).not.toContain(secretText);
    expect(JSON.stringify(tenant.snapshot())).not.toContain(secretText);
  });

  it("are gone when they are removed", async () => {
    const { application } = await anApplication(ask);
    const { keyId, secretText } = (await administer(`POST /applications/${application.id}/addPassword`, {})).body;
    const credentials = { client_id: application.appId, client_secret: secretText };
    expect((await signIn(credentials)).status).toBe(200);
    await administer(`POST /applications/${application.id}/removePassword`, { keyId });
    expect(refused(await signIn(credentials))).toEqual([401, "invalid_client", 7000215]);
  });

  it("sign a blueprint in, whose token makes its own identities", async () => {
    const { blueprint, principal, sponsor } = await aBlueprint(ask);
    const path = `/applications/${blueprint.id}/microsoft.graph.agentIdentityBlueprint`;
    const { secretText } = (await ask(`POST ${path}/addPassword`, {})).body;
    const credentials = { client_id: blueprint.appId, client_secret: secretText };
    const identity = {
      displayName: "payroll helper",
      agentIdentityBlueprintId: blueprint.appId,
      "sponsors@odata.bind": [`${graph}/v1.0${sponsor}`],
    };
    const make = async () => {
      const { body, claims } = await signIn(credentials);
      expect(claims).toMatchObject({ appid: blueprint.appId, oid: principal.id, idtyp: "app" });
      const own = { token: body.access_token };
      return (await ask("POST /servicePrincipals/microsoft.graph.agentIdentity", identity, own)).status;
    };
    // A blueprint may make identities of its own without any grant.
    expect(await make()).toBe(201);
  });
});

describe("roles of a token", () => {
  it("are the app roles assigned on that API, once the grant has reached new tokens", async () => {
    tenant.set({ permissionsLagMs: 60_000 });
    const { application, principal } = await anApplication(ask);
    const { secretText } = (await administer(`POST /applications/${application.id}/addPassword`, {})).body;
    const credentials = { client_id: application.appId, client_secret: secretText };
    await assign(principal.id, "User.Read.All");
    expect((await signIn(credentials)).claims["roles"]).toBeUndefined();
    tenant.advance(60_000);
    expect((await signIn(credentials)).claims["roles"]).toEqual(["User.Read.All"]);
  });

  it("for an API of the tenant's own are its roles, in the version of tokens that it asked for", async () => {
    const appRole = {
      id: "6e6c4a14-3a3c-4b5a-9b52-6ce5f1d0a001",
      value: "Books.Read",
      displayName: "Read",
      description: "Read",
    };
    const { application, principal } = await anApplication(ask, {
      appRoles: [{ ...appRole, allowedMemberTypes: ["Application"], isEnabled: true }],
      api: { requestedAccessTokenVersion: 2 },
    });
    const uri = `api://${application.appId}`;
    await administer(`PATCH /applications/${application.id}`, { identifierUris: [uri] });
    const rolesNow = async () => (await signIn({ scope: `${uri}/.default` })).claims["roles"];
    const { claims } = await signIn({ scope: `${uri}/.default` });
    expect(claims).toMatchObject({
      aud: application.appId,
      iss: `${login}/${tenant.id}/v2.0`,
      ver: "2.0",
      azp: automationAppId,
      azpacr: "1",
    });
    expect([claims["appid"], claims["idtyp"], claims["roles"]]).toEqual([undefined, undefined, undefined]);
    await administer(`PATCH /servicePrincipals/${principal.id}`, { appRoleAssignmentRequired: true });
    expect(refused(await signIn({ scope: `${uri}/.default` }))).toEqual([400, "invalid_grant", 501051]);
    const { id: principalId } = (await ask(`GET /servicePrincipals(appId='${automationAppId}')`)).body;
    const assignment = { principalId, resourceId: principal.id, appRoleId: appRole.id };
    expect((await ask(`POST /servicePrincipals/${principalId}/appRoleAssignments`, assignment)).status).toBe(201);
    expect(await rolesNow()).toEqual(["Books.Read"]);
    const disabled = { appRoles: [{ ...appRole, allowedMemberTypes: ["Application"], isEnabled: false }] };
    expect((await administer(`PATCH /applications/${application.id}`, disabled)).status).toBe(204);
    expect(await rolesNow()).toBeUndefined();
    await administer(`PATCH /servicePrincipals/${principal.id}`, { accountEnabled: false });
    expect(refused(await signIn({ scope: `${uri}/.default` }))).toEqual([400, "invalid_resource", 500014]);
  });
});

describe("sign-in is refused as Entra refuses it", () => {
  const secret = tenant.credentials().clientSecret;
  it.each<[string, Record<string, string | undefined>, [number, string, number]]>([
    ["a wrong secret", { client_secret: `${secret}x` }, [401, "invalid_client", 7000215]],
    ["no secret at all", { client_secret: undefined }, [401, "invalid_client", 7000216]],
    ["an unknown client", { client_id: "11111111-2222-4333-8444-555555555555" }, [400, "unauthorized_client", 700016]],
    ["no client id", { client_id: undefined }, [400, "invalid_request", 900144]],
    ["no grant type", { grant_type: undefined }, [400, "invalid_request", 900144]],
    ["a grant type that is none", { grant_type: "wish" }, [400, "unsupported_grant_type", 70003]],
    ["no scope", { scope: undefined }, [400, "invalid_request", 900144]],
    ["a scope that names a permission", { scope: `${graph}/User.Read.All` }, [400, "invalid_scope", 1002012]],
    ["two APIs", { scope: `${graphScope} api://other/.default` }, [400, "invalid_scope", 70011]],
    ["an unknown API", { scope: "api://nowhere/.default" }, [400, "invalid_resource", 500011]],
  ])("%s", async (_, change, expected) => {
    expect(refused(await signIn(change))).toEqual(expected);
  });

  it("with the ids of the exchange, the time in the tenant, and never the secret", async () => {
    tenant.set({ clock: { stoppedAt: "2026-11-21T08:00:00Z" } });
    const correlation = "0f8fad5b-d9cb-469f-a165-70867728950e";
    const { body, headers } = await signIn(
      { client_secret: "guess" },
      { headers: { "client-request-id": correlation } },
    );
    expect(body).toEqual({
      error: "invalid_client",
      error_description: expect.stringMatching(
        /^AADSTS7000215: Invalid client secret provided\. .+ Trace ID: [0-9a-f-]{36} Correlation ID: 0f8fad5b-d9cb-469f-a165-70867728950e Timestamp: 2026-11-21 08:00:00Z$/,
      ) as unknown,
      error_codes: [7000215],
      timestamp: "2026-11-21 08:00:00Z",
      trace_id: headers.get("x-ms-request-id"),
      correlation_id: correlation,
      error_uri: "https://login.microsoftonline.com/error?code=7000215",
    });
    expect(JSON.stringify(body)).not.toContain("guess");
  });

  it("where the tenant is another, or is not named", async () => {
    expect(refused(await signIn({}, { tenant: "fabrikam.com" }))).toEqual([400, "invalid_request", 90002]);
    expect(refused(await signIn({}, { tenant: "common" }))).toEqual([400, "invalid_request", 50194]);
  });

  it("where the application is disabled, deleted, or has no service principal", async () => {
    const { application, principal } = await anApplication(ask);
    const { secretText } = (await administer(`POST /applications/${application.id}/addPassword`, {})).body;
    const credentials = { client_id: application.appId, client_secret: secretText };
    await administer(`PATCH /servicePrincipals/${principal.id}`, { accountEnabled: false });
    expect(refused(await signIn(credentials))).toEqual([400, "unauthorized_client", 7000112]);
    await administer(`DELETE /servicePrincipals/${principal.id}`);
    expect(refused(await signIn(credentials))).toEqual([401, "invalid_client", 7000229]);
    await administer(`DELETE /applications/${application.id}`);
    expect(refused(await signIn(credentials))).toEqual([400, "unauthorized_client", 700016]);
  });

  it("honestly, where this tenant does not do what Entra does", async () => {
    for (const change of [{ fmi_path: "x" }, { grant_type: "refresh_token" }, { grant_type: "user_fic" }]) {
      const { status, body } = await signIn(change);
      expect([status, body.error, body.error_codes]).toEqual([501, "not_emulated", []]);
    }
  });

  it("whatever is posted: an answer in Entra's form, never a token", async () => {
    const names = fc.constantFrom("client_id", "client_secret", "grant_type", "scope", "client_assertion", "colour");
    const values = fc.oneof(fc.string(), fc.constantFrom("client_credentials", graphScope, automationAppId));
    const form = fc.array(fc.tuple(names, values), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(form, async (pairs) => {
        const request = new Request(`${login}/${tenant.id}/oauth2/v2.0/token`, {
          method: "POST",
          body: new URLSearchParams(pairs),
        });
        const response = await tenant.handle(request);
        const body = (await response.json()) as Record<string, unknown>;
        expect([400, 401, 501]).toContain(response.status);
        expect(body).toMatchObject({ error: expect.any(String) as unknown, trace_id: expect.any(String) as unknown });
      }),
      { numRuns: 60 },
    );
  });
});
