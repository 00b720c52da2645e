/**
 * A Microsoft Entra tenant in this process: directory, Agent ID and Conditional Access behind Microsoft Graph's own
 * paths, bodies and errors. It follows the documentation; where that is silent it is strict.
 */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { entityOf } from "./entities";
import type { Ground } from "./entities/entity";
import { remembered, type RequestRecord } from "./state/journal";
import { checkPermissionNames, microsoftGraphAppId } from "./permissions";
import { automationAppId, seed, seedOrganization, tenantDomain, tenantName } from "./seed";
import { Service } from "./service";
import { forgetHistory } from "./state/replica";
import { plant, type PlantedObject } from "./state/plant";
import type { Store, StoredObject } from "./state/store";
import { SqliteStore } from "./state/sqlite-store";
import { restoreSnapshot, type Snapshot, snapshotOf } from "./state/snapshot";
import type { TenantFile } from "./state/tenant-file";
import { exportState, importState, resetState, seedState } from "./tenant-state";
import { advanced, timeIn } from "./switches/clock";
import { clearFaults, type Fault, planFault, plannedFaults } from "./switches/faults";
import { earlyCalls } from "./switches/throttle";
import { changed, keepSwitches, type SwitchChanges, type Switches, switchesOf } from "./switches/switches";
import { keepGranted, rolesOf } from "./sign-in/app-roles";
import { automationSecret } from "./sign-in/automation-secret";
import { keepIssuer, type Trust } from "./sign-in/issuers";
import { issueToken, signingKey, type TokenSubject } from "./sign-in/token";

export type { RequestRecord } from "./state/journal";
export type { Fault, FaultAnswer } from "./switches/faults";
export type { PlantedObject } from "./state/plant";
export type { Snapshot } from "./state/snapshot";
export type { TenantFile } from "./state/tenant-file";
export type { SwitchChanges, Switches } from "./switches/switches";
export type { Trust } from "./sign-in/issuers";

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

export interface TokenRequest {
  /** Microsoft Graph permissions in the token. @default what the application holds */
  readonly permissions?: readonly string[];
  /** Client id of the application. @default the automation application */
  readonly app?: string;
  /** User principal name: the token is a delegated one. */
  readonly user?: string;
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

const fileName = "tenant.sqlite";

/** Whether there is a tenant in `directory`. */
export const tenantExists = (directory: string): boolean => fs.existsSync(path.join(directory, fileName));

/** Opens a tenant, and makes it on first use. */
export function openTenant(options: TenantOptions): EmulatedTenant {
  const where = options.memory ? "memory" : directoryOf(options);
  const store = new SqliteStore(
    options.memory ? ":memory:" : path.join(where, fileName),
    (kind) => entityOf(kind).indexed,
  );
  try {
    return new Tenant(store, idOf(store, options.tenantId, where), where, options);
  } catch (error) {
    store.close();
    throw error;
  }
}

function directoryOf({ directory }: TenantOptions): string {
  if (directory === undefined) throw new TypeError("openTenant needs a directory, or memory: true");
  const where = path.resolve(directory);
  fs.mkdirSync(where, { recursive: true, mode: 0o700 });
  keepToSelf(where);
  // The folder holds a private key and lies beside programs that are under version control.
  const ignore = path.join(where, ".gitignore");
  if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, `${fileName}*\n.gitignore\n`);
  return where;
}

/** Only this user gets at the signing key and the secret inside. Folders of others stay as they are; Windows has no modes. */
function keepToSelf(folder: string): void {
  const { uid, mode } = fs.statSync(folder);
  if (uid === process.getuid?.() && (mode & 0o077) !== 0) fs.chmodSync(folder, mode & 0o700);
}

/** The id the store was made with; an empty store is filled. */
function idOf(store: Store, wanted: string | undefined, where: string): string {
  return store.transaction("write", () => {
    const found = store.meta("tenantId");
    if (found !== undefined && wanted !== undefined && found !== wanted.toLowerCase()) {
      throw new Error(`cannot open the emulated tenant in ${where}: it is tenant ${found}, not ${wanted}.`);
    }
    if (found !== undefined) {
      // Tenants of the first release were born without one.
      if (!store.get(found)) seedOrganization(store, found);
      return found;
    }
    const id = wanted?.toLowerCase() ?? randomUUID();
    store.setMeta("tenantId", id);
    seed(store, id);
    automationSecret(store);
    return id;
  });
}

class Tenant implements EmulatedTenant {
  readonly name = tenantName;
  readonly domain = tenantDomain;
  readonly #around: Ground;
  readonly #service: Service;

  constructor(
    private readonly store: Store,
    readonly id: string,
    readonly where: string,
    { baseUrl, selfCheck }: TenantOptions,
  ) {
    this.#around = { store, tenantId: id, tenantName, domain: tenantDomain };
    this.#service = new Service(this.#around, baseUrl, selfCheck);
  }

  handle(request: Request): Promise<Response> {
    return this.#service.handle(request);
  }

  async token(options: TokenRequest = {}): Promise<string> {
    return issueToken(signingKey(this.store), this.id, this.#subject(options), this.now());
  }

  #subject({ permissions, app = automationAppId, user }: TokenRequest): TokenSubject {
    checkPermissionNames(permissions ?? []);
    const principal = this.#servicePrincipal(app);
    if (!principal) throw new TypeError(`no service principal with appId "${app}" in the emulated tenant`);
    const held = permissions ?? this.#held(principal);
    if (user === undefined) return { appId: app, oid: principal.id, permissions: held };
    const [person] = this.store.find({ kinds: ["user"], where: { property: "userPrincipalName", value: user } });
    if (!person) throw new TypeError(`no user "${user}" in the emulated tenant`);
    return {
      appId: app,
      oid: person.id,
      userPrincipalName: String(person.body["userPrincipalName"]),
      permissions: held,
    };
  }

  #servicePrincipal(appId: string): StoredObject | undefined {
    const kinds = ["servicePrincipal", "agentIdentityBlueprintPrincipal", "agentIdentity"];
    return this.store.find({ kinds, where: { property: "appId", value: appId } })[0];
  }

  /** Application permissions on Microsoft Graph: its app role assignments, and what `grant` says of the automation application. */
  #held(principal: StoredObject): readonly string[] {
    const graph = this.#servicePrincipal(microsoftGraphAppId);
    if (!graph) return [];
    const [switches, now] = [this.switches(), this.now()];
    return rolesOf({ ...this.#around, switches, now }, principal, graph, switches, now);
  }

  automationSecret(): string {
    return this.store.transaction("write", () => automationSecret(this.store));
  }

  trustIssuer(trust: Trust): void {
    this.store.transaction("write", () => keepIssuer(this.store, trust));
  }

  grant(permissions: readonly string[]): void {
    checkPermissionNames(permissions);
    this.store.transaction("write", () => keepGranted(this.store, permissions, this.now()));
  }

  fail(fault: Fault): void {
    this.store.transaction("write", () => planFault(this.store, fault));
  }

  faults(): readonly Fault[] {
    return plannedFaults(this.store);
  }

  clearFaults(): void {
    this.store.transaction("write", () => clearFaults(this.store));
  }

  earlyCalls(): number {
    return earlyCalls(this.store);
  }

  switches(): Switches {
    return switchesOf(this.store);
  }

  set(changes: SwitchChanges): void {
    this.store.transaction("write", () => keepSwitches(this.store, changed(switchesOf(this.store), changes)));
  }

  now(): Date {
    return timeIn(this.switches());
  }

  advance(ms: number): void {
    this.store.transaction("write", () => {
      const switches = switchesOf(this.store);
      keepSwitches(this.store, changed(switches, { clock: advanced(switches, ms) }));
    });
  }

  requests(): readonly RequestRecord[] {
    return remembered(this.store);
  }

  plant(objects: readonly PlantedObject[]): void {
    this.store.transaction("write", () => {
      // What was there before is everywhere.
      forgetHistory(this.store);
      plant(this.store, objects);
    });
  }

  reset(): void {
    this.store.transaction("write", () => resetState(this.store, this.id));
  }

  snapshot(): Snapshot {
    return this.store.transaction("read", () => snapshotOf(this.store));
  }

  restore(snapshot: Snapshot): void {
    this.store.transaction("write", () => restoreSnapshot(this.store, snapshot));
  }

  exportState(): TenantFile {
    return this.store.transaction("read", () => exportState(this.store));
  }

  importState(file: unknown): void {
    this.store.transaction("write", () => importState(this.store, this.id, file));
  }

  seed(file: unknown): void {
    this.store.transaction("write", () => seedState(this.store, this.id, file));
  }

  close(): void {
    this.store.close();
  }
}
