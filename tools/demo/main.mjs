// @ts-check
/** `npm run demo`: a fleet of agents is created, changed, tampered with and put right, with the real Pulumi CLI. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "../command.mjs";
import { ensurePulumiCli } from "../pulumi-cli/pulumi-cli.mjs";
import { Program } from "./program.mjs";
import { Stack } from "./stack.mjs";
import { playStory } from "./steps.mjs";

/** @param {string} line */
const say = (line) => console.log(line);

/** @param {string} folder @returns {() => void} lets the next demo in */
function alone(folder) {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "demo.pid");
  const holder = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (holder !== 0 && holder !== process.pid && isAlive(holder)) {
    throw new Error(`Another demo runs in this folder (process ${holder}). Wait for it, or end it and delete ${file}.`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

/** @param {Program} program */
function restore(program) {
  const outcome = program.restore();
  if (outcome === "restored") say(`\n${program.name} is as it was before the demo.`);
  if (outcome === "changed since") {
    say(
      `\n${program.name} was changed since a demo that was ended half-way; it is left as it is. The text before the demo is in ${program.backup}.`,
    );
  }
}

/** @param {string} root folder of Pulumi.yaml @param {string[]} args @returns {Promise<number>} exit code */
async function main(root, args) {
  const folder = path.join(root, ".demo");
  const leave = alone(folder);
  const program = new Program(root, (await import("./story.mjs")).program, folder);
  try {
    restore(program);
    const cli = await ensurePulumiCli({ log: say });
    say(cli.chosen);
    const stack = new Stack(root, folder, cli);
    onSignal((signal) => stack.interrupt(signal));
    await stack.prepare(say);
    if (args[0] === "pulumi") return (await stack.pulumi(args.slice(1), { show: true })).code;
    try {
      await playStory({ stack, program, say });
    } catch (error) {
      if (!stack.interrupted) throw error;
      say("\nThe demo was stopped. Run it again at any time.");
      return 130;
    }
    return 0;
  } finally {
    restore(program);
    leave();
  }
}

/** @param {(signal: NodeJS.Signals) => void} passOn */
function onSignal(passOn) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // Pulumi stops in good order and with an error; that error ends the demo, and its end restores the program.
    process.on(signal, () => passOn(signal === "SIGHUP" ? "SIGTERM" : signal));
  }
}
const root = process.env["ENTRA_AGENT_ID_DEMO_ROOT"] ?? fileURLToPath(new URL("../..", import.meta.url));
try {
  process.exitCode = await main(path.resolve(root), process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
