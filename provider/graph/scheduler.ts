/** When a request may be sent. One scheduler per connection, shared by all resources. */
import type { Clock } from "./clock";
import type { Workload } from "./workload";

/** What the scheduler has to know about a request. */
export interface Errand {
  readonly workload: Workload;
  /** Errands with the same key are never under way together; those of one workload start in the order they came. */
  readonly serial?: string | undefined;
}

/** Token buckets, priorities and adaptive concurrency go behind this interface. */
export interface Scheduler {
  /** Runs `send` as soon as it may be sent. */
  run<T>(errand: Errand, send: () => Promise<T>): Promise<T>;
  /** Nothing of this workload starts before `atMs` (milliseconds since 1970). A later deadline stays. */
  holdUntil(workload: Workload, atMs: number): void;
}

interface Waiting {
  readonly errand: Errand;
  readonly start: () => void;
}

/** First come, first served: a limited number under way, serial keys one at a time, Retry-After a deadline for all. */
export class FairScheduler implements Scheduler {
  readonly #waiting: Waiting[] = [];
  readonly #busyKeys = new Set<string>();
  readonly #heldUntil = new Map<Workload, number>();
  #underWay = 0;
  #wakeAt = Infinity;

  /** @param concurrency most requests under way at once */
  constructor(
    private readonly clock: Clock,
    private readonly concurrency = 16,
  ) {}

  async run<T>(errand: Errand, send: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ errand, start });
      this.#startWhatMay();
    });
    try {
      return await send();
    } finally {
      this.#underWay--;
      if (errand.serial !== undefined) this.#busyKeys.delete(errand.serial);
      this.#startWhatMay();
    }
  }

  holdUntil(workload: Workload, atMs: number): void {
    this.#heldUntil.set(workload, Math.max(atMs, this.#heldUntil.get(workload) ?? 0));
  }

  #startWhatMay(): void {
    const now = this.clock.now();
    for (let index = 0; index < this.#waiting.length && this.#underWay < this.concurrency;) {
      const next = this.#waiting[index];
      if (!next) return;
      const { workload, serial } = next.errand;
      const heldUntil = this.#heldUntil.get(workload) ?? 0;
      if (heldUntil > now) this.#wake(heldUntil);
      if (heldUntil > now || (serial !== undefined && this.#busyKeys.has(serial))) {
        index++;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#underWay++;
      if (serial !== undefined) this.#busyKeys.add(serial);
      next.start();
    }
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
