/**
 * Replica lag: what one copy of the directory knows by now.
 *
 * A write that is late somewhere leaves behind what its objects and links were before, for each replica that has not got
 * it yet. A replica shows the newest write that reached it, object by object and link by link, so it never goes back;
 * everything of one request arrives together. Without lag nothing of this is written or read.
 */
import type { Switches } from "../switches/switches";
import { hasState, indexedValues, type SqliteStore } from "./sqlite-store";
import type { Directory, Selection, StoredObject } from "./store";

export type Lag = NonNullable<Switches["lag"]>;

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
const objectKey = (seq: number) => `#${seq}`;

/** Notes what was before a write, where the write is late somewhere. Runs inside the transaction of the write. */
export class History {
  readonly #noted = new Set<string>();
  #late: number | undefined;

  constructor(
    private readonly store: SqliteStore,
    private readonly lag: Lag,
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
    this.#late ??= this.#begin(change);
    // What is everywhere at once makes up for everything before it.
    if (this.#late === 0) this.store.run("DELETE FROM history WHERE key = ?", key);
    else {
      const sql = "INSERT INTO history (key, change, until, late, before) VALUES (?, ?, ?, ?, ?)";
      this.store.run(sql, key, change, this.now + this.lag.ms, this.#late, JSON.stringify(before));
    }
  }

  /** What every replica has by now is of no more use, nor is what came before it. */
  #begin(change: number): number {
    this.store.run(
      "DELETE FROM history WHERE EXISTS (SELECT 1 FROM history AS newer " +
        "WHERE newer.key = history.key AND newer.change >= history.change AND newer.until <= ?)",
      this.now,
    );
    return this.lag.ms === 0 ? 0 : lateReplicas(this.lag, change);
  }
}

/** The directory as one replica has it. Reads what is late when it is made: once a request. */
export class Replica implements Directory {
  /** Objects that are not here as the primary has them, by seq; undefined for those that are not here at all. */
  readonly #objects = new Map<number, StoredObject | undefined>();
  /** Links that are here and not in the primary, or the other way round. */
  readonly #links = new Map<string, readonly [kind: string, source: string, target: string] | undefined>();

  constructor(
    private readonly store: SqliteStore,
    replica: number,
    now: number,
  ) {
    const late = new Map<string, string>();
    for (const row of store.rows("SELECT key, until, late, before FROM history ORDER BY key, change")) {
      const key = String(row["key"]);
      const arrived = Number(row["until"]) <= now || (Number(row["late"]) & (1 << replica)) === 0;
      if (arrived) late.delete(key);
      else if (!late.has(key)) late.set(key, String(row["before"]));
    }
    for (const [key, text] of late) {
      const before = JSON.parse(text) as unknown;
      if (key.startsWith("#")) this.#objects.set(Number(key.slice(1)), (before as StoredObject | null) ?? undefined);
      else this.#links.set(key, (before as readonly [string, string, string] | null) ?? undefined);
    }
  }

  get(id: string, deleted: boolean | "either" = false): StoredObject | undefined {
    const newest = this.store.get(id, "either");
    const found = newest && !this.#objects.has(newest.seq) ? newest : this.#lateObject(id);
    return found && hasState(found.deletedDateTime, deleted) ? found : undefined;
  }

  #lateObject(id: string): StoredObject | undefined {
    return [...this.#objects.values()].find((object) => object?.id.toLowerCase() === id.toLowerCase());
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

  #withLate(here: string[], fits: (link: readonly [string, string, string]) => boolean, end: 1 | 2): string[] {
    const late = [...this.#links.values()].flatMap((link) => (link && fits(link) ? link[end] : []));
    return [...here, ...late].sort();
  }
}

const sameId = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
