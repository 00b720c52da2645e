/** What was asked of the tenant, by whichever process on the store. */
import type { Store } from "./store";

/** One request, as the tenant saw it. Never bodies, headers, tokens or queries. */
export interface RequestRecord {
  /** Rises by one a request; `reset` does not start it anew. */
  readonly sequence: number;
  /** ISO time at which the request came, by the tenant's clock. */
  readonly at: string;
  /** HTTP method: `PATCH`. */
  readonly method: string;
  /** Decoded path with version, without query. */
  readonly path: string;
  /** Status that was answered; 0 when the connection was reset instead. */
  readonly status: number;
  /** The `request-id` header of the answer. */
  readonly requestId: string;
  /** The `client-request-id` header of the request; the request id where it had none. */
  readonly clientRequestId: string;
  /** Method and path of the route: `PATCH /applications/{id}`. Missing where the request did not get so far. */
  readonly operation?: string;
  /** Client id of the caller. Missing where the token was not accepted. */
  readonly appId?: string;
  /** Resource units, while quotas are on. */
  readonly units?: number;
  /** It came before the Retry-After of an earlier answer had ended. */
  readonly early?: true;
  /** Set for a part of a `$batch`. */
  readonly batch?: true;
}

/** Requests that are remembered, and up to a hundred more. Older ones are dropped. */
export const mostRequests = 10_000;

/** Requests between two deletions of old ones. */
const sweep = 100;

export function remember(store: Store, record: Omit<RequestRecord, "sequence">): void {
  const sequence = store.insertRow("INSERT INTO requests (record) VALUES (?)", JSON.stringify(record));
  if (sequence % sweep === 0) store.run("DELETE FROM requests WHERE sequence <= ?", sequence - mostRequests);
}

export function remembered(store: Store): RequestRecord[] {
  return store.rows("SELECT sequence, record FROM requests ORDER BY sequence").map((row) => ({
    sequence: Number(row["sequence"]),
    ...(JSON.parse(String(row["record"])) as Omit<RequestRecord, "sequence">),
  }));
}
