/**
 * How far the tenant's replicas lag, as this process has seen it: one estimate for all resources, so that the first
 * objects find out how long a write takes to show and the later ones wait just that long.
 */

/** Milliseconds in which an estimate that nothing confirms falls to a half. */
const halfLifeMs = 60_000;
/** A shorter lag is none: the next read is about as far away. */
const shortestMs = 50;
/** What remains of the estimate when a wait shows no lag: seven eighths. */
const kept = 7 / 8;

export class Lag {
  #ms = 0;
  #atMs = 0;

  constructor(private readonly now: () => number) {}

  /** How long a write takes to show everywhere, in milliseconds; 0 where no lag was seen lately. */
  get ms(): number {
    const ms = this.#ms * 2 ** ((this.#atMs - this.now()) / halfLifeMs);
    return ms < shortestMs ? 0 : ms;
  }

  /** A read was stale, and reads agreed `ms` after the write. The longest lag counts: a wait too short costs reads. */
  saw(ms: number): void {
    this.#set(Math.max(this.ms, ms));
  }

  /** The first look after the usual pause was right. Waits grow shorter until one is too short. */
  sawNone(): void {
    this.#set(this.ms * kept);
  }

  #set(ms: number): void {
    this.#ms = ms;
    this.#atMs = this.now();
  }
}
