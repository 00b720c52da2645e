// @ts-check
/** Which Node.js runs what Pulumi's SDK is part of. Built-ins only, Node 20. */
import { existsSync } from "node:fs";
import path from "node:path";
import { readJson } from "./json.mjs";

/** @param {string} version such as v22.13.0 @param {string} engines such as ">=22.13" @returns {boolean} */
export function isNewEnough(version, engines) {
  const numbers = (/** @type {string} */ text) => (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(engines);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** @param {string} root @returns {string} the machine's own, or else the one that the npm package "node" brings */
export function chooseNode(root) {
  const { engines } = /** @type {{ engines: { node: string } }} */ (readJson(path.join(root, "package.json")));
  if (isNewEnough(process.version, engines.node)) return process.execPath;
  const ours = path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(ours)) return ours;
  throw new Error(
    `Node.js ${process.version} is too old, and node_modules/node has none (npm may have been told to skip install scripts). ` +
      `Run npm rebuild node, or use Node.js ${engines.node}.`,
  );
}
