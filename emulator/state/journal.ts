/** What was asked of the tenant, and which answers are to go wrong. Both are shared by every process on the store. */
import type { Store } from "./store";

/** One request, as the tenant saw it. Never bodies, headers or tokens. */
export interface RequestRecord {
  /** Rises by one a request; `reset` does not start it anew. */
  readonly sequence: number;
  /** ISO time at which the answer was ready. */
  readonly at: string;
  readonly method: string;
  /** Decoded path with version, without query. */
  readonly path: string;
  /** Status that was answered; 0 when the connection was reset instead. */
  readonly status: number;
  readonly requestId: string;
  readonly clientRequestId: string;
  /** Set for a part of a `$batch`. */
  readonly batch?: true;
}

/** Requests that are remembered, and up to a hundred more. Older ones are dropped. */
export const mostRequests = 10_000;

/** Requests between two looks for old ones. */
const sweep = 100;

export function remember(store: Store, record: Omit<RequestRecord, "sequence">): void {
  const row = store.row("INSERT INTO requests (record) VALUES (?) RETURNING sequence", JSON.stringify(record));
  const sequence = Number(row?.["sequence"]);
  if (sequence % sweep === 0) store.run("DELETE FROM requests WHERE sequence <= ?", sequence - mostRequests);
}

export function remembered(store: Store): RequestRecord[] {
  return store.rows("SELECT sequence, record FROM requests ORDER BY sequence").map((row) => ({
    sequence: Number(row["sequence"]),
    ...(JSON.parse(String(row["record"])) as Omit<RequestRecord, "sequence">),
  }));
}

/** A request that goes wrong. */
export interface Fault {
  /** @default any */
  readonly method?: string;
  /** Source of a regular expression on the decoded path, version included. @default any */
  readonly path?: string;
  /** `before`: the request has no effect. `after`: it takes effect, then its answer is replaced. */
  readonly effect: "before" | "after";
  /** What is answered instead; `reset` breaks the connection. */
  readonly answer: FaultAnswer | "reset";
  /** How often. @default 1 */
  readonly times?: number;
}

export interface FaultAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. @default nothing */
  readonly body?: unknown;
}

/** @throws {SyntaxError} when the path is no regular expression */
export function planFault(store: Store, fault: Fault): void {
  new RegExp(fault.path ?? "");
  store.run("INSERT INTO faults (fault, remaining) VALUES (?, ?)", JSON.stringify(fault), fault.times ?? 1);
}

/** Takes the oldest fault that fits; each is taken by one request only, whichever process serves it. */
export function takeFault(store: Store, method: string, path: string): Fault | undefined {
  for (const row of store.rows("SELECT seq, fault FROM faults ORDER BY seq")) {
    const fault = JSON.parse(String(row["fault"])) as Fault;
    if (fault.method !== undefined && fault.method.toUpperCase() !== method) continue;
    if (!new RegExp(fault.path ?? "").test(path)) continue;
    const seq = Number(row["seq"]);
    if (store.run("UPDATE faults SET remaining = remaining - 1 WHERE seq = ? AND remaining > 0", seq) === 0) continue;
    store.run("DELETE FROM faults WHERE seq = ? AND remaining <= 0", seq);
    return fault;
  }
  return undefined;
}

/** As `fetch` reports a broken connection. */
export function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", errno: -104, syscall: "read" });
  return new TypeError("fetch failed", { cause });
}

export const isConnectionReset = (error: unknown): boolean =>
  error instanceof TypeError &&
  error.cause instanceof Error &&
  (error.cause as NodeJS.ErrnoException).code === "ECONNRESET";
