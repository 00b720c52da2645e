/** What a killed run had made, and replicas do not show yet: what random lives meet rarely, kept as a plain test. */
import { oneBlueprint } from "../kinds/agent-kind";
import { look } from "./operations";
import { Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

describe("an up that was killed a moment ago, on replicas that lag", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  /** @returns whether it was killed at its nth request, and not at its end before that */
  async function isRemembered(at: number): Promise<boolean> {
    tenant.reset({ lag: { ms: 5_000, share: 0.5, seed: at } });
    const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
    for (const [name, resource] of oneBlueprint(1, 1)) {
      model.fleet.set(name, resource);
      model.names.add(name);
    }
    const { failures } = await stack.up(model.fleet, { kill: { at, effect: "after", who: "cli" } });
    await look(model, stack, {});
    return failures.length > 0;
  }

  it("leaves a state of which a refresh forgets nothing", async () => {
    for (let at = 1; await isRemembered(at); at += 2);
  });
});
