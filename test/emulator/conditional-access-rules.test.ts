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
    ["a read-only member", "Property 'templateId' is read-only", { templateId: null }],
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
      "exclude each other",
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
