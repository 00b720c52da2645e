/** One SQLite file and what is asked of it: prepared statements, transactions, and the number of each change. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { newestLayout, steps } from "./layout";
import { inMemory, openDatabase } from "./sqlite";

export type Row = Record<string, unknown>;

interface Prepared {
  readonly statement: StatementSync;
  /** It writes to a table of which something is remembered. */
  readonly makesOutdated: boolean;
}

/** Statements that write to a table of which something is remembered. */
const outdating =
  /^\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b.*?\b(?:INTO|UPDATE|FROM)\s+(?:meta|objects|properties|faults|tasks)\b/is;

/**
 * What is remembered of the file holds while nobody else writes to it. So it is compared at the beginning of each
 * transaction, and before each use outside of one: SQLite says whether another process has written since.
 */
export class Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  readonly #meta = new Map<string, string | undefined>();
  readonly #glances = new Map<string, Row | undefined>();
  readonly #remembered: { clear(): void }[] = [this.#meta, this.#glances];
  /** Of the file, when what is remembered was right: another process's write makes it another one. */
  #version: unknown;
  #inTransaction = false;
  /** Of the write transaction that runs; `"none yet"` until it changes something. */
  #change: number | "none yet" | undefined;

  /**
   * @param file path of the database, or `:memory:`
   * @throws {Error} when the file is no tenant's, damaged, or of a newer layout
   */
  constructor(private readonly file: string) {
    try {
      this.#database = openDatabase(file);
    } catch (error) {
      throw unreadable(file, error);
    }
    try {
      this.transaction("write", () => this.#prepareLayout(file));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #prepareLayout(file: string): void {
    const hasMeta = this.row("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'");
    const found = hasMeta ? Number(this.meta("schemaVersion") ?? 1) : 0;
    if (found > newestLayout) {
      throw new Error(
        `cannot open the emulated tenant in ${file}: it was written by a newer version of this package ` +
          `(layout ${found}; this version knows ${newestLayout}). Update the package, or delete that folder to start anew.`,
      );
    }
    for (const step of steps.slice(found)) this.#database.exec(step);
    if (found < newestLayout) this.setMeta("schemaVersion", String(newestLayout));
  }

  /**
   * Runs `work` against one consistent state. "write" takes the lock before the first read, so that two writers never
   * decide on the same state; an exception undoes everything.
   */
  transaction<T>(mode: "read" | "write", work: () => T): T {
    this.write(mode === "write" ? "BEGIN IMMEDIATE" : "BEGIN");
    this.#change = mode === "write" ? "none yet" : undefined;
    try {
      this.catchUp();
      this.#inTransaction = true;
      const result = work();
      this.write("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw unreadable(this.file, error);
    } finally {
      this.#inTransaction = false;
      this.#change = undefined;
    }
  }

  /** Call it before anything that is remembered is used: another process may have written. */
  protected catchUp(): void {
    if (this.#inTransaction || this.file === inMemory) return;
    const version = this.row("PRAGMA data_version")?.["data_version"];
    if (version === this.#version) return;
    this.#forget();
    this.#version = version;
  }

  /** What is read of the file, to be cleared whenever it may no longer be so. */
  protected remembering<T extends { clear(): void }>(remembered: T): T {
    this.#remembered.push(remembered);
    return remembered;
  }

  #forget(): void {
    for (const remembered of this.#remembered) remembered.clear();
  }

  /** Where the disk fails SQLite has done it already. */
  #rollBack(): void {
    this.#forget();
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      return;
    }
  }

  /** Number of the change that runs: one for everything a transaction does, rising from transaction to transaction. */
  change(): number {
    if (typeof this.#change === "number") return this.#change;
    const next = this.lastChange() + 1;
    this.setMeta("change", String(next));
    if (this.#change === "none yet") this.#change = next;
    return next;
  }

  lastChange(): number {
    return Number(this.meta("change") ?? 0);
  }

  meta(key: string): string | undefined {
    this.catchUp();
    if (this.#meta.has(key)) return this.#meta.get(key);
    const value = this.row("SELECT value FROM meta WHERE key = ?", key)?.["value"] as string | undefined;
    this.#meta.set(key, value);
    return value;
  }

  setMeta(key: string, value: string): void {
    const sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    this.write(sql, key, value);
    this.#meta.set(key, value);
  }

  /** The first row of what every request looks at, and seldom changes: of the tables in {@link outdating} alone. */
  glance(sql: string): Row | undefined {
    this.catchUp();
    if (!this.#glances.has(sql)) this.#glances.set(sql, this.row(sql));
    return this.#glances.get(sql);
  }

  /** @returns how many rows changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    if (this.#prepared(sql).makesOutdated) this.#forget();
    return Number(this.write(sql, ...values).changes);
  }

  /** @returns the number that the new row got */
  insertRow(sql: string, ...values: SQLInputValue[]): number {
    if (this.#prepared(sql).makesOutdated) this.#forget();
    return Number(this.write(sql, ...values).lastInsertRowid);
  }

  /** For who keeps what is remembered right by itself. */
  protected write(sql: string, ...values: SQLInputValue[]): ReturnType<StatementSync["run"]> {
    return this.#prepared(sql).statement.run(...values);
  }

  row(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).statement.get(...values);
  }

  rows(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).statement.all(...values);
  }

  #prepared(sql: string): Prepared {
    let prepared = this.#statements.get(sql);
    if (!prepared) {
      prepared = { statement: this.#database.prepare(sql), makesOutdated: outdating.test(sql) };
      this.#statements.set(sql, prepared);
    }
    return prepared;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** SQLite's own words for a file that is damaged or something else are of no help to whoever sees them. */
function unreadable(file: string, error: unknown): unknown {
  // Only SQLite's own: what is refused inside a transaction may speak of malformed things too.
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code !== "ERR_SQLITE_ERROR" || !/not a database|disk image is malformed/.test(String(message))) return error;
  return new Error(
    `cannot open the emulated tenant in ${file}: the file is damaged (${String(message)}). ` +
      `Nothing in it can be trusted: delete that folder to start anew, and import an export of the tenant if you have one.`,
    { cause: error },
  );
}
