/**
 * What this process has told the person at the keyboard. A wrong tenant fails every resource of a stack, and a lost state
 * takes every object over: what is the same for all of them is told in full once, and the others refer to where it is.
 */
export class Told {
  readonly #tellers = new Map<string, string>();

  /** Who tells this text in full: whoever was the first to have it to tell. */
  inFullBy(text: string, teller: string): string {
    const first = this.#tellers.get(text) ?? teller;
    this.#tellers.set(text, first);
    return first;
  }
}
