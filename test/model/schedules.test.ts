/** Requests arrive and answers come back in any order: what is deployed does not depend on it. */
import fc from "fast-check";
import type { Transport } from "../../provider/graph/transport";
import { nextYear, oneBlueprint } from "../kinds/agent-kind";
import type { Resource } from "../kinds/fleet";
import { checkAlways, checkSettled, Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

const runs = (atRest: number) => ({ numRuns: Number(process.env["FC_RUNS"] ?? atRest) });

describe("answers in any order", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  /** Lets the schedule decide when a request takes effect, and when its answer arrives. */
  const scheduled =
    (schedule: fc.Scheduler) =>
    (transport: Transport): Transport =>
    async (request) => {
      await schedule.schedule(Promise.resolve(), `sent ${request.method}`);
      const response = await transport(request);
      return schedule.schedule(Promise.resolve(response), `answered ${response.status}`);
    };

  /** Lets one thing happen after another until the work is done. */
  async function inOrderOf<T>(schedule: fc.Scheduler, work: Promise<T>): Promise<T> {
    const progress = { isDone: false };
    const isDone = (): boolean => progress.isDone;
    const ended = work.finally(() => (progress.isDone = true));
    // Who awaits it comes later.
    ended.catch(() => undefined);
    while (!isDone()) {
      await tenant.time.quiet();
      if (schedule.count() > 0) await schedule.waitNext(1);
    }
    return ended;
  }

  it("make, change and delete what is declared, whatever the order", async () => {
    const circumstances = fc.record({ batched: fc.boolean(), lag: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), circumstances, async (schedule, { batched, lag }) => {
        tenant.reset({ lag: lag ? { ms: 200, share: 0.1, seed: 3 } : null });
        const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
        const first = oneBlueprint(3, 3);
        for (const fleet of [first, nextYear(first), new Map<string, Resource>()]) {
          model.fleet.clear();
          for (const [name, resource] of fleet) {
            model.fleet.set(name, resource);
            model.names.add(name);
          }
          const settings = { parallel: 32, batched, onTheWire: scheduled(schedule) };
          const { failures } = await inOrderOf(schedule, stack.up(model.fleet, settings));
          expect(failures).toEqual([]);
          await checkAlways(model, stack);
          await checkSettled(model, stack);
        }
      }),
      runs(6),
    );
  });
});
