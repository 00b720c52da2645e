/** How the tenant opens its database file: several processes may do so at the same moment. */
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
      database = new DatabaseSync(file, { timeout: lockTimeoutMs });
      // Node.js before 22.16 does not know the option above.
      database.exec(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
      if (file !== ":memory:") database.exec("PRAGMA journal_mode = WAL");
      database.exec("PRAGMA synchronous = NORMAL");
      return database;
    } catch (error) {
      database?.close();
      if (attempt === openAttempts || !isBusy(error)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
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
