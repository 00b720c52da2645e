// @ts-check
/** The demo's stack, driven through the real CLI. State, PULUMI_HOME and stack settings lie in .demo, never in the user's own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isAlive, run } from "../command.mjs";
import { parseJson } from "../json.mjs";
import { plainly } from "./plain-output.mjs";
import { pulumiEnvironment } from "../pulumi-cli/environment.mjs";

const quiet = ["--non-interactive", "--color", process.stdout.isTTY ? "always" : "never"];
/** Commands that read stack settings; the file beside Pulumi.yaml is left to the user's own stack of that name. */
const withSettings = new Set(["up", "preview", "refresh", "destroy", "watch"]);

/** @typedef {{ urn: string, type: string, id?: string, inputs?: Record<string, unknown> }} Resource */

export class Stack {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #running;
  #pidFile;
  interrupted = false;

  /** @param {string} root folder of Pulumi.yaml @param {string} folder the demo's own @param {import("../pulumi-cli/pulumi-cli.mjs").PulumiCli} cli */
  constructor(root, folder, cli) {
    this.root = root;
    this.folder = folder;
    this.cli = cli;
    this.state = path.join(folder, "state");
    this.#pidFile = path.join(folder, "pulumi.pid");
    this.environment = {
      ...pulumiEnvironment(cli, { home: path.join(folder, "home"), state: this.state, tenant: "local" }),
      PULUMI_STACK: "local",
      // As docs/large-stacks.md recommends.
      PULUMI_PARALLEL: "64",
      PULUMI_PARALLEL_DIFF: "1",
    };
  }

  /** @param {readonly string[]} args @param {{ show?: boolean, cwd?: string }} [options] */
  async pulumi(args, { show = false, cwd = this.root } = {}) {
    if (this.interrupted) throw new Error("stopped");
    const settings = withSettings.has(args[0] ?? "")
      ? ["--config-file", path.join(this.folder, "Pulumi.local.yaml")]
      : [];
    const ended = await run(this.cli.pulumi, [...args, ...settings, ...quiet], {
      cwd,
      env: this.environment,
      ...(show ? { show: plainly((text) => process.stdout.write(text)) } : {}),
      // Ctrl-C is passed on once, below; from the terminal and from here Pulumi would count two and stop without tidying up.
      ownGroup: process.platform !== "win32",
      onStart: (child) => {
        this.#running = child;
        writeFileSync(this.#pidFile, String(child.pid));
      },
    });
    this.#running = undefined;
    rmSync(this.#pidFile, { force: true });
    return ended;
  }

  /** @param {readonly string[]} args @param {{ show?: boolean, cwd?: string }} [options] */
  async succeed(args, options) {
    let ended = await this.pulumi(args, options);
    if (ended.code !== 0 && ended.output.includes("currently locked")) {
      // The CLI of a killed demo took its lock after this one had looked for it.
      await this.#untilEarlierRunEnds((line) => process.stdout.write(`${line}\n`));
      await this.pulumi(["cancel", "--yes", "local"]);
      ended = await this.pulumi(args, options);
    }
    if (ended.code === 0) return ended;
    if (!options?.show) process.stderr.write(ended.output);
    throw new Error(`pulumi ${args.join(" ")} ended with exit code ${ended.code}; what it said stands above.`);
  }

  /** Nothing starts any more; what runs stops in good order. @param {NodeJS.Signals} signal */
  interrupt(signal) {
    this.interrupted = true;
    this.#running?.kill(signal);
  }

  /** Creates the stack where there is none, and recovers what a killed run left. @param {(line: string) => void} log */
  async prepare(log) {
    await this.#untilEarlierRunEnds(log);
    for (const directory of [this.state, path.join(this.folder, "home")]) mkdirSync(directory, { recursive: true });
    // A project of the same name in the demo's folder, so that "stack init" writes its settings there.
    const project = projectName(readFileSync(path.join(this.root, "Pulumi.yaml"), "utf8"));
    writeFileSync(path.join(this.folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
    if (!existsSync(path.join(this.state, ".pulumi", "stacks", project, "local.json"))) {
      await this.succeed(["stack", "init", "local", "--no-select"], { cwd: this.folder });
    }
    await this.#takeOver(log);
  }

  /** A demo that was killed leaves its CLI at work, which ends in good order when it is left alone. @param {(line: string) => void} log */
  async #untilEarlierRunEnds(log) {
    if (!existsSync(this.#pidFile)) return;
    const pid = Number(readFileSync(this.#pidFile, "utf8"));
    for (let waited = 0; waited < 120 && isAlive(pid); waited++) {
      if (waited === 0) log("Pulumi is still at work for an earlier run of the demo; waiting for it to end.");
      await pause(1000);
    }
  }

  /** @param {(line: string) => void} log */
  async #takeOver(log) {
    if (!hasLocks(path.join(this.state, ".pulumi", "locks"))) return;
    log("An earlier run was ended in the middle of an update; taking its lock away.");
    await this.succeed(["cancel", "--yes", "local"]);
    await this.succeed(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
  }

  /** @returns {Promise<Resource[]>} what the stack holds, as its state has it */
  async resources() {
    const { stdout } = await this.succeed(["stack", "export"]);
    const state = /** @type {{ deployment?: { resources?: Resource[] } }} */ (parseJson(stdout));
    return state.deployment?.resources ?? [];
  }
}

/** @param {string} yaml text of Pulumi.yaml */
function projectName(yaml) {
  const name = /^name: *(\S+)/m.exec(yaml)?.[1];
  if (name === undefined) throw new Error("Pulumi.yaml has no line that starts with name:.");
  return name;
}

/** @param {string} directory @returns {boolean} whether there is a lock of any stack in it */
function hasLocks(directory) {
  if (!existsSync(directory)) return false;
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".json"));
}
