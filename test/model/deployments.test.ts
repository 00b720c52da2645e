/**
 * Random lives of a stack: a program that changes, operations with trouble on the way, others who change the tenant. After
 * each step nothing is there twice and nothing of others is gone; after a clean run the tenant is as declared.
 */
import fc from "fast-check";
import { oneBlueprint } from "../kinds/agent-kind";
import { lookalikes } from "../kinds/neighbours";
import { objectsIn } from "../sweep/picture";
import { addition } from "./additions";
import { declarations } from "./declarations";
import { edits } from "./edits";
import { cleanUp, operations } from "./operations";
import { bothProfiles } from "../tenant-profiles";
import { checkAlways, Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

/** @param atRest for the check of every change: always the same lives. A long run sets FC_RUNS, and has others each time. */
const runs = (atRest: number) => ({
  numRuns: Number(process.env["FC_RUNS"] ?? atRest),
  ...(process.env["FC_RUNS"] && !process.env["FC_SEED"]
    ? {}
    : { seed: Number(process.env["FC_SEED"] ?? 5), path: process.env["FC_PATH"] ?? "" }),
  endOnFailure: process.env["FC_SHRINK"] === undefined,
});

/** How replicas lag. */
const lag = fc.record({ ms: fc.constantFrom(300, 5_000), share: fc.constantFrom(0.1, 0.5), seed: fc.nat(99) });

/** Where it runs. Other profiles than the real ones are drawn by ENTRA_AGENT_ID_SWEEP, which their name says. On lagging replicas one machine knows what it wrote; several find out without lag. */
const land = fc.record({
  lag: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: lag }),
  isOneMachine: fc.constantFrom(true, true, false),
  tenant: fc.constantFrom(...bothProfiles),
});

// Of this machine's time, which others use as well.
jest.setTimeout(3_600_000);

describe("a stack, whatever happens to it", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  it("comes to what is declared, with one object of each and nothing of others lost", async () => {
    const commands = fc.commands([...declarations, ...operations, ...edits, addition], {
      maxCommands: 20,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(commands, land, async (sequence, { lag, isOneMachine, tenant: { profiles } }) => {
        tenant.reset({ lag, profiles }, isOneMachine);
        const others = await tenant.others();
        const another = await lookalikes(others, () => objectsIn(tenant.emulated));
        const [model, stack] = [new Model(), new Stack(tenant, others, another)];
        for (const [name, resource] of oneBlueprint(2, 1)) {
          model.fleet.set(name, resource);
          model.names.add(name);
        }
        await fc.asyncModelRun(() => ({ model, real: stack }), sequence);
        await cleanUp(model, stack);
        await checkAlways(model, stack);
      }),
      runs(20),
    );
  });
});
