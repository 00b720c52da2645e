import type { Clock } from "../../provider/graph/clock";

/** A clock on which waiting takes no time: it jumps to the next moment that somebody waits for. */
export class ManualClock implements Clock {
  /** Every wait that was asked for, in milliseconds. */
  readonly waits: number[] = [];
  readonly #waiting: { atMs: number; wake: () => void }[] = [];
  #nowMs: number;

  constructor(startMs = Date.UTC(2026, 10, 21, 12)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  wait(ms: number): Promise<void> {
    this.waits.push(ms);
    return new Promise((wake) => {
      this.#waiting.push({ atMs: this.#nowMs + ms, wake });
      setImmediate(() => this.#jump());
    });
  }

  #jump(): void {
    this.#waiting.sort((one, other) => one.atMs - other.atMs);
    const next = this.#waiting.shift();
    if (!next) return;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.wake();
  }
}
