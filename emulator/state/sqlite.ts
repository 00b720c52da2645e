/** How the tenant opens its database file: several processes may do so at the same moment. */
import { randomUUID } from "node:crypto";
import type * as Sqlite from "node:sqlite";

/** How long one process waits for another one's transaction, in milliseconds. Transactions last well under one. */
const lockTimeoutMs = 10_000;

/** Switching a new file to WAL ignores the lock timeout: the attempt is repeated this often, 20 ms apart. */
const openAttempts = 250;

/**
 * @param file path of the database, or `:memory:`
 * @throws when this Node.js has no node:sqlite (before 22.13 it hides behind a flag)
 */
export function openDatabase(file: string): Sqlite.DatabaseSync {
  const { DatabaseSync } = sqlite();
  for (let attempt = 1; ; attempt += 1) {
    let database: Sqlite.DatabaseSync | undefined;
    try {
      database = file === inMemory ? openInMemory(DatabaseSync) : new DatabaseSync(file, { timeout: lockTimeoutMs });
      // Node.js before 22.16 does not know the option above.
      database.exec(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
      if (file !== inMemory) database.exec("PRAGMA journal_mode = WAL");
      database.exec("PRAGMA synchronous = NORMAL");
      return database;
    } catch (error) {
      database?.close();
      if (attempt === openAttempts || !isBusy(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/** The name of a database that ends with this process, and that no other connection can open. */
export const inMemory = ":memory:";

/** Of 4 KB. Measured: with 500, SQLite's own default, the create of an agent identity takes a tenth longer. */
const cachedPages = 200;

/**
 * A file in this process's memory, that no other connection can name. What SQLite itself calls `:memory:` keeps every page
 * that was ever written in one list, which each commit walks: a write to a tenant of 100,000 objects would take ten times
 * as long as one to an empty tenant. At most 1 GB fits, about 800,000 objects.
 */
function openInMemory(DatabaseSync: typeof Sqlite.DatabaseSync): Sqlite.DatabaseSync {
  let database: Sqlite.DatabaseSync;
  try {
    database = new DatabaseSync(new URL(`file:///${randomUUID()}?vfs=memdb`));
  } catch (error) {
    // Node.js before 22.15 takes no URL.
    if ((error as { readonly code?: unknown }).code !== "ERR_INVALID_ARG_TYPE") throw error;
    return new DatabaseSync(inMemory);
  }
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  // Each commit goes through the cache, and what is not in it is in memory all the same.
  database.exec(`PRAGMA cache_size = ${cachedPages}`);
  return database;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is locked|database is busy/i.test(error.message);
}

/** Node.js 22 warns once that SQLite is experimental; the people who run the command can do nothing about it. */
function sqlite(): typeof Sqlite {
  // Called on `process` again, below.
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { emitWarning } = process;
  const quiet = (...args: unknown[]): void => {
    if (/SQLite is an experimental feature/.test(String(args[0]))) return;
    Reflect.apply(emitWarning, process, args);
  };
  process.emitWarning = quiet;
  try {
    // Undefined at run time where the module is missing, whatever the types say.
    const module = process.getBuiltinModule("node:sqlite") as typeof Sqlite | undefined;
    if (!module)
      throw new Error(
        `cannot open the emulated tenant: Node.js ${process.version} has no node:sqlite. Use 22.13 or newer.`,
      );
    return module;
  } finally {
    process.emitWarning = emitWarning;
  }
}
