/** What an emulated tenant can do for whoever opens it. */
import type { TenantAnswer, TenantRequest } from "./exchange";
import type { RequestRecord } from "./state/journal";
import type { TenantFile } from "./state/tenant-file";
import type { Trust } from "./sign-in/issuers";
import type { TokenRequest } from "./sign-in/token-subject";
import type { Fault } from "./switches/faults";
import type { SwitchChanges, Switches } from "./switches/values";

interface CommonOptions {
  /** GUID of the tenant, where it has to be the same every time. @default random when the tenant is first made */
  readonly tenantId?: string;
}

/** A tenant that ends with this process. */
export interface InMemory extends CommonOptions {
  /** Nothing is written to disk. */
  readonly memory: true;
  /** Not with `memory`. */
  readonly directory?: never;
}

/** A tenant that stays: every write is on disk before it is answered. */
export interface OnDisk extends CommonOptions {
  /**
   * Folder of the state, on a local disk; made when missing, and the tenant in it with its company when there is none.
   * Several processes may open it at once: they share everything, faults and switches included.
   */
  readonly directory: string;
  /** Not with `directory`. */
  readonly memory?: never;
}

/** Where the state of a tenant lies. */
export type TenantOptions = InMemory | OnDisk;

/** What an application signs in with. */
export interface ClientCredentials {
  /** `appId` of the application, the same in every tenant. */
  readonly clientId: string;
  /** One per tenant; it does not expire. */
  readonly clientSecret: string;
}

/**
 * A Microsoft Entra tenant in this process: directory, Agent ID, Conditional Access and the token endpoint. What is not
 * emulated answers 501 `NotEmulated`, never something that looks right; FIDELITY.md lists what is, and on which
 * documentation each operation is based.
 */
export interface EmulatedTenant {
  /** GUID of the tenant. */
  readonly id: string;
  /** Display name: `Contoso (emulated)`. */
  readonly name: string;
  /** Verified domain: `contoso.com`. */
  readonly domain: string;
  /** Where the state lies: an absolute path, or `memory`. */
  readonly where: string;
  /**
   * Answers one request, as `fetch` would: to Microsoft Graph at `https://graph.microsoft.com/v1.0` or `/beta`, or to
   * the token endpoint, discovery and keys at `https://login.microsoftonline.com`. A whole `fetch` is `(input, init) =>
   * tenant.handle(new Request(input, init))`. Nothing leaves this process.
   *
   * Rejects where `fetch` would: where a planned fault breaks the connection, or the request's signal is aborted.
   * Everything else is a response.
   */
  handle(request: Request): Promise<Response>;
  /**
   * The same without the classes of `fetch`, which take longer than most answers: for servers. A body that a planned
   * fault cuts off is a stream.
   */
  answer(request: TenantRequest): Promise<TenantAnswer>;
  /**
   * A signed access token for Microsoft Graph, good for an hour of the tenant's clock. No sign-in is needed for it, and
   * none is logged.
   *
   * @throws {TypeError} for an unknown permission, application or user
   */
  token(options?: TokenRequest): Promise<string>;
  /**
   * What the automation application signs in with at the token endpoint. The secret stays the same when the tenant is
   * reset.
   *
   * @throws {TypeError} where the automation application was deleted
   */
  credentials(): ClientCredentials;
  /**
   * Hands over the keys of an issuer, so that its assertions are checked for federated identity credentials: the tenant
   * fetches no keys from beyond this machine. Another call for the same issuer replaces its keys.
   *
   * @throws {TypeError} where there is no issuer, or no key set
   */
  trustIssuer(trust: Trust): void;
  /**
   * The application permissions on Microsoft Graph that new tokens of the automation application hold from now on,
   * instead of those it held; those it is given as app role assignments come on top.
   *
   * @throws {TypeError} for a permission that Microsoft Graph does not have
   */
  grant(permissions: readonly string[]): void;
  /**
   * Plans a request that goes wrong, in whichever process on this state it arrives. Several faults can be planned; each
   * request takes the oldest that is due.
   *
   * @throws {TypeError} where it is no fault, or its path could take too long to match
   * @throws {SyntaxError} where its path is no regular expression
   */
  fail(fault: Fault): void;
  /** Faults that have not happened yet, oldest first; `nth` and `times` say what is left of them. */
  faults(): readonly Fault[];
  /** Forgets the faults that have not happened yet. */
  clearFaults(): void;
  /** How clock, lag, latency, quotas, limits and profiles are set. */
  switches(): Switches;
  /**
   * Changes switches, for every process on this state.
   *
   * @throws {TypeError} for an unknown switch or value; nothing is changed then
   */
  set(changes: SwitchChanges): void;
  /** The time in the tenant. */
  now(): Date;
  /**
   * Puts the tenant's clock forward, whether it runs or stands still. What is due by then has happened at the next
   * request.
   *
   * @param ms milliseconds
   * @throws {TypeError} beyond the year 8999
   */
  advance(ms: number): void;
  /**
   * The newest 10,000 requests, oldest first, of every process on this state. Never bodies, headers, tokens or queries.
   */
  requests(): readonly RequestRecord[];
  /**
   * Adds objects to what is there: `{ objects: [{ kind, id, properties, relations }] }`, as in {@link TenantFile}.
   * Properties stand as the tenant keeps them. They are checked by type, not by the rules of a request: this is what
   * was there before.
   *
   * @throws {TypeError} naming the path of everything that is wrong; nothing is changed then
   */
  seed(file: unknown): void;
  /**
   * Back to the company that every tenant begins with: objects, requests, faults, granted permissions and what quotas
   * hold. The id, the signing key and the switches stay.
   */
  reset(): void;
  /** The whole tenant as one readable JSON file: no signing key, and of client secrets only the hashes. */
  exportState(): TenantFile;
  /**
   * Makes the tenant what a file says; its id stays. A file without `tenant`, such as `{ objects: […] }`, comes on top
   * of the company that every tenant begins with.
   *
   * @throws {TypeError} naming the path of everything that is wrong; nothing is changed then
   */
  importState(file: unknown): void;
  /** Closes the state. The tenant cannot be used any more; one on disk can be opened again. */
  close(): void;
}
