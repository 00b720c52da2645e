// @ts-check
/**
 * `npm run mutants`: takes one rule of the emulated tenant away at a time and requires a test that fails without it. A rule
 * that nothing misses is a lenient emulator. Works in a copy; `-- WORDS` tries only the mutants whose rule has these words.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";
import { mutants } from "./mutants.mjs";

/** @typedef {import("./mutants.mjs").Mutant} Mutant */

const root = fileURLToPath(new URL("../..", import.meta.url));
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

/** @returns {string} a copy of the sources, in which things may be broken */
function copy() {
  const folder = mkdtempSync(path.join(realpathSync(tmpdir()), "mutants-"));
  for (const name of copied) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");
  return folder;
}

/** @param {string} folder @param {Mutant} mutant @returns {Promise<boolean>} whether a test failed */
async function isCaught(folder, { file, find, replace, tests }) {
  const at = path.join(folder, file);
  const original = readFileSync(at, "utf8");
  if (original.split(find).length !== 2) throw new Error(`${file} does not hold exactly once: ${find}`);
  writeFileSync(
    at,
    original.replace(find, () => replace),
  );
  try {
    const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
    const args = [jest, "--selectProjects", "rules", "--bail", "--testPathPatterns", ...tests];
    const { code, output } = await run(process.execPath, args, { cwd: folder });
    // A mutant that does not even load proves nothing.
    if (/Test suite failed to run/.test(output)) throw new Error(`the mutant of ${file} does not run:\n${output}`);
    return code !== 0;
  } finally {
    writeFileSync(at, original);
  }
}

const words = process.argv.slice(2).join(" ").toLowerCase();
const folder = copy();
let missed = 0;
const tried = mutants.filter(({ rule }) => rule.toLowerCase().includes(words));
try {
  for (const mutant of tried) {
    const caught = await isCaught(folder, mutant);
    if (!caught) missed++;
    console.log(`${caught ? "caught" : "MISSED"}  ${mutant.rule}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`mutated ${tried.length}, caught ${tried.length - missed}, missed ${missed}`);
process.exitCode = missed > 0 ? 1 : 0;
