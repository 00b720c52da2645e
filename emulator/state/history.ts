/** What objects and links were before the writes that are late somewhere. */
import { type Lag, lateReplicas } from "./lag";
import type { PrimaryStore } from "./primary-store";
import type { Store, StoredObject } from "./store";

/** Every replica has everything: another lag begins anew. */
export function forgetHistory(store: Pick<Store, "run">): void {
  store.run("DELETE FROM history");
}

export const linkKey = (kind: string, source: string, target: string) =>
  JSON.stringify([kind, source.toLowerCase(), target.toLowerCase()]);

/** Sorts before the key of any link, which begins with `[`. */
export const objectKey = (seq: number) => `#${seq}`;

/** Notes what was before a write, where the write is late somewhere. Runs inside the transaction of the write. */
export class History {
  readonly #noted = new Set<string>();
  #late: number | undefined;

  constructor(
    private readonly store: PrimaryStore,
    /** Null: what is written is everywhere at once. */
    private readonly lag: Lag | null,
    private readonly now: number,
  ) {}

  /** Before the write. @param before as the primary has it; undefined when it is made now */
  object(seq: number, before: StoredObject | undefined): void {
    this.#note(objectKey(seq), before ?? null);
  }

  link(kind: string, source: string, target: string, before: boolean): void {
    this.#note(linkKey(kind, source, target), before ? [kind, source, target] : null);
  }

  #note(key: string, before: unknown): void {
    if (this.#noted.has(key)) return;
    this.#noted.add(key);
    const change = this.store.change();
    const { lag } = this;
    this.#late ??= this.#begin(change);
    // A write that is everywhere at once replaces everything before it.
    if (!lag || this.#late === 0) this.store.run("DELETE FROM history WHERE key = ?", key);
    else {
      const sql = "INSERT INTO history (key, change, until, late, before) VALUES (?, ?, ?, ?, ?)";
      this.store.run(sql, key, change, this.now + lag.ms, this.#late, JSON.stringify(before));
    }
  }

  /**
   * Deletes what every replica has by now, and what came before it. @returns the replicas that this change reaches late
   */
  #begin(change: number): number {
    this.store.run(
      "DELETE FROM history WHERE (key, change) IN (SELECT older.key, older.change FROM history AS newer " +
        "JOIN history AS older ON older.key = newer.key AND older.change <= newer.change WHERE newer.until <= ?)",
      this.now,
    );
    return !this.lag || this.lag.ms === 0 ? 0 : lateReplicas(this.lag, change);
  }
}
