/** Clients in other languages that `npm run clients` has brought to this machine. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { clientFolder } from "../../tools/clients/clients.mjs";

export interface Brought {
  readonly folder: string;
  /** `describe`, or its `skip` where the client is not here. */
  readonly whereBrought: typeof describe | typeof describe.skip;
  /** For the title of the tests: says that they skip. */
  readonly note: string;
}

export function brought(client: Parameters<typeof clientFolder>[0]): Brought {
  const folder = clientFolder(client);
  return existsSync(folder)
    ? { folder, whereBrought: describe, note: "" }
    : { folder, whereBrought: describe.skip, note: " (skipped: not on this machine; npm run clients brings it)" };
}

const run = promisify(execFile);

/** Runs a program that knows nothing but `env`, and reads the JSON it prints. */
export async function printedByProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  const path = process.env["PATH"] ?? "";
  // Within a test's own limit, so that nothing outlives the test.
  const { stdout } = await run(file, args, { env: { PATH: path, ...env }, timeout: 300_000 });
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}
