import { inMemory, refusal } from "./client";
import { all, asks, forPeople, onBeta } from "./policy";

const { tenant, ask: askAny } = inMemory();
const ask = onBeta(askAny);
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

describe("a Conditional Access policy", () => {
  it("reads the way Graph writes it down", async () => {
    const { status, body } = await ask(`POST ${all}`, asks());
    const { "@odata.context": _context, id, createdDateTime, ...policy } = body;
    expect([status, typeof id, typeof createdDateTime]).toEqual([201, "string", "string"]);
    expect(policy).toEqual({
      displayName: "Block agents",
      state: "enabledForReportingButNotEnforced",
      templateId: null,
      partialEnablementStrategy: null,
      deletedDateTime: null,
      modifiedDateTime: null,
      conditions: {
        userRiskLevels: [],
        signInRiskLevels: [],
        clientAppTypes: ["all"],
        agentIdRiskLevels: null,
        platforms: null,
        locations: null,
        times: null,
        deviceStates: null,
        devices: null,
        applications: {
          includeApplications: ["All"],
          excludeApplications: [],
          includeUserActions: [],
          includeAuthenticationContextClassReferences: [],
          applicationFilter: null,
        },
        users: {
          includeUsers: ["None"],
          excludeUsers: [],
          includeGroups: [],
          excludeGroups: [],
          includeRoles: [],
          excludeRoles: [],
          includeGuestsOrExternalUsers: null,
          excludeGuestsOrExternalUsers: null,
        },
        clientApplications: {
          includeServicePrincipals: [],
          excludeServicePrincipals: [],
          includeAgentIdServicePrincipals: ["All"],
        },
      },
      grantControls: {
        operator: "OR",
        builtInControls: ["block"],
        customAuthenticationFactors: [],
        termsOfUse: [],
        authenticationStrength: null,
      },
      sessionControls: null,
    });
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject(policy);
    expect((await ask(`GET ${all}`)).body.value).toMatchObject([{ id }]);
  });

  it("has its risk levels ordered, its enumerations respelled, its strength expanded", async () => {
    const risky = (
      await ask(`POST ${all}`, asks({ state: "Disabled", conditions: { agentIdRiskLevels: "high,Medium" } }))
    ).body;
    expect([risky.conditions.agentIdRiskLevels, risky.state]).toEqual(["medium,high", "disabled"]);
    const authenticationStrength = { id: "00000000-0000-0000-0000-000000000004" };
    const { grantControls } = (
      await ask(`POST ${all}`, forPeople({ grantControls: { operator: "AND", authenticationStrength } }))
    ).body;
    expect(grantControls).toMatchObject({
      operator: "OR",
      authenticationStrength: { displayName: "Phishing-resistant MFA", policyType: "builtIn" },
    });
    const both = { operator: "AND", builtInControls: ["mfa", "compliantDevice"] };
    expect((await ask(`POST ${all}`, forPeople({ grantControls: both }))).body.grantControls.operator).toBe("AND");
  });

  it("is changed member by member and deleted", async () => {
    const { id, createdDateTime } = (await ask(`POST ${all}`, asks())).body;
    const change = { state: "enabled", conditions: { agentIdRiskLevels: "high" } };
    expect((await ask(`PATCH ${all}/${id}`, change)).status).toBe(204);
    const { body } = await ask(`GET ${all}/${id}`);
    expect(body).toMatchObject({
      ...change,
      createdDateTime,
      displayName: "Block agents",
      grantControls: { builtInControls: ["block"] },
    });
    expect(body.modifiedDateTime).not.toBeNull();
    expect((await ask(`PATCH ${all}/${id}`, { grantControls: { builtInControls: ["mfa"] } })).status).toBe(400);
    expect((await ask(`DELETE ${all}/${id}`)).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).status).toBe(404);
    expect((await ask(`GET ${all}`)).body.value).toEqual([]);
  });

  it("needs the permission to read policies beside the one to write them", async () => {
    expect((await ask(`POST ${all}`, asks(), { permissions: ["Policy.ReadWrite.ConditionalAccess"] })).status).toBe(
      403,
    );
    expect((await ask(`GET ${all}`, undefined, { permissions: ["Policy.Read.ConditionalAccess"] })).status).toBe(200);
  });

  it("has no members for agents on v1.0, neither to read nor to write", async () => {
    const { id } = (await ask(`POST ${all}`, asks({ conditions: { agentIdRiskLevels: "high" } }))).body;
    const { body } = await askAny(`GET ${all}/${id}`);
    expect(JSON.stringify(body)).not.toMatch(/agentId|partialEnablement|deviceStates|times/i);
    expect(body).toMatchObject({ id, conditions: { clientApplications: { includeServicePrincipals: [] } } });
    expect((await askAny(`PATCH ${all}/${id}`, { state: "disabled" })).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject({
      state: "disabled",
      conditions: { agentIdRiskLevels: "high" },
    });
    const refused = "Invalid property 'conditions.clientApplications.includeAgentIdServicePrincipals'.";
    expect(refusal(await askAny(`POST ${all}`, asks()))).toEqual([400, "BadRequest", refused]);
    expect((await askAny(`POST ${all}`, forPeople())).status).toBe(201);
  });

  it("answers on beta under its older path too", async () => {
    const { id } = (await ask("POST /policies/conditionalAccessPolicies", asks())).body;
    expect((await ask(`GET ${all}/${id}`)).status).toBe(200);
    expect((await askAny("GET /policies/conditionalAccessPolicies")).status).toBe(501);
  });

  it("is found by what it says of agents, as the documentation asks", async () => {
    const filter =
      "state eq 'enabled' and (conditions/clientApplications/includeAgentIdServicePrincipals/any() or " +
      "conditions/clientApplications/excludeAgentIdServicePrincipals/any() or " +
      "conditions/clientApplications/agentIdServicePrincipalFilter ne null or " +
      "conditions/users/includeUsers/any(includeUsers:includeUsers in ('AllAgentIdUsers')))";
    const rule = 'CustomSecurityAttribute.ConditionalAccess_isApproved -contains "False"';
    const byRule = { clientApplications: { agentIdServicePrincipalFilter: { mode: "include", rule } } };
    const users = { clientApplications: null, users: { includeUsers: ["AllAgentIdUsers"] } };
    const wanted = [
      await ask(`POST ${all}`, asks({ state: "enabled" })),
      await ask(`POST ${all}`, asks({ state: "enabled", conditions: byRule })),
      await ask(`POST ${all}`, asks({ state: "enabled", conditions: users })),
    ].map(({ body }) => body.id);
    await ask(`POST ${all}`, asks({ state: "disabled" }));
    await ask(`POST ${all}`, forPeople({ state: "enabled" }));
    const { body } = await ask(`GET ${all}?$count=true&$filter=${encodeURIComponent(filter)}`);
    expect(body.value.map(({ id }) => id)).toEqual(wanted);
  });

  it("can be restored from its own deleted items within 30 days, and counts there toward the limit", async () => {
    const bin = "/identity/conditionalAccess/deletedItems/policies";
    tenant.set({ limits: { conditionalAccessPolicies: 1 } });
    const { id } = (await ask(`POST ${all}`, asks())).body;
    await ask(`DELETE ${all}/${id}`);
    expect((await ask(`GET ${bin}`)).body.value).toMatchObject([{ id, deletedDateTime: expect.any(String) as string }]);
    expect((await ask(`GET ${bin}/${id}`)).body).toMatchObject({ id });
    expect((await ask(`GET /directory/deletedItems/${id}`)).status).toBe(404);
    expect((await ask(`POST ${all}`, asks())).status).toBe(400);
    expect((await ask(`POST ${bin}/${id}/restore`)).body).toMatchObject({ id, deletedDateTime: null });
    expect((await ask(`GET ${all}/${id}`)).status).toBe(200);
    await ask(`DELETE ${all}/${id}`);
    expect((await ask(`DELETE ${bin}/${id}`)).status).toBe(204);
    expect((await ask(`GET ${bin}/${id}`)).status).toBe(404);
    const other = (await ask(`POST ${all}`, asks())).body.id;
    await ask(`DELETE ${all}/${other}`);
    tenant.advance(30 * 24 * 60 * 60 * 1_000);
    expect((await ask(`GET ${bin}`)).body.value).toEqual([]);
    tenant.set({ limits: { conditionalAccessPolicies: 195 } });
  });

  it("exists at most 195 times", async () => {
    const token = await tenant.token();
    for (let made = 0; made < 195; made += 1) expect((await ask(`POST ${all}`, asks(), { token })).status).toBe(201);
    expect((await ask(`POST ${all}`, asks())).status).toBe(400);
    expect((await ask(`GET ${all}?$top=999`)).body.value).toHaveLength(195);
  });
});
