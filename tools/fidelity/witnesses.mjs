// @ts-check
/** Which test has seen which operation: collected while the tests run, one line for each request that was answered. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseJson } from "../json.mjs";

/**
 * @typedef {{ operation: string, file: string, title: string }} Sighting
 * @typedef {import("./document.mjs").Witnesses} Witnesses
 */

/** @param {string} folder that the tests wrote into (WITNESS_FOLDER) @returns {Sighting[]} */
export function sightings(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(path.join(folder, name), "utf8").trim().split("\n"))
    .filter((line) => line !== "")
    .map((line) => /** @type {Sighting} */ (parseJson(line)));
}

/** The witness of each operation: the test that asks for the fewest others. @param {readonly Sighting[]} seen @returns {Witnesses} */
export function witnessesOf(seen) {
  /** @param {Sighting} one */
  const test = ({ file, title }) => `${file}\n${title}`;
  /** @type {Map<string, Set<string>>} */
  const asked = new Map();
  for (const one of seen) asked.set(test(one), (asked.get(test(one)) ?? new Set()).add(one.operation));
  /** @type {Record<string, { file: string, title: string }>} */
  const chosen = {};
  for (const operation of [...new Set(seen.map((one) => one.operation))].sort()) {
    const [best] = seen
      .filter((one) => one.operation === operation)
      .sort(
        (a, b) => (asked.get(test(a))?.size ?? 0) - (asked.get(test(b))?.size ?? 0) || test(a).localeCompare(test(b)),
      );
    if (best) chosen[operation] = { file: best.file, title: best.title };
  }
  return chosen;
}
