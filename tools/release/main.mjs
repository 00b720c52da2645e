// @ts-check
/**
 * `npm run release:prepare`: all that a release consists of, in .release/. Checks that it can be made, runs every test, packs,
 * lists what comes with it (SBOM and licences), and describes it. It publishes nothing: docs/releasing.md says what does.
 * `-- --without-tests` tries the rest; the description says so, and no workflow does it.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lastLines, run } from "../command.mjs";
import { npm } from "../dependencies.mjs";
import { parseJson, readJson } from "../json.mjs";
import { pulumiVersion } from "../pulumi-cli/versions.mjs";
import { describe } from "./description.mjs";
import { licenceList } from "./licences.mjs";
import { tagOf, whatIsMissing } from "./readiness.mjs";
import { recordedTypes } from "./recorded-stack.mjs";
import { sbomOf } from "./sbom.mjs";
import { packagesOf, shipped } from "./shipped.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = path.join(root, ".release");
const packages = createRequire(import.meta.url);
/** @type {(file: string) => unknown} */
const load = packages;
const { kinds } = /** @type {{ kinds: readonly { kind: string }[] }} */ (
  load(path.join(root, "dist", "provider", "kinds.js"))
);
const { typeToken } = /** @type {{ typeToken: (kind: string) => string }} */ (
  load(path.join(root, "dist", "provider", "engine", "pulumi", "resource.js"))
);

/** @typedef {{ name: string, version: string, repository?: string | { url: string } }} Manifest */

/** @param {string} file @param {readonly string[]} args @param {(text: string) => void} [show] @returns {Promise<string>} what it printed */
async function ask(file, args, show) {
  const { code, output, stdout } = await run(file, args, { cwd: root, ...(show ? { show } : {}) });
  if (code !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${code}:\n${lastLines(output, 20)}`);
  return stdout;
}

/** @param {readonly string[]} args @param {(text: string) => void} [show] */
function askNpm(args, show) {
  const { command, args: first } = npm(process.env);
  return ask(command, [...first, ...args], show);
}

/** @param {readonly string[]} args @returns {Promise<string[]>} lines */
const git = async (...args) => (await ask("git", args)).split("\n").filter(Boolean);

/** @param {string} name @param {string} text */
function write(name, text) {
  writeFileSync(path.join(folder, name), text);
  return createHash("sha256").update(text).digest("hex");
}

/** @returns {Promise<void>} */
async function main() {
  const { values } = parseArgs({ options: { "without-tests": { type: "boolean", default: false } } });
  const { name, version, repository } = /** @type {Manifest} */ (readJson(path.join(root, "package.json")));
  const recorded = recordedTypes(path.join(root, "test", "recorded", version));
  const tags = await git("tag", "--list");
  const missing = whatIsMissing({
    version,
    ...(repository === undefined ? {} : { repository: typeof repository === "string" ? repository : repository.url }),
    changed: (await git("status", "--porcelain")).join("\n"),
    tags,
    tagsHere: await git("tag", "--points-at", "HEAD"),
    types: kinds.map(({ kind }) => typeToken(kind)),
    ...(recorded === undefined ? {} : { recorded }),
    ...(process.env["GITHUB_REPOSITORY"] === undefined ? {} : { publishing: process.env["GITHUB_REPOSITORY"] }),
  });
  if (missing.length > 0) throw new Error(`cannot prepare ${name} ${version}:\n- ${missing.join("\n- ")}`);

  const lock = shipped(
    /** @type {import("./shipped.mjs").LockFile} */ (readJson(path.join(root, "package-lock.json"))),
  );
  const licences = licenceList(packagesOf(lock));
  const tests = values["without-tests"]
    ? "not run"
    : lastLines(await askNpm(["run", "test:all"], (text) => process.stdout.write(text)), 1);

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const [packed] = /** @type {[import("./description.mjs").Release["packed"]]} */ (
    parseJson(await askNpm(["pack", "--json", "--pack-destination", folder]))
  );
  const sbom = await sbomOf(lock);
  const files = [
    { file: "sbom.cdx.json", what: "what npm installs with it (CycloneDX)", text: sbom },
    { file: "licences.txt", what: "the licence of each of those packages", text: licences },
  ].map(({ file, what, text }) => ({ file, what, sha256: write(file, text) }));
  const before = await lastTag(version);
  const sdk = /** @type {Manifest} */ (readJson(packages.resolve("@pulumi/pulumi/package.json")));
  write(
    "description.md",
    describe({
      name,
      version,
      commit: (await git("rev-parse", "HEAD"))[0] ?? "",
      software: `Node.js ${process.versions.node}, Pulumi ${pulumiVersion} with its SDK ${sdk.version}`,
      tests,
      changes: before === undefined ? [] : await git("log", "--format=%s", `${before}..HEAD`),
      ...(before === undefined ? {} : { before }),
      packed,
      files,
    }),
  );
  console.log(`Wrote ${path.relative(process.cwd(), folder)}: ${readdirSync(folder).join(", ")}.`);
}

/** The release before this one. @param {string} version @returns {Promise<string | undefined>} */
async function lastTag(version) {
  const merged = await git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname");
  return merged.find((tag) => tag !== tagOf(version));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
