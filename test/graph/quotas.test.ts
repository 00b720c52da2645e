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
  #at: number;

  constructor(
    private readonly quota: Quota,
    private readonly clock: ManualClock,
  ) {
    this.#at = clock.now();
  }

  take(amount: number): void {
    const now = this.clock.now();
    this.#used = Math.max(0, this.#used - ((now - this.#at) * this.quota.amount) / this.quota.windowMs);
    this.#at = now;
    if (this.#used + amount > this.quota.amount + 1e-6) this.refused++;
    else this.#used += amount;
  }
}

interface Request {
  readonly units: number;
  /** When it is to be sent, and how long it takes to Graph and back, in milliseconds. */
  readonly afterMs: number;
  readonly thereMs: number;
  readonly backMs: number;
}

/** Sends them all; returns how many Graph refused, and how long it took. */
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
  it("is never exceeded, however late requests arrive and answers come back", async () => {
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

  it("is used fully: a run takes the least time that the quota allows, and one round trip", async () => {
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

  it("holds no more than its amount, however long it is not used", () => {
    const clock = new ManualClock();
    const bucket = new QuotaBucket(quotaOf(10, 1_000), clock);
    clock.pass(3_600_000);
    expect([bucket.fits(10), bucket.fits(11)]).toEqual([true, false]);
  });

  it("is used as far as we used it, unless Graph reports more", () => {
    const clock = new ManualClock();
    const bucket = new QuotaBucket(quotaOf(100, 10_000), clock);
    const sentAt = clock.now();
    bucket.spend(90);
    clock.pass(200);
    expect([bucket.explains(0.9, sentAt), bucket.explains(0.95, sentAt)]).toEqual([true, false]);
    bucket.answered(90);
    expect([bucket.fits(10), bucket.fits(11)]).toEqual([true, false]);
    // What Graph reported is a second old, and rounded.
    const sentLater = clock.now();
    bucket.spend(1);
    clock.pass(1_000);
    expect([bucket.explains(0.919, sentLater), bucket.explains(0.93, sentLater)]).toEqual([true, false]);
  });

  it("that others use as well has no more left than Graph reports", () => {
    const bucket = new QuotaBucket(quotaOf(100, 10_000), new ManualClock());
    bucket.spend(1);
    bucket.isUsed(0.8, 1);
    bucket.answered(1);
    expect([bucket.fits(20), bucket.fits(21)]).toEqual([true, false]);
  });

  it("that Graph refused is empty, and is refilled from the time that Graph named", () => {
    const clock = new ManualClock();
    const bucket = new QuotaBucket(quotaOf(100, 10_000), clock);
    const until = clock.now() + 30_000;
    bucket.spend(2);
    bucket.answered(2);
    bucket.refused(2, until);
    expect(bucket.fits(1)).toBe(false);
    clock.pass(30_000);
    expect([bucket.fits(2), bucket.fits(3), bucket.freeAt(4)]).toEqual([true, false, until + 200]);
  });

  describe("that Graph refuses again and again", () => {
    const clock = new ManualClock();
    const aBucket = () => new QuotaBucket(quotaOf(100, 10_000), clock);
    const answered = (bucket: QuotaBucket) => {
      bucket.spend(1);
      bucket.answered(1);
    };
    /** How long the next one takes after two were refused together. */
    const msForOne = (bucket: QuotaBucket) => {
      answered(bucket);
      answered(bucket);
      const until = clock.now() + 1_000;
      bucket.refused(0, until);
      bucket.refused(0, until);
      clock.pass(1_000);
      return bucket.freeAt(1) - until;
    };
    const granted = (bucket: QuotaBucket) => {
      answered(bucket);
      return msForOne(bucket);
    };

    it("is smaller than documented when it granted something between two refusals: half the rate each time, and slowly more", () => {
      const bucket = aBucket();
      expect([granted(bucket), granted(bucket), granted(bucket)]).toEqual([100, 200, 400]);
      clock.pass(600_000);
      expect([bucket.fits(100), bucket.fits(101)]).toEqual([true, false]);
      expect(granted(bucket)).toBe(100);
    });

    it("is used at the same rate when others took all of it", () => {
      const bucket = aBucket();
      expect([granted(bucket), msForOne(bucket), msForOne(bucket)]).toEqual([100, 100, 100]);
    });

    it("is used again after a while, however often it refuses", () => {
      const bucket = aBucket();
      for (let left = 100; left > 0; left--) granted(bucket);
      expect(granted(bucket)).toBeLessThanOrEqual(6_400);
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
  ])("is never less than in the emulated tenant: %s", (request) => {
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
  ])("counts against the quotas of its workload: %s is %s", (path, workload) => {
    expect(workloadOf(path)).toBe(workload);
  });
});
