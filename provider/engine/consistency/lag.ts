/**
 * How far the tenant's replicas lag, as this process has seen it: one estimate for all resources, so that the first
 * objects find out how long a write takes to show and the later ones wait just that long.
 */

/** A lag, and when it was seen. */
export interface Sighting {
  /** In milliseconds. */
  readonly ms: number;
  /** By the clock of the process, in milliseconds. */
  readonly at: number;
}

/** What a process keeps for the next one. */
export interface LagMemory {
  readonly last: Sighting | undefined;
  keep(sighting: Sighting): void;
}

/** Milliseconds in which an estimate that nothing confirms falls to a half. */
const halfLifeMs = 60_000;
/** A shorter lag is none: the next read is about as far away. */
const shortestMs = 50;
/** What remains of the estimate when a wait shows no lag: seven eighths. */
const kept = 7 / 8;

export class Lag {
  #last: Sighting = { ms: 0, at: 0 };
  #memory: LagMemory | undefined;

  constructor(private readonly now: () => number) {}

  /** How long a write takes to show everywhere, in milliseconds; 0 where no lag was seen recently. */
  get ms(): number {
    const ms = this.#last.ms * 2 ** ((this.#last.at - this.now()) / halfLifeMs);
    return ms < shortestMs ? 0 : ms;
  }

  /** Goes on with what the process before this one saw. Only the first memory counts. */
  remember(memory: LagMemory): void {
    if (this.#memory) return;
    this.#memory = memory;
    this.#last = memory.last ?? this.#last;
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
    if (ms === 0) return;
    this.#last = { ms, at: this.now() };
    this.#memory?.keep(this.#last);
  }
}
