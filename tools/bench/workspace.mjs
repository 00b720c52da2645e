// @ts-check
/** A stack of its own, driven by the real CLI against a tenant in another process, and measured. */
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { zstdDecompressSync } from "node:zlib";
import { lastLines, run } from "../command.mjs";
import { pulumiEnvironment } from "../pulumi-cli/environment.mjs";
import { ensurePulumiCli } from "../pulumi-cli/pulumi-cli.mjs";
import { folder as backendFolder } from "./environment.mjs";
import { watchProcesses } from "./processes.mjs";
import { environmentOf } from "./provider-mode.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @typedef {import("./provider-mode.mjs").Mode} Mode
 * @typedef {import("./served-tenant.mjs").Seen} Seen
 * @typedef {{ seconds: number, tenant: Seen, processes?: import("./processes.mjs").Costs | undefined }} Measured
 *   seconds: by the clock, from the start of the command to its end. processes: on Linux
 * @typedef {object} Scene
 * @property {string} program
 * @property {Readonly<Record<string, string>>} environment of every command
 * @property {number} delay milliseconds that a round trip takes
 * @property {import("../../emulator/tenant.js").SwitchChanges} [switches] of the tenant, beside profiles=real
 * @property {Mode} [mode] of the provider; as users have it when left out
 */

export class Workspace {
  static #isWarm = false;
  /** @type {import("node:child_process").ChildProcess} */
  #tenant;
  /** @type {Mode | undefined} */
  #mode;

  /**
   * @param {import("node:child_process").ChildProcess} tenant @param {string} folder @param {string} pulumi
   * @param {NodeJS.ProcessEnv} environment @param {Mode | undefined} mode
   */
  constructor(tenant, folder, pulumi, environment, mode) {
    this.#tenant = tenant;
    this.#mode = mode;
    this.folder = folder;
    this.pulumi = pulumi;
    this.environment = environment;
  }

  /** @param {Scene} scene */
  static async open({ program, delay, switches, environment, mode }) {
    const above = mkdtempSync(path.join(realpathSync(tmpdir()), "entra-agent-id-bench-"));
    symlinkSync(path.join(root, "node_modules"), path.join(above, "node_modules"), "junction");
    const folder = path.join(above, "project");
    for (const name of ["", "state", "home"]) mkdirSync(path.join(folder, name));
    writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: bench\nruntime: { name: nodejs, options: { typescript: false } }\n",
    );
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "program", main: "index.js" }));
    writeFileSync(path.join(folder, "index.js"), program);
    const server = fileURLToPath(new URL("served-tenant.mjs", import.meta.url));
    const tenant = fork(server, [JSON.stringify({ delay, switches })], { stdio: "inherit" });
    const { url } = /** @type {{ url: string }} */ (await new Promise((resolve) => tenant.once("message", resolve)));
    const cli = await ensurePulumiCli({ log: () => undefined });
    const own = { home: path.join(folder, "home"), state: path.join(folder, "state"), tenant: url };
    const as = mode === undefined ? environment : environmentOf(mode, environment);
    // The cache is the tests' own.
    const { NODE_COMPILE_CACHE: _, ...clean } = pulumiEnvironment(cli, own);
    const { PULUMI_BACKEND_URL = `file://${backendFolder}`, ...others } = as;
    const backend = PULUMI_BACKEND_URL.replace(backendFolder, own.state);
    const all = { ...clean, PULUMI_STACK: "bench", ...others, PULUMI_BACKEND_URL: backend };
    const workspace = new Workspace(tenant, folder, cli.pulumi, all, mode);
    try {
      await workspace.measure("stack", "init", "bench");
      await workspace.#warm();
    } catch (error) {
      workspace.close();
      throw error;
    }
    return workspace;
  }

  /** A machine on which Pulumi has run before, as everybody's has: the first command fills the compile cache. */
  async #warm() {
    if (Workspace.#isWarm || this.environment["NODE_COMPILE_CACHE"] === undefined) return;
    await this.measure("preview");
    Workspace.#isWarm = true;
  }

  /** @param {"count" | "reset"} what @returns {Promise<Seen>} */
  #ask(what) {
    return new Promise((resolve) => {
      this.#tenant.once("message", (seen) => resolve(/** @type {Seen} */ (seen)));
      this.#tenant.send(what);
    });
  }

  /** Runs one command of the CLI. @param {string[]} args @returns {Promise<Measured>} */
  async measure(...args) {
    await this.#ask("reset");
    /** @type {ReturnType<typeof watchProcesses>} */
    let stopWatching = () => undefined;
    const began = performance.now();
    const { code, output } = await run(this.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: this.environment,
      onStart: ({ pid }) => {
        if (pid !== undefined) stopWatching = watchProcesses(pid);
      },
    });
    const seconds = (performance.now() - began) / 1000;
    const processes = stopWatching();
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${lastLines(output, 40)}`);
    const tenant = await this.#ask("count");
    this.#refuseWrongMode(tenant);
    return { seconds, tenant, processes };
  }

  /** What was measured in another mode than it says would be worse than nothing. @param {Seen} seen */
  #refuseWrongMode({ roundTrips, requests, mostAtOnce }) {
    const mode = this.#mode;
    const wrong =
      (mode === "idle" && requests > 0) ||
      ((mode === "unbatched" || mode === "one-at-a-time") && requests > roundTrips) ||
      (mode === "one-at-a-time" && mostAtOnce > 1);
    if (wrong)
      throw new Error(
        `the provider was not ${mode}: ${requests} requests in ${roundTrips} round trips, up to ${mostAtOnce} at once`,
      );
  }

  /** Size of the stack's state as the engine has it, in bytes: before it is compressed. */
  stateBytes() {
    const file = path.join(this.folder, "state", ".pulumi", "stacks", "bench", "bench.json");
    if (this.environment["PULUMI_DIY_BACKEND_ZSTD"] === undefined) return readFileSync(file).length;
    return zstdDecompressSync(readFileSync(`${file}.zst`)).length;
  }

  close() {
    this.#tenant.disconnect();
    rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}
