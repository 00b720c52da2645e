import { conditionalAccessPolicy } from "../../../provider/conditional-access/conditional-access-policy";
import { aTenant, markerOfTests, type TestProcess, type TestTenant } from "../a-tenant";

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly state: string;
  readonly conditions: Record<string, unknown>;
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
});
