// @ts-check
/** What dist is made of, and whether it still is. Built-ins only, Node 20. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { readJson } from "./json.mjs";

/** The file in dist that says which sources it was built from. */
export const stamp = ".sources";

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

/** @param {string} root @returns whether dist is what a build would make now */
export function isBuilt(root) {
  const file = path.join(root, "dist", stamp);
  return existsSync(file) && readFileSync(file, "utf8") === fingerprint(root);
}
