/** Agents need the principal, and name the blueprint: found by the model, kept as a plain test. */
import { oneBlueprint } from "../kinds/agent-kind";
import { checkSettled, Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

describe("a principal that is made long after its blueprint, on replicas that lag", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  it("has its agents made in the same run, whichever replica does not know it yet", async () => {
    tenant.reset({ lag: { ms: 5_000, share: 0.5, seed: 1 } });
    const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
    const whole = [...oneBlueprint(2, 0)];
    for (const resources of [whole.slice(0, 1), whole.slice(1)]) {
      for (const [name, resource] of resources) {
        model.fleet.set(name, resource);
        model.names.add(name);
      }
      tenant.time.pass(60_000);
      expect((await stack.up(model.fleet)).failures).toEqual([]);
      await checkSettled(model, stack);
    }
  });
});
