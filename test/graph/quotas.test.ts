import fc from "fast-check";
import { costOf as costByTenant } from "../../emulator/switches/quota-table";
import { costOf, documentedQuotas, type Quota, QuotaBucket } from "../../provider/graph/quotas";
import { QuotaScheduler } from "../../provider/graph/scheduler";
import { workloadOf } from "../../provider/graph/workload";
import { ManualClock } from "./manual-clock";

const quotaOf = (amount: number, windowMs: number): Quota => ({
  ...{ workload: "directory", counts: "units" },
  ...{ amount, windowMs, what: "units" },
});

/** Graph's bucket, which takes a request out at the moment it arrives. */
class ServersBucket {
  refused = 0;
  #used = 0;
  #atMs: number;

  constructor(
    private readonly quota: Quota,
    private readonly clock: ManualClock,
  ) {
    this.#atMs = clock.now();
  }

  take(amount: number): void {
    const now = this.clock.now();
    this.#used = Math.max(0, this.#used - ((now - this.#atMs) * this.quota.amount) / this.quota.windowMs);
    this.#atMs = now;
    if (this.#used + amount > this.quota.amount + 1e-6) this.refused++;
    else this.#used += amount;
  }
}

interface Request {
  readonly units: number;
  /** When somebody wants it sent, how long it travels there and back, in milliseconds. */
  readonly afterMs: number;
  readonly thereMs: number;
  readonly backMs: number;
}

/** Sends them all; what Graph refused and how long it took. */
async function sent(quota: Quota, requests: readonly Request[]): Promise<{ refused: number; ms: number }> {
  const clock = new ManualClock();
  const server = new ServersBucket(quota, clock);
  const scheduler = new QuotaScheduler(clock, { quotas: [quota], concurrency: 1_000 });
  const began = clock.now();
  await Promise.all(
    requests.map(async ({ units, afterMs, thereMs, backMs }) => {
      if (afterMs > 0) await clock.wait(afterMs);
      await scheduler.run({ workload: "directory", cost: { units, writes: 0 }, rank: 0 }, async () => {
        await clock.wait(thereMs);
        server.take(units);
        await clock.wait(backMs);
      });
    }),
  );
  return { refused: server.refused, ms: clock.now() - began };
}

describe("a quota", () => {
  it("is never overrun, however late requests arrive and answers come back", async () => {
    const requests = fc.array(
      fc.record({
        units: fc.integer({ min: 1, max: 6 }),
        ...{ afterMs: fc.nat(3_000), thereMs: fc.nat(1_500), backMs: fc.nat(1_500) },
      }),
      { minLength: 1, maxLength: 60 },
    );
    const quota = fc.record({
      amount: fc.integer({ min: 1, max: 40 }),
      windowMs: fc.integer({ min: 100, max: 10_000 }),
    });
    await fc.assert(
      fc.asyncProperty(quota, requests, async ({ amount, windowMs }, wanted) => {
        const possible = wanted.map((request) => ({ ...request, units: Math.min(request.units, amount) }));
        expect((await sent(quotaOf(amount, windowMs), possible)).refused).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("is used up: a run takes what the quota needs at least, and the way of the last request", async () => {
    const requests = fc.array(
      fc.record({ units: fc.integer({ min: 1, max: 5 }), thereMs: fc.nat(500), backMs: fc.nat(500) }),
      { minLength: 100, maxLength: 300 },
    );
    await fc.assert(
      fc.asyncProperty(requests, async (wanted) => {
        const [amount, windowMs] = [100, 10_000];
        const { refused, ms } = await sent(
          quotaOf(amount, windowMs),
          wanted.map((request) => ({ ...request, afterMs: 0 })),
        );
        const total = wanted.reduce((sum, { units }) => sum + units, 0);
        const least = (Math.max(0, total - amount) * windowMs) / amount;
        expect(refused).toBe(0);
        expect(ms).toBeGreaterThanOrEqual(Math.floor(least));
        expect(ms).toBeLessThanOrEqual(least * 1.01 + 1_000);
      }),
      { numRuns: 12 },
    );
  });

  it("holds no more than its amount, however long nobody spends of it", () => {
    const clock = new ManualClock();
    const spending = new QuotaBucket(quotaOf(10, 1_000), clock);
    clock.pass(3_600_000);
    expect([spending.fits(10), spending.fits(11)]).toEqual([true, false]);
  });

  it("is not more used than we used it, as long as Graph says nothing else", () => {
    const clock = new ManualClock();
    const spending = new QuotaBucket(quotaOf(100, 10_000), clock);
    const sentAtMs = clock.now();
    spending.spend(90);
    clock.pass(200);
    expect([spending.explains(0.9, sentAtMs), spending.explains(0.95, sentAtMs)]).toEqual([true, false]);
    spending.answered(90);
    expect([spending.fits(10), spending.fits(11)]).toEqual([true, false]);
    // What Graph said a second ago was true then, and is rounded.
    const askedAtMs = clock.now();
    spending.spend(1);
    clock.pass(1_000);
    expect([spending.explains(0.919, askedAtMs), spending.explains(0.93, askedAtMs)]).toEqual([true, false]);
  });

  it("that others spend of has no more left than Graph says", () => {
    const spending = new QuotaBucket(quotaOf(100, 10_000), new ManualClock());
    spending.spend(1);
    spending.isUsed(0.8, 1);
    spending.answered(1);
    expect([spending.fits(20), spending.fits(21)]).toEqual([true, false]);
  });

  it("that Graph refused is empty, and fills from the time that Graph named", () => {
    const clock = new ManualClock();
    const spending = new QuotaBucket(quotaOf(100, 10_000), clock);
    const untilMs = clock.now() + 30_000;
    spending.spend(2);
    spending.answered(2);
    spending.refused(2, untilMs);
    expect(spending.fits(1)).toBe(false);
    clock.pass(30_000);
    expect([spending.fits(2), spending.fits(3), spending.freeAt(4)]).toEqual([true, false, untilMs + 200]);
  });

  describe("that Graph refuses again and again", () => {
    const clock = new ManualClock();
    const aSpending = () => new QuotaBucket(quotaOf(100, 10_000), clock);
    const answered = (spending: QuotaBucket) => {
      spending.spend(1);
      spending.answered(1);
    };
    /** How long the next one takes after two were refused together. */
    const msForOne = (spending: QuotaBucket) => {
      answered(spending);
      answered(spending);
      const untilMs = clock.now() + 1_000;
      spending.refused(0, untilMs);
      spending.refused(0, untilMs);
      clock.pass(1_000);
      return spending.freeAt(1) - untilMs;
    };
    const granted = (spending: QuotaBucket) => {
      answered(spending);
      return msForOne(spending);
    };

    it("is smaller than documented where it granted something between: half the pace each time, and slowly more", () => {
      const spending = aSpending();
      expect([granted(spending), granted(spending), granted(spending)]).toEqual([100, 200, 400]);
      clock.pass(600_000);
      expect([spending.fits(100), spending.fits(101)]).toEqual([true, false]);
      expect(granted(spending)).toBe(100);
    });

    it("is asked at the same pace where others took all of it", () => {
      const spending = aSpending();
      expect([granted(spending), msForOne(spending), msForOne(spending)]).toEqual([100, 100, 100]);
    });

    it("is asked again after a while, however often it refuses", () => {
      const spending = aSpending();
      for (let left = 100; left > 0; left--) granted(spending);
      expect(granted(spending)).toBeLessThanOrEqual(6_400);
    });
  });
});

const collections = [
  "/identity/conditionalAccess/policies",
  "/identity/conditionalAccess/namedLocations",
  "/identity/conditionalAccess/deletedItems/policies",
];

describe("the cost of a request", () => {
  it.each([
    ["GET", "/servicePrincipals/1", { units: 1, writes: 0 }],
    ["GET", "/applications/1", { units: 2, writes: 0 }],
    ["GET", "/applications/1?$select=id", { units: 1, writes: 0 }],
    ["GET", "/users?$select=id&$top=5&$expand=manager", { units: 1, writes: 0 }],
    ["GET", "/servicePrincipals/1/appRoleAssignments", { units: 2, writes: 0 }],
    ["GET", "/groups/1/members", { units: 3, writes: 0 }],
    ["POST", "/groups/1/members/$ref", { units: 1, writes: 1 }],
  ])("is as documented: %s %s", (method, path, cost) => {
    expect(costOf(method, path, "directory")).toEqual(cost);
  });

  it("of Conditional Access is one, however its list is asked for: more than its quota could never be sent", () => {
    const option = fc.constantFrom(
      ...["$top=5", "$top=999", "$select=id", "$expand=x", "$filter=state%20eq%20'enabled'", "$skiptoken=a"],
    );
    fc.assert(
      fc.property(fc.constantFrom(...collections), fc.uniqueArray(option), (collection, options) => {
        const path = options.length > 0 ? `${collection}?${options.join("&")}` : collection;
        expect(workloadOf(path)).toBe("conditionalAccess");
        expect(costOf("GET", path, workloadOf(path))).toEqual({ units: 1, writes: 0 });
      }),
    );
  });

  it.each([
    "GET /applications",
    "GET /applications/1/owners",
    "GET /users/1",
    "GET /users/1/ownedObjects",
    "GET /groups/1/members",
    "GET /groups/1/transitiveMembers",
    "GET /oauth2PermissionGrants/1",
    "GET /servicePrincipals/1/appRoleAssignments",
    "POST /servicePrincipals",
    "PATCH /applications/1",
    "DELETE /users/1",
    "GET /identity/conditionalAccess/policies",
    "GET /identityProtection/riskyAgents",
    "GET /auditLogs/signIns",
  ])("is never less than the emulated tenant reckons: %s", (request) => {
    const [method = "", path = ""] = request.split(" ");
    const segments = path
      .slice(1)
      .split(/\/(?!\d)/)
      .map((part) => {
        const [name = "", value] = part.split("/");
        return value === undefined ? { name } : { name, key: { property: "id", value } };
      });
    const theirs = costByTenant(method, { segments }, new URLSearchParams());
    const ours = costOf(method, path, workloadOf(path));
    expect(ours.units).toBeGreaterThanOrEqual(theirs.units);
    expect(ours.writes).toBeGreaterThanOrEqual(theirs.writes);
    const other = { identityAndAccess: "directory", conditionalAccess: "conditionalAccess", reports: "reports" };
    expect(workloadOf(path)).toBe(theirs.workload && other[theirs.workload]);
    expect(documentedQuotas.map(({ workload }) => workload)).toContain(workloadOf(path));
  });

  it.each([
    ["/servicePrincipals/1", "directory"],
    ["/identity/conditionalAccess/policies?$top=1", "conditionalAccess"],
    ["/identity/conditionalAccessElse", "directory"],
    ["/auditLogs/signIns", "reports"],
  ])("is counted where it belongs: %s is %s", (path, workload) => {
    expect(workloadOf(path)).toBe(workload);
  });
});
