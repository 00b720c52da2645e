/**
 * Answers that all resources of one run share: looking for a hundred identities before creating them costs one list, and
 * the permissions of an API are fetched once.
 */
import type { Tenant } from "../../graph/tenant";

/**
 * A point in the order of what this process does: of two, the later one is greater. No time, for clocks stand still and go
 * back, and a removal and a list may fall into one millisecond.
 */
export type Moment = number;

let latest: Moment = 0;

/** Later than everything so far. */
export const moment = (): Moment => ++latest;

/** By clock and time. */
const lastSearches = new WeakMap<object, Map<number, Moment>>();

/**
 * The moment of the last search of everybody who searches until the same time: the first of them asks for a list then, and
 * all share it.
 *
 * @param clock the clock that `time` refers to
 */
export function lastSearchAt(clock: object, time: number): Moment {
  const searches = lastSearches.get(clock) ?? new Map<number, Moment>();
  lastSearches.set(clock, searches);
  const at = searches.get(time) ?? moment();
  searches.set(time, at);
  return at;
}

interface Asked<T> {
  readonly at: Moment;
  readonly answer: Promise<T>;
}

/** One question and its answers, by tenant and key. A failure is never remembered. */
export class RunMemory<T> {
  readonly #answers = new WeakMap<Tenant, Map<string, Asked<T>>>();

  /**
   * @param worthKeeping answers that may change within the run (somebody is not there yet) are asked again.
   */
  constructor(private readonly worthKeeping: (answer: T) => boolean = () => true) {}

  /**
   * The answer that this process had last, if it was asked for after the given moment; otherwise asks again, for everybody.
   *
   * @param after what the answer must know of. @default any answer will do
   */
  of(tenant: Tenant, key: string, ask: () => Promise<T>, after: Moment = 0): Promise<T> {
    const answers = this.#answers.get(tenant) ?? new Map<string, Asked<T>>();
    this.#answers.set(tenant, answers);
    const earlier = answers.get(key);
    if (earlier && earlier.at > after) return earlier.answer;
    const asked = { at: moment(), answer: ask() };
    answers.set(key, asked);
    const forget = (): void => {
      if (answers.get(key) === asked) answers.delete(key);
    };
    asked.answer.then((found) => {
      if (!this.worthKeeping(found)) forget();
    }, forget);
    return asked.answer;
  }

  /** When the answer that this process had last was asked for; 0 where there is none. */
  askedAt = (tenant: Tenant, key: string): Moment => this.#answers.get(tenant)?.get(key)?.at ?? 0;
}
