import { aBlueprint, anIdentity, blueprintCast, type Family, identityCast, inMemory, principalCast } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
});

const items = "/directory/deletedItems";
const listed = async (cast: string) =>
  (await ask(`GET ${items}/microsoft.graph.${cast}`)).body.value.map((item) => [item["@odata.type"], item.id]);

describe("a deleted object", () => {
  it("is listed by type, read, and brought back as it was", async () => {
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

  it("is gone for good once it is deleted again", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    expect((await ask(`DELETE ${items}/${family.principal.id}`)).status).toBe(204);
    for (const request of [`GET ${items}`, `DELETE ${items}`])
      expect((await ask(`${request}/${family.principal.id}`)).status).toBe(404);
    expect((await ask(`POST ${items}/${family.principal.id}/restore`)).status).toBe(404);
  });

  it("does not come back when its place is taken", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await ask(`POST /servicePrincipals/${principalCast}`, { appId: family.blueprint.appId });
    expect((await ask(`POST ${items}/${family.principal.id}/restore`)).status).toBe(409);
  });

  it("is restored by whoever may delete and restore its kind", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    const path = `POST ${items}/${family.principal.id}/restore`;
    expect((await ask(path, undefined, { permissions: ["AgentIdentity.DeleteRestore.All"] })).status).toBe(403);
    expect(
      (await ask(path, undefined, { permissions: ["AgentIdentityBlueprintPrincipal.DeleteRestore.All"] })).status,
    ).toBe(200);
  });

  it("cannot be deleted where it lives any more", async () => {
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect((await ask(`DELETE /applications/${family.blueprint.id}`)).status).toBe(404);
    expect((await ask(`DELETE /applications/${family.blueprint.id}/${blueprintCast}`)).status).toBe(404);
    expect((await ask(`DELETE ${items}/${family.principal.id}`)).status).toBe(404);
  });
});
