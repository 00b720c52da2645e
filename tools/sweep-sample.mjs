// @ts-check
/**
 * Which part of all that can go wrong is tried. There are more pairs of a kind and a fault than `npm test` has time for, and
 * each new kind adds as many as there are faults: so a run takes a sample, others with each change of the sources.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "./json.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const variable = "ENTRA_AGENT_ID_SWEEP";

/**
 * `ENTRA_AGENT_ID_SWEEP`: a seed of before, or `all` for everything.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string} seed of the sample, or `all`; by default made of the committed sources
 */
export const sweepSeed = (environment = process.env) => environment[variable] || (treeOf(root) ?? versionOf(root));

/** @param {string} seed @param {string} [tests] their folder @returns {string} what tries the same again */
export const replayCommand = (seed, tests = "test/sweep") =>
  `${variable}=${seed} npx jest --selectProjects rules --testPathPatterns ${tests}`;

/** @param {string} directory @returns {string | undefined} id of the committed tree; undefined where there is no git, or no repository */
export function treeOf(directory) {
  try {
    /** @type {import("node:child_process").ExecFileSyncOptionsWithStringEncoding} */
    const options = { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", ["rev-parse", "HEAD^{tree}"], options).slice(0, 12);
  } catch (error) {
    if (isWithoutGit(/** @type {NodeJS.ErrnoException & { status?: number | null }} */ (error))) return undefined;
    throw error;
  }
}

/** @param {NodeJS.ErrnoException & { status?: number | null }} error */
const isWithoutGit = ({ code, status }) => code === "ENOENT" || status === 128;

/** @param {string} directory @returns {string} */
export const versionOf = (directory) =>
  /** @type {{ version: string }} */ (readJson(path.join(directory, "package.json"))).version;

/**
 * @template Item
 * @param {string} seed @param {readonly Item[]} items @param {string} topic so that two lists are not drawn alike
 * @returns {Item[]} the same in an order that the seed decides
 */
export function drawn(seed, items, topic) {
  const lot = (/** @type {number} */ index) => createHash("sha256").update(`${seed}\n${topic}\n${index}`).digest("hex");
  return items
    .map((item, index) => ({ item, lot: lot(index) }))
    .sort((one, other) => (one.lot < other.lot ? -1 : 1))
    .map(({ item }) => item);
}

/**
 * Pairs in which each kind and each fault stands at least once: as many as there are of what there is more of.
 *
 * @template Kind, Fault
 * @param {string} seed @param {readonly Kind[]} kinds @param {readonly Fault[]} faults
 * @returns {(readonly [Kind, Fault])[]}
 */
export function drawnPairs(seed, kinds, faults) {
  const count = kinds.length === 0 || faults.length === 0 ? 0 : Math.max(kinds.length, faults.length);
  const [all, some] = [drawn(seed, kinds, "kinds"), drawn(seed, faults, "faults")];
  return Array.from(
    { length: count },
    (_, index) => /** @type {const} */ ([at(all, index % all.length), at(some, index % some.length)]),
  );
}

/**
 * One choice for each question.
 *
 * @param {string} seed @param {Readonly<Record<string, { choices: readonly string[] }>>} questions
 * @returns {Record<string, string>}
 */
export const drawnChoices = (seed, questions) =>
  Object.fromEntries(
    Object.entries(questions).map(([name, { choices }]) => [name, at(drawn(seed, choices, `profile ${name}`), 0)]),
  );

/** @template Item @param {readonly Item[]} items @param {number} index @returns {Item} */
function at(items, index) {
  return /** @type {Item} */ (items[index]);
}
