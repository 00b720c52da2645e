/**
 * Time that passes only when nobody has anything to do: a wait of an hour costs nothing, and no answer that is being made
 * is overtaken by it. The tenant's clock follows.
 */
import type { Clock } from "../../provider/graph/clock";

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Rounds of the event loop without any event after which a process counts as idle. */
const quietRounds = 3;

export class VirtualTime implements Clock {
  #nowMs = Date.UTC(2026, 10, 21, 12);
  #sleepers: Sleeper[] = [];
  /** Answers that are being made: jose verifies tokens on another thread, which no round of the event loop waits for. */
  #working = 0;
  #events = 0;
  #watching = false;

  now = (): number => this.#nowMs;

  /** Time that passes whatever anybody does: a machine that slept. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const sleeper = { atMs: this.#nowMs + Math.max(0, ms), wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(new Error("aborted", { cause: signal.reason }));
      });
      void this.#watch();
    });

  /** No time passes while this is under way. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#events += 1;
    }
  }

  /** When nothing moves any more without time or somebody else's doing. */
  async quiet(): Promise<void> {
    for (let rounds = 0, seen = this.#events; rounds < quietRounds; rounds += 1) {
      await new Promise((next) => setImmediate(next));
      if (this.#working === 0 && this.#events === seen) continue;
      seen = this.#events;
      rounds = -1;
    }
  }

  async #watch(): Promise<void> {
    this.#events += 1;
    if (this.#watching) return;
    this.#watching = true;
    while (this.#sleepers.length > 0) {
      await this.quiet();
      const [next] = this.#sleepers.sort((one, other) => one.atMs - other.atMs);
      if (!next) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      // Who waits for the same moment wakes together.
      const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
      this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.#nowMs);
      for (const { wake } of due) wake();
    }
    this.#watching = false;
  }
}
