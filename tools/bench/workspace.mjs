// @ts-check
/** A stack of its own, driven by the real CLI against a tenant in another process, and measured. */
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";
import { pulumiEnvironment } from "../pulumi-cli/environment.mjs";
import { ensurePulumiCli } from "../pulumi-cli/pulumi-cli.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @typedef {{ roundTrips: number, requests: number, throttled: number, memoryMb: number }} Seen
 * @typedef {Seen & { seconds: number, output: string }} Measured
 */

export class Workspace {
  /** @type {import("node:child_process").ChildProcess} */
  #tenant;

  /**
   * @param {import("node:child_process").ChildProcess} tenant @param {string} folder @param {string} pulumi
   * @param {NodeJS.ProcessEnv} environment
   */
  constructor(tenant, folder, pulumi, environment) {
    this.#tenant = tenant;
    this.folder = folder;
    this.pulumi = pulumi;
    this.environment = environment;
  }

  /** @param {{ program: string, delay: number, switches?: object, environment?: NodeJS.ProcessEnv }} options */
  static async open({ program, delay, switches, environment }) {
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
    const all = { ...pulumiEnvironment(cli, own), PULUMI_STACK: "bench", ...environment };
    const workspace = new Workspace(tenant, folder, cli.pulumi, all);
    await workspace.measure("stack", "init", "bench");
    return workspace;
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
    const began = performance.now();
    const { code, output } = await run(this.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: this.environment,
    });
    const seconds = (performance.now() - began) / 1000;
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output.slice(-4000)}`);
    return { ...(await this.#ask("count")), seconds, output };
  }

  /** Size of the stack's state, in bytes. */
  stateBytes() {
    return statSync(path.join(this.folder, "state", ".pulumi", "stacks", "bench", "bench.json")).size;
  }

  close() {
    this.#tenant.disconnect();
    rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}
