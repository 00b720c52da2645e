/**
 * Why steps failed or warned, as this process has reported it. A wrong tenant fails every resource of a stack, and a lost
 * state recovers every object: a reason that is the same for all of them is reported in full once, and the others name
 * the resource where it stands.
 */
export class ReportedReasons {
  readonly #subjects = new Map<string, string>();
  readonly #texts = new Set<string>();

  /** Whether this process has not reported this text before; it counts as reported from now on. */
  isNew(text: string): boolean {
    const isNew = !this.#texts.has(text);
    this.#texts.add(text);
    return isNew;
  }

  /** Whose message has this reason in full: that of the first subject that had it to report. */
  firstWith(reason: string, subject: string): string {
    const first = this.#subjects.get(reason) ?? subject;
    this.#subjects.set(reason, first);
    return first;
  }
}
