/** A blueprint that Graph makes anew each time it is asked: where an upsert is ruled out, nothing but the search prevents a second one. */
import { emptyState, type Program, type StackState, up } from "../miniature-engine/engine";
import { LaggingTenant } from "./lagging-tenant";

const collection = "/applications/microsoft.graph.agentIdentityBlueprint";
const sponsors = ["diego.siciliani@contoso.com"];
const program: Program = [
  { name: "payroll", kind: "AgentIdentityBlueprint", inputs: () => ({ displayName: "Payroll agents", sponsors }) },
];

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

interface Blueprint {
  readonly appId: string;
  readonly uniqueName: string | null;
}

const there = async (): Promise<Blueprint[]> =>
  (await tenant.reader()).list<Blueprint>(`${collection}?$select=appId,uniqueName`);

/** With each, other replicas answer. */
const seeds = [1, 2, 3, 4, 5];
const lagging = (seed: number) => {
  tenant.reset({ profiles: { upsertWithPeople: "refused" }, lag: { ms: 40_000, share: 0.7, seed } });
};

describe("a blueprint that is made by a POST, while replicas lag by 40 s", () => {
  it.each(["before", "after"] as const)("exists once when the answer is lost %s it took effect", async (effect) => {
    for (const seed of seeds) {
      lagging(seed);
      tenant.emulated.fail({ method: "POST", path: `${collection}$`, effect, answer: "reset" });
      const { failures, state } = await up(emptyState, program, await tenant.process());
      expect([seed, failures]).toEqual([seed, []]);
      expect(await there()).toMatchObject([{ appId: state.resources[0]?.id, uniqueName: null }]);
    }
  });

  it.each(["before", "after"] as const)(
    "exists once when the run is killed %s it took effect, and another begins at once",
    async (effect) => {
      for (const seed of seeds) {
        lagging(seed);
        let left: StackState = emptyState;
        // The first two creates are the upsert, which is refused twice.
        const run = await tenant.process({ kill: { atCreate: 3, effect } });
        const ended = up(emptyState, program, run, { saved: (saved) => (left = saved) });
        expect(await Promise.race([run.killed, ended])).toBe("killed");
        const { failures, state } = await up(left, program, await tenant.process());
        expect([seed, failures]).toEqual([seed, []]);
        expect(await there()).toMatchObject([{ appId: state.resources[0]?.id, uniqueName: null }]);
      }
    },
  );

  it("exists once when the next run could make it by an upsert", async () => {
    for (const seed of seeds) {
      lagging(seed);
      const run = await tenant.process({ kill: { atCreate: 3, effect: "after" } });
      const ended = up(emptyState, program, run);
      expect(await Promise.race([run.killed, ended])).toBe("killed");
      tenant.emulated.set({ profiles: { upsertWithPeople: "made" } });
      expect((await up(emptyState, program, await tenant.process())).failures).toEqual([]);
      expect(await there()).toHaveLength(1);
    }
  });
});

describe("a blueprint whose upsert one replica refuses for a moment, as what it refers to is not there", () => {
  it("has its uniqueName, and so have those after it", async () => {
    tenant.reset({});
    const message = "Resource '1' does not exist or one of its queried reference-property objects are not present.";
    tenant.emulated.fail({
      method: "PATCH",
      path: "uniqueName",
      effect: "before",
      answer: { status: 400, body: { error: { code: "Request_BadRequest", message } } },
    });
    const three: Program = ["one", "two", "three"].map((name) => ({
      name,
      kind: "AgentIdentityBlueprint",
      inputs: () => ({ displayName: name, sponsors }),
    }));
    const { failures } = await up(emptyState, three, await tenant.process());
    expect(failures).toEqual([]);
    expect((await there()).map(({ uniqueName }) => uniqueName)).toEqual([
      expect.stringMatching(/^agentid-/),
      expect.stringMatching(/^agentid-/),
      expect.stringMatching(/^agentid-/),
    ]);
  });
});
