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
        "authenticationStrength@odata.context": expect.stringContaining(
          `/beta/$metadata#identity/conditionalAccess/policies('${id}')/grantControls/authenticationStrength/$entity`,
        ) as string,
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

  it("says where a strength comes from, and its combinations, on both versions and in lists", async () => {
    const authenticationStrength = { id: "00000000-0000-0000-0000-000000000004" };
    const { id } = (await ask(`POST ${all}`, forPeople({ grantControls: { operator: "OR", authenticationStrength } })))
      .body;
    for (const [version, body] of [
      ["beta", (await ask(`GET ${all}`)).body.value[0]],
      ["v1.0", (await askAny(`GET ${all}/${id}`)).body],
    ] as const) {
      const strength = `/${version}/$metadata#identity/conditionalAccess/policies('${id}')/grantControls/authenticationStrength`;
      expect(body).toMatchObject({
        grantControls: {
          "authenticationStrength@odata.context": expect.stringContaining(`${strength}/$entity`) as string,
          authenticationStrength: {
            "combinationConfigurations@odata.context": expect.stringContaining(
              `${strength}/combinationConfigurations`,
            ) as string,
            combinationConfigurations: [],
          },
        },
      });
    }
  });

  it.each([
    ["for agents", asks()],
    ["for agents, with an exclusion", asks({ conditions: { agentIdRiskLevels: "high" } })],
    ["for people", forPeople()],
    [
      "with an authentication strength",
      forPeople({
        grantControls: { operator: "OR", authenticationStrength: { id: "00000000-0000-0000-0000-000000000004" } },
      }),
    ],
    [
      "with session controls alone",
      forPeople({ grantControls: null, sessionControls: { signInFrequency: { value: 4, type: "hours" } } }),
    ],
    [
      "with a sign-in every time",
      forPeople({ grantControls: null, sessionControls: { signInFrequency: { frequencyInterval: "everyTime" } } }),
    ],
  ])("%s can be written as it reads, all of it and each member by itself", async (_what, asked) => {
    tenant.set({ profiles: { emptyServicePrincipalList: "taken" } });
    const { id } = (await ask(`POST ${all}`, asked)).body;
    const { body: shown } = await ask(`GET ${all}/${id}`);
    const { modifiedDateTime: _modified, ...content } = shown;
    expect((await ask(`POST ${all}`, shown)).body.error).toBeUndefined();
    expect((await ask(`PATCH ${all}/${id}`, shown)).status).toBe(204);
    for (const [name, value] of Object.entries(shown as object) as [string, unknown][]) {
      expect([name, (await ask(`PATCH ${all}/${id}`, { [name]: value })).status]).toEqual([name, 204]);
      if (typeof value !== "object" || value === null) continue;
      // Controls are nothing without their operator.
      const beside = name === "grantControls" ? { operator: "OR" } : {};
      for (const [inner, one] of Object.entries(value)) {
        const change = { [name]: { ...beside, [inner]: one as unknown } };
        expect([inner, (await ask(`PATCH ${all}/${id}`, change)).status]).toEqual([inner, 204]);
      }
    }
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject(content);
    tenant.set({ profiles: { emptyServicePrincipalList: "refused" } });
  });

  it("takes types beside its members, as clients of the SDKs send them", async () => {
    const { conditions } = asks();
    const authenticationStrength = {
      "@odata.type": "#microsoft.graph.authenticationStrengthPolicy",
      id: "00000000-0000-0000-0000-000000000002",
    };
    const typed = forPeople({
      "@odata.type": "#microsoft.graph.conditionalAccessPolicy",
      conditions: {
        "@odata.type": "#microsoft.graph.conditionalAccessConditionSet",
        applications: { "@odata.type": "#microsoft.graph.conditionalAccessApplications", ...conditions.applications },
      },
      grantControls: {
        "@odata.type": "microsoft.graph.conditionalAccessGrantControls",
        operator: "OR",
        authenticationStrength,
      },
      sessionControls: {
        "@odata.type": "#microsoft.graph.conditionalAccessSessionControls",
        signInFrequency: { "@odata.type": "#microsoft.graph.signInFrequencySessionControl", value: 4, type: "hours" },
      },
    });
    const { status, body } = await ask(`POST ${all}`, typed);
    expect(status).toBe(201);
    expect(JSON.stringify(body)).not.toContain("@odata.type");
    const unknown = { conditions: { "@odata.type": "#microsoft.graph.nothing" } };
    expect((await ask(`PATCH ${all}/${body.id}`, unknown)).status).toBe(400);
  });

  it("takes an empty list of excluded service principals, and an empty included one where the profile says so", async () => {
    const clients = (more: object) =>
      asks({ conditions: { clientApplications: { includeAgentIdServicePrincipals: ["All"], ...more } } });
    expect((await ask(`POST ${all}`, clients({ excludeServicePrincipals: [] }))).status).toBe(201);
    expect((await ask(`POST ${all}`, clients({ includeServicePrincipals: [] }))).status).toBe(400);
    tenant.set({ profiles: { emptyServicePrincipalList: "taken" } });
    expect((await ask(`POST ${all}`, clients({ includeServicePrincipals: [] }))).status).toBe(201);
    tenant.set({ profiles: { emptyServicePrincipalList: "refused" } });
  });

  it("has one spelling of GUIDs", async () => {
    const graph = "00000003-0000-0000-C000-000000000000";
    const { body } = await ask(`POST ${all}`, asks({ conditions: { applications: { includeApplications: [graph] } } }));
    expect(body.conditions).toMatchObject({ applications: { includeApplications: [graph.toLowerCase()] } });
  });

  it("shows agent users among the users, or in a member of their own where the profile says so", async () => {
    const users = { includeUsers: ["AllAgentIdUsers"] };
    const { id } = (await ask(`POST ${all}`, asks({ conditions: { clientApplications: null, users } }))).body;
    tenant.set({ profiles: { agentUsersInPolicies: "agents" } });
    expect((await ask(`GET ${all}/${id}`)).body.conditions).toMatchObject({
      users: { includeUsers: ["None"] },
      agents: { includeAgentUsers: ["All"] },
    });
    tenant.set({ profiles: { agentUsersInPolicies: "users" } });
    expect((await ask(`GET ${all}/${id}`)).body.conditions).toMatchObject({ users });
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
