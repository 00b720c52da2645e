/** The emulated tenant that ENTRA_AGENT_ID_TENANT names, as the tenant commands work on it: in a folder, or served. */
import {
  type EmulatedTenant,
  type Fault,
  openTenant,
  type SwitchChanges,
  type Switches,
  tenantExists,
  type TenantFile,
  type TokenRequest,
} from "../emulator/tenant";
import { undisturbed } from "../emulator/switches/request-switches";
import { connection, embeddedConnection } from "../provider/graph/connection";
import { tenantSetting } from "../provider/graph/settings";
import type { Tenant } from "../provider/graph/tenant";
import { networkTransport } from "../provider/graph/transport";
import type { Terminal } from "./terminal";

export interface AutomationSecret {
  readonly client_id: string;
  readonly client_secret: string;
}

/** What the commands do to a tenant. */
export interface TenantAccess {
  readonly id: string;
  readonly name: string;
  /** Folder or URL. */
  readonly where: string;
  /** Microsoft Graph there, as an application with these permissions that only looks: no fault, lag or quota meets it. */
  readonly graph: (permissions: readonly string[]) => Promise<Tenant>;
  readonly token: (request: TokenRequest) => Promise<string>;
  /** What the automation application signs in with. */
  readonly secret: () => Promise<AutomationSecret>;
  readonly switches: () => Promise<Switches>;
  readonly set: (changes: SwitchChanges) => Promise<void>;
  readonly advance: (ms: number) => Promise<void>;
  readonly fail: (fault: Fault) => Promise<void>;
  readonly faults: () => Promise<readonly Fault[]>;
  readonly clearFaults: () => Promise<void>;
  readonly exportState: () => Promise<TenantFile>;
  readonly importState: (file: unknown) => Promise<void>;
  readonly seed: (file: unknown) => Promise<void>;
  readonly reset: () => Promise<void>;
  readonly close: () => void;
}

/** There is no tenant in the folder, and the command makes none. */
export class NoTenant extends Error {
  constructor(readonly directory: string) {
    super(`There is no emulated tenant in ${directory}.`);
  }
}

/**
 * @param verb what the command does, for errors: `reset`, `show`
 * @param make whether a folder without a tenant gets one; a GUID: with this id
 * @throws {NoTenant} where there is none and none is made
 */
export async function accessTenant(
  terminal: Terminal,
  verb: string,
  make: boolean | string = false,
): Promise<TenantAccess> {
  const setting = tenantSetting(terminal.env, terminal.cwd);
  if (setting.mode === "entra") {
    throw new Error(
      `cannot ${verb} tenant ${setting.tenant}: ENTRA_AGENT_ID_TENANT selects a real tenant, and this command only works on emulated ones.`,
    );
  }
  if (setting.mode === "served") return servedTenant(setting.url);
  const { directory } = setting;
  const exists = tenantExists(directory);
  if (make === false && !exists) throw new NoTenant(directory);
  const named = exists || typeof make === "boolean" ? {} : { tenantId: make };
  return embeddedTenant(openTenant({ directory, ...named }));
}

export function embeddedTenant(tenant: EmulatedTenant): TenantAccess {
  const { id, name, where } = tenant;
  const done = (work: () => void): Promise<void> => Promise.resolve().then(work);
  return {
    id,
    name,
    where,
    graph: (permissions) =>
      embeddedConnection(
        { handle: (request) => tenant.handle(looking(request)), token: () => tenant.token({ permissions }) },
        name,
      ),
    token: (request) => tenant.token(request),
    secret() {
      const { clientId, clientSecret } = tenant.credentials();
      return Promise.resolve({ client_id: clientId, client_secret: clientSecret });
    },
    switches: () => Promise.resolve(tenant.switches()),
    set: (changes) => done(() => tenant.set(changes)),
    advance: (ms) => done(() => tenant.advance(ms)),
    fail: (fault) => done(() => tenant.fail(fault)),
    faults: () => Promise.resolve(tenant.faults()),
    clearFaults: () => done(() => tenant.clearFaults()),
    exportState: () => Promise.resolve(tenant.exportState()),
    importState: (file) => done(() => tenant.importState(file)),
    seed: (file) => done(() => tenant.seed(file)),
    reset: () => done(() => tenant.reset()),
    close: () => tenant.close(),
  };
}

async function servedTenant(url: string): Promise<TenantAccess> {
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, init).catch((cause: unknown) => {
      throw new Error(`cannot reach the emulated tenant at ${url}. Start it with: npx entra-agent-id tenant start`, {
        cause,
      });
    });
    return read(path, response);
  };
  const post = (name: string, body: unknown) =>
    ask(`/_tenant/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const change = async (name: string, body: unknown = {}): Promise<void> => {
    await post(name, body);
  };
  const token = async (request: TokenRequest) =>
    ((await post("token", request)) as { access_token: string }).access_token;
  const { id, name } = (await ask("/_tenant")) as { id: string; name: string };
  return {
    id,
    name,
    where: url,
    graph: (permissions) =>
      connection(
        {
          name: url,
          origin: url,
          transport: (request) => networkTransport(looking(request)),
          issue: () => token({ permissions }),
        },
        { quotas: [] },
      ),
    token,
    secret: async () => (await post("automation-secret", {})) as AutomationSecret,
    switches: async () => (await ask("/_tenant/switches")) as Switches,
    set: (changes) => change("switches", changes),
    advance: (ms) => change("advance", { ms }),
    fail: (fault) => change("fail", fault),
    faults: async () => ((await ask("/_tenant/faults")) as { value: readonly Fault[] }).value,
    clearFaults: () => change("clear-faults"),
    exportState: async () => (await ask("/_tenant/export")) as TenantFile,
    importState: (file) => change("import", file),
    seed: (file) => change("seed", file),
    reset: () => change("reset"),
    close: () => undefined,
  };
}

const looking = (request: Request): Request =>
  new Request(request, { headers: { ...Object.fromEntries(request.headers), ...undisturbed } });

async function read(path: string, response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? undefined : JSON.parse(text);
  throw new Error(sentence(text) ?? `${path} of the emulated tenant answered ${response.status} ${text}`);
}

/** What a control route says in `error`: the same sentence as the embedded tenant's. */
function sentence(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}
