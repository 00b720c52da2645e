import fc from "fast-check";
import { costOf, type Quota } from "../../provider/graph/quotas";
import { type LongWait, QuotaScheduler } from "../../provider/graph/scheduler";
import type { Workload } from "../../provider/graph/workload";
import { rankOf, workloadOf } from "../../provider/graph/workload";
import { ManualClock } from "./manual-clock";

const read = { workload: "directory", cost: { units: 1, writes: 0 }, rank: 0 } as const;
const write = { ...read, cost: { units: 1, writes: 1 } } as const;
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
        const scheduler = new QuotaScheduler(new ManualClock(), { concurrency: limit });
        const underWay: (string | undefined)[] = [];
        const started: { serial: string | undefined; index: number }[] = [];
        const runs = errands.map(({ serial, turns, fails }, index) =>
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

  it("spends no quota beyond its amount in any window, wastes no window, and starves nobody", async () => {
    const quota: Quota = { workload: "directory", counts: "units", amount: 10, windowMs: 1_000, what: "ten" };
    const errand = fc.record({ units: fc.integer({ min: 1, max: 6 }), ms: fc.nat(300) });
    await fc.assert(
      fc.asyncProperty(fc.array(errand, { minLength: 1, maxLength: 40 }), async (errands) => {
        const clock = new ManualClock();
        const scheduler = new QuotaScheduler(clock, { quotas: [quota] });
        const sent: { fromMs: number; toMs: number; units: number }[] = [];
        await Promise.all(
          errands.map(({ units, ms }) =>
            scheduler.run({ ...read, cost: { units, writes: 0 } }, async () => {
              const fromMs = clock.now();
              await clock.wait(ms);
              sent.push({ fromMs, toMs: clock.now(), units });
            }),
          ),
        );
        // Graph counts a request somewhere between its sending and its answer: no such moment may break the quota.
        for (const { toMs } of sent) {
          const inWindow = sent.filter((other) => other.toMs > toMs - quota.windowMs && other.fromMs <= toMs);
          const certain = inWindow.filter((other) => other.fromMs > toMs - quota.windowMs);
          expect(certain.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(quota.amount);
        }
        const total = errands.reduce((sum, { units }) => sum + units, 0);
        const longest = Math.max(...errands.map(({ ms }) => ms));
        const began = Math.min(...sent.map(({ fromMs }) => fromMs));
        // Six may not fit beside five: a window carries at least five.
        expect(Math.max(...sent.map(({ toMs }) => toMs)) - began).toBeLessThanOrEqual(
          Math.ceil(total / 5) * (quota.windowMs * 1.01 + longest),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("lets reads go on while writes wait for their quota", async () => {
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

  it("sends what others wait for first", async () => {
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

  it("sends one request a second to Conditional Access, which never says how long to wait", async () => {
    const clock = new ManualClock();
    const scheduler = new QuotaScheduler(clock);
    const path = "/identity/conditionalAccess/policies";
    const errand = { workload: workloadOf(path), cost: costOf("POST", path, "conditionalAccess"), rank: 3 };
    const began = clock.now();
    const send = async () => {
      const at = clock.now() - began;
      await clock.wait(50);
      return at;
    };
    expect(await Promise.all([1, 2, 3].map(() => scheduler.run(errand, send)))).toEqual([0, 1_050, 2_100]);
  });

  it("keeps fewer requests under way when Graph says that its limit is near, and more again later", async () => {
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
    scheduler.nearLimit(0.7);
    expect(await most(20)).toBe(10);
    scheduler.nearLimit(1.2);
    scheduler.nearLimit(1.2);
    expect(await most(4)).toBe(4);
    expect(await most(8)).toBeLessThan(8);
    expect(await most(200)).toBe(10);
  });

  it("tells once who waits long, how long and for what", async () => {
    const clock = new ManualClock();
    const told: LongWait[] = [];
    const scheduler = new QuotaScheduler(clock, { tell: (wait) => void told.push(wait) });
    scheduler.holdUntil("directory", clock.now() + 30_000);
    await scheduler.run(read, turn);
    expect(told).toEqual([{ ms: 30_000, forWhat: "Graph's Retry-After" }]);
  });

  it.each([
    ["GET", "/servicePrincipals/1", { units: 1, writes: 0 }],
    ["GET", "/applications/1", { units: 2, writes: 0 }],
    ["GET", "/applications/1?$select=id", { units: 1, writes: 0 }],
    ["GET", "/users?$select=id&$top=5&$expand=manager", { units: 1, writes: 0 }],
    ["GET", "/servicePrincipals/1/appRoleAssignments", { units: 2, writes: 0 }],
    ["GET", "/groups/1/members", { units: 3, writes: 0 }],
    ["POST", "/groups/1/members/$ref", { units: 1, writes: 1 }],
  ])("reckons %s %s as documented", (method, path, cost) => {
    expect(costOf(method, path, "directory")).toEqual(cost);
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
