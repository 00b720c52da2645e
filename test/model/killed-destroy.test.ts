/** What a killed run was about to delete, and what it deleted: found by the model, kept as plain tests. */
import { oneBlueprint } from "../kinds/agent-kind";
import { cleanUp } from "./operations";
import { Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

/** LAG_SEEDS=6: more lags, and each of them in all places. */
const seeds = Number(process.env["LAG_SEEDS"] ?? 1);

describe("a destroy that was killed a moment ago, on replicas that lag", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  /** @returns whether it was killed at its nth request, and not at its end before that */
  async function isUndone(at: number, seed: number): Promise<boolean> {
    tenant.reset({ lag: { ms: 5_000, share: 0.5, seed } });
    const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
    for (const [name, resource] of oneBlueprint(1, 1)) {
      model.fleet.set(name, resource);
      model.names.add(name);
      model.mayMove.add(name);
    }
    expect((await stack.up(model.fleet)).failures).toEqual([]);
    tenant.time.pass(15_000);
    const { failures } = await stack.destroy({ batched: false, kill: { at, effect: "after", who: "cli" } });
    await cleanUp(model, stack);
    return failures.length > 0;
  }

  it("is undone by a refresh and an up, whatever replicas still show", async () => {
    for (let seed = 1; seed <= seeds; seed += 1) for (let at = 1; await isUndone(at, seed); at += seeds > 1 ? 1 : 8);
  });
});
