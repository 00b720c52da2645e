// @ts-check
/** `npm run docs`: writes the tables and pages that are generated from the sources. A test compares them. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { pages, referenceFolder } from "./pages.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @type {(file: string) => unknown} */
const load = createRequire(import.meta.url);
const { kinds } = /** @type {{ kinds: readonly import("./tables.mjs").Kind[] }} */ (
  load(path.join(root, "dist", "provider", "kinds.js"))
);
const { signInWays } = /** @type {{ signInWays: readonly import("./tables.mjs").SignInWay[] }} */ (
  load(path.join(root, "dist", "provider", "graph", "sign-in.js"))
);

const written = pages(root, { kinds, signInWays });
const folder = path.join(root, referenceFolder);
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) {
  if (!written.has(`${referenceFolder}/${name}`)) rmSync(path.join(folder, name));
}
for (const [file, text] of written) writeFileSync(path.join(root, file), text);
