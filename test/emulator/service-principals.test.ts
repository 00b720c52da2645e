import { aBlueprint, anIdentity, bind, inMemory, idOf, people, principalCast, refusal } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const writes = { permissions: ["Application.ReadWrite.All", "Application.Read.All"] };
const graphAppId = "00000003-0000-0000-c000-000000000000";

const application = async (body: object = {}) =>
  (await ask("POST /applications", { displayName: "web", ...body }, writes)).body;
const principal = (appId: string, body: object = {}) => ask("POST /servicePrincipals", { appId, ...body }, writes);
const read = async (id: string, query = "") => (await ask(`GET /servicePrincipals/${id}${query}`)).body;

describe("a service principal", () => {
  it("is created for an application of this tenant and shows what that says", async () => {
    const scope = { id: "11111111-1111-4111-8111-111111111111", value: "act", isEnabled: true, type: "User" };
    const { id: object, appId } = await application({
      identifierUris: ["api://web"],
      tags: ["of-app"],
      api: { oauth2PermissionScopes: [scope] },
      web: { redirectUris: ["https://contoso.com/in"], homePageUrl: "https://contoso.com" },
    });
    const made = await principal(appId, { tags: ["of-principal"] });
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        appId,
        appDisplayName: "web",
        displayName: "web",
        appOwnerOrganizationId: tenant.id,
        servicePrincipalNames: [appId, "api://web"],
        servicePrincipalType: "Application",
        oauth2PermissionScopes: [scope],
        replyUrls: ["https://contoso.com/in"],
        homepage: "https://contoso.com",
        tags: ["of-app", "of-principal"],
        accountEnabled: true,
        appRoleAssignmentRequired: false,
        keyCredentials: [],
        passwordCredentials: [],
        publisherName: tenant.name,
      },
    ]);
    await ask(`PATCH /applications/${object}`, { displayName: "new" }, writes);
    expect(await read(made.body.id)).toMatchObject({ displayName: "new", appDisplayName: "new" });
    expect((await ask(`GET /servicePrincipals(appId='${appId}')`)).body.id).toBe(made.body.id);
  });

  it("is created or changed by its app id when the request prefers that", async () => {
    const { appId } = await application();
    const upsert = { ...writes, headers: { prefer: "create-if-missing" } };
    const address = `/servicePrincipals(appId='${appId}')`;
    expect((await ask(`PATCH ${address}`, { tags: ["a"] }, writes)).status).toBe(404);
    const made = await ask(`PATCH ${address}`, { tags: ["a"] }, upsert);
    expect([made.status, made.body]).toMatchObject([201, { appId, tags: ["a"] }]);
    expect((await ask(`PATCH ${address}`, { tags: ["b"] }, upsert)).status).toBe(204);
    expect(await read(made.body.id)).toMatchObject({ tags: ["b"] });
    const nobody = "/servicePrincipals(appId='11111111-1111-4111-8111-111111111111')";
    expect(refusal(await ask(`PATCH ${nobody}`, {}, upsert)).slice(0, 2)).toEqual([400, "NoBackingApplicationObject"]);
  });

  it("exists once for an application that exists", async () => {
    const { appId } = await application();
    await principal(appId);
    expect(refusal(await principal(appId))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
    ]);
    expect((await principal(graphAppId)).status).toBe(409);
    const unknown = "99999999-9999-4999-8999-999999999999";
    expect(refusal(await principal(unknown))).toEqual([
      400,
      "NoBackingApplicationObject",
      `The appId '${unknown}' of the service principal does not reference a valid application object.`,
    ]);
    expect((await principal("web")).status).toBe(400);
    const { blueprint } = await aBlueprint(ask);
    expect((await principal(blueprint.appId)).status).toBe(501);
  });

  it("of Microsoft comes back when it was deleted", async () => {
    const { id } = (await ask(`GET /servicePrincipals(appId='${graphAppId}')`)).body;
    expect((await ask(`DELETE /servicePrincipals/${id}`, undefined, writes)).status).toBe(204);
    expect((await principal(graphAppId)).body).toMatchObject({
      displayName: "Microsoft Graph",
      appOwnerOrganizationId: "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
    });
  });

  it("keeps every property that can be written, and refuses what comes from elsewhere", async () => {
    const { id } = (await principal((await application()).appId)).body;
    const written = {
      accountEnabled: false,
      alternativeNames: ["one"],
      appRoleAssignmentRequired: true,
      description: "d",
      loginUrl: "https://contoso.com",
      notes: "n",
      notificationEmailAddresses: ["a@contoso.com"],
      preferredSingleSignOnMode: "saml",
      samlSingleSignOnSettings: { relayState: "x" },
      tags: ["t"],
    };
    const patch = (body: object) => ask(`PATCH /servicePrincipals/${id}`, body, writes);
    expect((await patch(written)).status).toBe(204);
    expect(await read(id)).toMatchObject(written);
    for (const name of ["appId", "appRoles", "appDisplayName", "servicePrincipalType", "verifiedPublisher"])
      expect(refusal(await patch({ [name]: null }))[2]).toBe(`Property '${name}' is read-only and cannot be set.`);
    expect(refusal(await patch({ colour: 1 }))[2]).toBe("Invalid property 'colour'.");
    expect(refusal(await patch({ preferredSingleSignOnMode: "magic" }))[0]).toBe(400);
    expect(refusal(await patch({ notes: "x".repeat(1025) }))[0]).toBe(400);
  });

  it("is listed with those of agents, which say what they are", async () => {
    const family = await aBlueprint(ask);
    const agent = (await anIdentity(ask, family)).body;
    const filtered = `$filter=displayName in ('payroll','payroll helper')`;
    const { value } = (await ask(`GET /servicePrincipals?${filtered}`)).body;
    expect(new Map(value.map((one) => [one.id, one["@odata.type"]]))).toEqual(
      new Map([
        [family.principal.id, "#microsoft.graph.agentIdentityBlueprintPrincipal"],
        [agent.id, "#microsoft.graph.agentIdentity"],
      ]),
    );
  });

  it("may be reached by its owner alone", async () => {
    const owns = { permissions: ["Application.ReadWrite.OwnedBy"] };
    const { appId } = await application();
    const { id } = (await ask("POST /servicePrincipals", { appId }, owns)).body;
    const other = (await principal((await application()).appId)).body;
    expect((await ask(`PATCH /servicePrincipals/${id}`, { notes: "n" }, owns)).status).toBe(204);
    expect((await ask(`PATCH /servicePrincipals/${other.id}`, { notes: "n" }, owns)).status).toBe(403);
    expect((await ask(`DELETE /servicePrincipals/${other.id}`, undefined, owns)).status).toBe(403);
  });
});

describe("what service principals are connected to", () => {
  it("is listed from either end", async () => {
    const { adele } = await people(ask);
    const family = await aBlueprint(ask);
    const { id } = (await principal((await application()).appId)).body;
    const owners = `/servicePrincipals/${id}/owners`;
    const owner = { "@odata.id": bind(`/servicePrincipals/${family.principal.id}`)[0] };
    expect((await ask(`POST ${owners}/$ref`, owner, writes)).status).toBe(204);
    expect((await ask(`POST ${owners}/$ref`, { "@odata.id": bind(adele)[0] }, writes)).status).toBe(204);
    expect((await ask(`GET ${owners}`)).body.value.map((one) => one.id).sort()).toEqual(
      [idOf(adele), family.principal.id].sort(),
    );
    const owned = await ask(`GET /servicePrincipals/${family.principal.id}/ownedObjects`);
    expect(owned.body.value.map((one) => one.id)).toEqual([id]);
    expect((await read(id, "?$expand=owners($select=id)")).owners.length).toBe(2);
    for (const relation of ["memberOf", "transitiveMemberOf", "createdObjects", "oauth2PermissionGrants"])
      expect(
        (
          await ask(`GET /servicePrincipals/${id}/${relation}`, undefined, {
            permissions: ["Application.Read.All", "Directory.Read.All"],
          })
        ).body.value,
      ).toEqual([]);
  });

  it("names what an application created", async () => {
    const maker = (await ask("GET /servicePrincipals?$filter=displayName eq 'Pulumi automation'")).body.value[0].id;
    const family = await aBlueprint(ask);
    const made = (await ask(`GET /servicePrincipals/${maker}/createdObjects`)).body.value.map((one) => one.id);
    expect(made.sort()).toEqual([family.blueprint.id, family.principal.id].sort());
  });
});

describe("a blueprint principal", () => {
  it("exists once for a blueprint, and shows the blueprint's words and both tags", async () => {
    const family = await aBlueprint(ask, { tags: ["team:pay"], description: "pays" });
    const path = `/servicePrincipals/${family.principal.id}`;
    expect((await ask(`POST /servicePrincipals/${principalCast}`, { appId: family.blueprint.appId })).status).toBe(409);
    expect((await ask(`PATCH ${path}`, { tags: ["own"], appRoleAssignmentRequired: true })).status).toBe(204);
    expect((await ask(`GET ${path}`)).body).toMatchObject({
      appDescription: "pays",
      appDisplayName: "payroll",
      appRoleAssignmentRequired: true,
      tags: ["team:pay", "own"],
      servicePrincipalType: "Application",
      publishedPermissionScopes: [],
    });
    await ask(`PATCH /applications/${family.blueprint.id}`, { displayName: "new", description: null });
    expect((await ask(`GET ${path}`)).body).toMatchObject({ displayName: "new", appDescription: null });
    expect((await ask(`PATCH ${path}`, { appDisplayName: "x" })).status).toBe(400);
  });

  it("is created at the plain path when type and header say so", async () => {
    const { blueprint } = await aBlueprint(ask);
    const { principal: old } = { principal: (await ask(`GET /servicePrincipals(appId='${blueprint.appId}')`)).body };
    await ask(`DELETE /servicePrincipals/${old.id}`);
    const body = { "@odata.type": "#microsoft.graph.agentIdentityBlueprintPrincipal", appId: blueprint.appId };
    const made = await ask("POST /servicePrincipals", body, { headers: { "OData-Version": "4.0" } });
    expect([made.status, made.body["@odata.type"]]).toEqual([201, "#microsoft.graph.agentIdentityBlueprintPrincipal"]);
  });

  it("has sponsors and owners", async () => {
    const { nestor } = await people(ask);
    const { principal: made } = await aBlueprint(ask);
    for (const relation of ["owners", "sponsors"]) {
      const path = `/servicePrincipals/${made.id}/${principalCast}/${relation}`;
      expect((await ask(`POST ${path}/$ref`, { "@odata.id": bind(nestor)[0] })).status).toBe(204);
      expect((await ask(`GET ${path}`)).body.value.map((one) => one.id)).toContain(idOf(nestor));
    }
  });
});
