import { entityOf } from "../../emulator/entities";
import { canAuthenticate } from "../../emulator/rules/cascade";
import { SqliteStore } from "../../emulator/state/sqlite-store";
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

  it.each([
    ["takes their agent users along", "deleted", 404],
    ["leaves their agent users behind, as one page of the documentation has it", "left", 200],
  ] as const)("%s", async (_title, agentUsersInCascade, status) => {
    tenant.set({ profiles: { agentUsersInCascade } });
    const asked = {
      accountEnabled: true,
      displayName: "Sales Agent",
      mailNickname: "SalesAgent",
      userPrincipalName: "salesagent@contoso.com",
      identityParentId: identity,
    };
    const made = await ask("POST /users/microsoft.graph.agentUser", asked, {
      permissions: ["AgentIdUser.ReadWrite.All"],
    });
    await ask(`DELETE /servicePrincipals/${family.principal.id}`);
    tenant.advance(23 * hour);
    expect((await ask(`GET /users/${made.body.id}`)).status).toBe(200);
    tenant.advance(hour);
    expect((await ask(`GET /users/${made.body.id}`)).status).toBe(status);
    tenant.set({ profiles: { agentUsersInCascade: "deleted" } });
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

  it("leaves orphans when the principal is deleted for good before", async () => {
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

describe("an agent identity, and the user of it, can get tokens", () => {
  const store = new SqliteStore(":memory:", (kind) => entityOf(kind).indexed);
  const appId = "b1111111-1111-4111-8111-111111111111";
  const blueprint = store.insert("agentIdentityBlueprint", "blueprint", { appId });
  const principal = store.insert("agentIdentityBlueprintPrincipal", "principal", { appId });
  const agent = store.insert("agentIdentity", "agent", { agentIdentityBlueprintId: appId, accountEnabled: true });
  const user = store.insert("agentUser", "user", { identityParentId: agent.id, accountEnabled: true });
  const can = () => [agent, user].map(({ id }) => canAuthenticate(store, store.get(id, "either") ?? agent));
  const at = "2026-11-21T10:00:00.000Z";
  afterAll(() => {
    store.close();
  });

  it("while everything above is enabled and not deleted", () => {
    expect(can()).toEqual([true, true]);
  });

  it.each([
    ["the principal", principal],
    ["the blueprint", blueprint],
    ["the identity", agent],
  ])("and not while %s is deleted", (_what, object) => {
    store.setDeleted(object, at);
    expect(can()).toEqual([false, false]);
    store.setDeleted(object, null);
  });

  it.each([
    ["the principal", principal, { appId, accountEnabled: false }],
    ["the blueprint", blueprint, { appId, isDisabled: true }],
    ["the identity", agent, { agentIdentityBlueprintId: appId, accountEnabled: false }],
  ])("and not while %s is disabled", (_what, object, body) => {
    store.replace(object, body);
    expect(can()).toEqual([false, false]);
    store.replace(object, object.body);
  });

  it("and the user not while it is disabled itself", () => {
    store.replace(user, { ...user.body, accountEnabled: false });
    expect(can()).toEqual([true, false]);
    store.replace(user, user.body);
  });
});
