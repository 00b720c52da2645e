import graphPermissions from "../../../emulator/data/graph-permissions.json";
import { microsoftGraphAppId } from "../../../emulator/permissions";
import { SqliteStore } from "../../../emulator/state/sqlite-store";
import {
  aBlueprint,
  type Ask,
  anIdentity,
  bind,
  blueprintCast,
  idOf,
  identityCast,
  inMemory,
  people,
  principalCast,
} from "../client";

/** Everything; these two are refused on agents. */
const permissions = graphPermissions.permissions
  .map(([name]) => String(name))
  .filter((name) => !["Directory.AccessAsUser.All", "Directory.ReadWrite.All"].includes(name));

const lag = { replicas: 3, ms: 60_000, share: 1 };
const clock = { stoppedAt: "2026-01-01T00:00:00Z" };

function lagging() {
  const { tenant, ask: plain } = inMemory();
  const ask: Ask = (request, body, asking) => plain(request, body, { permissions, ...asking });
  return { tenant, ask };
}

describe("a tenant none of whose replicas has the last minute", () => {
  it("answers every create that is sent twice as Graph does, and throws nowhere", async () => {
    const { tenant, ask } = lagging();
    const family = await aBlueprint(ask);
    const { blueprint, principal, sponsor } = family;
    const identity = (await anIdentity(ask, family)).body.id;
    const api = (await ask(`GET /servicePrincipals(appId='${microsoftGraphAppId}')`)).body;
    const application = (await ask("POST /applications", { displayName: "plain" })).body;
    const unit = (await ask("POST /directory/administrativeUnits", { displayName: "unit" })).body.id;
    const { group, nestor } = await people(ask);
    const ref = { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${idOf(nestor)}` };
    const reader = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";
    const person = { accountEnabled: true, displayName: "x", mailNickname: "x", userPrincipalName: "x@contoso.com" };
    const passwordProfile = { password: "correct-Horse-7" };
    const creates: readonly (readonly [path: string, body: object])[] = [
      [
        "/oauth2PermissionGrants",
        { clientId: identity, consentType: "AllPrincipals", resourceId: api.id, scope: "User.Read" },
      ],
      [
        "/roleManagement/directory/roleAssignments",
        { principalId: principal.id, roleDefinitionId: reader, directoryScopeId: "/" },
      ],
      ["/directory/attributeSets", { id: "Engineering" }],
      [
        `/servicePrincipals/${identity}/appRoleAssignments`,
        { principalId: identity, resourceId: api.id, appRoleId: api.appRoles[0]?.id },
      ],
      ["/identityProtection/riskyAgents/confirmCompromised", { agentIds: [identity] }],
      [
        `/applications/${application.id}/federatedIdentityCredentials`,
        { name: "f", issuer: "https://i", subject: "s", audiences: ["api://AzureADTokenExchange"] },
      ],
      [
        `/applications/${blueprint.id}/${blueprintCast}/inheritablePermissions`,
        {
          resourceAppId: microsoftGraphAppId,
          inheritableScopes: { "@odata.type": "microsoft.graph.allAllowedScopes" },
        },
      ],
      ["/servicePrincipals", { appId: application.appId }],
      [`/servicePrincipals/${principalCast}`, { appId: blueprint.appId }],
      [
        `/servicePrincipals/${identityCast}`,
        { displayName: "i", agentIdentityBlueprintId: blueprint.appId, "sponsors@odata.bind": bind(sponsor) },
      ],
      ["/users", { ...person, passwordProfile }],
      ["/groups", { displayName: "g", mailEnabled: false, securityEnabled: true, mailNickname: "g" }],
      [`${group("Office Munich")}/members/$ref`, ref],
      ["/directoryRoles", { roleTemplateId: reader }],
      [`/directory/administrativeUnits/${unit}/members/$ref`, ref],
      [
        `/directory/administrativeUnits/${unit}/scopedRoleMembers`,
        { roleId: "fe930be7-5e62-47db-91af-98c3a49a38b1", roleMemberInfo: { id: idOf(nestor) } },
      ],
      [
        "/identity/conditionalAccess/namedLocations",
        { "@odata.type": "#microsoft.graph.countryNamedLocation", displayName: "n", countriesAndRegions: ["DE"] },
      ],
    ];
    tenant.set({ clock, lag });
    for (const [path, body] of creates)
      for (const time of ["first", "second"]) {
        const { status, body: answer } = await ask(`POST ${path}`, body, { version: "beta" });
        const known = [200, 201, 204, 400, 404, 409].includes(status);
        expect([path, time, known ? "" : answer]).toEqual([path, time, ""]);
      }
    const twice = async (path: string) =>
      (await ask(`POST ${path}`, creates.find(([one]) => one === path)?.[1])).status;
    expect(await twice("/oauth2PermissionGrants")).toBe(409);
    expect(await twice("/roleManagement/directory/roleAssignments")).toBe(400);
    expect(await twice("/directory/attributeSets")).toBe(409);
    tenant.close();
  });

  it("does not know an application yet when its service principal is asked for", async () => {
    const { tenant, ask } = lagging();
    const { adele } = await people(ask);
    tenant.set({ clock, lag });
    const asked = { displayName: "b", "sponsors@odata.bind": bind(adele) };
    const blueprint = (await ask(`POST /applications/${blueprintCast}`, asked)).body;
    const application = (await ask("POST /applications", { displayName: "a" })).body;
    const principal = () => ask(`POST /servicePrincipals/${principalCast}`, { appId: blueprint.appId });
    const plain = () => ask("POST /servicePrincipals", { appId: application.appId });
    const early = [await principal(), await plain()].map(({ status, body }) => [status, body.error.code]);
    expect(early).toEqual([
      [400, "AgentBlueprintPrincipal_RequireAgentBlueprint"],
      [400, "NoBackingApplicationObject"],
    ]);
    tenant.advance(60_000);
    expect([(await principal()).status, (await plain()).status]).toEqual([201, 201]);
    tenant.close();
  });

  it("does not know yet that a parent is back when its child is to come back", async () => {
    const { tenant, ask } = lagging();
    const { blueprint, principal } = await aBlueprint(ask);
    await ask(`DELETE /applications/${blueprint.id}`);
    tenant.set({ clock: { ...clock, stoppedAt: tenant.now().toISOString() }, lag });
    expect((await ask(`POST /directory/deletedItems/${blueprint.id}/restore`, {})).status).toBe(200);
    const child = async () => (await ask(`POST /directory/deletedItems/${principal.id}/restore`, {})).status;
    expect(await child()).toBe(400);
    tenant.advance(60_000);
    expect(await child()).toBe(200);
    tenant.close();
  });

  it.each(["tenant", "request"])("never goes back when lag was off for a while: for the %s", async (whose) => {
    const { tenant, ask } = lagging();
    const { nestor } = await people(ask);
    const read = async () => (await ask(`GET ${nestor}?$select=city`)).body;
    tenant.set({ clock, lag });
    await ask(`PATCH ${nestor}`, { city: "Munich" });
    expect(await read()).not.toMatchObject({ city: "Munich" });
    const off = { headers: { "x-emulated-switches": '{"lag":null}' } };
    if (whose === "tenant") tenant.set({ lag: null });
    await ask(`PATCH ${nestor}`, { city: "Berlin" }, whose === "tenant" ? {} : off);
    if (whose === "tenant") tenant.set({ lag });
    expect(await read()).toMatchObject({ city: "Berlin" });
    tenant.close();
  });

  it("has everything at once when its lag becomes another, and goes on as it was with the same", async () => {
    const { tenant, ask } = lagging();
    const { nestor } = await people(ask);
    const read = async () => (await ask(`GET ${nestor}?$select=city`)).body;
    tenant.set({ clock, lag });
    await ask(`PATCH ${nestor}`, { city: "Munich" });
    tenant.set({ lag, permissionsLagMs: 1 });
    expect(await read()).not.toMatchObject({ city: "Munich" });
    tenant.set({ lag: { ...lag, seed: 2 } });
    expect(await read()).toMatchObject({ city: "Munich" });
    tenant.close();
  });
});

describe("one object of a directory whose replicas lag", () => {
  it("is looked up without reading what else is late", () => {
    const store = new SqliteStore(":memory:", () => []);
    const seeing = { lag: { ...lag, seed: 1 }, replica: 0, now: new Date(0), reads: false };
    const plan = (sql: string) => store.rows(`EXPLAIN QUERY PLAN ${sql}`, 1, "#1").map(({ detail }) => String(detail));
    expect(plan("SELECT until FROM history WHERE change <= ? AND key = ? ORDER BY key, change").join()).toMatch(
      /SEARCH history/,
    );
    store.transaction("write", () => store.seenBy(seeing).insert("user", "u", {}));
    expect(store.seenBy(seeing).get("u")).toBeUndefined();
    expect(store.seenBy({ ...seeing, now: new Date(lag.ms) }).get("u")?.id).toBe("u");
    store.close();
  });
});
