/**
 * What this process did to which object. The engine may delete an old resource after its replacement adopted the very
 * same object, and a list fetched early in a run still shows what was deleted since.
 */
export class Claims {
  readonly #kept = new Set<string>();
  readonly #removed = new Set<string>();

  /** Created, adopted or changed by a live resource. */
  keep(kind: string, id: string): void {
    this.#kept.add(`${kind} ${id}`);
    this.#removed.delete(`${kind} ${id}`);
  }

  /** Deleted by its resource. */
  remove(kind: string, id: string): void {
    this.#removed.add(`${kind} ${id}`);
  }

  /** Whether this process made or changed an object of this id, of any kind. */
  keptSomewhere = (id: string): boolean => [...this.#kept].some((claim) => claim.endsWith(` ${id}`));
  isKept = (kind: string, id: string): boolean => this.#kept.has(`${kind} ${id}`);
  isRemoved = (kind: string, id: string): boolean => this.#removed.has(`${kind} ${id}`);
}
