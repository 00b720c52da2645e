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
  /** What the bucket holds, and what comes back, evenly, in each window. */
  readonly amount: number;
  /** Milliseconds. */
  readonly windowMs: number;
  /** For people: what they wait for. */
  readonly what: string;
}

/** A tenant of fewer than 50 users; larger ones grant more, and nothing tells a client which it is. */
export const documentedQuotas: readonly Quota[] = [
  { workload: "directory", counts: "units", amount: 3_500, windowMs: 10_000, what: "3,500 resource units in 10 s" },
  { workload: "directory", counts: "writes", amount: 3_000, windowMs: 150_000, what: "3,000 writes in 150 s" },
  { workload: "conditionalAccess", counts: "units", amount: 1, windowMs: 1_000, what: "1 request a second" },
  { workload: "reports", counts: "units", amount: 5, windowMs: 10_000, what: "5 requests in 10 s" },
];

/** Reads that cost more than one resource unit. */
const dearReads: readonly (readonly [path: RegExp, units: number])[] = [
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
  const base = dearReads.find(([form]) => form.test(address))?.[1] ?? 1;
  const top = /(?:^|&)(?:\$|%24)top=(\d+)/i.exec(query)?.[1];
  const cheaper = (/(?:^|&)(?:\$|%24)select=/i.test(query) ? 1 : 0) + (top !== undefined && Number(top) < 20 ? 1 : 0);
  const dearer = /(?:^|&)(?:\$|%24)expand=/i.test(query) ? 1 : 0;
  return { units: Math.max(1, base - cheaper + dearer), writes: 0 };
}

/** A bucket always has room for one dear request, however little of the quota Graph grants. */
const leastRoom = 10;

/** Sums of fractions come out a little off. */
const rounding = 1e-7;

/** Graph rounds the share that it tells. */
const precision = 0.01;

/** The time in which a pace that was halved comes back to the documented one, in milliseconds. */
const recoveryMs = 600_000;

/** A second refusal within so many windows of the first, with something granted between, says that less is granted than is documented. */
const windowsOfDoubt = 2;

/** However little Graph grants, it is asked again: for this share of the documented quota. */
const leastPace = 1 / 64;

/**
 * What is left of a quota: a bucket that holds `amount` and fills evenly, as Graph's own does. A request is kept out of it
 * while it is under way and taken out when it is answered. Graph takes it out earlier, so Graph's bucket never holds less
 * than this one says, however late a request arrives: our own pace is never answered 429.
 *
 * Others may spend of the same quota, and Graph may grant less: what it says of that corrects the bucket.
 */
export class Spending {
  #underWay = 0;
  #left: number;
  /** When `#left` was so; in the future after a refusal, until which nothing comes back. */
  #atMs: number;
  /** Share of the documented quota that Graph grants, as far as is known. */
  #pace = 1;
  #refusedUntilMs = -Infinity;
  /** Requests that were granted since the last refusal. */
  #granted = 0;

  constructor(
    readonly quota: Quota,
    private readonly clock: Clock,
  ) {
    this.#left = quota.amount;
    this.#atMs = clock.now();
  }

  /** Whether this much may be spent now. */
  fits(amount: number): boolean {
    this.#fill();
    return this.#atMs <= this.clock.now() && this.#left - this.#underWay + rounding >= amount;
  }

  /** Milliseconds since 1970 at which this much will have come back, when all that is under way is taken out. */
  freeAt(amount: number): number {
    this.#fill();
    const missing = amount + this.#underWay - this.#left;
    const fromMs = Math.max(this.#atMs, this.clock.now());
    return missing <= rounding ? fromMs : fromMs + Math.ceil(missing / this.#perMs);
  }

  /** Whether time alone brings this much back, without an answer. */
  fitsLater(amount: number): boolean {
    return this.#underWay + amount <= this.#room + rounding;
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
   * Whether we filled Graph's bucket that far ourselves.
   *
   * @param sentAtMs when the request was sent whose answer says how full it was, in milliseconds since 1970
   */
  explains(share: number, sentAtMs: number): boolean {
    this.#fill();
    const cameBack = (this.clock.now() - sentAtMs) * this.#perMs;
    return (share - precision) * this.#room <= this.#room - this.#left + this.#underWay + cameBack + rounding;
  }

  /**
   * Graph's bucket is fuller than we made it: no more is left than it says.
   *
   * @param amount what the request cost whose answer says so; it is still under way
   */
  isUsed(share: number, amount: number): void {
    this.#fill();
    this.#left = Math.min(this.#left, (1 - share) * this.#room + amount);
  }

  /**
   * Graph refused a request of this cost, which counts as answered: its bucket is empty, and holds enough for that one
   * again at `untilMs`. When others took what was left, the pace may be right; when we did, it is too fast.
   */
  refused(amount: number, untilMs: number): void {
    this.#fill();
    const now = this.clock.now();
    this.#granted--;
    // Those that were under way together were refused for one reason.
    if (now >= this.#refusedUntilMs) {
      const isAgain = now - this.#refusedUntilMs < windowsOfDoubt * this.quota.windowMs;
      if (isAgain && this.#granted > 0) this.#pace = Math.max(leastPace, this.#pace / 2);
      this.#granted = 0;
    }
    this.#refusedUntilMs = Math.max(untilMs, this.#refusedUntilMs);
    this.#atMs = this.#refusedUntilMs;
    this.#left = amount;
  }

  get #perMs(): number {
    return (this.quota.amount * this.#pace) / this.quota.windowMs;
  }

  get #room(): number {
    return Math.min(this.quota.amount, Math.max(this.quota.amount * this.#pace, leastRoom));
  }

  #fill(): void {
    const passed = this.clock.now() - this.#atMs;
    if (passed <= 0) return;
    const cameBack = passed * this.#perMs;
    this.#pace = Math.min(1, this.#pace + passed / recoveryMs);
    this.#left = Math.min(this.#room, this.#left + cameBack);
    this.#atMs += passed;
  }
}
