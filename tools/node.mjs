// @ts-check
/** Which Node.js runs what Pulumi's SDK is part of. Built-ins only, Node 20. */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { readJson } from "./json.mjs";

/** @param {string} version such as v22.13.0 @param {string} engines such as ">=22.13" @returns {boolean} */
export function isNewEnough(version, engines) {
  const numbers = (/** @type {string} */ text) => (/(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(engines);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** The one that tools/node-binary brings: npm package and executable. @param {string} root */
function bundledNode(root) {
  const [system, program] = process.platform === "win32" ? ["win", "node.exe"] : [process.platform, "node"];
  const name = `node-${system}-${process.arch}`;
  return { name, file: path.join(root, "node_modules", name, "bin", program) };
}

/** @param {string} root @returns {string} the machine's own, or else the one that tools/node-binary brings */
export function chooseNode(root) {
  const { engines } = /** @type {{ engines: { node: string } }} */ (readJson(path.join(root, "package.json")));
  if (isNewEnough(process.version, engines.node)) return process.execPath;
  const { name, file } = bundledNode(root);
  if (existsSync(file)) return file;
  throw new Error(
    `Node.js ${process.version} is too old, and npm has not installed ${name} (tools/node-binary has one for some platforms). ` +
      `Use Node.js ${engines.node}, or run npm ci if ${name} is in package-lock.json.`,
  );
}

/**
 * Puts it where scripts of package.json find it before the machine's own. npm 11 does so itself; npm 10 links it and takes the
 * link away again, together with the packages for other platforms, which have an executable of the same name.
 * @param {string} root
 */
export function linkNode(root) {
  const { file } = bundledNode(root);
  const link = path.join(root, "node_modules", ".bin", "node");
  if (process.platform === "win32" || existsSync(link) || !existsSync(file)) return;
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync(path.relative(path.dirname(link), file), link);
}
