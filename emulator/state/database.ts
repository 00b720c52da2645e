/** One SQLite file and what is asked of it: prepared statements, transactions, and the number of each change. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { newestLayout, steps } from "./layout";
import { openDatabase } from "./sqlite";

export type Row = Record<string, unknown>;

export class Database {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
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
    this.run(mode === "write" ? "BEGIN IMMEDIATE" : "BEGIN");
    this.#change = mode === "write" ? "none yet" : undefined;
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw unreadable(this.file, error);
    } finally {
      this.#change = undefined;
    }
  }

  /** Where the disk fails SQLite has done it already. */
  #rollBack(): void {
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

  /** @returns how many rows changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** @returns the number that the new row got */
  insertRow(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid);
  }

  row(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  rows(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
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
