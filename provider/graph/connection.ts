/** The connection of this process to the tenant that the environment names. */
import { batching } from "./batching";
import { type Clock, systemClock } from "./clock";
import { entraTokens } from "./entra-token";
import { EntraError, messageOf } from "./errors";
import { graphTenant } from "./graph-tenant";
import type { PipelineSettings } from "./pipeline";
import { requestLog } from "./request-log";
import { servedToken } from "./served-token";
import { type TenantSetting, tenantSetting } from "./settings";
import type { Tenant } from "./tenant";
import { type Issue, type TokenClaims, Tokens } from "./tokens";
import { networkTransport, type Transport } from "./transport";

const graphOrigin = "https://graph.microsoft.com";

/** What tests and tools may set; users have no setting here. */
export type Tuning = Partial<
  Pick<PipelineSettings, "clock" | "retryBudget" | "quotas" | "scheduler" | "log" | "progress" | "cancelled">
>;

/** How one tenant is reached. */
export interface Endpoint {
  /** The tenant's name in messages. */
  readonly name: string;
  /** Scheme and host of Graph there. */
  readonly origin: string;
  readonly transport: Transport;
  readonly issue: Issue;
  /** @default always */
  readonly isReplicated?: () => boolean;
  /** Throws for a token that is not for the wanted tenant. @default every tenant is right */
  readonly guard?: (claims: TokenClaims) => void;
}

/** An emulated tenant in this process: the part of it that a connection uses. */
export interface EmbeddedTenant {
  handle(request: Request): Promise<Response>;
  /** An access token of the application that the tenant has for this package. */
  token(): Promise<string>;
  /** Whether its replicas lag. @default they may */
  switches?(): { readonly lag: object | null };
}

const connections = new Map<string, Promise<Tenant>>();

/** What a process may set for its connection. */
export type ConnectionOptions = Pick<Tuning, "progress" | "cancelled">;

const warning = (message: string): void => void process.stderr.write(`warning: ${message}\n`);

/**
 * The tenant that ENTRA_AGENT_ID_TENANT names: one connection per process and setting. After UNAVAILABLE the next call
 * tries again. Any other failure stays: a wrong secret is tried once, not once for every resource.
 *
 * @param options where long waits are reported, by default on standard error, and what ends them
 * @throws EntraError SETTING_INVALID, SIGN_IN_FAILED, WRONG_TENANT; UNAVAILABLE when no served tenant answers
 */
export async function connect(
  env: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
  options: ConnectionOptions = {},
): Promise<Tenant> {
  const setting = tenantSetting(env, cwd);
  const key = JSON.stringify(setting);
  const known = connections.get(key);
  if (known) return known;
  const opened = open(setting, env, options).catch((error: unknown) => {
    if (error instanceof EntraError && error.code === "UNAVAILABLE") connections.delete(key);
    throw error;
  });
  connections.set(key, opened);
  return opened;
}

async function open(setting: TenantSetting, env: NodeJS.ProcessEnv, options: ConnectionOptions): Promise<Tenant> {
  const tuning: Tuning = { progress: warning, ...options, log: requestLog(env) };
  switch (setting.mode) {
    case "embedded":
      return embeddedConnection(
        await openEmbedded(setting.directory),
        `the embedded tenant in ${setting.directory}`,
        tuning,
      );
    case "served":
      return connection(
        {
          name: setting.url,
          origin: setting.url,
          transport: batching(networkTransport),
          issue: servedToken(setting.url),
        },
        tuning,
      );
    case "entra": {
      const issue = entraTokens(env, setting.tenant, (message) => process.stderr.write(`${message}\n`));
      const guard = ({ tenantId }: TokenClaims) => refuseOtherTenant(tenantId, setting.tenant, env);
      return connection(
        { name: setting.tenant, origin: graphOrigin, transport: batching(networkTransport), issue, guard },
        tuning,
      );
    }
  }
}

/** A connection to an emulated tenant that is open already. */
export function embeddedConnection(
  tenant: EmbeddedTenant,
  name = "an embedded tenant",
  tuning: Tuning = {},
): Promise<Tenant> {
  const transport: Transport = (request) => tenant.handle(request);
  // An embedded tenant has no quotas unless a test switches them on, and then it answers 429: no request is held back here.
  const isReplicated = (): boolean => tenant.switches?.().lag !== null;
  return connection(
    { name, origin: graphOrigin, transport, issue: () => tenant.token(), isReplicated },
    { quotas: [], ...tuning },
  );
}

/** Signs in, reads from the token which tenant this is, and builds the pipeline. */
export async function connection({ issue, guard, ...endpoint }: Endpoint, tuning: Tuning = {}): Promise<Tenant> {
  const clock: Clock = tuning.clock ?? systemClock;
  let id: string | undefined;
  const accept = (claims: TokenClaims): void => {
    guard?.(claims);
    id ??= claims.tenantId;
    if (claims.tenantId !== id) {
      throw new EntraError(
        "WRONG_TENANT",
        `cannot continue: the new access token is for tenant ${claims.tenantId}, and this run began on ${id}`,
      );
    }
  };
  const tokens = new Tokens(issue, accept, clock);
  return graphTenant({ ...tuning, ...endpoint, id: await tokens.tenantId(), tokens, clock });
}

/** A GUID in the setting, or in AZURE_TENANT_ID, must be the token's tenant. A domain needs no check: it was the authority that issued the token. */
function refuseOtherTenant(tenantId: string, wanted: string, env: NodeJS.ProcessEnv): void {
  const named = { ENTRA_AGENT_ID_TENANT: wanted, AZURE_TENANT_ID: env["AZURE_TENANT_ID"]?.trim().toLowerCase() };
  for (const [variable, value] of Object.entries(named)) {
    if (!value || value.includes(".") || value === tenantId) continue;
    throw new EntraError(
      "WRONG_TENANT",
      `cannot use this sign-in: its access token is for tenant ${tenantId}, and ${variable} names ${value}. Sign in to that tenant, or change ${variable}`,
    );
  }
}

/** The only place that loads the emulator: a run on a real tenant never loads it. */
async function openEmbedded(directory: string): Promise<EmbeddedTenant> {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const emulator = require("../../emulator/tenant") as {
      openTenant(at: { directory: string }): EmbeddedTenant | Promise<EmbeddedTenant>;
    };
    return await emulator.openTenant({ directory });
  } catch (error) {
    const why = messageOf(error);
    throw new EntraError("UNAVAILABLE", `cannot open the embedded tenant in ${directory}: ${why}`, { cause: error });
  }
}
