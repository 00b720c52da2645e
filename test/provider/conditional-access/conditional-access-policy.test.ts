import { conditionalAccessPolicy } from "../../../provider/conditional-access/conditional-access-policy";
import type { Licence } from "../../../emulator";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import { agentIdentity } from "../../../provider/identities/agent-identity";
import { aBlueprint, aTenant, markerOfTests, type TestProcess, type TestTenant } from "../a-tenant";

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly state: string;
  readonly conditions: Record<string, unknown>;
}

interface Agent {
  readonly agentIdentityBlueprintId?: string;
}

const collection = "/identity/conditionalAccess/policies";
const beta = { version: "beta" } as const;
const asks = (change: object = {}) => ({
  displayName: "Block risky agents",
  conditions: {
    clientApplications: { includeAgentIdServicePrincipals: ["All"], excludeAgentIdServicePrincipals: [] },
    applications: { includeApplications: ["All"] },
    agentIdRiskLevels: ["high", "medium"],
  },
  grantControls: { operator: "AND", builtInControls: ["block"] },
  ...change,
});

type Change = { readonly conditions?: object } & Readonly<Record<string, unknown>>;

/** About people; what happens to them a test says. */
const forPeople = (change: Change = {}) => ({
  displayName: "About people",
  ...change,
  conditions: {
    users: { includeUsers: ["All"] },
    applications: { includeApplications: ["All"] },
    ...change.conditions,
  },
});

const strength = { operator: "OR", authenticationStrength: { id: "00000000-0000-0000-0000-000000000004" } };

/** With every annotation that may stand beside a member, everywhere. */
function annotate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(annotate);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).flatMap(([name, inner]: [string, unknown]) => [
    [`${name}@odata.context`, "https://graph.microsoft.com/beta/$metadata#x"],
    [`${name}@odata.type`, "#Collection(String)"],
    [name, annotate(inner)],
  ]);
  return { "@odata.context": "x", "@odata.etag": "y", "@microsoft.graph.tips": "z", ...Object.fromEntries(members) };
}

describe("a Conditional Access policy", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  const all = () => tenant.graph.list<Policy>(collection, beta);

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  it("lives: is created report-only, changed in place, read and deleted", async () => {
    const made = await run.create(conditionalAccessPolicy, asks());
    expect(await all()).toMatchObject([
      { id: made.id, displayName: "Block risky agents [aaaabbbb]", state: "enabledForReportingButNotEnforced" },
    ]);
    const provider = run.provider(conditionalAccessPolicy);
    expect(await provider.read(made.id, made.outputs)).toEqual({
      id: made.id,
      props: made.outputs,
      inputs: made.inputs,
    });

    const news = {
      ...made.inputs,
      displayName: "Block all agents",
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"] },
        applications: { includeApplications: ["All"] },
      },
      state: "enabled",
    };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect(await all()).toMatchObject([{ displayName: "Block all agents [aaaabbbb]", state: "enabled" }]);
    expect(await provider.read(made.id, outs)).toEqual({ id: made.id, props: outs, inputs: news });

    await (await tenant.process()).provider(conditionalAccessPolicy).delete(made.id, outs);
    expect(await all()).toEqual([]);
  });

  it("is refused at preview for agents, users and groups that are not in the tenant, and asks about what is new alone", async () => {
    const absent = (digit: number) => `5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d1${digit}`;
    const { id: nestor } = await tenant.graph.get<{ id: string }>("/users/nestor.wilke@contoso.com");
    const [group] = await tenant.graph.list<{ id: string }>("/groups?$top=1");
    const clients = {
      includeAgentIdServicePrincipals: [absent(1)],
      excludeAgentIdServicePrincipals: [absent(2)],
    };
    const applications = { includeApplications: ["All"] };
    const asked = async (olds: object, conditions: object) => {
      const news = { ...asks({ conditions }), marker: markerOfTests };
      const { failures } = await (await tenant.process()).provider(conditionalAccessPolicy).check({ ...olds }, news);
      return failures.map(({ property, reason }) => `${property} ${reason}`);
    };
    const hint = (digit: number) =>
      `there is no "${absent(digit)}" in the test tenant. Correct the id. If a resource of this program makes it and somebody deleted it, run \`pulumi refresh\``;
    const agents = [
      `conditions.clientApplications.includeAgentIdServicePrincipals must name agent identities and blueprint principals that exist: ${hint(1)}`,
      `conditions.clientApplications.excludeAgentIdServicePrincipals must name agent identities and blueprint principals that exist: ${hint(2)}`,
    ];
    expect(await asked({}, { clientApplications: clients, applications })).toEqual(agents);
    const users = {
      includeUsers: [nestor, absent(3)],
      includeGroups: [group?.id, absent(4)],
    };
    expect(await asked({}, { users, applications })).toEqual([
      `conditions.users.includeUsers must name users that exist: ${hint(3)}`,
      `conditions.users.includeGroups must name groups that exist: ${hint(4)}`,
    ]);
    const before = { ...asks({ conditions: { clientApplications: clients, applications } }), marker: markerOfTests };
    const more = { ...clients, excludeAgentIdServicePrincipals: [absent(2), absent(5)] };
    expect(await asked(before, { clientApplications: more, applications })).toEqual([
      `conditions.clientApplications.excludeAgentIdServicePrincipals must name agent identities and blueprint principals that exist: ${hint(5)}`,
    ]);
  });

  it("is never enforced before its conditions read back", async () => {
    tenant.requestsSince();
    await run.create(conditionalAccessPolicy, asks({ state: "enabled" }));
    expect(tenant.requestsSince().map((request) => request.replace(/[0-9a-f-]{36}/, "{id}"))).toEqual([
      `GET /beta${collection}`,
      `POST /beta${collection}`,
      `GET /beta${collection}/{id}`,
      `PATCH /beta${collection}/{id}`,
      `GET /beta${collection}/{id}`,
    ]);
    expect(await all()).toMatchObject([{ state: "enabled" }]);
  });

  it("stays report-only when Graph drops one of its conditions: it must never block everybody", async () => {
    const made = await run.create(conditionalAccessPolicy, asks());
    const [policy] = await all();
    const { agentIdRiskLevels, ...kept } = policy?.conditions ?? {};
    const answer = { status: 200, body: { ...policy, conditions: kept } };
    tenant.emulated.fail({ method: "GET", path: "policies/", effect: "before", answer, times: 500 });
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    await expect(provider.update(made.id, made.outputs, { ...made.inputs, state: "enabled" })).rejects.toMatchObject({
      code: "NOT_YET_VISIBLE",
      message: expect.stringContaining("conditions is not as declared") as string,
    });
    expect(await all()).toMatchObject([{ state: "enabledForReportingButNotEnforced" }]);
  });

  it("goes back to report-only while the conditions of an enforced policy change", async () => {
    const made = await run.create(conditionalAccessPolicy, asks({ state: "enabled" }));
    const news = {
      ...made.inputs,
      conditions: { ...(made.inputs["conditions"] as object), agentIdRiskLevels: ["high"] },
    };
    tenant.requestsSince();
    await (await tenant.process()).provider(conditionalAccessPolicy).update(made.id, made.outputs, news);
    expect(tenant.requestsSince().map((request) => request.split(" ")[0])).toEqual([
      "GET",
      "PATCH",
      "GET",
      "PATCH",
      "GET",
    ]);
    expect(await all()).toMatchObject([{ state: "enabled", conditions: { agentIdRiskLevels: "high" } }]);
  });

  it("loses every condition that is taken out of the program, however deep", async () => {
    const [ada, diego] = await Promise.all(
      ["adele.vance", "diego.siciliani"].map(
        async (name) => (await tenant.graph.get<{ id: string }>(`/users/${name}@contoso.com`)).id,
      ),
    );
    const users = { includeUsers: ["All"], excludeUsers: [String(ada), String(diego)] };
    const applications = { includeApplications: ["All"], excludeApplications: ["Office365"] };
    const made = await run.create(
      conditionalAccessPolicy,
      asks({
        conditions: { users, applications },
        grantControls: { operator: "AND", builtInControls: ["mfa", "compliantDevice"] },
      }),
    );
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    const without = { users: { includeUsers: ["All"] }, applications: { includeApplications: ["All"] } };
    const news = { ...made.inputs, conditions: without, grantControls: { operator: "OR", builtInControls: ["mfa"] } };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect((await provider.read(made.id, outs)).inputs).toEqual(news);
  });

  it("shows a control that was added behind Pulumi's back", async () => {
    const made = await run.create(conditionalAccessPolicy, asks());
    await tenant.graph.patch(
      `${collection}/${made.id}`,
      { sessionControls: { disableResilienceDefaults: true } },
      beta,
    );
    const provider = run.provider(conditionalAccessPolicy);
    const drifted = await provider.read(made.id, made.outputs);
    expect(drifted.inputs).toMatchObject({ sessionControls: { disableResilienceDefaults: true } });
    await provider.update(made.id, drifted.props, made.inputs);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("shows a condition that was added behind Pulumi's back, and takes it away again", async () => {
    const made = await run.create(conditionalAccessPolicy, asks());
    await tenant.graph.patch(
      `${collection}/${made.id}`,
      {
        conditions: {
          locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] },
        },
      },
      beta,
    );
    const provider = run.provider(conditionalAccessPolicy);
    const drifted = await provider.read(made.id, made.outputs);
    expect(drifted.inputs).toMatchObject({ conditions: { locations: { excludeLocations: ["AllTrusted"] } } });
    await provider.update(made.id, drifted.props, made.inputs);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("shows a new name given behind Pulumi's back whole", async () => {
    const made = await run.create(conditionalAccessPolicy, asks());
    await tenant.graph.patch(`${collection}/${made.id}`, { displayName: "Temporarily off" }, beta);
    expect((await run.provider(conditionalAccessPolicy).read(made.id, made.outputs)).inputs).toMatchObject({
      displayName: "Temporarily off",
    });
  });

  it("is found again by the suffix of its name", async () => {
    const made = await run.create(conditionalAccessPolicy, asks());
    const again = await (
      await tenant.process()
    ).create(conditionalAccessPolicy, asks({ displayName: "Renamed since" }));
    expect(again.id).toBe(made.id);
    expect(await all()).toMatchObject([{ displayName: `Renamed since [${markerOfTests.slice(0, 8)}]` }]);
  });

  it.each(["after", "before"] as const)(
    "exists once when the answer to its creation is lost %s it took effect",
    async (effect) => {
      tenant.emulated.fail({ method: "POST", path: "policies$", effect, answer: { status: 500 } });
      await run.create(conditionalAccessPolicy, asks());
      expect(await all()).toHaveLength(1);
    },
  );

  it.each([
    ["an enforced policy about agents", asks({ state: "enabled" })],
    [
      "an enforced policy with an authentication strength",
      forPeople({ grantControls: strength, state: "enabled", acceptLockout: true }),
    ],
  ])("%s settles although Graph annotates its members, at any depth", async (_what, args) => {
    const made = await run.create(conditionalAccessPolicy, args);
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
    const shown = await tenant.graph.get<Policy>(`${collection}/${made.id}`, beta);
    const noted = annotate({ ...shown, conditions: { ...shown.conditions, "clients@odata.type": "#x" } });
    const answer = { status: 200, body: noted };
    tenant.emulated.fail({
      method: "GET",
      path: "policies",
      effect: "before",
      answer: { ...answer, body: { value: [noted] } },
    });
    tenant.emulated.fail({ method: "GET", path: "policies/", effect: "before", answer, times: 5 });
    const other = (await tenant.process()).provider(conditionalAccessPolicy);
    expect((await other.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("for people can have session controls alone, and what Graph fills in is no difference", async () => {
    const controls = { signInFrequency: { value: 4, type: "hours", isEnabled: true } };
    const made = await run.create(conditionalAccessPolicy, forPeople({ sessionControls: controls, state: "enabled" }));
    expect(made.inputs).not.toHaveProperty("grantControls");
    const shown = await tenant.graph.get(`${collection}/${made.id}`, beta);
    expect(shown).toMatchObject({
      state: "enabled",
      grantControls: null,
      sessionControls: {
        signInFrequency: { ...controls.signInFrequency, authenticationType: "primaryAndSecondaryAuthentication" },
      },
    });
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
    // To and from a control that excludes what the other one has, and to no session control at all.
    let olds = made.outputs;
    for (const change of [
      { sessionControls: { signInFrequency: { frequencyInterval: "everyTime", isEnabled: true } } },
      { sessionControls: { signInFrequency: { value: 1, type: "days" } } },
      { sessionControls: {}, grantControls: { operator: "OR", builtInControls: ["mfa"] } },
      { sessionControls: { persistentBrowser: { mode: "never" } } },
    ]) {
      const news = { ...made.inputs, ...change };
      const changing = (await tenant.process()).provider(conditionalAccessPolicy);
      ({ outs: olds } = await changing.update(made.id, olds, news));
      expect((await changing.read(made.id, olds)).inputs).toEqual(news);
    }
  });

  it("shows what somebody changed in a session control that the program left to its default", async () => {
    const controls = { signInFrequency: { frequencyInterval: "everyTime" } };
    const made = await run.create(conditionalAccessPolicy, forPeople({ sessionControls: controls }));
    const signInFrequency = { authenticationType: "secondaryAuthentication" };
    await tenant.graph.patch(`${collection}/${made.id}`, { sessionControls: { signInFrequency } }, beta);
    const drifted = await run.provider(conditionalAccessPolicy).read(made.id, made.outputs);
    expect(drifted.inputs).toMatchObject({ sessionControls: { signInFrequency } });
    await (await tenant.process()).provider(conditionalAccessPolicy).update(made.id, drifted.props, made.inputs);
    expect(await tenant.graph.get(`${collection}/${made.id}`, beta)).toMatchObject({
      sessionControls: { signInFrequency: { authenticationType: "primaryAndSecondaryAuthentication" } },
    });
  });

  it("moves from mfa to an authentication strength and back", async () => {
    const made = await run.create(conditionalAccessPolicy, forPeople({ grantControls: { builtInControls: ["mfa"] } }));
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    const news = { ...made.inputs, grantControls: strength };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect((await provider.read(made.id, outs)).inputs).toEqual(news);
    await provider.update(made.id, outs, made.inputs);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("loses every condition for people that is taken out again", async () => {
    const every = {
      users: {
        includeUsers: ["All"],
        excludeGuestsOrExternalUsers: {
          guestOrExternalUserTypes: ["serviceProvider", "internalGuest"],
          externalTenants: { membershipKind: "enumerated", members: ["11111111-1111-4111-8111-111111111111"] },
        },
      },
      applications: { includeApplications: ["All"] },
      userRiskLevels: ["high"],
      signInRiskLevels: ["high", "medium"],
      insiderRiskLevels: ["elevated"],
      clientAppTypes: ["browser"],
      platforms: { includePlatforms: ["all"], excludePlatforms: ["ios"] },
      devices: { deviceFilter: { mode: "exclude", rule: "device.isCompliant -eq True" } },
      authenticationFlows: { transferMethods: ["deviceCodeFlow"] },
      locations: { includeLocations: ["all"], excludeLocations: ["AllTrusted"] },
    };
    const mfa = { builtInControls: ["mfa"] };
    const made = await run.create(conditionalAccessPolicy, forPeople({ conditions: every, grantControls: mfa }));
    expect((await run.provider(conditionalAccessPolicy).read(made.id, made.outputs)).inputs).toEqual(made.inputs);
    const { users, applications } = forPeople().conditions;
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    const news = { ...made.inputs, conditions: { users, applications } };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect((await provider.read(made.id, outs)).inputs).toEqual(news);
  });

  it.each([
    ["all people, and everything they may reach", {}],
    ["all people who have no managed device", { grantControls: { builtInControls: ["compliantDevice"] } }],
    [
      "all people without two controls, one of which not everybody has",
      { grantControls: { operator: "AND", builtInControls: ["mfa", "domainJoinedDevice"] } },
    ],
    ["all people without phishing-resistant MFA", { grantControls: strength }],
    [
      "all members, because no guest is an emergency access account",
      { conditions: { users: { includeUsers: ["All"], excludeUsers: ["GuestsOrExternalUsers"] } } },
    ],
    [
      "all people wherever they are",
      { conditions: { locations: { includeLocations: ["All"] }, platforms: { includePlatforms: ["all"] } } },
    ],
  ])("is refused where it can keep out %s, unless the program accepts that", async (_who, change: Change) => {
    const everybody = forPeople({ grantControls: { builtInControls: ["block"] }, ...change });
    await expect(run.create(conditionalAccessPolicy, everybody)).rejects.toThrow(
      /^conditions.users must exclude somebody: .* or set acceptLockout: true$/,
    );
    const made = await run.create(conditionalAccessPolicy, { ...everybody, acceptLockout: true });
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    expect((await provider.read(made.id, made.outputs)).inputs).toEqual(made.inputs);
    // It is nothing that the tenant has, so nothing stays there when it is not declared any more.
    const { acceptLockout: _, ...without } = made.inputs;
    await provider.update(made.id, made.outputs, { ...without, state: "disabled" });
    expect(tenant.warnings.filter((warning) => warning.includes("acceptLockout"))).toEqual([]);
  });

  it.each([
    ["excludes a role", { users: { includeUsers: ["All"], excludeRoles: ["62e90394-69f5-4237-9190-012177145e10"] } }],
    ["is about one way to sign in", { clientAppTypes: ["exchangeActiveSync", "other"] }],
    ["is about some places", { locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] } }],
    ["is about risk", { signInRiskLevels: ["high"] }],
    ["is about one application", { applications: { includeApplications: ["Office365"] } }],
  ])("may block people where it %s", async (_what, conditions) => {
    await run.create(conditionalAccessPolicy, forPeople({ conditions, grantControls: { builtInControls: ["block"] } }));
    expect(await all()).toHaveLength(1);
  });

  it.each<[string, string, Change]>([
    ["says what happens to people", "grantControls must be given, or sessionControls", {}],
    [
      "blocks and asks for more",
      `grantControls.builtInControls must be ["block"] alone`,
      { conditions: { signInRiskLevels: ["high"] }, grantControls: { builtInControls: ["block", "mfa"] } },
    ],
    [
      "asks for mfa and for a strength",
      `grantControls.authenticationStrength cannot be combined with the control "mfa"`,
      { grantControls: { ...strength, builtInControls: ["mfa"] } },
    ],
    [
      "names guests in both forms",
      "conditions.users.excludeGuestsOrExternalUsers must not be declared",
      {
        conditions: {
          users: {
            includeUsers: ["All"],
            excludeUsers: ["GuestsOrExternalUsers"],
            excludeGuestsOrExternalUsers: { guestOrExternalUserTypes: ["internalGuest"] },
          },
        },
        grantControls: { builtInControls: ["mfa"] },
      },
    ],
    [
      "names applications and user actions",
      "conditions.applications must name one of the three",
      {
        conditions: {
          applications: { includeApplications: ["All"], includeUserActions: ["urn:user:registerdevice"] },
        },
        grantControls: { builtInControls: ["mfa"] },
      },
    ],
    [
      "has device states",
      `conditions has no property "deviceStates"`,
      { conditions: { deviceStates: { includeStates: ["All"] } }, grantControls: { builtInControls: ["mfa"] } },
    ],
    [
      "asks for a sign-in every time and every so often",
      "sessionControls.signInFrequency must have neither value nor type",
      { sessionControls: { signInFrequency: { frequencyInterval: "everyTime", value: 1, type: "hours" } } },
    ],
  ])("is refused at preview unless it rightly %s", async (_what, reason, change) => {
    await expect(run.create(conditionalAccessPolicy, forPeople(change))).rejects.toThrow(reason);
  });

  it("has one spelling of GUIDs and words, so that letters are no difference and no second application", async () => {
    const graph = "00000003-0000-0000-C000-000000000000";
    const applications = { includeApplications: [graph, graph.toLowerCase()] };
    const made = await run.create(conditionalAccessPolicy, {
      displayName: "Block agents",
      conditions: { clientApplications: { includeAgentIdServicePrincipals: ["all"] }, applications },
    });
    expect(made.inputs).toMatchObject({
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"] },
        applications: { includeApplications: [graph.toLowerCase()] },
      },
    });
  });

  it("shows no change where a state of an earlier version has GUIDs in capitals", async () => {
    const graph = "00000003-0000-0000-C000-000000000000";
    const conditions = {
      clientApplications: { includeAgentIdServicePrincipals: ["All"] },
      applications: { includeApplications: [graph] },
    };
    const args = { displayName: "Block agents", conditions, state: "enabled" };
    const made = await run.create(conditionalAccessPolicy, args);
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    const inputs = { ...made.inputs, conditions };
    const outputs = { ...made.outputs, conditions };
    const news = { ...args, marker: markerOfTests };
    expect(await provider.check(inputs, news)).toEqual({ inputs, failures: [] });
    expect(await provider.read(made.id, outputs)).toEqual({ id: made.id, props: outputs, inputs });
    tenant.requestsSince();
    await provider.update(made.id, outputs, { ...inputs, displayName: "Block every agent" });
    expect(tenant.requestsSince().filter((request) => request.startsWith("PATCH"))).toHaveLength(1);
    expect(await all()).toMatchObject([{ state: "enabled", displayName: "Block every agent [aaaabbbb]" }]);
  });
});

describe("a Conditional Access policy on a blueprint principal", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  let principal: string;
  let agent: string;
  const on = (...ids: readonly string[]) =>
    asks({
      state: "enabled",
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ids },
        applications: { includeApplications: ["All"] },
        agentIdRiskLevels: ["high"],
      },
    });

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
    const blueprintId = await aBlueprint(run);
    const sponsors = ["diego.siciliani@contoso.com"];
    agent = (await run.create(agentIdentity, { displayName: "Helper", blueprintId, sponsors })).id;
    const path = "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal";
    principal = (await tenant.graph.list<{ id: string }>(path))[0]?.id ?? "";
  });
  afterEach(() => tenant.emulated.close());

  it("is enforced where the tenant applies it to the agents of the blueprint", async () => {
    await run.create(conditionalAccessPolicy, on(principal));
    expect(await tenant.graph.list(collection, beta)).toMatchObject([{ state: "enabled" }]);
  });

  it("stays report-only where the tenant ignores it, and is enforced when it names the agents", async () => {
    tenant.emulated.set({ profiles: { blueprintPrincipalInPolicies: "ignored" } });
    await expect(run.create(conditionalAccessPolicy, on(principal))).rejects.toMatchObject({
      message: expect.stringMatching(/not enforced .* they miss agents: .* highRiskPolicyNames: "agents"/) as string,
    });
    expect(await tenant.graph.list(collection, beta)).toMatchObject([{ state: "enabledForReportingButNotEnforced" }]);
    await (await tenant.process()).create(conditionalAccessPolicy, on(principal, agent));
    expect(await tenant.graph.list(collection, beta)).toMatchObject([{ state: "enabled" }]);
  });

  describe("that blocks other agents already", () => {
    const unenforced = "enabledForReportingButNotEnforced";
    const there = async () => {
      const [policy] = await tenant.graph.list<Policy>(collection, beta);
      const clients = policy?.conditions["clientApplications"] as { includeAgentIdServicePrincipals: string[] };
      return { state: policy?.state, names: clients.includeAgentIdServicePrincipals };
    };
    let update: () => Promise<unknown>;
    let other: string;

    beforeEach(async () => {
      const sponsors = ["diego.siciliani@contoso.com"];
      const blueprint = { displayName: "Travel agents", sponsors };
      const blueprintId = (await run.create(agentIdentityBlueprint, blueprint, "bbbbccccddddeeee")).id;
      await run.create(agentIdentityBlueprintPrincipal, { blueprintId }, "bbbbccccddddeeee");
      other = (await run.create(agentIdentity, { displayName: "Other", blueprintId, sponsors }, "bbbbccccddddeeee")).id;
      tenant.emulated.set({ profiles: { blueprintPrincipalInPolicies: "ignored" } });
      const made = await run.create(conditionalAccessPolicy, on(other));
      update = async () => {
        const provider = (await tenant.process()).provider(conditionalAccessPolicy);
        const { inputs } = await provider.check(made.outputs, { ...on(other, principal), marker: markerOfTests });
        return provider.update(made.id, made.outputs, inputs);
      };
    });

    it("blocks them as before when the tenant ignores the principal that is added", async () => {
      await expect(update()).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringMatching(/they miss agents: .* It is enforced as it was before this update\./) as string,
      });
      expect(await there()).toEqual({ state: "enabled", names: [other] });
    });

    it("blocks them as before when it cannot be enforced with the principal that is added", async () => {
      tenant.emulated.set({ profiles: { blueprintPrincipalInPolicies: "applied" } });
      const answer = { status: 400, body: { error: { code: "BadRequest", message: "1040: Not now." } } };
      tenant.emulated.fail({ method: "PATCH", path: "policies/", nth: 2, effect: "before", answer });
      await expect(update()).rejects.toMatchObject({
        code: "REFUSED",
        message: expect.stringContaining("Not now. It is enforced as it was before this update.") as string,
      });
      expect(await there()).toEqual({ state: "enabled", names: [other] });
    });

    it("is reported when it blocks nobody any more, because it could not be enforced again", async () => {
      const answer = { status: 400, body: { error: { code: "BadRequest", message: "1040: Not now." } } };
      tenant.emulated.fail({ method: "PATCH", path: "policies/", nth: 2, effect: "before", answer });
      await expect(update()).rejects.toMatchObject({
        message: expect.stringMatching(/they miss agents: .* Nobody is blocked by it now: .*Not now\./) as string,
      });
      expect((await there()).state).toBe(unenforced);
    });
  });

  it.each([0, 1])(
    "is not enforced where it names some agents of the blueprint and misses another: %i",
    async (first) => {
      tenant.emulated.set({ profiles: { blueprintPrincipalInPolicies: "ignored" } });
      const [{ agentIdentityBlueprintId: blueprintId } = {}] = await tenant.graph.list<Agent>(
        "/servicePrincipals/microsoft.graph.agentIdentity",
      );
      const sponsors = ["diego.siciliani@contoso.com"];
      const another = await run.create(
        agentIdentity,
        { displayName: "Another", blueprintId, sponsors },
        "bbbbccccddddeeee",
      );
      const agents = [agent, another.id];
      const [named = "", missed = ""] = [agents[first], agents[1 - first]];
      const made = (await tenant.process()).create(conditionalAccessPolicy, on(principal, named));
      await expect(made).rejects.toMatchObject({
        message: expect.stringContaining(`What-If says so for agent identity ${missed}.`) as string,
      });
    },
  );

  it("asks What-If alone while it is report-only for a change, and nothing for each agent that it names", async () => {
    const made = await run.create(conditionalAccessPolicy, on(agent));
    const provider = (await tenant.process()).provider(conditionalAccessPolicy);
    const { inputs } = await provider.check(made.outputs, { ...on(agent, principal), marker: markerOfTests });
    const others = "/servicePrincipals/microsoft.graph.agentIdentity";
    const [{ agentIdentityBlueprintId: blueprintId } = {}] = await tenant.graph.list<Agent>(others);
    const sponsors = ["diego.siciliani@contoso.com"];
    await run.create(agentIdentity, { displayName: "Another", blueprintId, sponsors }, "bbbbccccddddeeee");
    tenant.requestsSince();
    await provider.update(made.id, made.outputs, inputs);
    const requests = tenant.requestsSince();
    const isWrite = (request: string) => request.startsWith("PATCH");
    const meanwhile = requests.slice(requests.findIndex(isWrite) + 1, requests.findLastIndex(isWrite));
    expect(meanwhile).toEqual([`GET /beta${collection}/${made.id}`, "POST /beta/identity/conditionalAccess/evaluate"]);
    const isAboutAgents = (request: string) => request.includes("/servicePrincipals");
    expect(requests.filter(isAboutAgents)).toEqual([
      "GET /v1.0/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal",
      `GET /v1.0${others}`,
    ]);
  });

  it("is enforced where a rule over attributes may leave agents out on purpose", async () => {
    tenant.emulated.set({ profiles: { blueprintPrincipalInPolicies: "ignored" } });
    const policy = on(principal);
    const rule = 'CustomSecurityAttribute.AgentAttributes_AgentApprovalStatus -eq "HR_Approved"';
    const clientApplications = {
      ...policy.conditions.clientApplications,
      agentIdServicePrincipalFilter: { mode: "exclude", rule },
    };
    await run.create(conditionalAccessPolicy, { ...policy, conditions: { ...policy.conditions, clientApplications } });
    expect(await tenant.graph.list(collection, beta)).toMatchObject([{ state: "enabled" }]);
  });

  it("is enforced where nobody may ask, or nobody is there to ask about", async () => {
    tenant.emulated.set({ profiles: { blueprintPrincipalInPolicies: "ignored" } });
    tenant.emulated.fail({ path: "evaluate$", effect: "before", answer: { status: 403 } });
    await run.create(conditionalAccessPolicy, on(principal));
    await tenant.graph.delete(`/servicePrincipals/${agent}`);
    const other = "bbbbccccddddeeee";
    await (await tenant.process()).create(conditionalAccessPolicy, on(principal), other);
    expect(await tenant.graph.list(collection, beta)).toMatchObject([{ state: "enabled" }, { state: "enabled" }]);
  });
});

describe("a Conditional Access policy without its licence", () => {
  it.each<[string, readonly Licence[], object, string]>([
    ["P2", ["P1"], {}, "no licence for Microsoft Entra ID P2"],
    ["any", [], {}, "Conditional Access needs Microsoft Entra ID P1"],
    [
      "Workload ID Premium",
      ["P1", "P2"],
      { clientApplications: { includeServicePrincipals: ["ServicePrincipalsInMyTenant"] } },
      "no licence for Microsoft Entra Workload ID Premium",
    ],
  ])("is refused with the name of what is missing: %s", async (_what, licences, conditions, advice) => {
    const tenant = await aTenant();
    tenant.emulated.set({ licences });
    const applications = { includeApplications: ["All"] };
    const args = asks({ conditions: { ...asks().conditions, applications, ...conditions } });
    await expect((await tenant.process()).create(conditionalAccessPolicy, args)).rejects.toMatchObject({
      message: expect.stringContaining(advice) as string,
    });
    tenant.emulated.close();
  });
});

describe("a Conditional Access policy for agent users", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  const onDevices = { includeAgentContexts: ["agentUserSessionsInitiatedFromEndpoints"] };
  const forAgentUsers = (change: Change = {}) =>
    forPeople({
      ...change,
      conditions: { users: { includeUsers: ["AllAgentIdUsers"] }, ...change.conditions },
    });

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  it.each(["users", "agents"] as const)("blocks by default, however the tenant shows them: %s", async (choice) => {
    tenant.emulated.set({ profiles: { agentUsersInPolicies: choice } });
    const made = await run.create(conditionalAccessPolicy, forAgentUsers({ state: "enabled" }));
    expect(made.inputs).toMatchObject({ grantControls: { operator: "OR", builtInControls: ["block"] } });
    expect((await run.provider(conditionalAccessPolicy).read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it("can be narrowed by risk, environment, platform, device and place, and require a compliant device", async () => {
    const conditions = {
      agentIdRiskLevels: ["high"],
      agentContext: onDevices,
      platforms: { includePlatforms: ["windows"] },
      devices: { deviceFilter: { mode: "exclude", rule: "device.isCompliant -eq True" } },
      locations: { includeLocations: ["All"], excludeLocations: ["AllTrusted"] },
    };
    const grantControls = { builtInControls: ["compliantDevice"] };
    const made = await run.create(conditionalAccessPolicy, forAgentUsers({ conditions, grantControls }));
    expect((await run.provider(conditionalAccessPolicy).read(made.id, made.outputs)).inputs).toEqual(made.inputs);
  });

  it.each<[string, string, Change]>([
    [
      "a compliant device wherever they run: agents in the cloud have none",
      "conditions.agentContext.includeAgentContexts must be",
      { grantControls: { builtInControls: ["compliantDevice"] } },
    ],
    ["another control", `must be ["block"] or ["compliantDevice"]`, { grantControls: { builtInControls: ["mfa"] } }],
    [
      "a condition that agents cannot meet",
      "conditions.signInRiskLevels must not be declared",
      { conditions: { signInRiskLevels: ["high"] } },
    ],
    [
      "an execution environment of people",
      "conditions.agentContext must not be declared",
      {
        conditions: {
          users: { includeUsers: ["None"], includeRoles: ["62e90394-69f5-4237-9190-012177145e10"] },
          agentContext: onDevices,
        },
        grantControls: { builtInControls: ["mfa"] },
      },
    ],
  ])("is refused at preview with %s", async (_what, reason, change) => {
    await expect(run.create(conditionalAccessPolicy, forAgentUsers(change))).rejects.toThrow(reason);
  });
});
