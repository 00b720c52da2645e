import { aBlueprint, anIdentity, idOf, inMemory, people, refusal } from "./client";
import { all, asks, type Change, forPeople, onBeta } from "./policy";

const { tenant, ask: askAny } = inMemory();
const ask = onBeta(askAny);
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

describe("a Conditional Access policy", () => {
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
        expect.stringMatching(/^1\d{3}: /) as unknown,
      ]);
    }
  });

  it.each<[string, string, Change]>([
    ["no display name", "A value is required for property 'displayName'", { displayName: undefined }],
    ["no state", "A value is required for property 'state'", { state: undefined }],
    ["an unknown state", "Invalid value specified for property 'state'", { state: "on" }],
    ["an unknown member", "Invalid property 'colour'", { colour: "red" }],
    [
      "the undocumented agents condition",
      "Invalid property 'agents'",
      { conditions: { agents: { includeAgentUsers: ["All"] } } },
    ],
    ["a read-only member", "Invalid value specified for property 'templateId'", { templateId: "x" }],
    [
      "neither users nor client applications",
      "must have a condition on users or on client applications",
      { conditions: { clientApplications: null } },
    ],
    ["client applications that include nothing", "must include something", { conditions: { clientApplications: {} } }],
    [
      "no application",
      "at least one application or user action",
      { conditions: { applications: { includeApplications: [] } } },
    ],
    [
      "applications and user actions",
      "1012: 'applications' condition cannot include both",
      {
        conditions: { applications: { includeApplications: ["All"], includeUserActions: ["urn:user:registerdevice"] } },
      },
    ],
    [
      "an application filter with All",
      "applicationFilter cannot be used",
      {
        conditions: {
          applications: { includeApplications: ["All"], applicationFilter: { mode: "include", rule: "x" } },
        },
      },
    ],
    ["users that include nobody", "must be 'All' or 'None'", { conditions: { users: { excludeUsers: [] } } }],
    ["no control at all", "must have a grant control or a session control", { grantControls: null }],
    [
      "block with another control",
      "'block' cannot be combined",
      { grantControls: { operator: "OR", builtInControls: ["block", "mfa"] } },
    ],
    [
      "agents that need multifactor authentication",
      "can only block",
      { grantControls: { operator: "OR", builtInControls: ["mfa"] } },
    ],
    [
      "a filter that is no attribute rule",
      "must compare a CustomSecurityAttribute",
      { conditions: { clientApplications: { agentIdServicePrincipalFilter: { mode: "include", rule: "x" } } } },
    ],
    [
      "a licence it does not have",
      "1149:",
      { conditions: { clientApplications: { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] } } },
    ],
    [
      "a member that is not of its type",
      "1007: Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type.",
      { conditions: { clientAppTypes: ["unknownFutureValue"] } },
    ],
    [
      "no kind of client",
      "1064: 'clientAppTypes' condition does not support []",
      { conditions: { clientAppTypes: [] } },
    ],
    [
      "device states beside devices",
      "1060: 'deviceStates' and 'devices' conditions cannot be set together.",
      {
        conditions: {
          deviceStates: { includeStates: ["All"] },
          devices: { deviceFilter: { mode: "include", rule: "device.isCompliant -eq True" } },
        },
      },
    ],
    [
      "device states",
      "1088: 'includeDeviceStates' and 'excludeDeviceStates' are no longer supported.",
      { conditions: { deviceStates: { includeStates: ["All"] } } },
    ],
    [
      "an execution environment for agents without a user account",
      "'agentContext' needs a policy for agent users",
      { conditions: { agentContext: { includeAgentContexts: ["agentUserSessionsInitiatedFromEndpoints"] } } },
    ],
    [
      "an empty list that only reads have",
      "Bad Request",
      {
        conditions: { clientApplications: { includeAgentIdServicePrincipals: ["All"], includeServicePrincipals: [] } },
      },
    ],
  ])("is refused with %s", async (_what, message, change) => {
    const refused = await ask(`POST ${all}`, asks(change));
    expect(refusal(refused)).toEqual([400, "BadRequest", expect.stringContaining(message) as unknown]);
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

  it.each<[string, string, Change]>([
    [
      "an authentication strength beside mfa",
      "1108: Authentication strengths cannot be used alongside the MFA built-in control.",
      {
        grantControls: {
          operator: "AND",
          builtInControls: ["mfa"],
          authenticationStrength: { id: "00000000-0000-0000-0000-000000000002" },
        },
      },
    ],
    ...(["include", "exclude"] as const).map((side): [string, string, Change] => [
      `both forms of guests, to ${side}`,
      "1102: 'GuestsOrExternalUsers' cannot be combined with guestOrExternalUsers",
      {
        conditions: {
          users: {
            includeUsers: ["All"],
            [`${side}Users`]: ["GuestsOrExternalUsers"],
            [`${side}GuestsOrExternalUsers`]: { guestOrExternalUserTypes: "internalGuest" },
          },
        },
      },
    ]),
    [
      "members of external tenants without their type",
      "1007: Incoming ConditionalAccessPolicy object",
      {
        conditions: {
          users: {
            includeGuestsOrExternalUsers: {
              guestOrExternalUserTypes: "serviceProvider",
              externalTenants: { membershipKind: "enumerated", members: ["11111111-1111-4111-8111-111111111111"] },
            },
          },
        },
      },
    ],
    [
      "a sign-in frequency by time of the second factor alone",
      "1104: 'timeBased' value for 'frequencyInterval'",
      {
        sessionControls: {
          signInFrequency: { value: 1, type: "hours", authenticationType: "secondaryAuthentication" },
        },
      },
    ],
  ])("for people is refused with %s", async (_what, message, change) => {
    const mfa = { operator: "OR", builtInControls: ["mfa"] };
    const refused = await ask(`POST ${all}`, forPeople({ grantControls: mfa, ...change }));
    expect(refusal(refused)).toEqual([400, "BadRequest", expect.stringContaining(message) as unknown]);
  });

  it("needs a licence for what it asks for", async () => {
    const workload = { clientApplications: { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] } };
    const risk = { servicePrincipalRiskLevels: ["high"] };
    const agentRisk = { agentIdRiskLevels: "high" };
    const number = async (conditions: object) => refusal(await ask(`POST ${all}`, asks({ conditions }))).at(2);
    expect(await number(workload)).toMatch(/^1149: /);
    expect(await number(risk)).toMatch(
      /^1150: Cannot create or update policies with workload identity premium features/,
    );
    tenant.set({ licences: ["P1", "workloadIdentitiesPremium"] });
    expect((await ask(`POST ${all}`, asks({ conditions: { ...workload, ...risk } }))).status).toBe(201);
    expect(await number(agentRisk)).toMatch(/^1039: Cannot create or update policies with premium P2 features/);
    tenant.set({ licences: ["P1", "agent365"] });
    expect((await ask(`POST ${all}`, asks({ conditions: agentRisk }))).status).toBe(201);
    tenant.set({ licences: [] });
    expect(refusal(await ask(`POST ${all}`, asks())).slice(0, 2)).toEqual([403, "AccessDenied"]);
    tenant.set({ licences: ["P1", "P2", "agent365"] });
  });

  it("can require a compliant device of agent users, wherever they run or on devices alone", async () => {
    const users = { includeUsers: ["AllAgentIdUsers"] };
    const agentContext = { includeAgentContexts: ["agentUserSessionsInitiatedFromEndpoints"] };
    const platforms = { includePlatforms: ["windows"] };
    const grantControls = { operator: "OR", builtInControls: ["compliantDevice"] };
    const { status, body } = await ask(
      `POST ${all}`,
      forPeople({ conditions: { users, agentContext, platforms, agentIdRiskLevels: "high" }, grantControls }),
    );
    expect(status).toBe(201);
    expect(body.conditions).toMatchObject({ agentContext: { ...agentContext, excludeAgentContexts: [] } });
    expect((await ask(`POST ${all}`, forPeople({ conditions: { users }, grantControls }))).status).toBe(201);
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
});
