// @ts-check
/** What dist is made of, and whether it still is. Built-ins only, Node 20. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readJson } from "./json.mjs";

/** Where builds happen, and where the last one says what it was made of; not in dist, which is published. @param {string} root */
export const workshopOf = (root) => path.join(root, "node_modules", ".cache", "pulumi-entra-agent-id");

/** @param {string} root @returns {string[]} every file under what tsconfig.json includes, relative, sorted */
export function sourceFiles(root) {
  const config = /** @type {{ include: string[] }} */ (readJson(path.join(root, "tsconfig.json")));
  return config.include
    .filter((entry) => existsSync(path.join(root, entry)))
    .flatMap((entry) =>
      statSync(path.join(root, entry)).isFile()
        ? [entry]
        : readdirSync(path.join(root, entry), { recursive: true, encoding: "utf8" })
            .map((name) => path.join(entry, name))
            .filter((name) => statSync(path.join(root, name)).isFile()),
    )
    .sort();
}

/** @param {string} root @returns {string} */
export function fingerprint(root) {
  const hash = createHash("sha256");
  for (const file of ["package.json", "package-lock.json", "tsconfig.json", "tools/build.mjs", ...sourceFiles(root)]) {
    if (!existsSync(path.join(root, file))) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** @typedef {{ sources: string, compiled: number }} Stamp compiled: when the compiler wrote that very dist */

/** @param {string} dist @returns {number} */
const compiledAt = (dist) => statSync(path.join(dist, "index.js")).mtimeMs;

/** @param {string} root @param {string} sources fingerprint of what dist was built from */
export function stampBuild(root, sources) {
  mkdirSync(workshopOf(root), { recursive: true });
  /** @type {Stamp} */
  const stamp = { sources, compiled: compiledAt(path.join(root, "dist")) };
  writeFileSync(path.join(workshopOf(root), "built.json"), JSON.stringify(stamp));
}

/** @param {string} root @returns {boolean} whether dist is what a build would make now */
export function isBuilt(root) {
  const file = path.join(workshopOf(root), "built.json");
  const dist = path.join(root, "dist");
  if (!existsSync(file) || !existsSync(path.join(dist, "index.js"))) return false;
  const stamp = /** @type {Stamp} */ (readJson(file));
  // Two builds at once may stamp each other's work; the time tells.
  return stamp.compiled === compiledAt(dist) && stamp.sources === fingerprint(root);
}
