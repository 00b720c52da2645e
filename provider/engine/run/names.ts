/** How people call the objects that this process has heard of: a message that names an agent says more than its GUID. */
export class Names {
  readonly #names = new Map<string, string>();

  /** @param name empty where nothing says it */
  remember(id: string, name: string): void {
    if (name !== "") this.#names.set(id, name);
  }

  /** The name; the id where nobody has said one. */
  readonly of = (id: string): string => this.#names.get(id) ?? id;
}
