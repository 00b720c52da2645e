/** When a request may be sent. One scheduler per connection, shared by all resources. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "./clock";
import { EntraError } from "./errors";
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
  /**
   * Runs `send` as soon as it may be sent.
   *
   * @throws EntraError UNAVAILABLE when the run is cancelled before that; `send` was not called
   */
  run<T>(errand: Errand, send: () => Promise<T>): Promise<T>;
  /** Nothing of this workload starts before `atMs` (milliseconds since 1970). A later deadline stays. */
  holdUntil(workload: Workload, atMs: number): void;
  /** Graph answered 429: the workload is held until `atMs`, and what it counts is used up then. */
  refused(errand: Errand, atMs: number, limit: Limit | undefined): void;
  /**
   * How much of its limit Graph says is used: `x-ms-throttle-limit-percentage`, from 0.8 to 1.8.
   *
   * @param sentAtMs when the request was sent whose answer says so
   */
  nearLimit(errand: Errand, share: number, sentAtMs: number): void;
}

/** Why nothing more is done in a run that was cancelled. */
export const runCancelled = (): EntraError =>
  new EntraError("UNAVAILABLE", "the run was cancelled before this request was sent");

/** Which of its limits Graph means. */
export type Limit = keyof Cost;

/** A wait long enough that people should know of it. */
export interface LongWait {
  readonly ms: number;
  /** `Graph's quota of 3,000 writes in 150 s`, `Graph's Retry-After`. */
  readonly forWhat: string;
}

/** Shorter waits are not worth a line, in milliseconds. */
const worthTellingMs = 2_000;

/** From this share of its limit on Graph says how much is used. */
const nearShare = 0.8;

interface Waiting {
  readonly errand: Errand;
  /** What it spends of. */
  readonly spendings: readonly Spending[];
  readonly start: () => void;
  readonly refuse: (error: EntraError) => void;
  /** In the context of the call that waits: whoever is answered meanwhile is another one. */
  readonly tell: (wait: LongWait) => void;
  told: boolean;
}

export interface SchedulerSettings {
  /** Most requests under way at once. @default 100: five batches */
  readonly concurrency?: number;
  /** @default the documented ones */
  readonly quotas?: readonly Quota[];
  /** Told once of every request that waits long, in the asynchronous context of its call. @default nobody is told */
  readonly tell?: (wait: LongWait) => void;
  /** From then on nothing is sent any more; what is under way goes on. @default never */
  readonly cancelled?: AbortSignal | undefined;
}

/**
 * Quotas are kept before Graph has to say so, Retry-After is a deadline for everybody, one serial key at a time, and less
 * and fewer together when Graph says that somebody else spends too.
 */
export class QuotaScheduler implements Scheduler {
  /** In the order in which they may start. */
  readonly #waiting: Waiting[] = [];
  readonly #busyKeys = new Set<string>();
  readonly #heldUntil = new Map<Workload, number>();
  readonly #spendings: readonly Spending[];
  readonly #most: number;
  readonly #tell: (wait: LongWait) => void;
  readonly #cancelled: AbortSignal | undefined;
  #limit: number;
  #underWay = 0;
  #wakeAt = Infinity;
  #slowedAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    { concurrency = 100, quotas = documentedQuotas, tell = () => undefined, cancelled }: SchedulerSettings = {},
  ) {
    this.#most = concurrency;
    this.#limit = concurrency;
    this.#spendings = quotas.map((quota) => new Spending(quota, clock));
    this.#tell = tell;
    this.#cancelled = cancelled;
    cancelled?.addEventListener("abort", () => this.#refuseAll(), { once: true });
  }

  async run<T>(errand: Errand, send: () => Promise<T>): Promise<T> {
    const spendings = this.#of(errand);
    await new Promise<void>((start, refuse) => {
      const after = this.#waiting.findIndex((other) => other.errand.rank > errand.rank);
      const tell = AsyncLocalStorage.bind(this.#tell);
      const waiting = { errand, spendings, start, refuse, tell, told: false };
      this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, waiting);
      if (this.#cancelled?.aborted === true) this.#refuseAll();
      else this.#startWhatMay();
    });
    try {
      return await send();
    } finally {
      this.#underWay--;
      if (errand.serial !== undefined) this.#busyKeys.delete(errand.serial);
      for (const spending of spendings) spending.answered(errand.cost[spending.quota.counts]);
      if (this.#limit < this.#most) this.#limit += 1 / this.#limit;
      this.#startWhatMay();
    }
  }

  holdUntil(workload: Workload, atMs: number): void {
    this.#heldUntil.set(workload, Math.max(atMs, this.#heldUntil.get(workload) ?? 0));
  }

  refused(errand: Errand, atMs: number, limit: Limit | undefined): void {
    this.holdUntil(errand.workload, atMs);
    for (const spending of this.#of(errand)) {
      const { counts } = spending.quota;
      if (limit === undefined || limit === counts) spending.refused(errand.cost[counts], atMs);
    }
    this.#slowDown(0.5);
  }

  nearLimit(errand: Errand, share: number, sentAtMs: number): void {
    // Also what is no number at all.
    if (!(share >= nearShare)) return;
    const spendings = this.#of(errand);
    // One quota that we used up ourselves explains it.
    if (spendings.some((spending) => spending.explains(share, sentAtMs))) return;
    for (const spending of spendings) spending.isUsed(share, errand.cost[spending.quota.counts]);
    this.#slowDown(share >= 1 ? 0.5 : 0.8);
  }

  #slowDown(factor: number): void {
    const now = this.clock.now();
    // Answers that were under way together say the same thing: once a second is enough.
    if (now - this.#slowedAt < 1_000) return;
    this.#slowedAt = now;
    this.#limit = Math.max(1, Math.floor(this.#limit * factor));
  }

  #of = ({ workload, cost }: Errand): Spending[] =>
    this.#spendings.filter(({ quota }) => quota.workload === workload && cost[quota.counts] > 0);

  #startWhatMay(): void {
    // Who waits for a quota makes all wait that spend of it and came later: cheap requests never overtake a dear one.
    const ahead = new Map<Spending, number>();
    for (let index = 0; index < this.#waiting.length && this.#underWay < Math.floor(this.#limit);) {
      const next = this.#waiting[index];
      if (!next) return;
      const { errand } = next;
      if ((errand.serial !== undefined && this.#busyKeys.has(errand.serial)) || this.#mustWait(next, ahead)) {
        index++;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#underWay++;
      if (errand.serial !== undefined) this.#busyKeys.add(errand.serial);
      for (const spending of next.spendings) spending.spend(errand.cost[spending.quota.counts]);
      next.start();
    }
  }

  /** @param ahead what those before this one wait for, by quota; what this one has to wait for is added */
  #mustWait(waiting: Waiting, ahead: Map<Spending, number>): boolean {
    const { errand, spendings } = waiting;
    const now = this.clock.now();
    const heldUntil = this.#heldUntil.get(errand.workload) ?? 0;
    let longest = { atMs: heldUntil, forWhat: "Graph's Retry-After" };
    let short = false;
    for (const spending of spendings) {
      const amount = errand.cost[spending.quota.counts];
      const before = ahead.get(spending) ?? 0;
      if (before === 0 && spending.fits(amount)) continue;
      short = true;
      ahead.set(spending, before + amount);
      const atMs = spending.freeAt(before + amount);
      if (atMs > longest.atMs) longest = { atMs, forWhat: `Graph's quota of ${spending.quota.what}` };
      // What depends on requests under way is looked at again when one of them is answered.
      if (before === 0 && spending.fitsLater(amount)) this.#wake(atMs);
    }
    if (heldUntil > now) this.#wake(heldUntil);
    if (!waiting.told && longest.atMs - now >= worthTellingMs) {
      waiting.told = true;
      waiting.tell({ ms: longest.atMs - now, forWhat: longest.forWhat });
    }
    return short || heldUntil > now;
  }

  #wake(atMs: number): void {
    if (atMs >= this.#wakeAt) return;
    this.#wakeAt = atMs;
    void this.clock.wait(atMs - this.clock.now()).then(() => {
      this.#wakeAt = Infinity;
      this.#startWhatMay();
    });
  }

  #refuseAll(): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(runCancelled());
  }
}
