/**
 * What this process did to which object. The engine may delete an old resource after its replacement adopted the very
 * same object, two resources may claim one object, and a list fetched early in a run still shows what was deleted since.
 */
import { EntraError } from "../../graph/errors";

export class Claims {
  /** Marker of the resource that has the object, by kind and id. */
  readonly #kept = new Map<string, string>();
  readonly #declared = new Set<string>();
  readonly #created = new Set<string>();
  readonly #touched = new Set<string>();
  readonly #removed = new Set<string>();

  /**
   * The object belongs to the resource with this marker: created, adopted, changed or found unchanged.
   * @throws EntraError OWNERSHIP_UNCLEAR when another resource of this run has it already
   */
  keep(kind: string, id: string, marker: string): void {
    const key = `${kind} ${id}`;
    const owner = this.#kept.get(key);
    if (owner !== undefined && owner !== marker) {
      throw new EntraError(
        "OWNERSHIP_UNCLEAR",
        `${id} belongs to another resource of this program already. Declare it once; ` +
          "if a resource was renamed, deploy the new name with its alias before the old name is used again",
      );
    }
    this.#kept.set(key, marker);
    this.#removed.delete(key);
  }

  /** Created by this process, and not merely found. */
  create(id: string): void {
    this.#created.add(id);
  }

  /** Created, found or changed: not every replica may know of it, whoever made it. */
  touch(id: string): void {
    this.#touched.add(id);
  }

  /** The program of this run declares a resource of this kind with this marker. Refresh and destroy run no program. */
  declare(kind: string, marker: string): void {
    this.#declared.add(`${kind} ${marker}`);
  }

  /** Deleted by its resource. */
  remove(kind: string, id: string): void {
    this.#removed.add(`${kind} ${id}`);
  }

  isDeclared = (kind: string, marker: string): boolean => this.#declared.has(`${kind} ${marker}`);
  /** Whether this process created the object of this id, of any kind. */
  isCreated = (id: string): boolean => this.#created.has(id);
  isTouched = (id: string): boolean => this.#touched.has(id);
  isKept = (kind: string, id: string): boolean => this.#kept.has(`${kind} ${id}`);
  isRemoved = (kind: string, id: string): boolean => this.#removed.has(`${kind} ${id}`);
}
