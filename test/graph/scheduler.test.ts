import fc from "fast-check";
import { FairScheduler } from "../../provider/graph/scheduler";
import type { Workload } from "../../provider/graph/workload";
import { workloadOf } from "../../provider/graph/workload";
import { ManualClock } from "./manual-clock";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("the scheduler", () => {
  it("never lets two errands with one key overlap, keeps their order and its limit, and finishes them all", async () => {
    const errand = fc.record({
      serial: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
      turns: fc.nat(3),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(errand, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), async (errands, limit) => {
        const scheduler = new FairScheduler(new ManualClock(), limit);
        const underWay: (string | undefined)[] = [];
        const started: { serial: string | undefined; index: number }[] = [];
        const runs = errands.map(({ serial, turns, fails }, index) =>
          scheduler.run({ workload: "directory", serial }, async () => {
            if (serial !== undefined) expect(underWay).not.toContain(serial);
            underWay.push(serial);
            started.push({ serial, index });
            expect(underWay.length).toBeLessThanOrEqual(limit);
            for (let left = turns; left > 0; left--) await turn();
            underWay.splice(underWay.indexOf(serial), 1);
            if (fails) throw new Error("it failed");
            return index;
          }),
        );
        const outcomes = await Promise.allSettled(runs);
        expect(outcomes.map(({ status }) => status)).toEqual(
          errands.map(({ fails }) => (fails ? "rejected" : "fulfilled")),
        );
        for (const key of ["a", "b", "c"]) {
          const order = started.filter(({ serial }) => serial === key).map(({ index }) => index);
          expect(order).toEqual([...order].sort((one, other) => one - other));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("starts nothing of a held workload before its deadline, and the others at once", async () => {
    const clock = new ManualClock();
    const scheduler = new FairScheduler(clock);
    const heldUntil = clock.now() + 30_000;
    scheduler.holdUntil("directory", heldUntil);
    scheduler.holdUntil("directory", heldUntil - 10_000);
    const started = (workload: Workload) => scheduler.run({ workload }, () => Promise.resolve(clock.now()));
    const began = clock.now();
    const [other, ...held] = await Promise.all([
      started("conditionalAccess"),
      started("directory"),
      started("directory"),
    ]);
    expect(other).toBe(began);
    expect(held).toEqual([heldUntil, heldUntil]);
  });

  it.each([
    ["/servicePrincipals/1", "directory"],
    ["/identity/conditionalAccess/policies?$top=1", "conditionalAccess"],
    ["/identity/conditionalAccessElse", "directory"],
    ["/auditLogs/signIns", "reports"],
  ])("counts %s as %s", (path, workload) => {
    expect(workloadOf(path)).toBe(workload);
  });
});
