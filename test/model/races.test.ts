/** Many resources of one parent at once: made, changed and deleted with 32 steps under way, on replicas that lag. */
import type { Transport } from "../../provider/graph/transport";
import type { Resource } from "../kinds/fleet";
import { nextYear, oneBlueprint } from "../kinds/agent-kind";
import { checkAlways, checkSettled, Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

/** Most requests that were under way together, by what they are about. */
class Traffic {
  readonly most = new Map<string, number>();
  readonly #now = new Map<string, number>();
  conflicts = 0;

  /** What Graph does not let overlap: writes to the credentials, owners and sponsors of one application. */
  static readonly #serial =
    /^\/v1\.0\/applications\/([^/]+)\/microsoft\.graph\.agentIdentityBlueprint\/(?:federated|owners|sponsors)/;
  static readonly #identities = /^\/v1\.0\/servicePrincipals\/microsoft\.graph\.agentIdentity$/;

  watched =
    (transport: Transport): Transport =>
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === "GET") return transport(request);
      const application = Traffic.#serial.exec(pathname)?.[1];
      const about = application ?? (Traffic.#identities.test(pathname) ? "identities" : "others");
      const together = (this.#now.get(about) ?? 0) + 1;
      this.#now.set(about, together);
      this.most.set(about, Math.max(together, this.most.get(about) ?? 0));
      try {
        if (application === undefined || together === 1) return await transport(request);
        this.conflicts += 1;
        const error = { code: "Directory_ConcurrencyViolation", message: "Two writes met." };
        return Response.json({ error }, { status: 409 });
      } finally {
        this.#now.set(about, (this.#now.get(about) ?? 1) - 1);
      }
    };
}

describe("many resources under one blueprint", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  const lags = { none: null, small: { ms: 300, share: 0.1, seed: 7 } } as const;

  for (const [lag, switches] of Object.entries(lags)) {
    it(`are made, changed and deleted at once (lag: ${lag})`, async () => {
      tenant.reset({ lag: switches });
      const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
      const first = oneBlueprint(12, 10);
      for (const fleet of [first, nextYear(first), new Map<string, Resource>()]) {
        for (const name of model.fleet.keys()) if (!fleet.has(name)) model.fleet.delete(name);
        for (const [name, resource] of fleet) model.fleet.set(name, resource);
        for (const name of fleet.keys()) model.names.add(name);
        const { failures } = await stack.up(model.fleet, { parallel: 32, latencyMs: 50 });
        expect(failures).toEqual([]);
        await checkAlways(model, stack);
        await checkSettled(model, stack);
      }
      expect(stack.state.resources).toEqual([]);
    });
  }

  it("have the writes to one application's credentials and people sent one at a time, and agents made together", async () => {
    tenant.reset();
    const stack = new Stack(tenant, await tenant.others());
    const traffic = new Traffic();
    const first = oneBlueprint(20, 12);
    for (const fleet of [first, nextYear(first)]) {
      const { failures } = await stack.up(fleet, { parallel: 32, latencyMs: 50, aroundEach: traffic.watched });
      expect(failures).toEqual([]);
    }
    const { others, identities, ...applications } = Object.fromEntries(traffic.most);
    expect(Object.values(applications)).toEqual([1]);
    expect(traffic.conflicts).toBe(0);
    expect(identities).toBeGreaterThanOrEqual(10);
    expect(others).toBeGreaterThan(10);
  });

  it("outlive the conflicts of somebody who writes to the same application", async () => {
    tenant.reset();
    const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
    for (const [name, resource] of oneBlueprint(4, 10)) {
      model.fleet.set(name, resource);
      model.names.add(name);
    }
    const error = { code: "Directory_ConcurrencyViolation", message: "Two writes met." };
    const answer = { status: 409, body: { error } };
    const faults = [2, 4, 5].map((nth) => ({
      method: "POST",
      path: "federatedIdentityCredentials$",
      nth,
      effect: "before" as const,
      answer,
    }));
    expect((await stack.up(model.fleet, { parallel: 32, latencyMs: 50, faults })).failures).toEqual([]);
    await checkSettled(model, stack);
  });

  it("are refused one by one where a blueprint is full, and the others are there", async () => {
    tenant.reset();
    const stack = new Stack(tenant, await tenant.others());
    const fleet = oneBlueprint(2, 22);
    const { failures } = await stack.up(fleet, { parallel: 32, latencyMs: 50 });
    expect(failures).toHaveLength(2);
    for (const failure of failures) expect(failure).toContain("can have at most 20 federated identity credentials");
    const refused = failures.map((failure) => failure.split(":")[0] ?? "");
    const { all } = await stack.holding(fleet.keys());
    expect(all.filter(({ kind }) => kind === "FederatedIdentityCredential")).toHaveLength(20);
    expect(stack.state.resources.map(({ name }) => name).sort()).toEqual(
      [...fleet.keys()].filter((name) => !refused.includes(name)).sort(),
    );

    for (const name of refused) fleet.delete(name);
    expect(await stack.preview(fleet)).toEqual({});
  });

  it("come up once when the run is repeated with the state of before it", async () => {
    tenant.reset({ lag: lags.small });
    const stack = new Stack(tenant, await tenant.others());
    const fleet = oneBlueprint(8, 6);
    const model = new Model();
    for (const [name, resource] of fleet) {
      model.fleet.set(name, resource);
      model.names.add(name);
    }
    const empty = stack.state;
    expect((await stack.up(fleet, { parallel: 32 })).failures).toEqual([]);
    const made = (await stack.holding(model.names)).marked.map(({ id }) => id);
    stack.state = empty;
    expect((await stack.up(fleet, { parallel: 32 })).failures).toEqual([]);
    expect((await stack.holding(model.names)).marked.map(({ id }) => id)).toEqual(made);
    await checkSettled(model, stack);
  });
});
