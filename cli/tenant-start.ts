/** `entra-agent-id tenant start` */
import { serveTenant, type ServedTenant } from "../emulator/server";
import { type EmulatedTenant, openTenant, tenantGone } from "../emulator/tenant";
import { embeddedDirectory, tenantSetting } from "../provider/graph/settings";
import { exitCodes, type Terminal } from "./terminal";

export interface StartOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Keep nothing on disk. */
  readonly memory?: true;
  readonly json?: true;
}

/** Serves the embedded tenant, or one in memory, until the user ends it. */
export async function tenantStart({ port, memory, json }: StartOptions, terminal: Terminal): Promise<number> {
  const tenant = openTenant(memory ? { memory } : { directory: directoryToServe(terminal) });
  try {
    const served = await serveTenant(tenant, { port, tls: true });
    const { id, name, domain, where } = tenant;
    const { url, secureUrl, caFile } = served;
    if (json) terminal.out(JSON.stringify({ url, secureUrl, caFile, id, name, domain, where }));
    else for (const line of lines(tenant, served)) terminal.out(line);
    const ended = new AbortController();
    try {
      const ends = terminal.interrupted();
      await (memory ? ends : Promise.race([ends, tenantGone(where, ended.signal)]));
    } finally {
      ended.abort();
      await served.close();
    }
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

function* lines(
  { id, name, where }: EmulatedTenant,
  { url, secureUrl = url, caFile = "" }: ServedTenant,
): Generator<string> {
  yield `${name}, tenant ${id}, is served at ${url}`;
  yield where === "memory" ? "It is kept in memory and ends with this command." : `Its state is in ${where}`;
  yield `Look at it in a browser: ${url}`;
  yield* ["", "This package's programs and commands:", `  export ENTRA_AGENT_ID_TENANT=${url}`];
  yield* [
    "",
    "curl and scripts, with that variable set:",
    `  curl -H "Authorization: Bearer $(npx entra-agent-id tenant token)" ${url}/v1.0/applications`,
  ];
  yield* [
    "",
    "Clients that sign in by themselves (Graph SDKs, MSAL, @azure/identity, Terraform's azuread) need TLS and must trust this certificate:",
    `  export NODE_EXTRA_CA_CERTS=${caFile}    # Node.js`,
    `  export SSL_CERT_FILE=${caFile}          # Go, and so Terraform; Python, beside REQUESTS_CA_BUNDLE`,
    `  authority ${secureUrl}/${id}, Graph ${secureUrl}/v1.0`,
    `  ARM_METADATA_HOSTNAME=${secureUrl.replace("https://", "")} ARM_TENANT_ID=${id}    # Terraform's azuread`,
    "  The client id and a secret to sign in with: npx entra-agent-id tenant token --secret",
  ];
  yield* ["", "Ctrl+C ends it."];
}

/** A shell that points at a served or real tenant can still start one: the embedded one of this folder. */
function directoryToServe({ env, cwd }: Terminal): string {
  const { ENTRA_AGENT_ID_TENANT: value } = env;
  if (!value?.trim().startsWith("local:")) return embeddedDirectory(cwd);
  const setting = tenantSetting(env, cwd);
  return setting.mode === "embedded" ? setting.directory : embeddedDirectory(cwd);
}
