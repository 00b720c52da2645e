// @ts-check
/**
 * What `npm test` runs once everything is installed and built. Each step runs even where an earlier one failed. With `--all`
 * the sweeps try everything that can go wrong, and not a sample of it: hours, before a release.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensureChromium } from "./chromium.mjs";
import { clients, ensureClient } from "./clients/clients.mjs";
import { run, seconds } from "./command.mjs";
import { closingLine, countOf } from "./count.mjs";
import { readJson } from "./json.mjs";
import { ensurePulumiCli } from "./pulumi-cli/pulumi-cli.mjs";
import { replayCommand, sweepSeed } from "./sweep-sample.mjs";

/**
 * @typedef {import("./count.mjs").Count} Count
 * @typedef {{ name: string, does: string, run: () => Promise<Count> }} Step
 */

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = createRequire(import.meta.url);

/** @typedef {"prettier/bin/prettier.cjs" | "eslint/bin/eslint.js" | "typescript/bin/tsc" | "jest/bin/jest.js"} Tool */

/** @param {Tool} tool @param {string[]} args @returns {Promise<number>} exit code */
function runTool(tool, args) {
  const [name = "", ...inside] = tool.split("/");
  const entry = path.join(path.dirname(packages.resolve(`${name}/package.json`)), ...inside);
  const child = spawn(process.execPath, [entry, ...args], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** @param {Tool} tool @param {string[]} args @returns {Promise<Count>} */
async function check(tool, args) {
  const failed = (await runTool(tool, args)) === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0 };
}

/** One of our own programs. @param {string} file @param {string[]} args @returns {Promise<Count>} */
async function tool(file, ...args) {
  const { code } = await run(process.execPath, [path.join(root, "tools", file), ...args], {
    cwd: root,
    show: (text) => process.stderr.write(text),
  });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** @param {string} project @param {string[]} more @returns {Promise<Count>} */
async function jest(project, ...more) {
  const directory = mkdtempSync(path.join(tmpdir(), "jest-"));
  const outputFile = path.join(directory, "results.json");
  try {
    const code = await runTool("jest/bin/jest.js", [
      "--selectProjects",
      project,
      ...more,
      "--json",
      "--outputFile",
      outputFile,
    ]);
    if (!existsSync(outputFile)) return { passed: 0, failed: 1, skipped: 0 };
    return countOf(/** @type {import("./count.mjs").JestResults} */ (readJson(outputFile)), code);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Stage after stage. The lanes of one stage run side by side, the steps of a lane one after the other. @type {readonly (readonly (readonly Step[])[])[]} */
const stages = [
  [
    // ESLint takes as long as both of the others: three at once on two cores would only hold it up.
    [{ name: "lint", does: "eslint", run: () => check("eslint/bin/eslint.js", ["."]) }],
    [
      { name: "format", does: "prettier", run: () => check("prettier/bin/prettier.cjs", ["--check", "."]) },
      {
        name: "types",
        does: "tsc over sources, tests, tools and examples",
        run: () => check("typescript/bin/tsc", ["-p", "tsconfig.test.json"]),
      },
    ],
  ],
  [
    [
      {
        name: "rules",
        does: "the emulated tenant, every resource through the real Graph client, components, the command",
        run: rules,
      },
      {
        name: "fidelity",
        does: "every operation of the emulated tenant has a test that asked for it just now, and FIDELITY.md says which",
        run: () => tool("fidelity/main.mjs", "--check", witnesses),
      },
      { name: "cli", does: "end to end with the real Pulumi CLI", run: withCli },
    ],
  ],
];

/** Where the tests of the emulated tenant note what they have asked for. */
const witnesses = mkdtempSync(path.join(tmpdir(), "witnesses-"));

/** @returns {Promise<Count>} */
async function rules() {
  // Without a browser its test is skipped, and the count says so.
  const missing = await ensureChromium();
  if (missing !== undefined) console.log(missing);
  // Minutes on a new machine: `npm test` uses those that are there, and the others' tests say that they skip.
  if (process.argv.includes("--all"))
    for (const client of clients) console.log((await ensureClient(client, console.log)) ?? `${client} is there.`);
  process.env["WITNESS_FOLDER"] = witnesses;
  console.log(sweeps());
  try {
    return await jest("rules", "--maxWorkers=100%");
  } finally {
    delete process.env["WITNESS_FOLDER"];
  }
}

/** @returns {string} what the sweeps try, and how the same is tried again */
function sweeps() {
  const seed = sweepSeed();
  if (seed === "all") return "The sweeps try every mishap at every request.";
  return `The sweeps try a sample. The same again: ${replayCommand(seed)}`;
}

/** @returns {Promise<Count>} */
async function withCli() {
  // Here and not in the first test that needs it: a build of three minutes would look like a test that hangs.
  console.log((await ensurePulumiCli({ log: console.log })).chosen);
  // One more than there are cores: a test also waits, for a quota, for npm, and for each process until the next one starts.
  return jest("cli", `--maxWorkers=${availableParallelism() + 1}`);
}

/** @returns {Promise<number>} exit code */
async function main() {
  const began = Date.now();
  /** @type {Count[]} */
  const counts = [];
  /** @type {string[]} */
  const lines = [];
  /** @param {Step} step */
  const take = async (step) => {
    const stepBegan = Date.now();
    console.log(`\n== ${step.name}: ${step.does}`);
    const count = await step.run().catch((/** @type {unknown} */ error) => {
      console.error(error instanceof Error ? error.message : error);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    counts.push(count);
    lines.push(`  ${step.name.padEnd(8)} ${closingLine([count])} (${seconds(stepBegan)})`);
    console.log(`== ${step.name}: ${closingLine([count])} in ${seconds(stepBegan)}`);
  };
  const takeAll = async (/** @type {readonly Step[]} */ lane) => {
    for (const step of lane) await take(step);
  };
  for (const lanes of stages) await Promise.all(lanes.map(takeAll));
  console.log(
    `\nAll steps, ${seconds(began)}. Format, lint, types and fidelity count as one each.\n${lines.join("\n")}\n`,
  );
  console.log(closingLine(counts));
  rmSync(witnesses, { recursive: true, force: true });
  return counts.some((count) => count.failed > 0) ? 1 : 0;
}

if (process.argv.includes("--all")) process.env["ENTRA_AGENT_ID_SWEEP"] = "all";
process.exitCode = await main();
