/**
 * A Microsoft Entra tenant in this process: directory, Agent ID and Conditional Access behind Microsoft Graph's own
 * paths, bodies and errors. It follows the documentation; where that is silent it is strict.
 */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { entityOf } from "./entities";
import type { ClientCredentials, EmulatedTenant, TenantOptions } from "./emulated-tenant";
import { responseOf, type TenantAnswer, type TenantRequest } from "./exchange";
import type { Ground } from "./entities/entity";
import { remembered, type RequestRecord } from "./state/journal";
import { checkPermissionNames } from "./permissions";
import { automationAppId, seed, seedOrganization, tenantDomain, tenantName } from "./seed";
import { Service } from "./service";
import { forgetHistory } from "./state/history";
import { plant, type PlantedObject } from "./state/plant";
import type { Store } from "./state/store";
import { SqliteStore } from "./state/sqlite-store";
import { restoreSnapshot, type Snapshot, snapshotOf } from "./state/snapshot";
import type { TenantFile } from "./state/tenant-file";
import { exportState, importState, resetState, seedState } from "./tenant-state";
import { advanced, timeIn } from "./switches/clock";
import { clearFaults, type Fault, planFault, plannedFaults } from "./switches/faults";
import { earlyCalls } from "./switches/throttle";
import { changed, keepSwitches, switchesOf } from "./switches/switches";
import type { SwitchChanges, Switches } from "./switches/values";
import { keepGranted } from "./sign-in/app-roles";
import { automationSecret } from "./sign-in/automation-secret";
import { keepIssuer, type Trust } from "./sign-in/issuers";
import { issueToken, signingKey } from "./sign-in/token";
import { type TokenRequest, tokenSubject } from "./sign-in/token-subject";

export type { TokenRequest } from "./sign-in/token-subject";
export type { RequestRecord } from "./state/journal";
export type { Fault, FaultAnswer } from "./switches/faults";
export type { PlantedObject } from "./state/plant";
export type { Snapshot } from "./state/snapshot";
export type { TenantFile } from "./state/tenant-file";
export { type ProfileSet, type Profiles, profileSets } from "./switches/profiles";
export type { SwitchChanges, Switches } from "./switches/values";
export type { Trust } from "./sign-in/issuers";

/** What this package needs of its own tenants besides. */
export interface InternalOptions {
  /**
   * Origin of the URLs in answers. @default the origin of each request, which is https://graph.microsoft.com unless the
   * tenant is served
   */
  readonly baseUrl?: string;
  /**
   * Holds every answer against metadata, and names its type and its operation in the headers `x-emulated-type` and
   * `x-emulated-operation`. A violation becomes status 500 with code `SelfCheckFailed`. For tests. @default false
   */
  readonly selfCheck?: boolean;
}

/** What the tests of this package do with a tenant besides. */
export interface InternalTenant extends EmulatedTenant {
  /**
   * Requests that came before the Retry-After of an earlier answer to their caller had ended, since the last reset.
   * Those that were already under way when that answer was sent count as well.
   */
  earlyCalls(): number;
  /** Puts objects into the directory as they are, unchecked: what was there before, for tests and replays. */
  plant(objects: readonly PlantedObject[]): void;
  /** The state as it is, to come back to with `restore`; in this process only, and fast. */
  snapshot(): Snapshot;
  /** Back to a snapshot: everything but the request log. @throws {TypeError} for one of another tenant */
  restore(snapshot: Snapshot): void;
}

/**
 * Inside this package a tenant is always the one with everything; the door of the package, emulator/index.ts, shows
 * less of it.
 */
export type { InternalTenant as EmulatedTenant };

const fileName = "tenant.sqlite";

/**
 * Whether there is a tenant in `directory`. A process that was killed while it began to make one leaves an empty file.
 */
export const tenantExists = (directory: string): boolean =>
  (fs.statSync(path.join(directory, fileName), { throwIfNoEntry: false })?.size ?? 0) > 0;

/**
 * Rejects when the tenant in `directory` is taken away under the process that has it open: what is written from then on
 * is kept nowhere. Noticed within a second, until `stop` is aborted.
 */
export function tenantGone(directory: string, stop: AbortSignal): Promise<never> {
  const file = path.join(directory, fileName);
  const { ino } = fs.statSync(file);
  return new Promise((_, reject) => {
    const look = (now: fs.Stats) => {
      if (now.ino !== ino)
        reject(
          new Error(`cannot go on with the emulated tenant in ${directory}: that folder was deleted or replaced.`),
        );
    };
    fs.watchFile(file, { interval: 500, persistent: false }, look);
    stop.addEventListener("abort", () => fs.unwatchFile(file, look), { once: true });
  });
}

/** Opens a tenant, and makes it on first use. */
export function openTenant(options: TenantOptions & InternalOptions): InternalTenant {
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
  if (directory === undefined)
    throw new TypeError("cannot open an emulated tenant: name its directory, or memory: true.");
  const where = path.resolve(directory);
  fs.mkdirSync(where, { recursive: true, mode: 0o700 });
  keepToSelf(where);
  // The folder holds a private key and lies beside programs that are under version control.
  const ignore = path.join(where, ".gitignore");
  if (!fs.existsSync(ignore)) fs.writeFileSync(ignore, `${fileName}*\n.gitignore\n`);
  return where;
}

/**
 * Only this user can read the signing key and the secret inside. Folders of others stay as they are; Windows has no
 * modes.
 */
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
      // Tenants of the first release have none.
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

class Tenant implements InternalTenant {
  readonly name = tenantName;
  readonly domain = tenantDomain;
  readonly #around: Ground;
  readonly #service: Service;

  constructor(
    private readonly store: Store,
    readonly id: string,
    readonly where: string,
    { baseUrl, selfCheck }: InternalOptions,
  ) {
    this.#around = { store, tenantId: id, tenantName, domain: tenantDomain };
    this.#service = new Service(this.#around, baseUrl, selfCheck);
  }

  async handle(request: Request): Promise<Response> {
    return responseOf(await this.#service.handle(request));
  }

  answer(request: TenantRequest): Promise<TenantAnswer> {
    return this.#service.handle(request);
  }

  async token(options: TokenRequest = {}): Promise<string> {
    const [switches, now] = [this.switches(), this.now()];
    const subject = tokenSubject({ ...this.#around, switches, now }, options);
    return issueToken(signingKey(this.store), this.id, subject, now);
  }

  credentials(): ClientCredentials {
    const clientSecret = this.store.transaction("write", () => automationSecret(this.store));
    return { clientId: automationAppId, clientSecret };
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
      keepSwitches(this.store, changed(switches, { clock: advanced(switches.clock, ms) }));
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
