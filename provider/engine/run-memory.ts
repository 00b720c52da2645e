/**
 * Answers that all resources of one run share: looking for a hundred identities before creating them costs one list, and
 * the permissions of an API are fetched once.
 */
import type { Tenant } from "../graph/tenant";

/** One question and its answers, by tenant and key. A failure is never remembered. */
export class RunMemory<T> {
  readonly #answers = new WeakMap<Tenant, Map<string, Promise<T>>>();

  /**
   * @param worthKeeping answers that may change within the run (somebody is not there yet) are asked again.
   */
  constructor(private readonly worthKeeping: (answer: T) => boolean = () => true) {}

  /** The answer as it was when this process first asked; `fresh` asks again, for everybody. */
  of(tenant: Tenant, key: string, ask: () => Promise<T>, fresh = false): Promise<T> {
    const answers = this.#answers.get(tenant) ?? new Map<string, Promise<T>>();
    this.#answers.set(tenant, answers);
    const earlier = fresh ? undefined : answers.get(key);
    if (earlier) return earlier;
    const answer = ask();
    answers.set(key, answer);
    const forget = (): void => {
      if (answers.get(key) === answer) answers.delete(key);
    };
    answer.then((found) => {
      if (!this.worthKeeping(found)) forget();
    }, forget);
    return answer;
  }
}
