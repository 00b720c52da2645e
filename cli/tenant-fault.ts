/** `entra-agent-id tenant fault` */
import { parseFault, printFault } from "../emulator/switches/faults";
import { accessTenant } from "./emulated-tenant";
import { exitCodes, type Terminal } from "./terminal";

export interface FaultOptions {
  /** Forget every fault that has not happened yet. */
  readonly clear?: true;
  readonly json?: true;
}

/** Plans a request that goes wrong, such as `POST /applications after 504 x2`; without words, shows what is planned. */
export async function tenantFault(
  words: readonly string[],
  { clear, json }: FaultOptions,
  terminal: Terminal,
): Promise<number> {
  const fault = words.length === 0 ? undefined : parseFault(words.join(" "));
  const tenant = await accessTenant(terminal, "plan faults of", true);
  try {
    if (clear) await tenant.clearFaults();
    if (fault) await tenant.fail(fault);
    const planned = await tenant.faults();
    if (json) terminal.out(JSON.stringify({ faults: planned }));
    else if (planned.length === 0) terminal.out("No faults are planned.");
    else for (const one of planned) terminal.out(printFault(one));
    return exitCodes.done;
  } finally {
    tenant.close();
  }
}
