/** When a request may be sent. One scheduler per connection, shared by all resources. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "./clock";
import { EntraError } from "./errors";
import { type Cost, documentedQuotas, type Quota, QuotaBucket } from "./quotas";
import type { Workload } from "./workload";

/** What the scheduler has to know about a request. */
export interface RequestSpec {
  readonly workload: Workload;
  readonly cost: Cost;
  /** Lower ranks go first, because other requests depend on them: blueprints (0), principals (1), agents (2), the rest (3). */
  readonly rank: number;
  /** Requests with the same key are never under way together. */
  readonly serial?: string | undefined;
}

export interface Scheduler {
  /**
   * Runs `send` as soon as the request may be sent.
   *
   * @throws EntraError UNAVAILABLE when the run is cancelled before that; `send` was not called
   */
  run<T>(spec: RequestSpec, send: () => Promise<T>): Promise<T>;
  /** No request of this workload is sent before `at` (milliseconds since 1970). A later time that is set already stays. */
  holdUntil(workload: Workload, at: number): void;
  /** Graph answered 429: the workload is held until `at`, and its quotas are used up until then. */
  refused(spec: RequestSpec, at: number, limit: Limit | undefined): void;
  /**
   * The used share of a limit, as Graph reports it: `x-ms-throttle-limit-percentage`, from 0.8 to 1.8.
   *
   * @param sentAt when the request of that answer was sent, in milliseconds since 1970
   */
  nearLimit(spec: RequestSpec, share: number, sentAt: number): void;
}

/** Why a cancelled run sends nothing more. */
export const runCancelled = (): EntraError =>
  new EntraError("UNAVAILABLE", "the run was cancelled before this request was sent");

/** Which limit was exceeded. */
export type Limit = keyof Cost;

/** A wait that is long enough to be reported. */
export interface LongWait {
  readonly ms: number;
  /** `Graph's quota of 3,000 writes in 150 s`, `Graph's Retry-After`. */
  readonly forWhat: string;
}

/** Shorter waits are not reported, in milliseconds. */
const reportedFromMs = 2_000;

/** Graph reports the used share of a limit from here on. */
const reportedShare = 0.8;

interface Waiting {
  readonly spec: RequestSpec;
  /** The quotas that it counts against. */
  readonly buckets: readonly QuotaBucket[];
  readonly start: () => void;
  readonly refuse: (error: EntraError) => void;
  /** Bound to the asynchronous context of this request: the answer to another one is what starts it. */
  report: (wait: LongWait) => void;
  started: boolean;
  reported: boolean;
}

export interface SchedulerSettings {
  /** How many requests may be under way at once. @default 100: five batches */
  readonly concurrency?: number;
  /** @default the documented ones */
  readonly quotas?: readonly Quota[];
  /** Called once for every request that waits long, in the asynchronous context of its call. @default nothing is reported */
  readonly onLongWait?: (wait: LongWait) => void;
  /** From then on nothing is sent any more; requests under way end. @default never */
  readonly cancelled?: AbortSignal | undefined;
}

/**
 * Keeps Graph's quotas so that Graph need not answer 429, makes all requests of a workload wait for a Retry-After, sends one
 * request of a serial key at a time, and slows down when Graph reports that others use the same quota.
 */
export class QuotaScheduler implements Scheduler {
  /** In the order in which they may start. */
  readonly #waiting: Waiting[] = [];
  readonly #busyKeys = new Set<string>();
  readonly #heldUntil = new Map<Workload, number>();
  readonly #buckets: readonly QuotaBucket[];
  readonly #maxConcurrency: number;
  readonly #onLongWait: (wait: LongWait) => void;
  readonly #cancelled: AbortSignal | undefined;
  #limit: number;
  #underWay = 0;
  #wakeAt = Infinity;
  #slowedAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    { concurrency = 100, quotas = documentedQuotas, onLongWait = () => undefined, cancelled }: SchedulerSettings = {},
  ) {
    this.#maxConcurrency = concurrency;
    this.#limit = concurrency;
    this.#buckets = quotas.map((quota) => new QuotaBucket(quota, clock));
    this.#onLongWait = onLongWait;
    this.#cancelled = cancelled;
    cancelled?.addEventListener("abort", () => this.#refuseAll(), { once: true });
  }

  async run<T>(spec: RequestSpec, send: () => Promise<T>): Promise<T> {
    const buckets = this.#of(spec);
    await new Promise<void>((start, refuse) => {
      const after = this.#waiting.findIndex((other) => other.spec.rank > spec.rank);
      const waiting: Waiting = {
        spec,
        buckets,
        start,
        refuse,
        report: this.#onLongWait,
        started: false,
        reported: false,
      };
      this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, waiting);
      if (this.#cancelled?.aborted === true) this.#refuseAll();
      else this.#startAllowed();
      // Only now, because most requests start at once and binding costs more than all else here.
      if (!waiting.started) waiting.report = AsyncLocalStorage.bind(this.#onLongWait);
    });
    try {
      return await send();
    } finally {
      this.#underWay--;
      if (spec.serial !== undefined) this.#busyKeys.delete(spec.serial);
      for (const bucket of buckets) bucket.answered(spec.cost[bucket.quota.counts]);
      if (this.#limit < this.#maxConcurrency) this.#limit += 1 / this.#limit;
      this.#startAllowed();
    }
  }

  holdUntil(workload: Workload, at: number): void {
    this.#heldUntil.set(workload, Math.max(at, this.#heldUntil.get(workload) ?? 0));
  }

  refused(spec: RequestSpec, at: number, limit: Limit | undefined): void {
    this.holdUntil(spec.workload, at);
    for (const bucket of this.#of(spec)) {
      const { counts } = bucket.quota;
      if (limit === undefined || limit === counts) bucket.refused(spec.cost[counts], at);
    }
    this.#slowDown(0.5);
  }

  nearLimit(spec: RequestSpec, share: number, sentAt: number): void {
    // Holds for NaN too.
    if (!(share >= reportedShare)) return;
    const buckets = this.#of(spec);
    // The report is about the quota that we used that far ourselves.
    if (buckets.some((bucket) => bucket.explains(share, sentAt))) return;
    for (const bucket of buckets) bucket.isUsed(share, spec.cost[bucket.quota.counts]);
    this.#slowDown(share >= 1 ? 0.5 : 0.8);
  }

  #slowDown(factor: number): void {
    const now = this.clock.now();
    // Answers to requests that were under way together report the same: once a second is enough.
    if (now - this.#slowedAt < 1_000) return;
    this.#slowedAt = now;
    this.#limit = Math.max(1, Math.floor(this.#limit * factor));
  }

  #of = ({ workload, cost }: RequestSpec): QuotaBucket[] =>
    this.#buckets.filter(({ quota }) => quota.workload === workload && cost[quota.counts] > 0);

  #startAllowed(): void {
    // A request that waits for a quota makes later ones wait that count against it: cheap requests never overtake an expensive one.
    const ahead = new Map<QuotaBucket, number>();
    for (let index = 0; index < this.#waiting.length && this.#underWay < Math.floor(this.#limit);) {
      const next = this.#waiting[index];
      if (!next) return;
      const { spec } = next;
      if ((spec.serial !== undefined && this.#busyKeys.has(spec.serial)) || this.#mustWait(next, ahead)) {
        index++;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#underWay++;
      if (spec.serial !== undefined) this.#busyKeys.add(spec.serial);
      for (const bucket of next.buckets) bucket.spend(spec.cost[bucket.quota.counts]);
      next.started = true;
      next.start();
    }
  }

  /** @param ahead what the requests before this one wait for, by quota; what this one waits for is added */
  #mustWait(waiting: Waiting, ahead: Map<QuotaBucket, number>): boolean {
    const { spec, buckets } = waiting;
    const now = this.clock.now();
    const heldUntil = this.#heldUntil.get(spec.workload) ?? 0;
    let longest = { at: heldUntil, forWhat: "Graph's Retry-After" };
    let short = false;
    for (const bucket of buckets) {
      const amount = spec.cost[bucket.quota.counts];
      const before = ahead.get(bucket) ?? 0;
      if (before === 0 && bucket.fits(amount)) continue;
      short = true;
      ahead.set(bucket, before + amount);
      const at = bucket.freeAt(before + amount);
      if (at > longest.at) longest = { at, forWhat: `Graph's quota of ${bucket.quota.what}` };
      // Otherwise an answer to a request under way starts the next one.
      if (before === 0 && bucket.fitsLater(amount)) this.#wake(at);
    }
    if (heldUntil > now) this.#wake(heldUntil);
    if (!waiting.reported && longest.at - now >= reportedFromMs) {
      waiting.reported = true;
      waiting.report({ ms: longest.at - now, forWhat: longest.forWhat });
    }
    return short || heldUntil > now;
  }

  #wake(at: number): void {
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    void this.clock.wait(at - this.clock.now()).then(() => {
      this.#wakeAt = Infinity;
      this.#startAllowed();
    });
  }

  #refuseAll(): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(runCancelled());
  }
}
