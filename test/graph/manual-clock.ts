import type { Clock } from "../../provider/graph/clock";

/** A clock on which a wait takes no time: it jumps to the end of the next wait. */
export class ManualClock implements Clock {
  /** The length of every wait, in milliseconds. */
  readonly waits: number[] = [];
  readonly #waiting: { at: number; wake: () => void }[] = [];
  #now: number;

  constructor(start = Date.UTC(2026, 10, 21, 12)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  wait(ms: number): Promise<void> {
    this.waits.push(ms);
    return new Promise((wake) => {
      this.#waiting.push({ at: this.#now + ms, wake });
      setImmediate(() => this.#jump());
    });
  }

  #jump(): void {
    this.#waiting.sort((one, other) => one.at - other.at);
    const next = this.#waiting.shift();
    if (!next) return;
    this.#now = Math.max(this.#now, next.at);
    next.wake();
  }
}
