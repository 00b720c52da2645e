// @ts-check
/**
 * `npm run fidelity`: runs the emulator's tests, notes which test has seen which operation, and prints FIDELITY.md.
 * `-- --check FOLDER`: compares instead, with what a run of the tests has noted in FOLDER.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";
import { readJson } from "../json.mjs";
import { document } from "./document.mjs";
import { operationOf } from "./rows.mjs";
import { sightings, witnessesOf } from "./witnesses.mjs";

/** @typedef {import("./document.mjs").Area} Area */

const root = fileURLToPath(new URL("../..", import.meta.url));
const witnessFile = path.join(root, "tools", "fidelity", "witnesses.json");
const target = path.join(root, "FIDELITY.md");

/** @type {(file: string) => unknown} */
const load = createRequire(import.meta.url);
const { areas } = /** @type {{ areas: readonly Area[] }} */ (
  load(path.join(root, "dist", "emulator", "routes", "index.js"))
);
const { profileChoices } = /** @type {{ profileChoices: import("./document.mjs").Profiles }} */ (
  load(path.join(root, "dist", "emulator", "switches", "profiles.js"))
);

const [flag, folder] = process.argv.slice(2);
process.exitCode = flag === "--check" && folder !== undefined ? check(folder) : await print();

/** @returns {Promise<number>} exit code */
async function print() {
  const noted = mkdtempSync(path.join(tmpdir(), "witnesses-"));
  try {
    const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
    const args = [jest, "--selectProjects", "rules", "--testPathPatterns", "test/emulator"];
    const env = { ...process.env, WITNESS_FOLDER: noted };
    const { code, output } = await run(process.execPath, args, { cwd: root, env });
    if (code !== 0) {
      process.stderr.write(output);
      console.error("The tests of the emulated tenant fail; FIDELITY.md is unchanged.");
      return 1;
    }
    const witnesses = witnessesOf(sightings(noted));
    writeFileSync(witnessFile, `${JSON.stringify(witnesses, undefined, 2)}\n`);
    writeFileSync(target, document(areas, witnesses, profileChoices));
    return reported(unseen(witnesses));
  } finally {
    rmSync(noted, { recursive: true, force: true });
  }
}

/** @param {string} noted @returns {number} exit code */
function check(noted) {
  const witnesses = /** @type {import("./document.mjs").Witnesses} */ (readJson(witnessFile));
  const seen = new Set(sightings(noted).map(({ operation, file, title }) => `${operation}\n${file}\n${title}`));
  const silent = Object.entries(witnesses)
    .filter(([operation, { file, title }]) => !seen.has(`${operation}\n${file}\n${title}`))
    .map(([operation, { file, title }]) => `${operation}: "${title}" (${file}) has not asked for it`);
  const outdated =
    readFileSync(target, "utf8") === document(areas, witnesses, profileChoices) ? [] : ["FIDELITY.md is out of date"];
  const found = [...unseen(witnesses), ...silent, ...outdated];
  if (found.length > 0) console.error("Run `npm run fidelity` after the tests of the emulated tenant pass.");
  return reported(found);
}

/** Operations that no test has asked for. @param {import("./document.mjs").Witnesses} witnesses @returns {string[]} */
function unseen(witnesses) {
  const operations = new Set(areas.flatMap(({ routes }) => routes.map(operationOf)));
  return [...operations]
    .filter((operation) => !(operation in witnesses))
    .map((operation) => `${operation} has no witness`);
}

/** @param {readonly string[]} findings @returns {number} exit code */
function reported(findings) {
  for (const finding of findings) console.error(finding);
  return findings.length > 0 ? 1 : 0;
}
