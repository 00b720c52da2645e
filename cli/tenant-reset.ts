/** `entra-agent-id tenant reset` */
import { openTenant, tenantExists } from "../emulator/tenant";
import { tenantSetting } from "../provider/graph/settings";
import { exitCodes, type Terminal } from "./terminal";

export interface ResetOptions {
  /** The user means it. Without it nothing is changed. */
  readonly yes?: true;
  readonly json?: true;
}

/** Brings the embedded tenant back to its first state. Never touches any other. */
export async function tenantReset({ yes, json }: ResetOptions, terminal: Terminal): Promise<number> {
  await Promise.resolve();
  const setting = tenantSetting(terminal.env, terminal.cwd);
  if (setting.mode === "entra") {
    terminal.error(
      `cannot reset tenant ${setting.tenant}: ENTRA_AGENT_ID_TENANT names a real tenant, and only emulated ones are ever reset.`,
    );
    return exitCodes.couldNotRun;
  }
  if (setting.mode === "served") {
    terminal.error(
      `cannot reset the tenant at ${setting.url}: reset it where it is started, with ENTRA_AGENT_ID_TENANT=local, or start it with --memory.`,
    );
    return exitCodes.couldNotRun;
  }
  const { directory } = setting;
  if (!tenantExists(directory)) {
    if (json) terminal.out(JSON.stringify({ where: directory, exists: false }));
    else terminal.out(`There is no emulated tenant in ${directory}, so there is nothing to reset.`);
    return exitCodes.finding;
  }
  if (!yes) {
    terminal.error(`This deletes every object in the emulated tenant in ${directory}. Repeat with --yes to do it.`);
    return exitCodes.couldNotRun;
  }
  const tenant = openTenant({ directory });
  try {
    tenant.reset();
    if (json) terminal.out(JSON.stringify({ where: directory, exists: true, id: tenant.id, reset: true }));
    else terminal.out(`${tenant.name}, tenant ${tenant.id}, is as it was when it was made. State: ${directory}`);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}
