/** `entra-agent-id tenant reset` */
import { accessTenant, NoTenant } from "./emulated-tenant";
import { exitCodes, type Terminal } from "./terminal";

export interface ResetOptions {
  /** The user means it. Without it nothing is changed. */
  readonly yes?: true;
  readonly json?: true;
}

/** Brings the emulated tenant back to its first state. Never touches a real one. */
export async function tenantReset({ yes, json }: ResetOptions, terminal: Terminal): Promise<number> {
  const tenant = await accessTenant(terminal, "reset").catch((error: unknown) => {
    if (error instanceof NoTenant) return error;
    throw error;
  });
  if (tenant instanceof NoTenant) {
    if (json) terminal.out(JSON.stringify({ where: tenant.directory, exists: false }));
    else terminal.out(`${tenant.message.slice(0, -1)}, so there is nothing to reset.`);
    return exitCodes.finding;
  }
  const { where } = tenant;
  try {
    if (!yes)
      throw new Error(`This deletes every object in the emulated tenant in ${where}. Repeat with --yes to do it.`);
    await tenant.reset();
    if (json) terminal.out(JSON.stringify({ where, exists: true, id: tenant.id, reset: true }));
    else terminal.out(`${tenant.name}, tenant ${tenant.id}, is as it was when it was made. State: ${where}`);
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}
