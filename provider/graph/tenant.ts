/**
 * A connection to one tenant: all that resources know of Microsoft Graph.
 */
import type { Account } from "./tokens";

/** Which Graph surface a path belongs to. @default "v1.0" */
export type GraphVersion = "v1.0" | "beta";

export interface RequestOptions {
  /** @default "v1.0" */
  readonly version?: GraphVersion;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Writes with the same key never overlap: writes to one application's credentials, federated credentials,
   * inheritance, owners and sponsors answer 409 Directory_ConcurrencyViolation when they do.
   */
  readonly serial?: string;
  /**
   * Whether the request has the same effect when it is sent twice. True for a POST that Graph refuses to carry out again
   * (an assignment, a grant, a `$ref`): it is sent again when its answer is lost, and the caller takes 409 for success. False
   * for an upsert that binds people: Graph allows it only for an object that does not exist yet.
   * @default true for PATCH and DELETE, false for POST
   */
  readonly repeatable?: boolean;
}

/** Some of the items of a collection. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next ones are; undefined on the last page. */
  readonly next: PageAddress | undefined;
}

export interface PageAddress {
  readonly path: string;
  readonly version: GraphVersion;
}

export interface Tenant {
  /** GUID of the tenant. */
  readonly id: string;
  /** Its name in messages: `contoso.com`, `http://127.0.0.1:4040`, `the embedded tenant in /p/.entra-agent-id`. */
  readonly name: string;
  /** Whether a read may come from a replica that lags behind a write. An embedded tenant has no replicas, unless its lag is switched on. */
  isReplicated(): boolean;
  /** Who has signed in, as the access token says. */
  account(): Promise<Account>;

  /** One object. 404 is an EntraError with code NOT_FOUND. Sent again until answered. */
  get<T>(path: string, options?: RequestOptions): Promise<T>;
  /** One page of a collection, for who may not need all. Its `next` never leads to another host: that is an UNEXPECTED_ANSWER. */
  page<T>(path: string, options?: RequestOptions): Promise<Page<T>>;
  /** All items of a collection, following `@odata.nextLink`. */
  list<T>(path: string, options?: RequestOptions): Promise<T[]>;
  /**
   * A write that must not be sent twice. When the answer is lost (5xx, reset, time-out, truncated) it is an EntraError
   * with code ANSWER_LOST, and the caller has to read before it tries again. After 429 and refused connections it is sent
   * again: they had no effect.
   */
  post<T>(path: string, body: object, options?: RequestOptions): Promise<T>;
  /** A write to a keyed object: sent again until answered. `undefined` when Graph answers 204. */
  patch<T>(path: string, body: object, options?: RequestOptions): Promise<T | undefined>;
  /** Sent again until answered. For an object that is gone: an EntraError with code NOT_FOUND. */
  delete(path: string, options?: RequestOptions): Promise<void>;
  /** Absolute URL of a path, as `@odata.bind` and `@odata.id` want it. @param version by default "v1.0" */
  url(path: string, version?: GraphVersion): string;
}
