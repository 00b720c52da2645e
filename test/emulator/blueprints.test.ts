import { randomUUID } from "node:crypto";
import {
  aBlueprint,
  agentIdAdministrator,
  agentIdDeveloper,
  bind,
  blueprintCast,
  giveRole,
  inMemory,
  people,
  principalCast,
  refusal,
} from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const all = `/applications/${blueprintCast}`;
const one = (id: string) => `/applications/${id}/${blueprintCast}`;
const upsert = (name: string) => `/applications(uniqueName='${name}')/${blueprintCast}`;
const create = { headers: { Prefer: "create-if-missing" } };

describe("a blueprint", () => {
  it("is created, read in both cast orders and without a cast, and by appId", async () => {
    const { adele } = await people(ask);
    const made = await ask(`POST ${all}`, {
      displayName: "payroll",
      description: "pays",
      "sponsors@odata.bind": bind(adele),
    });
    expect([made.status, made.body["@odata.type"], made.body.displayName]).toEqual([
      201,
      "#microsoft.graph.agentIdentityBlueprint",
      "payroll",
    ]);
    const { id, appId } = made.body;
    const ways = [one(id), `${all}/${id}`, `/applications/${id}`, `/APPLICATIONS/${id}/graph.AGENTIDENTITYBLUEPRINT`];
    for (const path of [...ways, `/applications(appId='${appId}')`])
      expect((await ask(`GET ${path}`)).body).toEqual(made.body);
    expect((await ask(`GET ${all}`)).body.value).toEqual([{ ...made.body, "@odata.context": undefined }]);
    expect((await ask(`GET /applications/${appId}`)).status).toBe(404);
  });

  it("is listed in pages of at most 100, as its principal is", async () => {
    const kinds = ["agentIdentityBlueprint", "agentIdentityBlueprintPrincipal"];
    const bodies = Array.from({ length: 101 }, () => ({ appId: randomUUID(), displayName: "one of many" }));
    tenant.plant(kinds.flatMap((kind) => bodies.map((body) => ({ id: randomUUID(), kind, body }))));
    for (const path of [all, `/servicePrincipals/${principalCast}`]) {
      const first = (await ask(`GET ${path}?$select=id`)).body;
      const second = (await ask(`GET ${first["@odata.nextLink"]}`)).body;
      expect([first.value.length, second.value.length, second["@odata.nextLink"]]).toEqual([100, 1, undefined]);
      expect((await ask(`GET ${path}?$select=id&$top=100`)).status).toBe(200);
      expect(refusal(await ask(`GET ${path}?$top=101`))).toEqual([
        400,
        "Request_UnsupportedQuery",
        "Invalid page size specified: '101'. Must be between 1 and 100 inclusive.",
      ]);
    }
  });

  it("needs a sponsor when an application creates it, and takes the caller when a person does", async () => {
    for (const sponsors of [{}, { "sponsors@odata.bind": [] }]) {
      expect(refusal(await ask(`POST ${all}`, { displayName: "x", ...sponsors }))).toEqual([
        400,
        "Request_BadRequest",
        "No sponsor specified. Please provide at least one sponsor.",
      ]);
    }
    giveRole(tenant, (await people(ask)).nestor, agentIdDeveloper);
    const made = await ask(`POST ${all}`, { displayName: "x" }, { user: "nestor.wilke@contoso.com" });
    const sponsors = (await ask(`GET ${one(made.body.id)}/sponsors`)).body.value;
    expect(sponsors.map((user) => user.userPrincipalName)).toEqual(["nestor.wilke@contoso.com"]);
  });

  it("belongs to whoever makes it: an application, a person, and a person who administers agents", async () => {
    const nestor = { user: "nestor.wilke@contoso.com" };
    const { nestor: path, adele } = await people(ask);
    const ownersOf = async (caller?: { user: string }) => {
      const made = await ask(`POST ${all}`, { displayName: "x", "sponsors@odata.bind": bind(adele) }, caller);
      const owners = (await ask(`GET ${one(made.body.id)}/owners`)).body.value;
      return owners.map((owner) => ("userPrincipalName" in owner ? owner.userPrincipalName : owner["displayName"]));
    };
    expect(await ownersOf()).toEqual(["Pulumi automation"]);
    giveRole(tenant, path, agentIdDeveloper);
    expect(await ownersOf(nestor)).toEqual(["nestor.wilke@contoso.com"]);
    giveRole(tenant, path, agentIdAdministrator);
    expect(await ownersOf(nestor)).toEqual(["nestor.wilke@contoso.com"]);
    tenant.set({ profiles: { creatorOwns: "peopleWithoutAdminRole" } });
    expect([await ownersOf(nestor), await ownersOf()]).toEqual([[], []]);
    tenant.set({ profiles: { creatorOwns: "everybody" } });
  });

  it("needs a sponsor from a person who administers agents, and from nobody else", async () => {
    const nestor = { user: "nestor.wilke@contoso.com" };
    giveRole(tenant, (await people(ask)).nestor, agentIdAdministrator);
    expect((await ask(`POST ${all}`, { displayName: "x" }, nestor)).status).toBe(400);
  });

  it("silently becomes a plain application when OData-Version is missing", async () => {
    const { adele } = await people(ask);
    const body = {
      "@odata.type": "Microsoft.Graph.AgentIdentityBlueprint",
      displayName: "x",
      "sponsors@odata.bind": bind(adele),
    };
    const permissions = ["Application.ReadWrite.All", "Application.Read.All", "AgentIdentityBlueprint.Create"];
    const plain = await ask("POST /applications", body, { permissions });
    expect([plain.status, plain.body["@odata.type"]]).toEqual([201, undefined]);
    expect((await ask(`GET ${one(plain.body.id)}`)).status).toBe(404);
    const typed = await ask("POST /applications", body, { permissions, headers: { "OData-Version": "4.0" } });
    expect([typed.status, typed.body["@odata.type"]]).toEqual([201, "#microsoft.graph.agentIdentityBlueprint"]);
    expect((await ask("POST /applications", body)).status).toBe(403);
  });

  it("refuses properties Graph does not take", async () => {
    const { adele } = await people(ask);
    const refused = async (property: object) =>
      refusal(await ask(`POST ${all}`, { displayName: "x", "sponsors@odata.bind": bind(adele), ...property }));
    expect(await refused({ colour: "red" })).toEqual([400, "Request_BadRequest", "Invalid property 'colour'."]);
    expect(await refused({ appId: "x" })).toEqual([
      400,
      "Request_BadRequest",
      "Property 'appId' is read-only and cannot be set.",
    ]);
    expect(await refused({ spa: {} })).toMatchObject([400, "AgentBlueprint_IncompatibleProperty", {}]);
    expect(await refused({ displayName: "x".repeat(257) })).toEqual([
      400,
      "Request_BadRequest",
      "Invalid value specified for property 'displayName' of resource 'AgentIdentityBlueprint'.",
    ]);
    expect(refusal(await ask(`POST ${all}`, {}))).toEqual([
      400,
      "Request_BadRequest",
      "A value is required for property 'displayName' of resource 'AgentIdentityBlueprint'.",
    ]);
    expect(await refused({ managerApplications: [] })).toMatchObject([400, "Request_BadRequest", {}]);
    expect((await refused({ keyCredentials: [{}] }))[0]).toBe(400);
    expect((await refused({ passwordCredentials: [] }))[0]).toBe(400);
    expect((await refused({ uniqueName: "x" }))[0]).toBe(400);
  });

  it("is changed by whoever may change those properties", async () => {
    const { blueprint } = await aBlueprint(ask);
    const branding = { permissions: ["AgentIdentityBlueprint.UpdateBranding.All"] };
    expect((await ask(`PATCH ${one(blueprint.id)}`, { displayName: "new", tags: ["a"] }, branding)).status).toBe(204);
    expect((await ask(`PATCH ${one(blueprint.id)}`, { displayName: "x", identifierUris: [] }, branding)).status).toBe(
      403,
    );
    expect((await ask(`PATCH /applications/${blueprint.id}`, { signInAudience: "AzureADMultipleOrgs" })).status).toBe(
      204,
    );
    expect((await ask(`GET ${one(blueprint.id)}?$select=displayName,tags,signInAudience`)).body).toMatchObject({
      displayName: "new",
      tags: ["a"],
      signInAudience: "AzureADMultipleOrgs",
    });
    expect((await ask(`PATCH ${one(blueprint.id)}`, { passwordCredentials: [] })).status).toBe(400);
  });

  it("disables a scope before it removes it", async () => {
    const { blueprint } = await aBlueprint(ask);
    const scope = { id: "11111111-1111-4111-8111-111111111111", value: "act", isEnabled: true };
    const set = async (scopes: object[]) =>
      ask(`PATCH ${one(blueprint.id)}`, { api: { oauth2PermissionScopes: scopes } });
    expect((await set([scope])).status).toBe(204);
    expect((await set([])).body.error.code).toBe("CannotDeleteOrUpdateEnabledEntitlement");
    expect((await set([{ ...scope, isEnabled: false }])).status).toBe(204);
    expect((await set([])).status).toBe(204);
  });

  it("is found or created by its unique name", async () => {
    const { adele } = await people(ask);
    const body = { displayName: "x", "sponsors@odata.bind": bind(adele) };
    expect((await ask(`PATCH ${upsert("pay roll")}`, { displayName: "x" })).status).toBe(404);
    const made = await ask(`PATCH ${upsert("pay roll")}`, body, create);
    expect([made.status, made.body.uniqueName]).toEqual([201, "pay roll"]);
    expect((await ask(`PATCH ${upsert("pay%20roll")}`, { displayName: "y" }, create)).status).toBe(204);
    expect((await ask("GET /applications(uniqueName='pay roll')")).body).toMatchObject({
      id: made.body.id,
      displayName: "y",
    });
  });

  it("is updated by the same upsert sent again, and the profile upsertBinds says what that does to its people", async () => {
    const { adele, nestor } = await people(ask);
    const body = (sponsor: string) => ({ displayName: "x", "sponsors@odata.bind": bind(sponsor) });
    const { id } = (await ask(`PATCH ${upsert("payroll")}`, body(adele), create)).body;
    const sponsors = async () =>
      (await ask(`GET ${one(id)}/sponsors`)).body.value.map(({ givenName }) => givenName).sort();
    expect((await ask(`PATCH ${upsert("payroll")}`, body(adele), create)).status).toBe(204);
    expect((await ask(`PATCH ${upsert("payroll")}`, body(nestor), create)).status).toBe(204);
    expect(await sponsors()).toEqual(["Adele"]);
    tenant.set({ profiles: { upsertBinds: "merged" } });
    const both = { ...body(adele), "owners@odata.bind": bind(nestor) };
    expect((await ask(`PATCH ${upsert("payroll")}`, both, create)).status).toBe(204);
    expect((await ask(`PATCH ${upsert("payroll")}`, body(nestor), create)).status).toBe(204);
    expect(await sponsors()).toEqual(["Adele", "Nestor"]);
    expect((await ask(`GET ${one(id)}/owners`)).body.value).toMatchObject([
      { givenName: "Nestor" },
      { displayName: "Pulumi automation" },
    ]);
    tenant.set({ profiles: { upsertBinds: "ignored" } });
  });

  it("cannot ask for a permission that is blocked for agents", async () => {
    const graph = (id: string, type: string) => ({
      requiredResourceAccess: [
        { resourceAppId: "00000003-0000-0000-c000-000000000000", resourceAccess: [{ id, type }] },
      ],
    });
    const asked = await ask("GET /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=appRoles");
    const idOfRole = (value: string) => asked.body.appRoles.find(({ displayName }) => displayName === value)?.id ?? "?";
    const blocked = graph(idOfRole("User.ReadWrite.All"), "Role");
    const { blueprint, sponsor } = await aBlueprint(ask);
    const refused = [400, "Request_BadRequest", "Permission 'User.ReadWrite.All' is blocked for agent identities."];
    expect(refusal(await ask(`PATCH ${one(blueprint.id)}`, blocked))).toEqual(refused);
    const made = { displayName: "x", "sponsors@odata.bind": bind(sponsor), ...blocked };
    expect(refusal(await ask(`POST ${all}`, made))).toEqual(refused);
    expect((await ask(`PATCH ${one(blueprint.id)}`, graph(idOfRole("User.Read.All"), "Role"))).status).toBe(204);
    const plain = { permissions: ["Application.ReadWrite.All"] };
    expect((await ask("POST /applications", { displayName: "x", ...blocked }, plain)).status).toBe(201);
  });

  it("has a manifest of 1,200 entries at most, those within entries too", async () => {
    const { blueprint } = await aBlueprint(ask);
    const tags = (count: number) => ({ tags: Array.from({ length: count }, (_, at) => `tag${at}`) });
    expect((await ask(`PATCH ${one(blueprint.id)}`, tags(1200))).status).toBe(204);
    expect((await ask(`PATCH ${one(blueprint.id)}`, { identifierUris: ["api://x"] })).status).toBe(400);
    expect((await ask(`PATCH ${one(blueprint.id)}`, tags(1199))).status).toBe(204);
    expect((await ask(`PATCH ${one(blueprint.id)}`, { identifierUris: ["api://x"] })).status).toBe(204);
  });

  it("keeps its unique name and identifier URIs reserved while it is deleted softly", async () => {
    const { adele } = await people(ask);
    const body = { displayName: "x", "sponsors@odata.bind": bind(adele), identifierUris: ["api://x"] };
    const { id } = (await ask(`PATCH ${upsert("payroll")}`, body, create)).body;
    expect((await ask(`DELETE ${one(id)}`)).status).toBe(204);
    expect((await ask(`GET /applications/${id}`)).status).toBe(404);
    const taken = (property: string) => `Another object with the same value for property ${property} already exists.`;
    const again = await ask(`PATCH ${upsert("payroll")}`, body, create);
    expect(refusal(again)).toEqual([400, "Request_BadRequest", taken("uniqueName")]);
    expect(refusal(await ask(`POST ${all}`, body))).toEqual([400, "Request_BadRequest", taken("identifierUris")]);
    expect((await ask(`DELETE /directory/deletedItems/${id}`)).status).toBe(204);
    expect((await ask(`PATCH ${upsert("payroll")}`, body, create)).status).toBe(201);
  });

  it("can be created 250 times by applications, deleted ones included, and by people beyond that", async () => {
    const { adele } = await people(ask);
    const body = { displayName: "x", "sponsors@odata.bind": bind(adele) };
    const token = await tenant.token();
    for (let made = 0; made < 250; made += 1) expect((await ask(`POST ${all}`, body, { token })).status).toBe(201);
    const { value } = (await ask(`GET ${all}?$top=1`)).body;
    await ask(`DELETE ${one(value[0].id)}`);
    expect(refusal(await ask(`POST ${all}`, body))).toMatchObject([400, "AgentBlueprint_LimitExceeded", {}]);
    giveRole(tenant, (await people(ask)).user("Lee"), agentIdAdministrator);
    expect((await ask(`POST ${all}`, body, { user: "lee.gu@contoso.com" })).status).toBe(201);
    await ask(`DELETE /directory/deletedItems/${value[0].id}`);
    expect((await ask(`POST ${all}`, body)).status).toBe(201);
  });
});

describe("tokens", () => {
  it.each(["Directory.AccessAsUser.All", "Directory.ReadWrite.All"])(
    "with %s are refused on agent objects",
    async (name) => {
      const { blueprint, principal } = await aBlueprint(ask);
      const asking = {
        user: "lee.gu@contoso.com",
        permissions: [name, "AgentIdentityBlueprint.ReadWrite.All", "Application.Read.All"],
      };
      for (const path of [
        all,
        one(blueprint.id),
        `/applications/${blueprint.id}`,
        `/servicePrincipals/${principal.id}`,
      ]) {
        expect(refusal(await ask(`GET ${path}`, undefined, asking))).toEqual([
          403,
          "Authorization_RequestDenied",
          "Insufficient privileges to complete the operation.",
        ]);
      }
      expect((await ask("GET /servicePrincipals", undefined, asking)).status).toBe(200);
    },
  );
});
