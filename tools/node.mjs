// @ts-check
/** Which Node.js runs what Pulumi's SDK is part of. Built-ins only, Node 20. */
import { existsSync } from "node:fs";
import path from "node:path";

/** @param {string} version such as v22.12.0 @returns {boolean} whether the package's engines accept it */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** @param {string} root @returns {string} the machine's own, or else the one that the npm package "node" brings */
export function chooseNode(root) {
  if (isNewEnough(process.version)) return process.execPath;
  const ours = path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(ours)) return ours;
  throw new Error(
    `Node.js ${process.version} is too old, and node_modules/node has none (npm may have been told to skip install scripts). ` +
      "Run npm rebuild node, or use Node.js 22.12 or newer.",
  );
}
