#!/usr/bin/env node
/** The command `entra-agent-id`: arguments and exit codes, nothing else. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { exitCodes, type Terminal } from "./terminal";
import { tenantReset } from "./tenant-reset";
import { tenantShow } from "./tenant-show";
import { tenantStart } from "./tenant-start";

/**
 * Runs one command line.
 *
 * @param args without `node` and the script
 * @returns 0 done, 1 a finding, 2 could not run
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Command("entra-agent-id")
    .description("Look at and run the emulated Microsoft Entra tenant of pulumi-entra-agent-id.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    });
  const tenant = program.command("tenant").description("the emulated tenant that ENTRA_AGENT_ID_TENANT names");

  tenant
    .command("start")
    .description("serve an emulated tenant on this machine until interrupted")
    .option("--port <number>", "port on 127.0.0.1; 0 for any free one", port, 4040)
    .option("--memory", "keep nothing on disk")
    .option("--json", "print one JSON object")
    .action(async (options: { port: number; memory?: true; json?: true }) => {
      code = await tenantStart(options, terminal);
    });
  tenant
    .command("reset")
    .description("bring the embedded tenant back to its first state")
    .option("--yes", "do not ask")
    .option("--json", "print one JSON object")
    .action(async (options: { yes?: true; json?: true }) => {
      code = await tenantReset(options, terminal);
    });
  tenant
    .command("show")
    .description("print what is in the emulated tenant")
    .option("--json", "print one JSON object")
    .action(async (options: { json?: true }) => {
      code = await tenantShow(options, terminal);
    });

  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.couldNotRun;
    terminal.error(error instanceof Error ? error.message : String(error));
    return exitCodes.couldNotRun;
  }
}

function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (number > 65_535) throw new InvalidArgumentError(`--port must be a number from 0 to 65535, not "${text}"`);
  return number;
}

if (require.main === module) {
  const interrupted = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  const terminal: Terminal = {
    out: (line) => console.log(line),
    error: (line) => console.error(line),
    env: process.env,
    cwd: process.cwd(),
    interrupted: () => interrupted,
  };
  void run(process.argv.slice(2), terminal).then((code) => {
    process.exitCode = code;
  });
}
