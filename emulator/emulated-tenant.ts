/** What an emulated tenant can do for who opens it. */
import type { TenantAnswer, TenantRequest } from "./exchange";
import type { RequestRecord } from "./state/journal";
import type { PlantedObject } from "./state/plant";
import type { Snapshot } from "./state/snapshot";
import type { TenantFile } from "./state/tenant-file";
import type { Trust } from "./sign-in/issuers";
import type { TokenRequest } from "./sign-in/token-subject";
import type { Fault } from "./switches/faults";
import type { SwitchChanges, Switches } from "./switches/switches";

export interface TenantOptions {
  /** Folder of the state; made when missing. Several processes may open the same one. */
  readonly directory?: string;
  /** Nothing on disk: the tenant ends with this process. */
  readonly memory?: true;
  /** Origin of the URLs in answers. @default the origin of each request, which is https://graph.microsoft.com unless the tenant is served */
  readonly baseUrl?: string;
  /** GUID of the tenant, for recorded stacks. @default random when the store is first made */
  readonly tenantId?: string;
  /**
   * Holds every answer against metadata, and says its type and its operation in the headers `x-emulated-type` and `x-emulated-operation`. A violation becomes status 500
   * with code `SelfCheckFailed`. For tests. @default false
   */
  readonly selfCheck?: boolean;
}

export interface EmulatedTenant {
  readonly id: string;
  readonly name: string;
  /** Verified domain. */
  readonly domain: string;
  /** Where the state lies: a folder, or "memory". */
  readonly where: string;
  /** Answers one request to Microsoft Graph. Rejects only where a planned fault breaks the connection. */
  handle(request: Request): Promise<Response>;
  /** The same without the classes of `fetch`: for servers. */
  answer(request: TenantRequest): Promise<TenantAnswer>;
  /** A signed access token for Microsoft Graph. @throws {TypeError} for an unknown permission, application or user */
  token(options?: TokenRequest): Promise<string>;
  /** The client secret of the automation application, for clients that sign in. A reset does not change it. */
  automationSecret(): string;
  /** Lets assertions of this issuer be checked for federated credentials; no keys are fetched from beyond this machine. @throws {TypeError} */
  trustIssuer(trust: Trust): void;
  /** What tokens of the automation application hold from now on, in every process on this store. */
  grant(permissions: readonly string[]): void;
  /** Plans a request that goes wrong, in whichever process on this store it arrives. */
  fail(fault: Fault): void;
  /** Faults that have not happened yet, oldest first. */
  faults(): readonly Fault[];
  clearFaults(): void;
  /**
   * Requests that came before the Retry-After that their caller was told had ended, since the last reset. Those that were
   * already on their way when it was told count as well.
   */
  earlyCalls(): number;
  /** How clock, lag, quotas, limits and profiles are set. */
  switches(): Switches;
  /** @throws {TypeError} for an unknown switch or value */
  set(changes: SwitchChanges): void;
  /** The time in the tenant. */
  now(): Date;
  /** Puts the tenant's clock forward by `ms` milliseconds. */
  advance(ms: number): void;
  /** The newest 10,000 requests, oldest first. */
  requests(): readonly RequestRecord[];
  /** Puts objects into the directory as they are, unchecked: what was there before, for tests and replays. */
  plant(objects: readonly PlantedObject[]): void;
  /**
   * Back to the seed: objects, requests, faults, granted permissions and what quotas hold. The id, the signing key and the
   * switches stay.
   */
  reset(): void;
  /** The state as it is, to come back to with `restore`; in this process only, and fast. */
  snapshot(): Snapshot;
  /** Back to a snapshot: everything but the request log. @throws {TypeError} for one of another tenant */
  restore(snapshot: Snapshot): void;
  /** The whole tenant as one readable JSON file: no signing key, no secret's text. */
  exportState(): TenantFile;
  /**
   * Makes the tenant what an exported file says; its id stays. A file without `tenant`, such as `{objects: […]}`, comes on
   * top of the seed. @throws {TypeError} naming the path of what is wrong; nothing is changed then
   */
  importState(file: unknown): void;
  /** Adds the objects of a file to what is there. @throws {TypeError} naming the path of what is wrong */
  seed(file: unknown): void;
  close(): void;
}
