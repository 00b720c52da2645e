/**
 * What this process did to which object. The engine may delete an old resource after its replacement recovered the very
 * same object, two resources may claim one object, and a list fetched early in a run still shows what was deleted since.
 */
import { EntraError } from "../../graph/errors";

export class Claims {
  /** Marker of the resource that has the object, by kind and id. */
  readonly #claimed = new Map<string, string>();
  readonly #declared = new Set<string>();
  readonly #created = new Set<string>();
  readonly #written = new Map<string, number>();
  readonly #deleted = new Set<string>();
  /** Marker of the resource that the program declares with it: an id, or what Graph allows once. */
  readonly #declaredOf = new Map<string, string>();
  readonly #removals = new Map<string, Promise<unknown>>();

  /**
   * The object belongs to the resource with this marker: created, recovered, changed or found unchanged.
   * @throws EntraError OWNERSHIP_UNCLEAR when another resource of this run has it already
   */
  claim(kind: string, id: string, marker: string): void {
    this.reserve(kind, id, marker);
    this.#deleted.delete(`${kind} ${id}`);
  }

  /** The same for an object that is still to be made: one of this id that was deleted before is none. */
  reserve(kind: string, id: string, marker: string): void {
    this.refuseOther(kind, id, marker);
    this.#claimed.set(`${kind} ${id}`, marker);
  }

  /** @throws EntraError OWNERSHIP_UNCLEAR when another resource of this run than the one with this marker has the object */
  refuseOther(kind: string, id: string, marker: string): void {
    const owner = this.#claimed.get(`${kind} ${id}`);
    if (owner !== undefined && owner !== marker) {
      throw new EntraError(
        "OWNERSHIP_UNCLEAR",
        `another resource of this program already manages ${id}. Declare it only once; ` +
          "if a resource was renamed, deploy the new name with its alias before the old name is used again",
      );
    }
  }

  /** Created by this process, and not merely found. */
  recordCreated(id: string): void {
    this.#created.add(id);
  }

  /** Created, found or changed: not every replica may know of it, whoever made it. @param at by the clock of the process */
  recordWritten(id: string, at: number): void {
    this.#written.set(id, at);
  }

  /** The program of this run declares a resource of this kind with this marker. Refresh and destroy run no program. */
  declare(kind: string, marker: string): void {
    this.#declared.add(`${kind} ${marker}`);
  }

  /**
   * The program of this run declares the resource with this marker to have it.
   *
   * @param what an id that follows from the inputs, or something that Graph allows once
   * @returns whether no other resource was declared to have it
   */
  declareOf(kind: string, what: string, marker: string): boolean {
    const key = `${kind} ${what}`;
    const first = this.#declaredOf.get(key) ?? marker;
    this.#declaredOf.set(key, first);
    return first === marker;
  }

  /** Whether the program declares that another resource than the one with this marker has the id, or will have it. */
  isDeclaredOfOther(kind: string, id: string, marker: string): boolean {
    const owner = this.#declaredOf.get(`${kind} ${id}`);
    return owner !== undefined && owner !== marker;
  }

  /** Deletes an object; who wants to create one of the same id meanwhile waits for the end of that. */
  async removing(kind: string, id: string, act: () => Promise<void>): Promise<void> {
    const removal = act();
    this.#removals.set(
      `${kind} ${id}`,
      removal.catch(() => undefined),
    );
    await removal;
  }

  /** When nobody is deleting the object of this id any more. */
  whenNotRemoving = async (kind: string, id: string): Promise<void> => {
    await this.#removals.get(`${kind} ${id}`);
  };

  /** Deleted by its resource. */
  recordDeleted(kind: string, id: string): void {
    this.#deleted.add(`${kind} ${id}`);
  }

  isDeclared = (kind: string, marker: string): boolean => this.#declared.has(`${kind} ${marker}`);
  /** Whether this process created the object of this id, of any kind. */
  isCreated = (id: string): boolean => this.#created.has(id);
  writtenAt = (id: string): number | undefined => this.#written.get(id);
  isClaimed = (kind: string, id: string): boolean => this.#claimed.has(`${kind} ${id}`);
  isDeleted = (kind: string, id: string): boolean => this.#deleted.has(`${kind} ${id}`);
}
