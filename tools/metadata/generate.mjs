// @ts-check
/**
 * Prints emulator/metadata/tables.json from the sources beside this program. With --check it only compares.
 *
 * Notation: `!` after a type: not nullable. `[T]`: collection. `>T`: navigation property. Types of the namespace
 * microsoft.graph lose it; Edm's keep theirs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { tables } from "./tables.mjs";

const target = fileURLToPath(new URL("../../emulator/metadata/tables.json", import.meta.url));
const text = await format(JSON.stringify(tables()), { parser: "json", printWidth: 120 });

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("emulator/metadata/tables.json is not what tools/metadata/generate.mjs makes. Run: npm run metadata");
  process.exitCode = 1;
}
