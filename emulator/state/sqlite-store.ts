/**
 * The state of an emulated tenant in one SQLite file.
 *
 * Durability: a write is acknowledged after its transaction is in the write-ahead log. A process can be killed at any
 * moment: whoever opens the file next finds every acknowledged write, and of the others all or nothing. Any number of
 * processes on one machine may use one file at once; writers wait for each other, up to ten seconds. A power cut or a
 * crash of the operating system may lose the writes of the last moments, never the file. Network file systems do not
 * keep SQLite's locks: the folder belongs on a local disk. In memory nothing survives the process.
 *
 * A new kind of object needs no new table.
 */
import type { SQLInputValue } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { followedRelations } from "./changes";
import { Database, type Row } from "./database";
import { LaggingStore } from "./lagging-store";
import { mostOfAValue, ObjectCache } from "./object-cache";
import type { PrimaryStore } from "./primary-store";
import { type Indexed, indexedValues } from "./property-index";
import { hasState, type Json, type NewObject, type Selection, type Store, type StoredObject, type Task } from "./store";
import type { Viewpoint } from "./viewpoint";

/** Rows read at a time while walking a collection. */
const chunk = 200;

export class SqliteStore extends Database implements PrimaryStore {
  readonly #cache = this.remembering(new ObjectCache());

  /** @param file path of the database, or `:memory:` */
  constructor(
    file: string,
    readonly indexed: Indexed,
  ) {
    super(file);
    if (this.#indexedKinds() !== this.meta("indexed")) this.transaction("write", () => this.#indexAnew());
  }

  get primary(): Store {
    return this;
  }

  get replica(): Store {
    return this;
  }

  /** What the property index of this file must hold: another version of the package may search by more. */
  #indexedKinds(): string {
    const kinds = this.rows("SELECT DISTINCT kind FROM objects ORDER BY kind").map(({ kind }) => String(kind));
    return JSON.stringify(Object.fromEntries(kinds.map((kind) => [kind, this.indexed(kind)])));
  }

  #indexAnew(): void {
    const kept = JSON.parse(this.meta("indexed") ?? "{}") as Record<string, unknown>;
    const wanted = this.#indexedKinds();
    for (const [kind, names] of Object.entries(JSON.parse(wanted) as Record<string, unknown>)) {
      if (isDeepStrictEqual(kept[kind], names)) continue;
      this.run("DELETE FROM properties WHERE seq IN (SELECT seq FROM objects WHERE kind = ?)", kind);
      for (const object of this.walk({ kinds: [kind], deleted: "either" })) this.#index(kind, object.seq, object.body);
    }
    this.setMeta("indexed", wanted);
  }

  insert(kind: string, id: string, body: Json): StoredObject {
    const text = JSON.stringify(body);
    const seq = this.#insert({ kind, id, body }, text);
    return this.#cache.keep({ seq, id, kind, body: JSON.parse(text) as Json, deletedDateTime: null });
  }

  insertMany(objects: Iterable<NewObject>): void {
    for (const object of objects) this.#insert(object, JSON.stringify(object.body));
  }

  #insert({ kind, id, body, deletedDateTime = null }: NewObject, text: string): number {
    const change = this.change();
    const { lastInsertRowid } = this.write(
      "INSERT INTO objects (id, kind, body, deletedDateTime, changed, appeared) VALUES (?, ?, ?, ?, ?, ?)",
      id,
      kind,
      text,
      deletedDateTime,
      change,
      change,
    );
    const seq = Number(lastInsertRowid);
    this.run("DELETE FROM goneObjects WHERE id = ?", id.toLowerCase());
    this.#index(kind, seq, body);
    return seq;
  }

  replace(object: StoredObject, body: Json): StoredObject {
    const change = this.change();
    const names = new Set([...Object.keys(object.body), ...Object.keys(body)]);
    const touched = [...names].filter((name) => !isDeepStrictEqual(object.body[name], body[name]));
    const isFoundAnew = this.indexed(object.kind).some((name) => touched.includes(name));
    if (isFoundAnew) this.#unindex(object);
    this.#cache.changed(object.seq);
    this.write(
      "UPDATE objects SET body = ?, changed = ?, touched = json_patch(coalesce(touched, '{}'), ?) WHERE seq = ?",
      JSON.stringify(body),
      change,
      JSON.stringify(Object.fromEntries(touched.map((name) => [name, change]))),
      object.seq,
    );
    if (isFoundAnew) this.#index(object.kind, object.seq, body);
    return { ...object, body };
  }

  #index(kind: string, seq: number, body: Json): void {
    const rows = indexedValues(this.indexed(kind), body);
    for (let at = 0; at < rows.length; at += mostAtOnce) {
      const values: SQLInputValue[] = [];
      for (const [name, value] of rows.slice(at, at + mostAtOnce)) {
        this.#cache.changedHaving(name, value);
        values.push(name, value, seq);
      }
      this.write(indexing[values.length / 3] ?? "", ...values);
    }
  }

  /** Before its body changes or goes. */
  #unindex({ kind, seq }: StoredObject): void {
    for (const [name, value] of indexedValues(this.indexed(kind), this.bySeq(seq)?.body ?? {})) {
      this.#cache.changedHaving(name, value);
      this.write("DELETE FROM properties WHERE name = ? AND value = ? AND seq = ?", name, value, seq);
    }
  }

  get(id: string, deleted: boolean | "either" = false): StoredObject | undefined {
    this.catchUp();
    const object = this.#cache.of(id) ?? this.#read(byId, id);
    return object && hasState(object.deletedDateTime, deleted) ? object : undefined;
  }

  bySeq(seq: number): StoredObject | undefined {
    this.catchUp();
    return this.#cache.at(seq) ?? this.#read(bySeq, seq);
  }

  #read(sql: string, key: string | number): StoredObject | undefined {
    const row = this.row(sql, key);
    return row && this.#cache.keep(stored(row), typeof key === "string" ? key : undefined);
  }

  find(selection: Selection): StoredObject[] {
    return [...this.walk(selection)];
  }

  /** Each kind is read along its own index. */
  walk(selection: Selection): Iterable<StoredObject> {
    this.catchUp();
    const few = this.#few(selection);
    if (few) return few;
    const lists = rangesOf(selection).map(([sql, values]) => this.#range(sql, values, selection.after ?? 0));
    const [only, ...others] = lists;
    return only && others.length === 0 ? only : this.#merged(lists);
  }

  /** Those with a value that few objects have: nearly every lookup, and most are made again and again. */
  #few({ kinds, where, after = 0, deleted = false }: Selection): StoredObject[] | undefined {
    if (!where || where.prefix) return undefined;
    const { property } = where;
    const value = where.value.toLowerCase();
    const seqs = this.#cache.having(property, value) ?? this.#seqsHaving(property, value);
    return seqs?.flatMap((seq) => {
      const object = seq > after ? this.bySeq(seq) : undefined;
      return object && kinds.includes(object.kind) && hasState(object.deletedDateTime, deleted) ? object : [];
    });
  }

  /** @returns undefined where they are many */
  #seqsHaving(property: string, value: string): readonly number[] | undefined {
    const rows = this.rows(havingValue, property, value, mostOfAValue + 1);
    if (rows.length > mostOfAValue) return undefined;
    return this.#cache.keepHaving(
      property,
      value,
      rows.map(({ seq }) => Number(seq)),
    );
  }

  /** What comes first of all is taken first. */
  *#merged(lists: readonly Generator<StoredObject, void>[]): Generator<StoredObject, void> {
    const heads = lists.map((list) => list.next());
    for (;;) {
      let first = -1;
      let at: StoredObject | undefined;
      heads.forEach((head, index) => {
        if (!head.done && (at === undefined || head.value.seq < at.seq)) [first, at] = [index, head.value];
      });
      const list = lists[first];
      if (!at || !list) return;
      yield at;
      heads[first] = list.next();
    }
  }

  *#range(sql: string, values: readonly SQLInputValue[], after: number): Generator<StoredObject, void> {
    for (let from = after; ;) {
      const rows = this.rows(`SELECT ${columns} ${sql} LIMIT ${chunk}`, ...values, from);
      for (const row of rows) yield this.#cache.at(Number(row["seq"])) ?? stored(row);
      const last = rows.at(-1);
      if (!last || rows.length < chunk) return;
      from = Number(last["seq"]);
    }
  }

  count(selection: Selection): number {
    const after = selection.after ?? 0;
    const counts = rangesOf(selection).map(([sql, values]) => {
      const row = this.row(`SELECT count(*) AS n ${sql.replace(/ ORDER BY .*$/, "")}`, ...values, after);
      return Number(row?.["n"]);
    });
    return counts.reduce((sum, n) => sum + n, 0);
  }

  reaches(selection: Selection, number: number): boolean {
    return this.#mostOf(selection) >= number && this.count(selection) >= number;
  }

  /** There cannot be more: every object has a number of its own, and every one that has a value stands in its index. */
  #mostOf({ where }: Selection): number {
    const row =
      where && !where.prefix
        ? this.row(
            "SELECT count(*) AS n FROM properties WHERE name = ? AND value = ?",
            where.property,
            where.value.toLowerCase(),
          )
        : this.row("SELECT max(seq) AS n FROM objects");
    return Number(row?.["n"]);
  }

  setDeleted(object: StoredObject, at: string | null): StoredObject {
    const change = this.change();
    this.#cache.changed(object.seq);
    this.write("UPDATE objects SET deletedDateTime = ?, changed = ? WHERE seq = ?", at, change, object.seq);
    if (at === null) this.write("UPDATE objects SET appeared = ? WHERE seq = ?", change, object.seq);
    return { ...object, deletedDateTime: at };
  }

  purge(object: StoredObject): void {
    const { id, seq, kind } = object;
    const change = this.change();
    this.#unindex(object);
    this.#cache.changed(seq);
    this.write("DELETE FROM objects WHERE seq = ?", seq);
    this.run("INSERT OR REPLACE INTO goneObjects (id, kind, changed) VALUES (?, ?, ?)", id.toLowerCase(), kind, change);
    for (const link of this.linksOf(id)) this.unlink(...link);
  }

  link(kind: string, source: string, target: string): boolean {
    const sql = "INSERT OR IGNORE INTO links (kind, source, target, changed) VALUES (?, ?, ?, ?)";
    const change = this.change();
    if (this.run(sql, kind, source, target, change) === 0) return false;
    this.run("DELETE FROM goneLinks WHERE kind = ? AND source = ? AND target = ?", kind, source, target);
    this.#touch(kind, source, change);
    return true;
  }

  /** A relation of an object changed. */
  #touch(relation: string, source: string, change: number): void {
    if (!followed.has(relation)) return;
    const sql = "UPDATE objects SET changed = ?, touched = json_patch(coalesce(touched, '{}'), ?) WHERE id = ?";
    this.write(sql, change, JSON.stringify({ [relation]: change }), source);
  }

  unlink(kind: string, source: string, target: string): boolean {
    if (this.run("DELETE FROM links WHERE kind = ? AND source = ? AND target = ?", kind, source, target) === 0)
      return false;
    const change = this.change();
    const sql = "INSERT OR REPLACE INTO goneLinks (kind, source, target, changed) VALUES (?, ?, ?, ?)";
    this.run(sql, kind, source, target, change);
    this.#touch(kind, source, change);
    return true;
  }

  targets(kind: string, source: string): string[] {
    const sql = "SELECT target FROM links WHERE kind = ? AND source = ? ORDER BY target";
    return this.rows(sql, kind, source).map((row) => String(row["target"]));
  }

  sources(kind: string, target: string): string[] {
    const sql = "SELECT source FROM links WHERE kind = ? AND target = ? ORDER BY source";
    return this.rows(sql, kind, target).map((row) => String(row["source"]));
  }

  /** Every link from or to an object. */
  linksOf(id: string): (readonly [kind: string, source: string, target: string])[] {
    return this.rows(linksOfBothEnds, id).map((row) => [
      String(row["kind"]),
      String(row["source"]),
      String(row["target"]),
    ]);
  }

  /** The store as a request sees it; is called inside the transaction of the request. */
  seenBy(viewpoint: Viewpoint): Store {
    // Without lag there is a past only where one request brought a lag of its own.
    if (!viewpoint.lag && this.row("SELECT 1 FROM history LIMIT 1") === undefined) return this;
    return new LaggingStore(this, viewpoint);
  }

  schedule(dueAt: Date, kind: string, payload: object): void {
    const sql = "INSERT INTO tasks (dueAt, kind, payload) VALUES (?, ?, ?)";
    this.run(sql, dueAt.toISOString(), kind, JSON.stringify(payload));
  }

  hasDue(now: Date): boolean {
    const first = this.glance("SELECT min(dueAt) AS dueAt FROM tasks")?.["dueAt"];
    return typeof first === "string" && first <= now.toISOString();
  }

  takeDue(now: Date, most = 1_000): Task[] {
    const due = "SELECT seq, dueAt, kind, payload FROM tasks WHERE dueAt <= ? ORDER BY dueAt, seq LIMIT ?";
    return this.rows(due, now.toISOString(), most).map(({ seq, dueAt, kind, payload }) => {
      this.run("DELETE FROM tasks WHERE seq = ?", Number(seq));
      return { dueAt: String(dueAt), kind: String(kind), payload: JSON.parse(String(payload)) as object };
    });
  }

  clear(): void {
    const tables =
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'meta'";
    for (const { name } of this.rows(tables)) this.run(`DELETE FROM ${String(name)}`);
  }
}

const columns = "objects.seq, objects.id, objects.kind, objects.body, objects.deletedDateTime";
const byId = `SELECT ${columns} FROM objects WHERE id = ?`;
const bySeq = `SELECT ${columns} FROM objects WHERE seq = ?`;
const havingValue = "SELECT seq FROM properties WHERE name = ? AND value = ? ORDER BY seq LIMIT ?";

/** There are few kinds of links: each step finds the next one. */
const linkKinds =
  "WITH RECURSIVE kinds (kind) AS (SELECT min(kind) FROM links UNION ALL " +
  "SELECT (SELECT min(kind) FROM links WHERE kind > kinds.kind) FROM kinds WHERE kind IS NOT NULL)";
export const linksOfBothEnds =
  `${linkKinds} SELECT links.kind, source, target FROM kinds CROSS JOIN links ON links.kind = kinds.kind AND source = ?1 ` +
  "UNION ALL SELECT kind, source, target FROM links WHERE target = ?1 AND source <> ?1";

const followed: ReadonlySet<string> = new Set(followedRelations);

/** Rows of the property index that one statement writes. */
const mostAtOnce = 8;

/** By the number of rows. */
const indexing = Array.from(
  { length: mostAtOnce + 1 },
  (_, rows) => `INSERT OR IGNORE INTO properties (name, value, seq) VALUES ${Array(rows).fill("(?, ?, ?)").join(", ")}`,
);

function stored(row: Row): StoredObject {
  return {
    seq: Number(row["seq"]),
    id: String(row["id"]),
    kind: String(row["kind"]),
    body: JSON.parse(String(row["body"])) as Json,
    deletedDateTime: row["deletedDateTime"] as string | null,
  };
}

/** Ranges of indexes that together are the selection; each is in order of creation and takes where to begin last. */
export function rangesOf({ kinds, where, deleted = false }: Selection): [sql: string, values: SQLInputValue[]][] {
  const states = deleted === "either" ? ["IS NULL", "IS NOT NULL"] : [deleted ? "IS NOT NULL" : "IS NULL"];
  if (where) {
    const marks = kinds.map(() => "?").join(", ");
    const state = deleted === "either" ? "" : ` AND objects.deletedDateTime ${states.join()}`;
    if (where.prefix) {
      const begins = "SELECT seq FROM properties WHERE name = ? AND value >= ? AND value < ?";
      const from = where.value.toLowerCase();
      const sql = `FROM objects WHERE seq IN (${begins}) AND kind IN (${marks})${state} AND seq > ? ORDER BY seq`;
      return [[sql, [where.property, from, `${from}\u{10ffff}`, ...kinds]]];
    }
    const sql =
      `FROM properties CROSS JOIN objects ON objects.seq = properties.seq WHERE objects.kind IN (${marks})${state} ` +
      "AND properties.name = ? AND properties.value = ? AND properties.seq > ? ORDER BY properties.seq";
    return [[sql, [...kinds, where.property, where.value.toLowerCase()]]];
  }
  return kinds.flatMap((kind) =>
    states.map((state): [string, SQLInputValue[]] => [
      `FROM objects WHERE kind = ? AND deletedDateTime ${state} AND seq > ? ORDER BY seq`,
      [kind],
    ]),
  );
}
