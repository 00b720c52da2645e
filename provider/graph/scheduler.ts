/** When a request may be sent. One scheduler per connection, shared by all resources. */
import type { Clock } from "./clock";
import { type Cost, documentedQuotas, type Quota, Spending } from "./quotas";
import type { Workload } from "./workload";

/** What the scheduler has to know about a request. */
export interface Errand {
  readonly workload: Workload;
  readonly cost: Cost;
  /** What others wait for goes first: a blueprint (0) before its principal (1) before agents (2) before the rest (3). */
  readonly rank: number;
  /** Errands with the same key are never under way together. */
  readonly serial?: string | undefined;
}

export interface Scheduler {
  /** Runs `send` as soon as it may be sent. */
  run<T>(errand: Errand, send: () => Promise<T>): Promise<T>;
  /** Nothing of this workload starts before `atMs` (milliseconds since 1970). A later deadline stays. */
  holdUntil(workload: Workload, atMs: number): void;
  /** How much of its limit Graph says is used: `x-ms-throttle-limit-percentage`, from 0.8 upwards. */
  nearLimit(share: number): void;
}

/** A wait long enough that people should know of it. */
export interface LongWait {
  readonly ms: number;
  /** `Graph's quota of 3,000 writes in 150 s`, `Graph's Retry-After`. */
  readonly forWhat: string;
}

/** Shorter waits are not worth a line, in milliseconds. */
const worthTellingMs = 2_000;

interface Waiting {
  readonly errand: Errand;
  readonly start: () => void;
  told: boolean;
}

export interface SchedulerSettings {
  /** Most requests under way at once. @default 100: five batches */
  readonly concurrency?: number;
  /** @default the documented ones */
  readonly quotas?: readonly Quota[];
  /** Told once of every request that waits long. @default nobody is told */
  readonly tell?: (wait: LongWait) => void;
}

/**
 * Quotas are kept before Graph has to say so, Retry-After is a deadline for everybody, one serial key at a time, and fewer
 * requests together when Graph says that its limit is near.
 */
export class QuotaScheduler implements Scheduler {
  /** In the order in which they may start. */
  readonly #waiting: Waiting[] = [];
  readonly #busyKeys = new Set<string>();
  readonly #heldUntil = new Map<Workload, number>();
  readonly #spendings: readonly Spending[];
  readonly #most: number;
  readonly #tell: (wait: LongWait) => void;
  #limit: number;
  #underWay = 0;
  #wakeAt = Infinity;
  #slowedAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    { concurrency = 100, quotas = documentedQuotas, tell = () => undefined }: SchedulerSettings = {},
  ) {
    this.#most = concurrency;
    this.#limit = concurrency;
    this.#spendings = quotas.map((quota) => new Spending(quota, clock));
    this.#tell = tell;
  }

  async run<T>(errand: Errand, send: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      const after = this.#waiting.findIndex((other) => other.errand.rank > errand.rank);
      const waiting = { errand, start, told: false };
      this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, waiting);
      this.#startWhatMay();
    });
    try {
      return await send();
    } finally {
      this.#underWay--;
      if (errand.serial !== undefined) this.#busyKeys.delete(errand.serial);
      for (const spending of this.#of(errand)) spending.answered(errand.cost);
      if (this.#limit < this.#most) this.#limit += 1 / this.#limit;
      this.#startWhatMay();
    }
  }

  holdUntil(workload: Workload, atMs: number): void {
    this.#heldUntil.set(workload, Math.max(atMs, this.#heldUntil.get(workload) ?? 0));
  }

  nearLimit(share: number): void {
    const now = this.clock.now();
    // Answers that were under way together say the same thing: once a second is enough.
    if (share < 0.8 || now - this.#slowedAt < 1_000) return;
    this.#slowedAt = now;
    this.#limit = Math.max(1, Math.floor(this.#limit * (share >= 1 ? 0.5 : 0.8)));
  }

  /** The quotas an errand spends of. */
  #of = ({ workload, cost }: Errand): Spending[] =>
    this.#spendings.filter(({ quota }) => quota.workload === workload && cost[quota.counts] > 0);

  #startWhatMay(): void {
    // Who waits for a quota makes all wait that spend of it and came later: cheap requests never overtake a dear one.
    const spoken = new Set<Spending>();
    for (let index = 0; index < this.#waiting.length && this.#underWay < Math.floor(this.#limit);) {
      const next = this.#waiting[index];
      if (!next) return;
      const { errand } = next;
      if ((errand.serial !== undefined && this.#busyKeys.has(errand.serial)) || this.#mustWait(next, spoken)) {
        index++;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#underWay++;
      if (errand.serial !== undefined) this.#busyKeys.add(errand.serial);
      for (const spending of this.#of(errand)) spending.spend(errand.cost);
      next.start();
    }
  }

  /** @param spoken quotas that somebody before this one waits for; what this one has to wait for is added */
  #mustWait(waiting: Waiting, spoken: Set<Spending>): boolean {
    const { errand } = waiting;
    const now = this.clock.now();
    const heldUntil = this.#heldUntil.get(errand.workload) ?? 0;
    let longest = { atMs: heldUntil, forWhat: "Graph's Retry-After" };
    let behind = false;
    for (const spending of this.#of(errand)) {
      behind ||= spoken.has(spending);
      const atMs = spending.freeAt(errand.cost);
      if (atMs <= now) continue;
      spoken.add(spending);
      if (atMs > longest.atMs) longest = { atMs, forWhat: `Graph's quota of ${spending.quota.what}` };
    }
    if (longest.atMs <= now) return behind;
    // What depends on requests under way is looked at again when one of them is answered.
    if (longest.atMs === Infinity) return true;
    if (!waiting.told && longest.atMs - now >= worthTellingMs) {
      waiting.told = true;
      this.#tell({ ms: longest.atMs - now, forWhat: longest.forWhat });
    }
    this.#wake(longest.atMs);
    return true;
  }

  #wake(atMs: number): void {
    if (atMs >= this.#wakeAt) return;
    this.#wakeAt = atMs;
    void this.clock.wait(atMs - this.clock.now()).then(() => {
      this.#wakeAt = Infinity;
      this.#startWhatMay();
    });
  }
}
