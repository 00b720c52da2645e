import { aBlueprint, anIdentity, idOf, inMemory, people, refusal, type Reply } from "./client";

const { tenant, ask: askAny } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const all = "/identity/conditionalAccess/policies";
const ask = (request: string, body?: unknown, asking: object = {}): Promise<Reply> =>
  askAny(request, body, { version: "beta", ...asking });

/** The documented example that blocks every agent identity. */
const asks = (change: Record<string, any> = {}) => {
  const { conditions = {}, ...rest } = change;
  return {
    displayName: "Block agents",
    state: "enabledForReportingButNotEnforced",
    conditions: {
      clientApplications: {
        includeAgentIdServicePrincipals: ["All"],
        excludeAgentIdServicePrincipals: [],
        agentIdServicePrincipalFilter: null,
      },
      applications: { includeApplications: ["All"], excludeApplications: [] },
      ...conditions,
    },
    grantControls: { operator: "AND", builtInControls: ["block"] },
    ...rest,
  };
};

/** A policy for people, which allows every control. */
const forPeople = (change: Record<string, any> = {}) =>
  asks({
    ...change,
    conditions: { clientApplications: null, users: { includeUsers: ["All"] }, ...change["conditions"] },
  });

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

  it("names agents, people, groups and applications that exist", async () => {
    const family = await aBlueprint(askAny);
    const { id } = (await anIdentity(askAny, family)).body;
    const { group } = await people(askAny);
    const known = { includeAgentIdServicePrincipals: [id], excludeAgentIdServicePrincipals: [family.principal.id] };
    expect((await ask(`POST ${all}`, asks({ conditions: { clientApplications: known } }))).status).toBe(201);
    const guid = "99999999-9999-4999-8999-999999999999";
    for (const conditions of [
      { clientApplications: { includeAgentIdServicePrincipals: [guid] } },
      {
        clientApplications: {
          includeAgentIdServicePrincipals: ["All"],
          excludeAgentIdServicePrincipals: [idOf(family.sponsor)],
        },
      },
      { users: { includeUsers: [idOf(group("All Engineering"))] } },
      { users: { includeUsers: ["All"], excludeGroups: [guid] } },
      { users: { includeUsers: ["All"], excludeRoles: [guid] } },
      { applications: { includeApplications: [guid] } },
      { locations: { includeLocations: [guid] } },
    ]) {
      expect(refusal(await ask(`POST ${all}`, asks({ conditions })))).toMatchObject([
        400,
        "BadRequest",
        expect.stringMatching(/^1\d{3}: /),
      ]);
    }
  });

  it.each<[string, Record<string, any>]>([
    ["no display name", { displayName: undefined }],
    ["no state", { state: undefined }],
    ["an unknown state", { state: "on" }],
    ["an unknown member", { colour: "red" }],
    ["the undocumented agents condition", { conditions: { agents: { includeAgentUsers: ["All"] } } }],
    ["a read-only member", { templateId: null }],
    ["neither users nor client applications", { conditions: { clientApplications: null } }],
    ["client applications that include nothing", { conditions: { clientApplications: {} } }],
    ["no application", { conditions: { applications: { includeApplications: [] } } }],
    [
      "applications and user actions",
      {
        conditions: { applications: { includeApplications: ["All"], includeUserActions: ["urn:user:registerdevice"] } },
      },
    ],
    [
      "an application filter with All",
      {
        conditions: {
          applications: { includeApplications: ["All"], applicationFilter: { mode: "include", rule: "x" } },
        },
      },
    ],
    ["users that include nobody", { conditions: { users: { excludeUsers: [] } } }],
    ["no control at all", { grantControls: null }],
    ["block with another control", { grantControls: { operator: "OR", builtInControls: ["block", "mfa"] } }],
    ["agents that need multifactor authentication", { grantControls: { operator: "OR", builtInControls: ["mfa"] } }],
    [
      "a filter that is no attribute rule",
      { conditions: { clientApplications: { agentIdServicePrincipalFilter: { mode: "include", rule: "x" } } } },
    ],
    [
      "a licence it does not have",
      { conditions: { clientApplications: { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] } } },
    ],
    [
      "an empty list that only reads have",
      {
        conditions: { clientApplications: { includeAgentIdServicePrincipals: ["All"], includeServicePrincipals: [] } },
      },
    ],
  ])("is refused with %s", async (_what, change) => {
    const refused = await ask(`POST ${all}`, asks(change));
    expect([refused.status, refused.body.error.code]).toEqual([400, "BadRequest"]);
    expect((await ask(`GET ${all}`)).body.value).toEqual([]);
  });

  it("asks for a sign-in every time or every so often, never both", async () => {
    const every = (signInFrequency: object) =>
      ask(`POST ${all}`, forPeople({ grantControls: null, sessionControls: { signInFrequency } }));
    expect((await every({ frequencyInterval: "everyTime", value: 4, type: "hours" })).status).toBe(400);
    expect((await every({ frequencyInterval: "everyTime" })).status).toBe(201);
    const { sessionControls } = (await every({ value: 4, type: "hours", isEnabled: true })).body;
    expect(sessionControls).toMatchObject({
      persistentBrowser: null,
      signInFrequency: { value: 4, frequencyInterval: "timeBased" },
    });
    expect(sessionControls).not.toHaveProperty("globalSecureAccessFilteringProfile");
  });

  it("for agents and for agent users blocks, whatever else it says", async () => {
    const users = { includeUsers: ["AllAgentIdUsers"] };
    expect((await ask(`POST ${all}`, forPeople({ conditions: { users } }))).status).toBe(201);
    expect(
      (
        await ask(
          `POST ${all}`,
          forPeople({ conditions: { users }, grantControls: { operator: "OR", builtInControls: ["mfa"] } }),
        )
      ).status,
    ).toBe(400);
  });

  it("needs the permission to read policies beside the one to write them", async () => {
    expect((await ask(`POST ${all}`, asks(), { permissions: ["Policy.ReadWrite.ConditionalAccess"] })).status).toBe(
      403,
    );
    expect((await ask(`GET ${all}`, undefined, { permissions: ["Policy.Read.ConditionalAccess"] })).status).toBe(200);
  });

  it("is answered on beta only", async () => {
    expect(refusal(await askAny(`GET ${all}`))).toEqual([
      501,
      "NotEmulated",
      "Cannot answer GET /v1.0/identity/conditionalAccess/policies: it is only emulated on beta.",
    ]);
  });

  it("exists at most 195 times", async () => {
    const token = await tenant.token();
    for (let made = 0; made < 195; made += 1) expect((await ask(`POST ${all}`, asks(), { token })).status).toBe(201);
    expect((await ask(`POST ${all}`, asks())).status).toBe(400);
    expect((await ask(`GET ${all}?$top=999`)).body.value).toHaveLength(195);
  });
});
