/**
 * Microsoft Graph's documented quotas for one application in one tenant, and what a request costs of them.
 *
 * Docs: https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
import type { Clock } from "./clock";
import type { Workload } from "./workload";

/** What is counted: resource units of any request, or writes. */
export interface Cost {
  readonly units: number;
  readonly writes: number;
}

export interface Quota {
  readonly workload: Workload;
  readonly counts: keyof Cost;
  /** Most that may be spent in any window. */
  readonly amount: number;
  readonly windowMs: number;
  /** For people: what they wait for. */
  readonly what: string;
}

/** A tenant of fewer than 50 users; larger ones grant more, and nothing tells a client which it is. */
export const documentedQuotas: readonly Quota[] = [
  { workload: "directory", counts: "units", amount: 3_500, windowMs: 10_000, what: "3,500 resource units in 10 s" },
  { workload: "directory", counts: "writes", amount: 3_000, windowMs: 150_000, what: "3,000 writes in 150 s" },
  { workload: "conditionalAccess", counts: "units", amount: 1, windowMs: 1_000, what: "1 request a second" },
];

/** Reads that cost more than one resource unit. */
const dearReads: readonly (readonly [path: RegExp, units: number])[] = [
  [/^\/groups\/[^/]+\/members\b/i, 3],
  [/^\/applications\b/i, 2],
  [/^\/users\b/i, 2],
  [/^\/oauth2PermissionGrants\b/i, 2],
  [/^\/servicePrincipals\/[^/]+\/appRoleAssignments\b/i, 2],
];

/** What a request costs. `path` lacks the version and may have a query. */
export function costOf(method: string, path: string, workload: Workload): Cost {
  if (method !== "GET") return { units: 1, writes: 1 };
  // Conditional Access counts requests, whatever they ask for.
  if (workload !== "directory") return { units: 1, writes: 0 };
  const [address = "", query = ""] = path.split("?");
  const base = dearReads.find(([form]) => form.test(address))?.[1] ?? 1;
  const top = /(?:^|&)(?:\$|%24)top=(\d+)/i.exec(query)?.[1];
  const cheaper = (/(?:^|&)(?:\$|%24)select=/i.test(query) ? 1 : 0) + (top !== undefined && Number(top) < 20 ? 1 : 0);
  const dearer = /(?:^|&)(?:\$|%24)expand=/i.test(query) ? 1 : 0;
  return { units: Math.max(1, base - cheaper + dearer), writes: 0 };
}

/**
 * How much of a quota is left. Spending counts from the moment a request is sent until a window after its answer, so that
 * the quota holds in every window however late a request reached Graph.
 */
export class Spending {
  #underWay = 0;
  /** Answered requests of the last window, oldest first; neighbours are counted together. */
  readonly #answered: { atMs: number; amount: number }[] = [];
  #answeredAmount = 0;

  constructor(
    readonly quota: Quota,
    private readonly clock: Clock,
  ) {}

  /** Milliseconds since 1970 from which `cost` may be spent; Infinity while that depends on requests under way. */
  freeAt(cost: Cost): number {
    const now = this.clock.now();
    this.#forget(now);
    let missing = this.#underWay + this.#answeredAmount + cost[this.quota.counts] - this.quota.amount;
    if (missing <= 0) return now;
    for (const { atMs, amount } of this.#answered) {
      missing -= amount;
      if (missing <= 0) return atMs + this.quota.windowMs;
    }
    return Infinity;
  }

  spend(cost: Cost): void {
    this.#underWay += cost[this.quota.counts];
  }

  answered(cost: Cost): void {
    const amount = cost[this.quota.counts];
    if (amount === 0) return;
    this.#underWay -= amount;
    this.#answeredAmount += amount;
    const atMs = this.clock.now();
    const last = this.#answered.at(-1);
    // The later time counts for both: a hundredth of a window is what that can cost.
    if (last && atMs - last.atMs < this.quota.windowMs / 100 && this.quota.amount > 1) {
      last.amount += amount;
      last.atMs = atMs;
    } else {
      this.#answered.push({ atMs, amount });
    }
  }

  #forget(now: number): void {
    for (let oldest = this.#answered[0]; oldest && oldest.atMs + this.quota.windowMs <= now;) {
      this.#answeredAmount -= oldest.amount;
      this.#answered.shift();
      oldest = this.#answered[0];
    }
  }
}
