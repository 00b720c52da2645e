/** Objects as they were last read: a request needs the same few again and again, and so does the next one. */
import type { StoredObject } from "./store";

/** Objects, and values of properties, that are kept. */
const most = 1_000;

/** A value that more objects have is looked up every time. */
export const mostOfAValue = 20;

/**
 * Whoever changes an object, or its line in the property index, says so here. Changes of other processes end all of it:
 * the database knows of them.
 */
export class ObjectCache {
  readonly #objects = new Map<number, StoredObject>();
  /** By ids as they were asked for. */
  readonly #seqs = new Map<string, number>();
  /** By name and value of a property. */
  readonly #having = new Map<string, readonly number[]>();

  at(seq: number): StoredObject | undefined {
    return this.#objects.get(seq);
  }

  of(id: string): StoredObject | undefined {
    const seq = this.#seqs.get(id);
    return seq === undefined ? undefined : this.#objects.get(seq);
  }

  /** Numbers of the objects that have a value, in order. */
  having(name: string, value: string): readonly number[] | undefined {
    return this.#having.get(valueKey(name, value));
  }

  keep(object: StoredObject, id = object.id): StoredObject {
    makeRoom(this.#objects);
    makeRoom(this.#seqs);
    this.#objects.set(object.seq, object);
    this.#seqs.set(id, object.seq);
    return object;
  }

  keepHaving(name: string, value: string, seqs: readonly number[]): readonly number[] {
    makeRoom(this.#having);
    this.#having.set(valueKey(name, value), seqs);
    return seqs;
  }

  /** The object is another one from now on, or gone. */
  changed(seq: number): void {
    this.#objects.delete(seq);
  }

  /** An object has a value from now on, or has it no longer. */
  changedHaving(name: string, value: string): void {
    this.#having.delete(valueKey(name, value));
  }

  clear(): void {
    this.#objects.clear();
    this.#seqs.clear();
    this.#having.clear();
  }
}

const valueKey = (name: string, value: string) => `${name}\n${value}`;

/** The oldest goes first. */
function makeRoom(kept: Map<unknown, unknown>): void {
  if (kept.size < most) return;
  for (const key of kept.keys()) {
    kept.delete(key);
    return;
  }
}
