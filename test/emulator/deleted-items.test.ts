import {
  aBlueprint,
  anIdentity,
  blueprintCast,
  type Family,
  identityCast,
  inMemory,
  only,
  principalCast,
  refusal,
} from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
});

const items = "/directory/deletedItems";
const day = 24 * 60 * 60 * 1_000;
const forGood = {
  permissions: ["AgentIdentity.DeleteRestore.All", "Application.Read.All", "Application.ReadWrite.All"],
};
const listed = async (cast: string) =>
  (await ask(`GET ${items}/microsoft.graph.${cast}`)).body.value.map((item) => [item["@odata.type"], item.id]);

describe("a deleted object", () => {
  it("is listed by type, read, and restored as it was", async () => {
    const before = (await ask(`GET /applications/${family.blueprint.id}/${blueprintCast}`)).body;
    const { id } = (await anIdentity(ask, family)).body;
    await ask(`DELETE /servicePrincipals/${id}/${identityCast}`);
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect(await listed("application")).toEqual([["#microsoft.graph.agentIdentityBlueprint", family.blueprint.id]]);
    expect(await listed("servicePrincipal")).toEqual([
      ["#microsoft.graph.agentIdentityBlueprintPrincipal", family.principal.id],
      ["#microsoft.graph.agentIdentity", id],
    ]);
    expect(await listed("user")).toEqual([]);
    expect((await ask(`GET ${items}/${id}`)).body.deletedDateTime).toMatch(/^\d{4}-/);
    const restored = await ask(`POST ${items}/${family.blueprint.id}/restore`);
    expect([restored.status, restored.body.id, restored.body.deletedDateTime]).toEqual([
      200,
      family.blueprint.id,
      null,
    ]);
    expect((await ask(`GET /applications/${family.blueprint.id}/${blueprintCast}`)).body).toEqual(before);
    expect((await ask(`GET /applications/${family.blueprint.id}/${blueprintCast}/sponsors`)).body.value).toHaveLength(
      1,
    );
  });

  it("is deleted for good once it is deleted again", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    await ask(`DELETE /servicePrincipals/${id}`);
    expect((await ask(`DELETE ${items}/${id}`, undefined, forGood)).status).toBe(204);
    for (const request of [`GET ${items}`, `DELETE ${items}`])
      expect((await ask(`${request}/${id}`, undefined, forGood)).status).toBe(404);
    expect((await ask(`POST ${items}/${id}/restore`)).status).toBe(404);
  });

  it("stays for its 30 days when it is a blueprint principal, unless the profile says otherwise", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    expect(refusal(await ask(`DELETE ${items}/${family.principal.id}`))).toEqual([
      400,
      "Request_BadRequest",
      "An agent identity blueprint principal cannot be deleted permanently.",
    ]);
    tenant.set({ profiles: { hardDeleteOfBlueprintPrincipal: "deleted" } });
    expect((await ask(`DELETE ${items}/${family.principal.id}`)).status).toBe(204);
    tenant.set({ profiles: { hardDeleteOfBlueprintPrincipal: "refused" } });
  });

  it("is deleted for good after 30 days by the tenant's clock", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    await ask(`DELETE /servicePrincipals/${id}`);
    tenant.advance(30 * day - 60_000);
    expect((await ask(`GET ${items}/${id}`)).status).toBe(200);
    tenant.advance(60_000);
    expect((await ask(`GET ${items}/${id}`)).status).toBe(404);
  });

  it("counts its 30 days from its last delete", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    await ask(`DELETE /servicePrincipals/${id}`);
    tenant.advance(20 * day);
    await ask(`POST ${items}/${id}/restore`);
    await ask(`DELETE /servicePrincipals/${id}`);
    tenant.advance(20 * day);
    expect((await ask(`GET ${items}/${id}`)).status).toBe(200);
  });

  it("takes what it was granted along, and brings it back when both ends are there", async () => {
    const resource = only(
      (await ask("GET /servicePrincipals?$top=999")).body.value,
      ({ displayName }) => displayName === "Office 365 SharePoint Online",
    );
    const { id } = (await anIdentity(ask, family)).body;
    const granted = { clientId: id, consentType: "AllPrincipals", resourceId: resource.id, scope: "AllSites.Read" };
    const grant = (await ask("POST /oauth2PermissionGrants", granted)).body;
    await ask(`DELETE /servicePrincipals/${id}`);
    expect((await ask(`GET /oauth2PermissionGrants/${grant.id}`)).status).toBe(404);
    await ask(`POST ${items}/${id}/restore`);
    expect((await ask(`GET /oauth2PermissionGrants/${grant.id}`)).body).toMatchObject(granted);
    await ask(`DELETE /servicePrincipals/${id}`);
    await ask(`DELETE ${items}/${id}`);
    expect((await ask("GET /oauth2PermissionGrants")).body.value).toEqual([]);
  });

  it("comes back after what it belongs to", async () => {
    const { id } = (await anIdentity(ask, family)).body;
    await ask(`DELETE /servicePrincipals/${id}`);
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect(refusal(await ask(`POST ${items}/${family.principal.id}/restore`)).slice(0, 2)).toEqual([
      400,
      "AgentBlueprintPrincipal_RequireAgentBlueprint",
    ]);
    expect(refusal(await ask(`POST ${items}/${id}/restore`)).slice(0, 2)).toEqual([
      400,
      "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
    ]);
    for (const one of [family.blueprint.id, family.principal.id, id])
      expect((await ask(`POST ${items}/${one}/restore`)).status).toBe(200);
  });

  it("does not come back when its place is taken", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await ask(`POST /servicePrincipals/${principalCast}`, { appId: family.blueprint.appId });
    expect((await ask(`POST ${items}/${family.principal.id}/restore`)).status).toBe(409);
  });

  it("is sorted by the time of its delete in an advanced query", async () => {
    const first = (await anIdentity(ask, family)).body.id;
    const second = (await anIdentity(ask, family)).body.id;
    for (const id of [second, first]) {
      await ask(`DELETE /servicePrincipals/${id}`);
      tenant.advance(60_000);
    }
    const path = `GET ${items}/microsoft.graph.servicePrincipal?$orderby=deletedDateTime desc`;
    expect((await ask(path)).status).toBe(400);
    const headers = { ConsistencyLevel: "eventual" };
    const { body } = await ask(`${path}&$count=true`, undefined, { headers });
    expect([body["@odata.count"], body.value.map(({ id }) => id)]).toEqual([2, [first, second]]);
  });

  it("is restored by whoever may delete and restore its kind", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    const path = `POST ${items}/${family.principal.id}/restore`;
    expect((await ask(path, undefined, { permissions: ["AgentIdentity.DeleteRestore.All"] })).status).toBe(403);
    expect(
      (await ask(path, undefined, { permissions: ["AgentIdentityBlueprintPrincipal.DeleteRestore.All"] })).status,
    ).toBe(200);
  });

  it("cannot be deleted any more where it was", async () => {
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect((await ask(`DELETE /applications/${family.blueprint.id}`)).status).toBe(404);
    expect((await ask(`DELETE /applications/${family.blueprint.id}/${blueprintCast}`)).status).toBe(404);
    expect((await ask(`DELETE /servicePrincipals/${family.principal.id}`)).status).toBe(404);
  });

  it("of an administrative unit is listed under its own cast", async () => {
    const permissions = ["AdministrativeUnit.ReadWrite.All"];
    const { id } = (await ask("POST /directory/administrativeUnits", { displayName: "Munich" }, { permissions })).body;
    await ask(`DELETE /directory/administrativeUnits/${id}`, undefined, { permissions });
    const { body } = await ask(`GET ${items}/microsoft.graph.administrativeUnit`, undefined, { permissions });
    expect(body.value).toMatchObject([{ id, displayName: "Munich" }]);
  });

  it("is found by its owner, when it is a group or an application", async () => {
    const permissions = ["Group.Read.All", "Group.ReadWrite.All", "Application.ReadWrite.All", "User.Read.All"];
    const [owner] = (await ask("GET /users?$top=1")).body.value;
    const owners = { "owners@odata.bind": [`https://graph.microsoft.com/v1.0/users/${owner.id}`] };
    const shape = { mailNickname: "golf", groupTypes: ["Unified"], mailEnabled: true, securityEnabled: false };
    const { id } = (await ask("POST /groups", { displayName: "Golf", ...shape, ...owners }, { permissions })).body;
    const owned = (type: string, userId = owner.id) =>
      ask(`POST ${items}/getUserOwnedObjects`, { userId, type }, { permissions });
    expect((await owned("Group")).body.value).toEqual([]);
    await ask(`DELETE /groups/${id}`, undefined, { permissions });
    expect((await owned("Group")).body.value).toMatchObject([{ "@odata.type": "#microsoft.graph.group", id }]);
    expect((await owned("Application")).body.value).toEqual([]);
    expect((await owned("Device")).status).toBe(400);
    expect((await owned("Group", id)).status).toBe(404);
  });
});
