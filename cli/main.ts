#!/usr/bin/env node
/** The command `entra-agent-id`: arguments and exit codes, nothing else. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EntraError, messageOf } from "../provider/graph/errors";
import { unmarkedPlurals } from "./object-words";
import { orphans, type OrphansOptions } from "./orphans";
import { orphansHelp } from "./orphans-help";
import { exitCodes, type Terminal } from "./terminal";
import { type FaultOptions, tenantFault } from "./tenant-fault";
import {
  type ExportOptions,
  type ImportOptions,
  type SeedOptions,
  tenantExport,
  tenantImport,
  tenantSeed,
} from "./tenant-file";
import { type ResetOptions, tenantReset } from "./tenant-reset";
import { type SetOptions, tenantSet } from "./tenant-set";
import { type ShowOptions, tenantShow } from "./tenant-show";
import { tenantStart } from "./tenant-start";
import { tenantToken, type TokenOptions } from "./tenant-token";

/**
 * Runs one command line.
 *
 * @param args without `node` and the script
 * @returns 0 done, 1 a finding, 2 could not run
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.done;
  const json = args.includes("--json");
  const program = new Command("entra-agent-id")
    .description(
      "Look at the tenant that pulumi-entra-agent-id works on, and run an emulated one. ENTRA_AGENT_ID_TENANT selects it. " +
        "With --json an error is one JSON object, too.",
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      // What is wrong with the arguments is among the errors below.
      writeErr: (text) => {
        if (!json) terminal.error(text.trimEnd());
      },
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
    .description("bring the tenant back to its first state")
    .option("--yes", "do not ask")
    .option("--json", "print one JSON object")
    .action(async (options: ResetOptions) => {
      code = await tenantReset(options, terminal);
    });
  tenant
    .command("show")
    .description("print what is in the tenant")
    .option("--json", "print one JSON object")
    .action(async (options: ShowOptions) => {
      code = await tenantShow(options, terminal);
    });
  tenant
    .command("seed")
    .description("add the objects of a JSON file, in the form that export writes")
    .argument("<file>")
    .option("--json", "print one JSON object")
    .action(async (file: string, options: SeedOptions) => {
      code = await tenantSeed(file, options, terminal);
    });
  tenant
    .command("set")
    .description(
      "set switches, such as lag.ms=1000 lag.share=0.02, quotas.size=S, quotas=off, profiles=real; prints them all",
    )
    .argument("[switches...]")
    .option("--advance <duration>", "put the tenant's clock forward: 90s, 15m, 25h, 31d")
    .option("--json", "print one JSON object")
    .action(async (assignments: readonly string[], options: SetOptions) => {
      code = await tenantSet(assignments, options, terminal);
    });
  tenant
    .command("fault")
    .description('plan a request that goes wrong, such as "POST /applications after 504 x2"; prints what is planned')
    .argument("[words...]")
    .option("--clear", "remove the faults that have not happened yet")
    .option("--json", "print one JSON object")
    .action(async (words: readonly string[], options: FaultOptions) => {
      code = await tenantFault(words, options, terminal);
    });
  tenant
    .command("export")
    .description("write the whole tenant to a JSON file, or to the output")
    .argument("[file]")
    .option("--json", "print one JSON object about the file")
    .action(async (file: string | undefined, options: ExportOptions) => {
      code = await tenantExport(file, options, terminal);
    });
  tenant
    .command("import")
    .description("replace the tenant with the contents of an exported file")
    .argument("<file>")
    .option("--yes", "do not ask")
    .option("--json", "print one JSON object")
    .action(async (file: string, options: ImportOptions) => {
      code = await tenantImport(file, options, terminal);
    });
  tenant
    .command("token")
    .description("print a bearer token for Microsoft Graph in the tenant, for curl and scripts")
    .option("--app <client id>", "application it is for; the automation application by default")
    .option("--user <user principal name>", "person it is for: a delegated token")
    .option("--permissions <names>", "comma-separated; what the application holds by default", names)
    .option("--secret", "instead, print what the automation application signs in with")
    .option("--json", "print one JSON object")
    .action(async (options: TokenOptions) => {
      code = await tenantToken(options, terminal);
    });

  program
    .command("orphans")
    .description("list objects that pulumi-entra-agent-id made in the tenant and that no stack has; deletes nothing")
    .argument("[files...]", 'one per stack, written by "pulumi stack export"; - for the standard input')
    .option("--deleted", "list deleted items too, instead of counting them")
    .option("--marked-only", `leave out what has no place for a marker: ${unmarkedPlurals}`)
    .option("--json", "print one JSON object")
    .addHelpText("after", orphansHelp)
    .action(async (files: readonly string[], options: OrphansOptions) => {
      code = await orphans(files, options, terminal);
    });

  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const message = messageOf(error);
    if (json) terminal.out(JSON.stringify({ error: { ...codeOf(error), message } }));
    else if (!(error instanceof CommanderError)) terminal.error(message);
    return exitCodes.couldNotRun;
  }
}

const codeOf = (error: unknown) => (error instanceof EntraError ? { code: error.code } : {});

const names = (text: string): readonly string[] => text.split(",").map((name) => name.trim());

function port(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (number > 65_535) throw new InvalidArgumentError(`--port must be a number from 0 to 65535, not "${text}"`);
  return number;
}

if (require.main === module) {
  const interrupted = new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
    process.once("SIGHUP", resolve);
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
