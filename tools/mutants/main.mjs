// @ts-check
/**
 * `npm run mutants`: takes one rule away at a time, of the product or of the emulated tenant, and requires a test that fails
 * without it. A rule of the emulator that nothing misses is a lenient emulator; one of the product, a mistake that nobody would
 * notice. Works in copies; `-- EXPRESSION` tries only the mutants whose rule or file it fits, such as `-- ^provider/graph`.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run, seconds } from "../command.mjs";
import { mutants } from "./mutants.mjs";

/** @typedef {import("./mutants.mjs").Mutant} Mutant */

const root = fileURLToPath(new URL("../..", import.meta.url));
const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
/** What the tests need. */
const copied = [
  "emulator",
  "test",
  "cli",
  "components",
  "provider",
  "tools",
  "index.ts",
  "jest.config.mjs",
  "package.json",
  "tsconfig.json",
];
/** Mutants that are tried at the same time, each in a copy of its own. */
const atOnce = Math.min(4, availableParallelism());

/** @returns {string} a copy of the sources, in which things may be broken */
function copy() {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "mutants-"));
  for (const name of copied) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
  return folder;
}

/**
 * Milliseconds for one test: far more than any needs on a busy machine, so that only those fail for it that a mutant keeps
 * from ending.
 */
const longestTest = 60_000;
/** Milliseconds for one mutant: what its tests do not end by themselves within this proves nothing. */
const longestRun = 600_000;

/** @param {string} folder @param {readonly string[]} tests @param {number} [timeout] milliseconds, of all of them together */
function test(folder, tests, timeout) {
  const args = [
    "--selectProjects",
    "rules",
    "--bail",
    `--testTimeout=${longestTest}`,
    ...(timeout ? ["--runInBand"] : []),
  ];
  return run(process.execPath, [jest, ...args, "--testPathPatterns", ...tests], {
    cwd: folder,
    ...(timeout === undefined ? {} : { timeout }),
  });
}

/** @param {string} folder @param {Mutant} mutant @returns {Promise<"caught" | "MISSED" | "BROKEN">} */
async function tried(folder, { file, find, replace, tests }) {
  const at = path.join(folder, file);
  const original = readFileSync(at, "utf8");
  if (original.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
  writeFileSync(
    at,
    original.replace(find, () => replace),
  );
  try {
    const { code, signal, output } = await test(folder, tests, longestRun);
    if (code === 0) return "MISSED";
    if (signal !== null) return "BROKEN";
    // What does not even load proves nothing.
    return /Test suite failed to run|No tests found/.test(output) ? "BROKEN" : "caught";
  } finally {
    writeFileSync(at, original);
  }
}

/** @param {Mutant} mutant @returns {string} such as `provider/graph` */
const areaOf = ({ file }) =>
  file
    .split("/")
    .slice(0, file.startsWith("provider/") ? 2 : 1)
    .join("/");

const wanted = new RegExp(process.argv.slice(2).join(" "), "i");
const chosen = mutants.filter(({ rule, file }) => wanted.test(rule) || wanted.test(file));
const tryable = chosen.filter(({ survives }) => survives === undefined);
const began = Date.now();
const folders = Array.from({ length: Math.min(atOnce, tryable.length) }, copy);
/** @type {Set<Mutant>} */
const caught = new Set();
try {
  // A test that fails anyway would catch everything.
  const needed = [...new Set(tryable.flatMap(({ tests }) => tests))];
  const sound = await test(folders[0] ?? root, needed);
  if (sound.code !== 0) throw new Error(`the tests fail without a mutant:\n${sound.output}`);
  const waiting = [...tryable];
  await Promise.all(
    folders.map(async (folder) => {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const at = Date.now();
        const result = await tried(folder, mutant);
        if (result === "caught") caught.add(mutant);
        console.log(`${result}  ${mutant.rule} (${areaOf(mutant)}, ${seconds(at)})`);
      }
    }),
  );
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
for (const { rule, survives } of chosen) if (survives !== undefined) console.log(`survives  ${rule}: ${survives}`);
for (const area of [...new Set(chosen.map(areaOf))].sort()) console.log(`${area}: ${counted(chosen, area)}`);
console.log(`all: ${counted(chosen)}, ${seconds(began)}`);
process.exitCode = caught.size < tryable.length ? 1 : 0;

/** @param {readonly Mutant[]} all @param {string} [area] @returns {string} */
function counted(all, area) {
  const own = all.filter((mutant) => area === undefined || areaOf(mutant) === area);
  const [known, killed] = [own.filter(({ survives }) => survives !== undefined), own.filter((one) => caught.has(one))];
  const missed = own.length - known.length - killed.length;
  return `mutated ${own.length}, caught ${killed.length}, missed ${missed}, known to survive ${known.length}`;
}
