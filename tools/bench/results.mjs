// @ts-check
/** The last run of each benchmark, as it was measured: docs/benchmarks/NAME.json. The report is made of these files. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";
import { readJson } from "../json.mjs";
import { versionOf } from "../pulumi-cli/installed.mjs";
import { ensurePulumiCli } from "../pulumi-cli/pulumi-cli.mjs";
import { benchmarks } from "./benchmarks.mjs";
import { portable } from "./environment.mjs";

/**
 * @typedef {import("./benchmarks.mjs").Figures} Figures
 * @typedef {import("./benchmarks.mjs").Name} Name
 * @typedef {{ machine: string, software: string, commit: string }} Circumstances
 * @typedef {object} Run
 * @property {Name} benchmark
 * @property {string} at ISO time of its end
 * @property {number} size as {@link import("./benchmarks.mjs").Benchmark} says
 * @property {Circumstances} circumstances
 * @property {Readonly<Record<string, string>>} environment in which it ran, with $HOME for the user's folder
 * @property {Figures} [figures] of a run that came to its end
 * @property {string} [failed] why it did not
 * @property {{ from: string, date: string }} [recovered] where the figures were taken from, and the day of that text, where the
 *   measurement itself was not kept: they are rounded, and some are unknown
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Where the figures are. */
export const folder = path.join(root, "docs", "benchmarks");

/** Writes a run over the last one of its benchmark; git has that one. @param {Run} result */
export function keep(result) {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ ...result, environment: portable(result.environment) }, undefined, 2);
  writeFileSync(path.join(folder, `${result.benchmark}.json`), `${text}\n`);
}

/** @returns {Run[]} the last run of each benchmark that has one, in the order of the benchmarks */
export function kept() {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder);
  return Object.keys(benchmarks)
    .map((name) => `${name}.json`)
    .filter((file) => files.includes(file))
    .map((file) => /** @type {Run} */ (readJson(path.join(folder, file))));
}

/** @returns {Promise<Circumstances>} */
export async function circumstances() {
  const named = (/** @type {string} */ manifest) => /** @type {{ version: string }} */ (readJson(manifest)).version;
  const sdk = named(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  const { pulumi } = await ensurePulumiCli({ log: () => undefined });
  const cli = (await versionOf(pulumi, ["version"], process.env)) ?? "?";
  const git = (/** @type {string[]} */ ...args) => run("git", args, { cwd: root });
  const { stdout } = await git("rev-parse", "--short", "HEAD");
  const changed = (await git("status", "--porcelain", "--", "provider", "emulator", "components", "index.ts")).stdout;
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? arch()}, ${gigabytes} GB, ${type()} ${release()}`,
    software: `pulumi-entra-agent-id ${named(path.join(root, "package.json"))}, Pulumi ${cli} with its SDK ${sdk}, Node.js ${process.versions.node}`,
    commit: `${stdout.trim()}${changed === "" ? "" : " and what was not committed"}`,
  };
}
