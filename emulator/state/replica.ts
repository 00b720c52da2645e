/**
 * Replica lag: what one copy of the directory knows by now.
 *
 * A write that is late somewhere leaves behind what its objects and links were before, for each replica that has not
 * got it yet. A replica shows the newest write that reached it, object by object and link by link, so it never goes
 * back; everything of one request arrives together. A write without lag is everywhere at once, and another lag begins
 * with all replicas alike. Without lag nothing of this is kept.
 */
import { linkKey, objectKey } from "./history";
import type { PrimaryStore } from "./primary-store";
import { indexedValues } from "./property-index";
import { type Directory, hasState, type Selection, type StoredObject } from "./store";

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
    private readonly store: PrimaryStore,
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
    const values = indexedValues(this.store.indexed(object.kind), object.body);
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

  reaches(selection: Selection, number: number): boolean {
    return this.count(selection) >= number;
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
