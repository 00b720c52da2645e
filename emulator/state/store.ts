/**
 * The state of an emulated tenant: objects of any kind, links between them, and a few named values, in one SQLite file.
 *
 * Several processes may use one file at once. State survives the death of a process at any moment; a power cut may lose
 * the last milliseconds. A new kind of object needs no new table.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { layout, schemaVersion } from "./layout";
import { openDatabase } from "./sqlite";

export type Json = Readonly<Record<string, unknown>>;

export interface StoredObject {
  /** Order of creation. Pages are cut along it. */
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly body: Json;
  /** ISO time of the soft delete, or null while the object lives. */
  readonly deletedDateTime: string | null;
}

export interface Selection {
  readonly kinds: readonly string[];
  /** An indexed property and the value it must have; letter case does not matter. */
  readonly where?: { readonly property: string; readonly value: string } | undefined;
  /** Only objects made later than this one. @default 0 */
  readonly after?: number | undefined;
  /** `false`: living objects. `true`: soft-deleted ones. `"either"`: both. @default false */
  readonly deleted?: boolean | "either" | undefined;
}

/** Rows read at a time while walking a collection. */
const chunk = 200;

export class Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param file path of the database, or `:memory:`
   * @param indexed names of the properties of a kind that can be searched by value
   */
  constructor(
    file: string,
    private readonly indexed: (kind: string) => readonly string[],
  ) {
    this.#database = openDatabase(file);
    try {
      this.transaction("write", () => this.#prepareLayout(file));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #prepareLayout(file: string): void {
    const hasMeta = this.row("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'");
    const found = hasMeta ? Number(this.meta("schemaVersion") ?? schemaVersion) : schemaVersion;
    if (found > schemaVersion) {
      throw new Error(
        `cannot open the emulated tenant in ${file}: it was written by a newer version of this package ` +
          `(layout ${found}; this version knows ${schemaVersion}). Update the package, or delete that folder to start anew.`,
      );
    }
    this.#database.exec(layout);
    this.setMeta("schemaVersion", String(schemaVersion));
  }

  /**
   * Runs `work` against one consistent state. "write" takes the lock before the first read, so that two writers never
   * decide on the same state; an exception undoes everything.
   */
  transaction<T>(mode: "read" | "write", work: () => T): T {
    this.#database.exec(mode === "write" ? "BEGIN IMMEDIATE" : "BEGIN");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  insert(kind: string, id: string, body: Json): StoredObject {
    this.run("INSERT INTO objects (id, kind, body) VALUES (?, ?, ?)", id, kind, JSON.stringify(body));
    const made = this.get(id, "either");
    if (!made) throw new Error(`object ${id} vanished while it was made`);
    this.#index(made);
    return made;
  }

  replace(object: StoredObject, body: Json): StoredObject {
    this.run("UPDATE objects SET body = ? WHERE seq = ?", JSON.stringify(body), object.seq);
    this.run("DELETE FROM properties WHERE seq = ?", object.seq);
    const changed = { ...object, body };
    this.#index(changed);
    return changed;
  }

  #index(object: StoredObject): void {
    for (const name of this.indexed(object.kind)) {
      const value = object.body[name];
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (one === undefined || one === null) continue;
        this.run(
          "INSERT OR IGNORE INTO properties (name, value, seq) VALUES (?, ?, ?)",
          name,
          (typeof one === "string" ? one : JSON.stringify(one)).toLowerCase(),
          object.seq,
        );
      }
    }
  }

  /** @param deleted as in {@link Selection} */
  get(id: string, deleted: boolean | "either" = false): StoredObject | undefined {
    const row = this.row("SELECT * FROM objects WHERE id = ?", id);
    const object = row && stored(row);
    if (!object || (deleted !== "either" && (object.deletedDateTime !== null) !== deleted)) return undefined;
    return object;
  }

  find(selection: Selection): StoredObject[] {
    return [...this.walk(selection)];
  }

  /** In order of creation, read in chunks: stop whenever enough was seen. */
  *walk(selection: Selection): Generator<StoredObject> {
    const [sql, values] = query("objects.*", selection);
    let after = selection.after ?? 0;
    for (;;) {
      const rows = this.rows(`${sql} AND objects.seq > ? ORDER BY objects.seq LIMIT ${chunk}`, ...values, after).map(
        stored,
      );
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < chunk) return;
      after = last.seq;
    }
  }

  count(selection: Selection): number {
    const [sql, values] = query("count(*) AS n", selection);
    return Number(this.row(sql, ...values)?.["n"]);
  }

  /** @param at ISO time, or null to bring the object back */
  setDeleted(object: StoredObject, at: string | null): StoredObject {
    this.run("UPDATE objects SET deletedDateTime = ? WHERE seq = ?", at, object.seq);
    return { ...object, deletedDateTime: at };
  }

  /** For good, with every link from and to it. */
  purge(object: StoredObject): void {
    this.run("DELETE FROM properties WHERE seq = ?", object.seq);
    this.run("DELETE FROM objects WHERE seq = ?", object.seq);
    this.run("DELETE FROM links WHERE source = ? OR target = ?", object.id, object.id);
  }

  /** @returns false when the link was there already */
  link(kind: string, source: string, target: string): boolean {
    return this.run("INSERT OR IGNORE INTO links (kind, source, target) VALUES (?, ?, ?)", kind, source, target) > 0;
  }

  /** @returns false when there was no such link */
  unlink(kind: string, source: string, target: string): boolean {
    return this.run("DELETE FROM links WHERE kind = ? AND source = ? AND target = ?", kind, source, target) > 0;
  }

  targets(kind: string, source: string): string[] {
    const sql = "SELECT target FROM links WHERE kind = ? AND source = ? ORDER BY target";
    return this.rows(sql, kind, source).map((row) => String(row["target"]));
  }

  /** The inverse of {@link targets}. */
  sources(kind: string, target: string): string[] {
    const sql = "SELECT source FROM links WHERE kind = ? AND target = ? ORDER BY source";
    return this.rows(sql, kind, target).map((row) => String(row["source"]));
  }

  meta(key: string): string | undefined {
    const value = this.row("SELECT value FROM meta WHERE key = ?", key)?.["value"];
    return value as string | undefined;
  }

  setMeta(key: string, value: string): void {
    this.run(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      value,
    );
  }

  /** Everything but the named values. */
  clear(): void {
    for (const table of ["objects", "properties", "links", "requests", "faults"]) this.run(`DELETE FROM ${table}`);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** @returns how many rows changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  row(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#statement(sql).get(...values);
  }

  rows(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

function stored(row: Record<string, unknown>): StoredObject {
  return {
    seq: Number(row["seq"]),
    id: String(row["id"]),
    kind: String(row["kind"]),
    body: JSON.parse(String(row["body"])) as Json,
    deletedDateTime: row["deletedDateTime"] as string | null,
  };
}

function query(columns: string, { kinds, where, deleted = false }: Selection): [string, SQLInputValue[]] {
  const marks = kinds.map(() => "?").join(", ");
  const alive = deleted === "either" ? "" : ` AND objects.deletedDateTime IS ${deleted ? "NOT NULL" : "NULL"}`;
  if (!where) return [`SELECT ${columns} FROM objects WHERE objects.kind IN (${marks})${alive}`, [...kinds]];
  return [
    `SELECT ${columns} FROM properties JOIN objects ON objects.seq = properties.seq ` +
      `WHERE properties.name = ? AND properties.value = ? AND objects.kind IN (${marks})${alive}`,
    [where.property, where.value.toLowerCase(), ...kinds],
  ];
}
