/** The state of a tenant, kept in this process to come back to: for tests. */
import type { SQLInputValue } from "node:sqlite";
import type { Row } from "./database";
import type { Store } from "./store";

/** Opaque; of use only to the tenant it was taken from, in this process. */
export interface Snapshot {
  readonly tenantId: string;
  readonly tables: readonly { readonly name: string; readonly rows: readonly Row[] }[];
}

/** The request log goes on through a restore; the signing key stays as long as the tenant. */
const notKept = ["requests"];
const keptMeta = ["tenantId", "signingKey", "schemaVersion", "automationSecret"];

function tablesOf(store: Store): string[] {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
  return store.rows(sql).flatMap(({ name }) => (notKept.includes(String(name)) ? [] : String(name)));
}

/** Runs inside a transaction. */
export function snapshotOf(store: Store): Snapshot {
  const tables = tablesOf(store).map((name) => ({ name, rows: store.rows(`SELECT * FROM ${name}`) }));
  return { tenantId: store.meta("tenantId") ?? "", tables };
}

/**
 * Everything as it was, and the request log as it is. Delta tokens of before are no longer known: changes made since
 * the snapshot never happened. Runs inside a write transaction.
 *
 * @throws {TypeError} for a snapshot of another tenant
 */
export function restoreSnapshot(store: Store, { tenantId, tables }: Snapshot): void {
  if (tenantId !== store.meta("tenantId"))
    throw new TypeError(`cannot restore the emulated tenant: the snapshot is of tenant ${tenantId}.`);
  const change = store.lastChange();
  for (const { name, rows } of tables) {
    const kept = keptMeta.map((key) => `'${key}'`).join(", ");
    store.run(name === "meta" ? `DELETE FROM meta WHERE key NOT IN (${kept})` : `DELETE FROM ${name}`);
    const [first] = rows;
    if (!first) continue;
    const columns = Object.keys(first);
    const sql = `INSERT OR IGNORE INTO ${name} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
    for (const row of rows) store.run(sql, ...columns.map((column) => row[column] as SQLInputValue));
  }
  beginEpoch(store, change);
}

/** Objects are others than before, without a change for each: whoever follows changes has to begin anew. */
export function beginEpoch(store: Store, lastChange: number): void {
  store.setMeta("change", String(lastChange));
  store.setMeta("epoch", String(store.change()));
}

/** Delta tokens of another epoch are not known. */
export const epochOf = (store: Store): string => store.meta("epoch") ?? "0";
