/** Things that Graph serves at two addresses, or asks in two ways: both say the same. */
import { apis } from "../../emulator/permissions";
import type { EmulatedTenant } from "../../emulator/tenant";
import { type Ask, graph, idOf, inMemory, people, type Reply } from "./client";
import { asks } from "./policy";

let tenant: EmulatedTenant;
let ask: Ask;
beforeEach(() => ({ tenant, ask } = inMemory()));
afterEach(() => tenant.close());

const tooMighty = /^Directory\.(ReadWrite|AccessAsUser)\.All$/;
const permissions = apis[0]?.appRoles.map(({ value }) => value).filter((name) => !tooMighty.test(name)) ?? [];
const delegated =
  apis[0]?.oauth2PermissionScopes.map(({ value }) => value).filter((name) => !tooMighty.test(name)) ?? [];

const beta = (request: string, body?: unknown): Promise<Reply> => ask(request, body, { version: "beta", permissions });
const v1 = (request: string, body?: unknown): Promise<Reply> => ask(request, body, { permissions });
const own = (request: string, body?: unknown): Promise<Reply> =>
  ask(request, body, { permissions: delegated, user: "adele.vance@contoso.com" });

/** What two answers are compared by: the context names the address. */
const said = ({ status, body }: Reply) => {
  const { "@odata.context": _context, ...rest } = (body as Reply["body"] | undefined) ?? { "@odata.context": "" };
  return [status, rest];
};

describe("Conditional Access policies", () => {
  const usual = "/identity/conditionalAccess/policies";
  const alias = "/policies/conditionalAccessPolicies";

  it("are read, changed and deleted at their older address too", async () => {
    const { id } = (await beta(`POST ${usual}`, asks())).body;
    expect(said(await beta(`GET ${alias}`))).toEqual(said(await beta(`GET ${usual}`)));
    expect(said(await beta(`GET ${alias}/${id}`))).toEqual(said(await beta(`GET ${usual}/${id}`)));
    expect((await beta(`PATCH ${alias}/${id}`, { displayName: "Renamed" })).status).toBe(204);
    expect((await beta(`GET ${usual}/${id}`)).body.displayName).toBe("Renamed");
    expect((await beta(`DELETE ${alias}/${id}`)).status).toBe(204);
    expect((await beta(`GET ${usual}/${id}`)).status).toBe(404);
  });

  it("have the same templates at both addresses", async () => {
    const templates = await beta("GET /identity/conditionalAccess/templates");
    expect(said(await beta("GET /conditionalAccess/templates"))).toEqual(said(templates));
    const { id } = templates.body.value[0];
    expect(said(await beta(`GET /conditionalAccess/templates/${id}`))).toEqual(
      said(await beta(`GET /identity/conditionalAccess/templates/${id}`)),
    );
  });

  it("name locations that are found among the deleted ones, one by one and in the list, until they are purged", async () => {
    const locations = "/identity/conditionalAccess/namedLocations";
    const deleted = "/identity/conditionalAccess/deletedItems/namedLocations";
    const country = {
      "@odata.type": "#microsoft.graph.countryNamedLocation",
      displayName: "Germany",
      countriesAndRegions: ["DE"],
    };
    const { id } = (await beta(`POST ${locations}`, country)).body;
    expect((await beta(`DELETE ${locations}/${id}`)).status).toBe(204);
    expect((await beta(`GET ${deleted}`)).body.value).toMatchObject([{ id, displayName: "Germany" }]);
    expect((await beta(`GET ${deleted}/${id}`)).body).toMatchObject({ id, countriesAndRegions: ["DE"] });
    expect((await beta(`DELETE ${deleted}/${id}`)).status).toBe(204);
    expect((await beta(`GET ${deleted}/${id}`)).status).toBe(404);
  });
});

describe("administrative units", () => {
  it("are served at the short address of beta as at the long one", async () => {
    const { adele } = await people(ask);
    const { id } = (await beta("POST /administrativeUnits", { displayName: "Munich" })).body;
    const units = { short: `/administrativeUnits/${id}`, long: `/directory/administrativeUnits/${id}` };
    expect(said(await beta("GET /administrativeUnits"))).toEqual(
      said(await beta("GET /directory/administrativeUnits")),
    );
    expect(said(await beta(`GET ${units.short}`))).toEqual(said(await beta(`GET ${units.long}`)));
    expect((await beta(`PATCH ${units.short}`, { description: "Everybody there" })).status).toBe(204);
    const reference = { "@odata.id": `${graph}/beta${adele}` };
    expect((await beta(`POST ${units.short}/members/$ref`, reference)).status).toBe(204);
    expect((await beta(`GET ${units.long}/members`)).body.value).toMatchObject([{ id: idOf(adele) }]);
    const { id: roleId } = (
      await beta("POST /directoryRoles", { roleTemplateId: "fdd7a751-b60b-444a-984c-02652fe8fa1c" })
    ).body;
    const scoped = { roleId, roleMemberInfo: { id: idOf(adele) } };
    const membership = (await beta(`POST ${units.short}/scopedRoleMembers`, scoped)).body;
    expect(said(await beta(`GET ${units.short}/scopedRoleMembers`))).toEqual(
      said(await beta(`GET ${units.long}/scopedRoleMembers`)),
    );
    const one = `${units.short}/scopedRoleMembers/${membership.id}`;
    expect((await beta(`GET ${one}`)).body).toMatchObject({ roleId, administrativeUnitId: id });
    expect((await beta(`DELETE ${one}`)).status).toBe(204);
    expect((await beta(`DELETE ${units.short}/members/${idOf(adele)}/$ref`)).status).toBe(204);
    expect((await beta(`GET ${units.long}/members`)).body.value).toEqual([]);
    expect((await beta(`DELETE ${units.short}`)).status).toBe(204);
    expect((await beta(`GET ${units.long}`)).status).toBe(404);
  });
});

describe("memberships", () => {
  it("are the same by members and by check", async () => {
    const { adele, group } = await people(ask);
    const munich = group("Office Munich");
    await v1(`POST ${munich}/members/$ref`, { "@odata.id": `${graph}/v1.0${adele}` });
    const everybody = { securityEnabledOnly: false };
    const groupIds = [idOf(munich)];
    const objects = { ids: groupIds };
    const asked = [v1, own].flatMap((asker, at) => {
      const path = at === 0 ? adele : "/me";
      return [
        asker(`POST ${path}/getMemberGroups`, everybody),
        asker(`POST ${path}/getMemberObjects`, everybody),
        asker(`POST ${path}/checkMemberGroups`, { groupIds }),
        asker(`POST ${path}/checkMemberObjects`, objects),
      ];
    });
    const object = `/directoryObjects/${idOf(adele)}`;
    asked.push(v1(`POST ${object}/getMemberObjects`, everybody), v1(`POST ${object}/checkMemberObjects`, objects));
    for (const { status, body } of await Promise.all(asked)) expect([status, body.value]).toEqual([200, groupIds]);
  });

  it("of groups follow nesting, and a group that is in none is in none", async () => {
    const { group } = await people(ask);
    const outer = group("Office Munich");
    const inner = (
      await v1("POST /groups", {
        displayName: "Inner",
        mailEnabled: false,
        mailNickname: "inner",
        securityEnabled: true,
      })
    ).body.id;
    await v1(`POST ${outer}/members/$ref`, { "@odata.id": `${graph}/v1.0/groups/${inner}` });
    const everybody = { securityEnabledOnly: false };
    for (const [action, body] of [
      ["getMemberGroups", everybody],
      ["getMemberObjects", everybody],
      ["checkMemberGroups", { groupIds: [idOf(outer)] }],
      ["checkMemberObjects", { ids: [idOf(outer)] }],
    ] as const) {
      expect((await v1(`POST /groups/${inner}/${action}`, body)).body.value).toEqual([idOf(outer)]);
      expect((await v1(`POST ${outer}/${action}`, body)).body.value).toEqual([]);
    }
  });
});

describe("an app role assignment", () => {
  it.each(["users", "groups"] as const)("of %s is found by its id where it was created", async (collection) => {
    const { adele, group } = await people(ask);
    const principal = collection === "users" ? adele : group("Office Munich");
    const role = {
      id: "11111111-2222-4333-8444-555555555555",
      value: "Reader",
      displayName: "Reader",
      description: "Reads",
      allowedMemberTypes: ["User"],
      isEnabled: true,
    };
    const { appId } = (await v1("POST /applications", { displayName: "Portal", appRoles: [role] })).body;
    const { id: resourceId } = (await v1("POST /servicePrincipals", { appId })).body;
    const wanted = { principalId: idOf(principal), resourceId, appRoleId: role.id };
    const made = await v1(`POST ${principal}/appRoleAssignments`, wanted);
    expect(made.status).toBe(201);
    expect((await v1(`GET ${principal}/appRoleAssignments/${made.body.id}`)).body).toMatchObject(wanted);
  });
});

it("revokeSignInSessions moves the time from which sessions are valid", async () => {
  const { adele } = await people(ask);
  const validFrom = async () =>
    JSON.stringify((await v1(`GET ${adele}?$select=signInSessionsValidFromDateTime`)).body).match(/\d{4}-[^"]*/)?.[0];
  tenant.set({ clock: { stoppedAt: "2027-01-01T00:00:00Z" } });
  expect((await v1(`POST ${adele}/revokeSignInSessions`)).body).toMatchObject({ value: true });
  expect(await validFrom()).toMatch(/^2027-01-01T00:00:00/);
});

it("a predefined value of a custom security attribute is found by its id", async () => {
  const user = { permissions: delegated, user: "adele.vance@contoso.com" };
  const admin = {
    principalId: idOf((await people(ask)).adele),
    roleDefinitionId: "8424c6f0-a189-499e-bbd0-26c1753c96d4",
  };
  await v1("POST /roleManagement/directory/roleAssignments", { ...admin, directoryScopeId: "/" });
  await ask("POST /directory/attributeSets", { id: "Agents", maxAttributesPerSet: 25 }, user);
  const definition = {
    attributeSet: "Agents",
    name: "Stage",
    type: "String",
    status: "Available",
    isCollection: false,
    isSearchable: true,
    usePreDefinedValuesOnly: true,
    allowedValues: [{ id: "Pilot", isActive: true }],
  };
  const made = await ask("POST /directory/customSecurityAttributeDefinitions", definition, user);
  expect(made.status).toBe(201);
  const one = "/directory/customSecurityAttributeDefinitions/Agents_Stage/allowedValues/Pilot";
  expect((await ask(`GET ${one}`, undefined, user)).body).toMatchObject({ id: "Pilot", isActive: true });
});
