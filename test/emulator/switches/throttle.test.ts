import fc from "fast-check";
import { charged, fullest, type Asked, type Levels, quotasFor } from "../../../emulator/switches/throttle";
import type { Quota } from "../../../emulator/switches/quota-table";

const size = "S";
const quotas = { size, retryAfter: "integer", scale: 0.001 } as const;

const asked: fc.Arbitrary<Asked> = fc.record({
  cost: fc.oneof(
    fc.record({
      workload: fc.constant("identityAndAccess" as const),
      units: fc.integer({ min: 1, max: 6 }),
      writes: fc.constantFrom<0 | 1>(0, 1),
    }),
    fc.record({
      workload: fc.constantFrom("conditionalAccess" as const, "reports" as const),
      units: fc.constant(1),
      writes: fc.constantFrom<0 | 1>(0, 1),
    }),
  ),
  appId: fc.constantFrom("a", "b"),
  tenantId: fc.constant("t"),
  personalAccounts: fc.boolean(),
  early: fc.boolean(),
});

const script = fc.array(fc.record({ asked, pause: fc.nat({ max: 3_000 }) }), { maxLength: 40 });

const limitOf = ({ most }: Quota) => (typeof most === "number" ? most : most[size]) * quotas.scale;
const amountOf = ({ counts }: Quota, { cost }: Asked) => (counts === "requests" ? 1 : cost[counts]);

/**
 * The same in the simplest way: every quota remembers all that it ever took, and lets it drain anew each time. A refused
 * request takes nothing, unless it is early.
 */
class Model {
  readonly #taken = new Map<string, { at: number; amount: number }[]>();

  level(key: string, quota: Quota, now: number): number {
    let level = 0;
    let at = 0;
    for (const taken of this.#taken.get(key) ?? []) {
      level = Math.max(0, level - ((taken.at - at) / 1000) * (limitOf(quota) / quota.seconds)) + taken.amount;
      at = taken.at;
    }
    return Math.max(0, level - ((now - at) / 1000) * (limitOf(quota) / quota.seconds));
  }

  take(key: string, at: number, amount: number): void {
    this.#taken.set(key, [...(this.#taken.get(key) ?? []), { at, amount }]);
  }
}

const keyOf = (quota: Quota, { appId }: Asked) => `${quota.name}/${quota.of === "tenant" ? "" : appId}`;

describe("quotas", () => {
  it("let pass what a naive model lets pass", () => {
    fc.assert(
      fc.property(script, (steps) => {
        const model = new Model();
        let levels: Levels = {};
        let now = 1_000_000;
        for (const { asked, pause } of steps) {
          now += pause;
          const states = quotasFor(asked).map((quota) => {
            const amount = amountOf(quota, asked);
            const limit = Math.max(limitOf(quota), amount);
            return { quota, amount, limit, used: model.level(keyOf(quota, asked), quota, now) };
          });
          // Where sums are as good as equal, both answers are right.
          fc.pre(states.every(({ used, amount, limit }) => Math.abs(used + amount - limit) > 1e-4 || used === 0));
          const passes = states.every(({ used, amount, limit }) => used + amount <= limit + 1e-6);
          for (const { quota, used, amount, limit } of states) {
            const taken = passes ? amount : asked.early ? Math.min(amount, Math.max(0, limit * fullest - used)) : 0;
            model.take(keyOf(quota, asked), now, taken);
          }
          const [next, { refused, share }] = charged(levels, asked, quotas, now);
          levels = next;
          expect(refused === undefined).toBe(passes);
          expect(share).toBeLessThanOrEqual(fullest);
        }
      }),
    );
  });

  it("let a caller pass that waits as long as Retry-After says, and no sooner", () => {
    fc.assert(
      fc.property(script, asked, (steps, last) => {
        let levels: Levels = {};
        let now = 1_000_000;
        for (const { asked, pause } of steps) [levels] = charged(levels, asked, quotas, (now += pause));
        const [after, { refused }] = charged(levels, { ...last, early: false }, quotas, now);
        fc.pre(refused !== undefined);
        const { waitMs } = refused;
        const again = (ms: number) => charged(after, { ...last, early: false }, quotas, now + ms)[1].refused;
        expect(again(waitMs)).toBeUndefined();
        expect(again(waitMs * 0.999 - 2)).toBeDefined();
      }),
    );
  });

  it("fill beyond their limit only by calls that are early", () => {
    fc.assert(
      fc.property(script, (steps) => {
        let levels: Levels = {};
        let now = 0;
        for (const { asked, pause } of steps) {
          const [next, { share, refused }] = charged(levels, { ...asked, early: false }, quotas, (now += pause));
          if (!refused) expect(share).toBeLessThanOrEqual(1 + 1e-6);
          else expect(share).toBeGreaterThan(1);
          levels = next;
        }
      }),
    );
  });
});
