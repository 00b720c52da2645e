import { AsyncLocalStorage } from "node:async_hooks";
import fc from "fast-check";
import { costOf, type Quota } from "../../provider/graph/quotas";
import { type LongWait, QuotaScheduler } from "../../provider/graph/scheduler";
import type { Workload } from "../../provider/graph/workload";
import { rankOf, workloadOf } from "../../provider/graph/workload";
import { ManualClock } from "./manual-clock";
import { failureOf } from "./wire";

const read = { workload: "directory", cost: { units: 1, writes: 0 }, rank: 0 } as const;
const write = { ...read, cost: { units: 1, writes: 1 } } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("the scheduler", () => {
  it("never sends two requests with one key at the same time, keeps their order and its limit, and sends them all", async () => {
    const spec = fc.record({
      serial: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
      turns: fc.nat(3),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(spec, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), async (requests, limit) => {
        const scheduler = new QuotaScheduler(new ManualClock(), { concurrency: limit });
        const underWay: (string | undefined)[] = [];
        const started: { serial: string | undefined; index: number }[] = [];
        const runs = requests.map(({ serial, turns, fails }, index) =>
          scheduler.run({ ...read, serial }, async () => {
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
          requests.map(({ fails }) => (fails ? "rejected" : "fulfilled")),
        );
        for (const key of ["a", "b", "c"]) {
          const order = started.filter(({ serial }) => serial === key).map(({ index }) => index);
          expect(order).toEqual([...order].sort((one, other) => one - other));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("sends no request of a held workload before its time, and those of the others at once", async () => {
    const clock = new ManualClock();
    const scheduler = new QuotaScheduler(clock);
    const heldUntil = clock.now() + 30_000;
    scheduler.holdUntil("directory", heldUntil);
    scheduler.holdUntil("directory", heldUntil - 10_000);
    const started = (workload: Workload) => scheduler.run({ ...read, workload }, () => Promise.resolve(clock.now()));
    const began = clock.now();
    const [other, ...held] = await Promise.all([
      started("conditionalAccess"),
      started("directory"),
      started("directory"),
    ]);
    expect(other).toBe(began);
    expect(held).toEqual([heldUntil, heldUntil]);
  });

  it("sends reads while writes wait for their quota", async () => {
    const clock = new ManualClock();
    const quotas: Quota[] = [
      { workload: "directory", counts: "units", amount: 100, windowMs: 10_000, what: "units" },
      { workload: "directory", counts: "writes", amount: 1, windowMs: 150_000, what: "writes" },
    ];
    const scheduler = new QuotaScheduler(clock, { quotas });
    const began = clock.now();
    const at = () => Promise.resolve(clock.now() - began);
    const times = await Promise.all([
      scheduler.run(write, at),
      scheduler.run(write, at),
      scheduler.run(read, at),
      scheduler.run(write, at),
    ]);
    expect(times).toEqual([0, 150_000, 0, 300_000]);
  });

  it("ignores a used share that is no number", async () => {
    const scheduler = new QuotaScheduler(new ManualClock());
    await scheduler.run(read, () => Promise.resolve());
    scheduler.nearLimit(read, Number("0.85, 0.85"), 0);
    expect(await scheduler.run(read, () => Promise.resolve("sent"))).toBe("sent");
  });

  it("sends the requests first on which others depend", async () => {
    const scheduler = new QuotaScheduler(new ManualClock(), { concurrency: 1 });
    const order: string[] = [];
    const paths = [
      "/oauth2PermissionGrants",
      "/servicePrincipals/microsoft.graph.agentIdentity",
      "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal",
      "/applications(uniqueName='a')/microsoft.graph.agentIdentityBlueprint",
    ];
    const first = scheduler.run(read, turn);
    await Promise.all([
      first,
      ...paths.map((path) =>
        scheduler.run({ ...read, rank: rankOf(path) }, () => Promise.resolve(void order.push(path))),
      ),
    ]);
    expect(order).toEqual([...paths].reverse());
  });

  it("sends one request a second to Conditional Access, which never sends a Retry-After", async () => {
    const clock = new ManualClock();
    const scheduler = new QuotaScheduler(clock);
    const path = "/identity/conditionalAccess/policies";
    const spec = { workload: workloadOf(path), cost: costOf("POST", path, "conditionalAccess"), rank: 3 };
    const began = clock.now();
    const send = async () => {
      const at = clock.now() - began;
      await clock.wait(50);
      return at;
    };
    expect(await Promise.all([1, 2, 3].map(() => scheduler.run(spec, send)))).toEqual([0, 1_050, 2_100]);
  });

  it("keeps fewer requests under way when Graph reports that its limit is near, and more again later", async () => {
    const clock = new ManualClock();
    const scheduler = new QuotaScheduler(clock, { concurrency: 10, quotas: [] });
    const most = async (count: number) => {
      let underWay = 0;
      let highest = 0;
      const send = async () => {
        highest = Math.max(highest, (underWay += 1));
        await turn();
        underWay -= 1;
      };
      await Promise.all(Array.from({ length: count }, () => scheduler.run(read, send)));
      return highest;
    };
    expect(await most(20)).toBe(10);
    scheduler.nearLimit(read, 0.7, clock.now());
    expect(await most(20)).toBe(10);
    scheduler.nearLimit(read, 1.2, clock.now());
    scheduler.nearLimit(read, 1.2, clock.now());
    expect(await most(4)).toBe(4);
    expect(await most(8)).toBeLessThan(8);
    expect(await most(200)).toBe(10);
  });

  it("reports a long wait once, with its length and its reason, in the context of the call that waits", async () => {
    const clock = new ManualClock();
    const calls = new AsyncLocalStorage<string>();
    const reported: (LongWait & { call: string | undefined })[] = [];
    const scheduler = new QuotaScheduler(clock, {
      onLongWait: (wait) => void reported.push({ ...wait, call: calls.getStore() }),
    });
    scheduler.holdUntil("directory", clock.now() + 30_000);
    await calls.run("held", () => scheduler.run(read, turn));
    const policy = { ...read, workload: "conditionalAccess", rank: 3 } as const;
    await Promise.all(["1", "2", "3", "4"].map((call) => calls.run(call, () => scheduler.run(policy, turn))));
    expect(reported).toEqual([
      { call: "held", ms: 30_000, forWhat: "Graph's Retry-After" },
      // A request waits for the share of those before it too.
      { call: "3", ms: 2_000, forWhat: "Graph's quota of 1 request a second" },
      { call: "4", ms: 3_000, forWhat: "Graph's quota of 1 request a second" },
    ]);
  });

  it("reports in the context of the call that waits, although the answer to another call comes first", async () => {
    const clock = new ManualClock();
    const calls = new AsyncLocalStorage<string>();
    const reported: (string | undefined)[] = [];
    const onLongWait = () => void reported.push(calls.getStore());
    const scheduler = new QuotaScheduler(clock, { concurrency: 1, onLongWait });
    const hold = async () => {
      await turn();
      scheduler.holdUntil("directory", clock.now() + 30_000);
    };
    await Promise.all([
      calls.run("answered", () => scheduler.run(read, hold)),
      calls.run("waiting", () => scheduler.run(read, turn)),
    ]);
    expect(reported).toEqual(["waiting"]);
  });

  it("sends less when Graph reports that others use the quota too, and not when we used it ourselves", async () => {
    const quotas: Quota[] = [{ workload: "directory", counts: "units", amount: 100, windowMs: 10_000, what: "units" }];
    const spentAtOnce = async (share: number, before: number) => {
      const clock = new ManualClock();
      const scheduler = new QuotaScheduler(clock, { quotas });
      const began = clock.now();
      for (let left = before; left > 0; left--) await scheduler.run(read, turn);
      await scheduler.run(read, async () => {
        await turn();
        scheduler.nearLimit(read, share, clock.now());
      });
      const times = Array.from({ length: 100 }, () => scheduler.run(read, () => Promise.resolve(clock.now() - began)));
      return (await Promise.all(times)).filter((at) => at === 0).length;
    };
    expect(await spentAtOnce(0.9, 0)).toBe(10);
    expect(await spentAtOnce(0.9, 89)).toBe(10);
    expect(await spentAtOnce(0.9, 9)).toBe(10);
    expect(await spentAtOnce(0.79, 0)).toBe(99);
  });

  it("sends nothing more once the run is cancelled, and requests under way end", async () => {
    const cancel = new AbortController();
    const scheduler = new QuotaScheduler(new ManualClock(), { concurrency: 1, cancelled: cancel.signal });
    let finish: (value: string) => void = () => undefined;
    let sent = 0;
    const underWay = scheduler.run(read, () => new Promise<string>((resolve) => (finish = resolve)));
    const late = [1, 2].map(() => scheduler.run(write, () => Promise.resolve(sent++)));
    cancel.abort();
    const refusal = { code: "UNAVAILABLE", message: "the run was cancelled before this request was sent" };
    expect(await Promise.all(late.map(failureOf))).toEqual([refusal, refusal]);
    finish("done");
    expect(await underWay).toBe("done");
    expect(await failureOf(scheduler.run(read, () => Promise.resolve(sent++)))).toEqual(refusal);
    expect(sent).toBe(0);
  });
});
