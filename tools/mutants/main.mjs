// @ts-check
/**
 * `npm run mutants`: takes one rule of the emulated tenant away at a time and requires a test that fails without it. A rule
 * that nothing misses is a lenient emulator. Works in copies; `-- EXPRESSION` tries only the mutants whose rule it fits.
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
/** What the tests of the emulator need. */
const copied = [
  "emulator",
  "test",
  "cli",
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

/** @param {string} folder @param {readonly string[]} tests @param {string[]} options */
function test(folder, tests, ...options) {
  const args = ["--selectProjects", "rules", "--bail", `--testTimeout=${longestTest}`, ...options];
  return run(process.execPath, [jest, ...args, "--testPathPatterns", ...tests], { cwd: folder });
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
    const { code, output } = await test(folder, tests, "--runInBand");
    if (code === 0) return "MISSED";
    // What does not even load proves nothing.
    return /Test suite failed to run|No tests found/.test(output) ? "BROKEN" : "caught";
  } finally {
    writeFileSync(at, original);
  }
}

const wanted = new RegExp(process.argv.slice(2).join(" "), "i");
const chosen = mutants.filter(({ rule }) => wanted.test(rule));
const began = Date.now();
const folders = Array.from({ length: Math.min(atOnce, chosen.length) }, copy);
let caught = 0;
try {
  // A test that fails anyway would catch everything.
  const needed = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const sound = await test(folders[0] ?? root, needed);
  if (sound.code !== 0) throw new Error(`the tests fail without a mutant:\n${sound.output}`);
  const waiting = [...chosen];
  await Promise.all(
    folders.map(async (folder) => {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const result = await tried(folder, mutant);
        if (result === "caught") caught++;
        console.log(`${result}  ${mutant.rule}`);
      }
    }),
  );
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
const missed = chosen.length - caught;
console.log(`mutated ${chosen.length}, caught ${caught}, missed ${missed}, ${seconds(began)}`);
process.exitCode = missed > 0 ? 1 : 0;
