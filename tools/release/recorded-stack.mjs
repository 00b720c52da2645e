// @ts-check
/** What `npm run record` keeps of a release: the program, the state and the tenant. */
import { existsSync } from "node:fs";
import path from "node:path";
import { readJson } from "../json.mjs";

/**
 * @param {string} folder of one release in test/recorded
 * @returns {string[] | undefined} type of each resource in its state; undefined where that release is not recorded
 */
export function recordedTypes(folder) {
  const file = path.join(folder, "stack.json");
  if (!existsSync(file)) return undefined;
  const { deployment } = /** @type {{ deployment: { resources: { type: string }[] } }} */ (readJson(file));
  return deployment.resources.map(({ type }) => type);
}
