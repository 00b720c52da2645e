import { aBlueprint, anIdentity, type Family, inMemory } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

const items = "/directory/deletedItems";
const hour = 60 * 60 * 1_000;

let family: Family;
let identity: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
  identity = (await anIdentity(ask, family)).body.id;
});

const lives = async (id = identity) => (await ask(`GET /servicePrincipals/${id}`)).status === 200;
const restore = (id: string) => ask(`POST ${items}/${id}/restore`);

describe("the clean-up after a deleted blueprint or principal", () => {
  it("deletes the agent identities softly, 24 hours later", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    tenant.advance(23 * hour);
    expect(await lives()).toBe(true);
    tenant.advance(hour);
    expect(await lives()).toBe(false);
    expect((await ask(`GET ${items}/${identity}`)).status).toBe(200);
  });

  it("follows a deleted blueprint too, which takes its principal with it at once", async () => {
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect(await lives(family.principal.id)).toBe(false);
    expect(await lives()).toBe(true);
    tenant.advance(24 * hour);
    expect(await lives()).toBe(false);
  });

  it("does not run when the principal came back in time, and afterwards each child comes back by itself", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await restore(family.principal.id);
    tenant.advance(25 * hour);
    expect(await lives()).toBe(true);
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    tenant.advance(24 * hour);
    await restore(family.principal.id);
    expect(await lives()).toBe(false);
    expect((await restore(identity)).status).toBe(200);
    expect(await lives()).toBe(true);
  });

  it("counts from the last delete, and is not stopped by another principal of the blueprint", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await restore(family.principal.id);
    tenant.advance(12 * hour);
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await ask("POST /servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal", {
      appId: family.blueprint.appId,
    });
    tenant.advance(hour);
    const younger = (await anIdentity(ask, family)).body.id;
    tenant.advance(22 * hour);
    expect(await lives()).toBe(true);
    tenant.advance(hour);
    expect(await lives()).toBe(false);
    expect(await lives(younger)).toBe(true);
  });

  it("leaves orphans when the principal is gone for good before", async () => {
    tenant.set({ profiles: { hardDeleteOfBlueprintPrincipal: "deleted" } });
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    await ask(`DELETE ${items}/${family.principal.id}`);
    tenant.advance(48 * hour);
    expect(await lives()).toBe(true);
    tenant.set({ profiles: { hardDeleteOfBlueprintPrincipal: "refused" } });
  });

  it("starts the 30 days of the children when it was due, however late it is noticed", async () => {
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    tenant.advance(32 * 24 * hour);
    expect((await ask(`GET ${items}/${identity}`)).status).toBe(404);
    expect((await ask(`GET ${items}/${family.principal.id}`)).status).toBe(404);
  });
});
