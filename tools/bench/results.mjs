// @ts-check
/** What was measured, one run a line, so that a report can be made of several runs. Kept beside the tree, under no version control. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";
import { parseJson, readJson } from "../json.mjs";
import { versionOf } from "../pulumi-cli/installed.mjs";
import { ensurePulumiCli } from "../pulumi-cli/pulumi-cli.mjs";

/**
 * @typedef {import("./benchmarks.mjs").Figures} Figures
 * @typedef {import("./benchmarks.mjs").Name} Name
 * @typedef {{ machine: string, software: string, commit: string }} Circumstances
 * @typedef {object} Run
 * @property {Name} benchmark
 * @property {string} at ISO time of its end
 * @property {number} size as {@link import("./benchmarks.mjs").Benchmark} says
 * @property {Circumstances} circumstances
 * @property {Readonly<Record<string, string>>} environment in which it ran
 * @property {Figures} [figures] of a run that came to its end
 * @property {string} [failed] why it did not
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const file = path.join(root, ".bench", "results.jsonl");

/** @param {Run} result */
export function keep(result) {
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(path.join(path.dirname(file), ".gitignore"), "*\n");
  }
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** @returns {Run[]} oldest first */
export function kept() {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => /** @type {Run} */ (parseJson(line)));
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
