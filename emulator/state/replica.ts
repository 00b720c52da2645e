/**
 * Replica lag: what one copy of the directory knows by now.
 *
 * A write that is late somewhere leaves behind what its objects and links were before, for each replica that has not got
 * it yet. A replica shows the newest write that reached it, object by object and link by link, so it never goes back;
 * everything of one request arrives together. A write without lag is everywhere at once, and another lag begins with all
 * replicas alike. Without lag nothing of this is kept.
 */
import type { Switches } from "../switches/switches";
import { hasState, indexedValues, type SqliteStore } from "./sqlite-store";
import type { Directory, Selection, Store, StoredObject } from "./store";

export type Lag = NonNullable<Switches["lag"]>;

/** Every replica has everything: another lag begins anew. */
export function forgetHistory(store: Pick<Store, "run">): void {
  store.run("DELETE FROM history");
}

/** From 0 up to 1, the same for the same numbers. */
export function draw(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

/** Replicas that a change reaches late, as bits. */
export function lateReplicas({ replicas, share, seed }: Lag, change: number): number {
  let late = 0;
  for (let replica = 0; replica < replicas; replica += 1) if (draw(seed, change, replica) < share) late |= 1 << replica;
  return late;
}

/** A person's requests always come to the same replica, an application's to any. @param count rises by one a request */
export function replicaFor({ replicas, seed }: Lag, person: string | undefined, count: number): number {
  if (person === undefined) return Math.floor(draw(seed, -1, count) * replicas);
  return Math.floor(draw(seed, -2, ...Buffer.from(person.toLowerCase())) * replicas);
}

const linkKey = (kind: string, source: string, target: string) =>
  JSON.stringify([kind, source.toLowerCase(), target.toLowerCase()]);
/** Sorts before the key of any link, which begins with `[`. */
const objectKey = (seq: number) => `#${seq}`;

/** Notes what was before a write, where the write is late somewhere. Runs inside the transaction of the write. */
export class History {
  readonly #noted = new Set<string>();
  #late: number | undefined;

  constructor(
    private readonly store: SqliteStore,
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
    // What is everywhere at once makes up for everything before it.
    if (!lag || this.#late === 0) this.store.run("DELETE FROM history WHERE key = ?", key);
    else {
      const sql = "INSERT INTO history (key, change, until, late, before) VALUES (?, ?, ?, ?, ?)";
      this.store.run(sql, key, change, this.now + lag.ms, this.#late, JSON.stringify(before));
    }
  }

  /** What every replica has by now is of no more use, nor is what came before it. */
  #begin(change: number): number {
    this.store.run(
      "DELETE FROM history WHERE (key, change) IN (SELECT older.key, older.change FROM history AS newer " +
        "JOIN history AS older ON older.key = newer.key AND older.change <= newer.change WHERE newer.until <= ?)",
      this.now,
    );
    return !this.lag || this.lag.ms === 0 ? 0 : lateReplicas(this.lag, change);
  }
}

/** What a replica has instead of what the primary has; `before` is JSON. */
interface Late {
  readonly key: string;
  readonly before: string;
}

type Link = readonly [kind: string, source: string, target: string];

/**
 * The directory as one replica has it. One object is looked up on its own; lists and links need all that is late, which
 * is read once a request. What the request itself writes is not in it.
 */
export class Replica implements Directory {
  /** Newest change before this request. */
  readonly #last: number;
  #lateObjects: ReadonlyMap<number, StoredObject | undefined> | undefined;
  #lateLinks: ReadonlyMap<string, Link | undefined> | undefined;

  constructor(
    private readonly store: SqliteStore,
    private readonly replica: number,
    private readonly now: number,
  ) {
    this.#last = store.lastChange();
  }

  /** Objects that are not here as the primary has them, by seq; undefined for those that are not here at all. */
  get #objects(): ReadonlyMap<number, StoredObject | undefined> {
    return (this.#lateObjects ??= new Map(
      this.#late("AND key < '['").map(({ key, before }) => [Number(key.slice(1)), objectIn(before)]),
    ));
  }

  /** Links that are here and not in the primary, or the other way round. */
  get #links(): ReadonlyMap<string, Link | undefined> {
    return (this.#lateLinks ??= new Map(
      this.#late("AND key >= '['").map(({ key, before }) => [key, (JSON.parse(before) as Link | null) ?? undefined]),
    ));
  }

  /** @param only a condition on the history; whatever it chooses must be all there is of a key */
  #late(only: string, ...values: readonly string[]): Late[] {
    const late = new Map<string, string>();
    const sql = `SELECT key, until, late, before FROM history WHERE change <= ? ${only} ORDER BY key, change`;
    for (const row of this.store.rows(sql, this.#last, ...values)) {
      const key = String(row["key"]);
      const arrived = Number(row["until"]) <= this.now || (Number(row["late"]) & (1 << this.replica)) === 0;
      if (arrived) late.delete(key);
      else if (!late.has(key)) late.set(key, String(row["before"]));
    }
    return [...late].map(([key, before]) => ({ key, before }));
  }

  get(id: string, deleted: boolean | "either" = false): StoredObject | undefined {
    const newest = this.store.get(id, "either");
    const found =
      newest && this.#late("AND key = ?", objectKey(newest.seq)).length === 0 ? newest : this.#lateObject(id);
    return found && hasState(found.deletedDateTime, deleted) ? found : undefined;
  }

  /** One that is only here may be gone from the primary, or another one may have its id by now. */
  #lateObject(id: string): StoredObject | undefined {
    const named = "AND key IN (SELECT key FROM history WHERE instr(lower(before), ?) > 0)";
    return this.#late(named, JSON.stringify(id.toLowerCase()))
      .map(({ before }) => objectIn(before))
      .find((object) => object?.id.toLowerCase() === id.toLowerCase());
  }

  find(selection: Selection): StoredObject[] {
    return [...this.walk(selection)];
  }

  *walk(selection: Selection): Generator<StoredObject> {
    const late = [...this.#objects.values()]
      .flatMap((object) => (object && this.#fits(object, selection) ? object : []))
      .sort((a, b) => a.seq - b.seq);
    for (const object of this.store.walk(selection)) {
      if (this.#objects.has(object.seq)) continue;
      for (let next = late[0]; next && next.seq < object.seq; next = late[0]) {
        yield next;
        late.shift();
      }
      yield object;
    }
    yield* late;
  }

  #fits(object: StoredObject, { kinds, where, after = 0, deleted = false }: Selection): boolean {
    if (!kinds.includes(object.kind) || object.seq <= after || !hasState(object.deletedDateTime, deleted)) return false;
    if (!where) return true;
    const values = [...indexedValues(this.store.indexed(object.kind), object.body)];
    const wanted = where.value.toLowerCase();
    const has = (value: string) => (where.prefix ? value.startsWith(wanted) : value === wanted);
    return values.some(([name, value]) => name === where.property && has(value));
  }

  count(selection: Selection): number {
    let count = this.store.count(selection);
    for (const [seq, object] of this.#objects) {
      const newest = this.store.bySeq(seq);
      if (newest && this.#fits(newest, selection)) count -= 1;
      if (object && this.#fits(object, selection)) count += 1;
    }
    return count;
  }

  targets(kind: string, source: string): string[] {
    const here = this.store.targets(kind, source).filter((target) => !this.#links.has(linkKey(kind, source, target)));
    return this.#withLate(here, ([ofKind, from]) => ofKind === kind && sameId(from, source), 2);
  }

  sources(kind: string, target: string): string[] {
    const here = this.store.sources(kind, target).filter((source) => !this.#links.has(linkKey(kind, source, target)));
    return this.#withLate(here, ([ofKind, , to]) => ofKind === kind && sameId(to, target), 1);
  }

  #withLate(here: string[], fits: (link: Link) => boolean, end: 1 | 2): string[] {
    const late = [...this.#links.values()].flatMap((link) => (link && fits(link) ? link[end] : []));
    return [...here, ...late].sort();
  }
}

const objectIn = (before: string) => (JSON.parse(before) as StoredObject | null) ?? undefined;
const sameId = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
