// @ts-check
/** `node tools/release/publish-main.mjs`: what the workflow runs once somebody has approved. On a desk npm refuses it: no workflow signs there. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "../json.mjs";
import { publish } from "./publish.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { name, version } = /** @type {{ name: string, version: string }} */ (readJson(path.join(root, "package.json")));

try {
  const folder = path.join(root, ".release");
  await publish({
    ...{ name, version, folder, registry: "https://registry.npmjs.org", env: process.env },
    show: (text) => void process.stdout.write(text),
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
