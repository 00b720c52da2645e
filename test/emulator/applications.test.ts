import { aBlueprint, bind, blueprintCast, inMemory, idOf, people, refusal } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const writes = { permissions: ["Application.ReadWrite.All", "Application.Read.All"] };
const owns = { permissions: ["Application.ReadWrite.OwnedBy"] };
const create = { ...writes, headers: { Prefer: "create-if-missing" } };

const make = async (body: object = {}) =>
  (await ask("POST /applications", { displayName: "web", ...body }, writes)).body;
const read = async (id: string, query = "") => (await ask(`GET /applications/${id}${query}`)).body;
const change = (id: string, body: object) => ask(`PATCH /applications/${id}`, body, writes);

const scopeId = "11111111-1111-4111-8111-111111111111";
const roleId = "22222222-2222-4222-8222-222222222222";
const scope = { id: scopeId, value: "act", adminConsentDisplayName: "Act", adminConsentDescription: "Acts" };
const role = { id: roleId, value: "Read", displayName: "Read", description: "Reads", allowedMemberTypes: ["User"] };

describe("an application", () => {
  it("keeps every property that can be written and shows the documented ones that were not", async () => {
    const written = {
      displayName: "web",
      description: "a site",
      notes: "ours",
      signInAudience: "AzureADMultipleOrgs",
      identifierUris: ["api://web"],
      isFallbackPublicClient: true,
      isDeviceOnlyAuthSupported: false,
      defaultRedirectUri: "https://contoso.com/in",
      groupMembershipClaims: "SecurityGroup",
      serviceManagementReference: "4711",
      samlMetadataUrl: "https://contoso.com/saml",
      tags: ["a", "b"],
      oauth2RequirePostResponse: true,
      spa: { redirectUris: ["https://contoso.com/spa"] },
      publicClient: { redirectUris: ["http://localhost"] },
      parentalControlSettings: { countriesBlockedForMinors: ["DE"], legalAgeGroupRule: "RequireConsentForMinors" },
      servicePrincipalLockConfiguration: { isEnabled: true, allProperties: true },
      requestSignatureVerification: { isSignedRequestRequired: false, allowedWeakAlgorithms: null },
      addIns: [{ id: scopeId, type: "FileHandler", properties: [{ key: "version", value: "2" }] }],
      requiredResourceAccess: [{ resourceAppId: roleId, resourceAccess: [{ id: scopeId, type: "Scope" }] }],
      appRoles: [{ ...role, isEnabled: false }],
    };
    const made = await ask("POST /applications", written, writes);
    expect([made.status, made.body]).toMatchObject([201, written]);
    expect(await read(made.body.id)).toEqual(made.body);
    expect(await make()).toMatchObject({
      signInAudience: "AzureADMyOrg",
      identifierUris: [],
      api: { oauth2PermissionScopes: [], preAuthorizedApplications: [], requestedAccessTokenVersion: null },
      web: { redirectUris: [], implicitGrantSettings: { enableIdTokenIssuance: false } },
      info: { logoUrl: null },
      keyCredentials: [],
      passwordCredentials: [],
      verifiedPublisher: { verifiedPublisherId: null },
      uniqueName: null,
      optionalClaims: null,
    });
  });

  it("refuses what Graph does not know, what is too long and what clients cannot set", async () => {
    const refused = async (body: object) =>
      refusal(await ask("POST /applications", { displayName: "x", ...body }, writes));
    const wrong = (path: string) => [
      400,
      "Request_BadRequest",
      `Invalid value specified for property '${path}' of resource 'Application'.`,
    ];
    expect(await refused({ colour: "red" })).toEqual([400, "Request_BadRequest", "Invalid property 'colour'."]);
    expect((await refused({ "sponsors@odata.bind": [] }))[2]).toBe("Invalid property 'sponsors@odata.bind'.");
    expect((await refused({ api: { colour: 1 } }))[2]).toBe("Invalid property 'api.colour'.");
    expect(await refused({ displayName: "x".repeat(257) })).toEqual(wrong("displayName"));
    expect(await refused({ description: "x".repeat(1025) })).toEqual(wrong("description"));
    expect((await refused({ tags: ["a b"] }))[2]).toContain("'tags.0'");
    expect((await refused({ tags: ["x".repeat(257)] }))[2]).toContain("'tags.0'");
    expect((await refused({ signInAudience: "Everybody" }))[2]).toContain("'signInAudience'");
    expect((await refused({ appRoles: [role, role] }))[2]).toContain("'appRoles'");
    expect((await refused({ api: { requestedAccessTokenVersion: 3 } }))[2]).toContain("requestedAccessTokenVersion");
    for (const name of ["id", "appId", "uniqueName", "publisherDomain", "createdDateTime"])
      expect((await refused({ [name]: "x" }))[2]).toBe(`Property '${name}' is read-only and cannot be set.`);
    expect((await refused({ managerApplications: [scopeId] }))[2]).toContain("only Microsoft can set it");
    const api = (permissions: number) => ({
      resourceAppId: roleId,
      resourceAccess: Array.from({ length: permissions }, () => ({ id: scopeId, type: "Role" })),
    });
    expect((await refused({ requiredResourceAccess: Array.from({ length: 51 }, () => api(1)) }))[0]).toBe(400);
    expect((await refused({ requiredResourceAccess: [api(401)] }))[0]).toBe(400);
    expect((await make({ requiredResourceAccess: [api(400)] })).displayName).toBe("web");
  });

  it("is changed property by property: complex ones are merged, collections replaced", async () => {
    const { id } = await make({ web: { redirectUris: ["https://a.example"], logoutUrl: "https://a.example/out" } });
    expect((await change(id, { api: { oauth2PermissionScopes: [scope] } })).status).toBe(204);
    expect((await change(id, { api: { requestedAccessTokenVersion: 2 } })).status).toBe(204);
    expect((await change(id, { web: { redirectUris: ["https://b.example"] } })).status).toBe(204);
    expect(await read(id)).toMatchObject({
      api: {
        requestedAccessTokenVersion: 2,
        oauth2PermissionScopes: [{ ...scope, isEnabled: true, type: "User", userConsentDescription: null }],
      },
      web: { redirectUris: ["https://b.example"], logoutUrl: "https://a.example/out" },
    });
    expect((await change(id, { passwordCredentials: [] })).status).toBe(400);
    expect((await change(id, { appId: id })).status).toBe(400);
  });

  it("disables a scope or role before it removes it or makes it another one", async () => {
    const { id } = await make({ appRoles: [role], api: { oauth2PermissionScopes: [scope] } });
    const code = async (body: object) => {
      const reply = await change(id, body);
      return reply.status === 204 ? 204 : reply.body.error.code;
    };
    const blocked = "CannotDeleteOrUpdateEnabledEntitlement";
    expect(await code({ appRoles: [] })).toBe(blocked);
    expect(await code({ appRoles: [{ ...role, value: "Write" }] })).toBe(blocked);
    expect(await code({ api: { oauth2PermissionScopes: [] } })).toBe(blocked);
    expect(await code({ api: { oauth2PermissionScopes: [{ ...scope, type: "Admin" }] } })).toBe(blocked);
    expect(await code({ appRoles: [{ ...role, description: "Reads all" }] })).toBe(204);
    expect(await code({ appRoles: [{ ...role, isEnabled: false }] })).toBe(204);
    expect(await code({ appRoles: [{ ...role, value: "Write", isEnabled: false }] })).toBe(204);
    expect(await code({ appRoles: [] })).toBe(204);
  });

  it("is named by its id, its appId or its unique name, and never by a bare appId", async () => {
    expect((await ask("PATCH /applications(uniqueName='web')", { displayName: "web" }, writes)).status).toBe(404);
    const made = await ask("PATCH /applications(uniqueName='web')", { displayName: "web" }, create);
    expect([made.status, made.body.uniqueName, made.body["@odata.type"]]).toEqual([201, "web", undefined]);
    expect((await ask("PATCH /applications(uniqueName='web')", { notes: "n" }, create)).status).toBe(204);
    const { id, appId } = made.body;
    for (const path of [`/${id}`, `(appId='${appId}')`, "(uniqueName='web')"])
      expect((await ask(`GET /applications${path}`)).body).toMatchObject({ id, notes: "n" });
    expect((await ask(`GET /applications/${appId}`)).status).toBe(404);
    expect((await ask("PATCH /applications(appId='33333333-3333-4333-8333-333333333333')", {}, create)).status).toBe(
      404,
    );
  });

  it("shares unique names and identifier URIs with nobody, not even with what is deleted", async () => {
    const { id } = (await ask("PATCH /applications(uniqueName='web')", { displayName: "web" }, create)).body;
    await change(id, { identifierUris: ["api://web"] });
    expect((await change(id, { identifierUris: ["api://web"] })).status).toBe(204);
    const taken = (property: string) => `Another object with the same value for property ${property} already exists.`;
    const again = { displayName: "x", identifierUris: ["api://web"] };
    expect(refusal(await ask("POST /applications", again, writes))[2]).toBe(taken("identifierUris"));
    await ask(`DELETE /applications/${id}`, undefined, writes);
    expect(refusal(await ask("POST /applications", again, writes))[2]).toBe(taken("identifierUris"));
    const named = await ask("PATCH /applications(uniqueName='web')", { displayName: "web" }, create);
    expect(refusal(named)).toEqual([400, "Request_BadRequest", taken("uniqueName")]);
    const { blueprint } = await aBlueprint(ask, { identifierUris: ["api://agents"] });
    expect((await change((await make()).id, { identifierUris: ["api://agents"] })).status).toBe(400);
    expect((await ask(`PATCH /applications/${blueprint.id}`, { identifierUris: ["api://agents"] })).status).toBe(204);
  });

  it("stands in one list with blueprints, which say what they are", async () => {
    const { id } = await make();
    const { blueprint } = await aBlueprint(ask);
    const { value } = (await ask("GET /applications")).body;
    const types = new Map(value.map((one) => [one.id, one["@odata.type"]]));
    expect([types.get(blueprint.id), types.has(id)]).toEqual(["#microsoft.graph.agentIdentityBlueprint", true]);
    const found = (await ask("GET /applications?$filter=startswith(displayName,'we')&$orderby=displayName")).status;
    expect(found).toBe(400);
    const eventual = { headers: { ConsistencyLevel: "eventual" } };
    const query = "$filter=startswith(displayName,'we')&$orderby=displayName&$count=true";
    expect((await ask(`GET /applications?${query}`, undefined, eventual)).body).toMatchObject({
      "@odata.count": 1,
      value: [{ id }],
    });
    expect((await ask(`GET /applications/${id}/${blueprintCast}`)).status).toBe(404);
  });
});

describe("owners of an application", () => {
  it("are listed, expanded, added and removed", async () => {
    const { adele, nestor } = await people(ask);
    const { id } = await make({ "owners@odata.bind": bind(adele) });
    const path = `/applications/${id}/owners`;
    expect((await ask(`POST ${path}/$ref`, { "@odata.id": bind(nestor)[0] }, writes)).status).toBe(204);
    expect((await ask(`GET ${path}`)).body.value.map((one) => [one["@odata.type"], one.id])).toEqual(
      expect.arrayContaining([adele, nestor].map((person) => ["#microsoft.graph.user", idOf(person)])),
    );
    expect((await read(id, "?$expand=owners")).owners.length).toBe(2);
    expect((await ask(`DELETE ${path}/${idOf(nestor)}/$ref`, undefined, writes)).status).toBe(204);
    expect((await ask(`DELETE ${path}/${idOf(nestor)}/$ref`, undefined, writes)).status).toBe(404);
    expect((await ask(`GET ${path}`)).body.value.map((one) => one.id)).toEqual([idOf(adele)]);
  });

  it("are at most as many as the limit, and never groups", async () => {
    tenant.set({ limits: { owners: 1 } });
    const { adele, nestor, group } = await people(ask);
    const { id } = await make({ "owners@odata.bind": bind(adele) });
    const add = (path: string) => ask(`POST /applications/${id}/owners/$ref`, { "@odata.id": bind(path)[0] }, writes);
    expect((await add(nestor)).status).toBe(400);
    tenant.set({ limits: { owners: 100 } });
    expect((await add(group("Office Munich"))).status).toBe(400);
    expect((await add(adele)).body.error.message).toContain("already exist");
    expect((await add(nestor)).status).toBe(204);
  });

  it("may be all that an application reaches", async () => {
    const own = (await ask("POST /applications", { displayName: "mine" }, owns)).body;
    const other = await make();
    expect((await ask(`PATCH /applications/${own.id}`, { notes: "n" }, owns)).status).toBe(204);
    for (const request of [`PATCH /applications/${other.id}`, `DELETE /applications/${other.id}`]) {
      expect(refusal(await ask(request, request.startsWith("PATCH") ? { notes: "n" } : undefined, owns))).toEqual([
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
      ]);
    }
    expect((await ask(`POST /applications/${other.id}/addPassword`, {}, owns)).status).toBe(403);
    expect((await ask(`POST /applications/${own.id}/addPassword`, {}, owns)).status).toBe(200);
    expect((await ask(`DELETE /applications/${own.id}`, undefined, owns)).status).toBe(204);
  });

  it("include the person who created it without being an administrator", async () => {
    const nestor = { user: "nestor.wilke@contoso.com", ...writes };
    const { id } = (await ask("POST /applications", { displayName: "his" }, nestor)).body;
    expect((await ask(`GET /applications/${id}/owners`)).body.value.map((one) => one.userPrincipalName)).toEqual([
      "nestor.wilke@contoso.com",
    ]);
    expect((await ask(`GET /applications/${(await make()).id}/owners`)).body.value).toEqual([]);
  });
});

describe("the verified publisher of an application", () => {
  it("is set and unset by actions alone", async () => {
    const { id } = await make();
    const publisher = { verifiedPublisherId: "12345678" };
    expect((await ask(`POST /applications/${id}/setVerifiedPublisher`, publisher, writes)).status).toBe(204);
    expect(await read(id)).toMatchObject({ verifiedPublisher: publisher });
    expect((await change(id, { verifiedPublisher: publisher })).status).toBe(400);
    expect((await ask(`POST /applications/${id}/unsetVerifiedPublisher`, undefined, writes)).status).toBe(204);
    expect(await read(id)).toMatchObject({ verifiedPublisher: { verifiedPublisherId: null } });
    const { blueprint } = await aBlueprint(ask);
    const cast = `/applications/${blueprint.id}/${blueprintCast}/setVerifiedPublisher`;
    expect((await ask(`POST ${cast}`, publisher)).status).toBe(204);
    expect((await ask(`POST ${cast}`, publisher, writes)).status).toBe(403);
  });
});
