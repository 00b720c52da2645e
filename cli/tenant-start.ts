/** `entra-agent-id tenant start` */
import { serveTenant } from "../emulator/server";
import { openTenant } from "../emulator/tenant";
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
    const served = await serveTenant(tenant, { port });
    const { id, name, where } = tenant;
    if (json) {
      terminal.out(JSON.stringify({ url: served.url, id, name, where }));
    } else {
      terminal.out(`${name}, tenant ${id}, is served at ${served.url}`);
      terminal.out(memory ? "It is kept in memory and ends with this command." : `Its state lies in ${where}`);
      terminal.out("");
      terminal.out("Point programs at it with:");
      terminal.out(`  export ENTRA_AGENT_ID_TENANT=${served.url}`);
      terminal.out("");
      terminal.out("Ctrl+C ends it.");
    }
    await terminal.interrupted();
    await served.close();
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}

/** A shell that points at a served or real tenant can still start one: the embedded one of this folder. */
function directoryToServe({ env, cwd }: Terminal): string {
  const { ENTRA_AGENT_ID_TENANT: value } = env;
  if (!value?.trim().startsWith("local:")) return embeddedDirectory(cwd);
  const setting = tenantSetting(env, cwd);
  return setting.mode === "embedded" ? setting.directory : embeddedDirectory(cwd);
}
