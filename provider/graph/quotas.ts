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
  /** What the bucket holds, and what is refilled, evenly, in each window. */
  readonly amount: number;
  /** Milliseconds. */
  readonly windowMs: number;
  /** In messages: what a request waits for. */
  readonly what: string;
}

/** Of a tenant with fewer than 50 users. Larger tenants get more, and a client cannot know which size it is. */
export const documentedQuotas: readonly Quota[] = [
  { workload: "directory", counts: "units", amount: 3_500, windowMs: 10_000, what: "3,500 resource units in 10 s" },
  { workload: "directory", counts: "writes", amount: 3_000, windowMs: 150_000, what: "3,000 writes in 150 s" },
  { workload: "conditionalAccess", counts: "units", amount: 1, windowMs: 1_000, what: "1 request a second" },
  { workload: "reports", counts: "units", amount: 5, windowMs: 10_000, what: "5 requests in 10 s" },
];

/** Reads that cost more than one resource unit. */
const expensiveReads: readonly (readonly [path: RegExp, units: number])[] = [
  [/^\/groups\/[^/]+\/transitiveMembers\b/i, 5],
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
  const base = expensiveReads.find(([form]) => form.test(address))?.[1] ?? 1;
  const top = /(?:^|&)(?:\$|%24)top=(\d+)/i.exec(query)?.[1];
  const cheaper = (/(?:^|&)(?:\$|%24)select=/i.test(query) ? 1 : 0) + (top !== undefined && Number(top) < 20 ? 1 : 0);
  const dearer = /(?:^|&)(?:\$|%24)expand=/i.test(query) ? 1 : 0;
  return { units: Math.max(1, base - cheaper + dearer), writes: 0 };
}

/** A bucket always holds enough for one expensive request, however little of the quota Graph grants. */
const minCapacity = 10;

/** Sums of fractions are not exact. */
const rounding = 1e-7;

/** Graph rounds the share that it reports. */
const precision = 0.01;

/** The time in which the rate grows from nothing to the documented one, in milliseconds. */
const recoveryMs = 600_000;

/** A second 429 within so many windows of the first, with a granted request between them: Graph grants less than is documented. */
const repeatedWithinWindows = 2;

/** The rate never falls below this share of the documented one. */
const minRate = 1 / 64;

/**
 * A token bucket for one quota: it holds `amount` and is refilled evenly, like Graph's own. What a request costs is reserved
 * while the request is under way and taken out when it is answered. Graph takes it out earlier, so Graph's bucket never holds
 * less than this one, however late a request arrives: alone we are never answered 429.
 *
 * Others may use the same quota, and Graph may grant less: its reports and refusals correct the bucket.
 */
export class QuotaBucket {
  #underWay = 0;
  #left: number;
  /** The time of `#left`; after a refusal a time in the future, until which nothing is refilled. */
  #at: number;
  /** The assumed share of the documented quota that Graph grants. */
  #rate = 1;
  #refusedUntil = -Infinity;
  /** How many requests were granted since the last refusal. */
  #granted = 0;

  constructor(
    readonly quota: Quota,
    private readonly clock: Clock,
  ) {
    this.#left = quota.amount;
    this.#at = clock.now();
  }

  /** Whether this much may be spent now. */
  fits(amount: number): boolean {
    this.#fill();
    return this.#at <= this.clock.now() && this.#left - this.#underWay + rounding >= amount;
  }

  /** When this much will be refilled, with all requests under way taken out; milliseconds since 1970. */
  freeAt(amount: number): number {
    this.#fill();
    const missing = amount + this.#underWay - this.#left;
    const from = Math.max(this.#at, this.clock.now());
    return missing <= rounding ? from : from + Math.ceil(missing / this.#perMs);
  }

  /** Whether this much will be refilled by time alone, without an answer to a request under way. */
  fitsLater(amount: number): boolean {
    return this.#underWay + amount <= this.#capacity + rounding;
  }

  spend(amount: number): void {
    this.#underWay += amount;
  }

  answered(amount: number): void {
    this.#fill();
    this.#underWay -= amount;
    this.#left -= amount;
    this.#granted++;
  }

  /**
   * Whether our own requests explain this used share.
   *
   * @param sentAt when the request was sent whose answer reported it, in milliseconds since 1970
   */
  explains(share: number, sentAt: number): boolean {
    this.#fill();
    const refilled = (this.clock.now() - sentAt) * this.#perMs;
    return (share - precision) * this.#capacity <= this.#capacity - this.#left + this.#underWay + refilled + rounding;
  }

  /**
   * More of the quota is used than we used ourselves: no more is left than Graph reported.
   *
   * @param amount the cost of the request whose answer reported it; it is still under way
   */
  isUsed(share: number, amount: number): void {
    this.#fill();
    this.#left = Math.min(this.#left, (1 - share) * this.#capacity + amount);
  }

  /**
   * Graph refused a request of this cost, which counts as answered: Graph's bucket is empty and holds enough for that request
   * again at `until`. If others used the quota up, our rate may be right; if we did, it is too high.
   */
  refused(amount: number, until: number): void {
    this.#fill();
    const now = this.clock.now();
    this.#granted--;
    // Requests that were under way together were refused for the same reason.
    if (now >= this.#refusedUntil) {
      const isRepeated = now - this.#refusedUntil < repeatedWithinWindows * this.quota.windowMs;
      if (isRepeated && this.#granted > 0) this.#rate = Math.max(minRate, this.#rate / 2);
      this.#granted = 0;
    }
    this.#refusedUntil = Math.max(until, this.#refusedUntil);
    this.#at = this.#refusedUntil;
    this.#left = amount;
  }

  get #perMs(): number {
    return (this.quota.amount * this.#rate) / this.quota.windowMs;
  }

  get #capacity(): number {
    return Math.min(this.quota.amount, Math.max(this.quota.amount * this.#rate, minCapacity));
  }

  #fill(): void {
    const passed = this.clock.now() - this.#at;
    if (passed <= 0) return;
    const refilled = passed * this.#perMs;
    this.#rate = Math.min(1, this.#rate + passed / recoveryMs);
    this.#left = Math.min(this.#capacity, this.#left + refilled);
    this.#at += passed;
  }
}
