// @ts-check
/**
 * Other people's clients in other languages, for the tests of a served tenant. Each comes from its own registry, pinned by
 * version and hash, into a cache of this user that every checkout shares.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { lastLines, run } from "../command.mjs";
import { cacheRoot, placeAtomically } from "../pulumi-cli/cache.mjs";

const sources = fileURLToPath(new URL(".", import.meta.url));

/** @typedef {"azure-cli" | "python" | "go" | "java"} Client */

/** @type {readonly Client[]} */
export const clients = ["azure-cli", "python", "go", "java"];

/**
 * Where a client is once it was brought: other pins, another folder.
 * @param {Client} client @param {NodeJS.ProcessEnv} [environment]
 */
export function clientFolder(client, environment = process.env) {
  const pins = createHash("sha256");
  for (const file of readdirSync(path.join(sources, client)).sort())
    pins.update(`${file}\n`).update(readFileSync(path.join(sources, client, file)));
  const name = `${client}-${pins.digest("hex").slice(0, 12)}-${process.platform}-${process.arch}`;
  return path.join(path.dirname(cacheRoot(environment)), "clients", name);
}

/** @param {string} file @param {readonly string[]} args @param {string} cwd */
async function ran(file, args, cwd) {
  const { code, output } = await run(file, args, { cwd });
  if (code !== 0) throw new Error(`${file} ${args.slice(0, 3).join(" ")} failed: ${lastLines(output, 4)}`);
}

/** @param {string} folder */
async function python(folder) {
  await ran("python3", ["-m", "venv", "venv"], folder);
  const install = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"];
  await ran(path.join(folder, "venv", "bin", "python"), [...install, "--requirement", "requirements.txt"], folder);
}

/** @param {string} folder */
async function go(folder) {
  await ran("go", ["build", "-mod=readonly", "-o", "client", "."], folder);
}

/** @param {string} folder */
async function java(folder) {
  const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  await ran("mvn", ["--batch-mode", "--quiet", copy, "-DoutputDirectory=lib"], folder);
  const wanted = readFileSync(path.join(folder, "checksums.txt"), "utf8").trim().split("\n").sort();
  const found = readdirSync(path.join(folder, "lib")).map((file) => {
    const hash = createHash("sha256").update(readFileSync(path.join(folder, "lib", file)));
    return `${hash.digest("hex")}  ${file}`;
  });
  if (found.sort().join() !== wanted.join()) throw new Error(`the archives are not those of checksums.txt: ${found}`);
  await ran("javac", ["-cp", "lib/*", "SignIn.java"], folder);
}

/** @type {Readonly<Record<Client, (folder: string) => Promise<void>>>} */
const makers = { "azure-cli": python, python, go, java };

/**
 * @param {Client} client @param {(line: string) => void} log
 * @returns {Promise<string | undefined>} what went wrong; undefined when the client is there now
 */
export async function ensureClient(client, log) {
  const folder = clientFolder(client);
  if (existsSync(folder)) return undefined;
  log(`Bringing the client ${client} from its registry.`);
  try {
    await placeAtomically(folder, async (making) => {
      for (const file of readdirSync(path.join(sources, client)))
        copyFileSync(path.join(sources, client, file), path.join(making, file));
      await makers[client](making);
    });
    return undefined;
  } catch (error) {
    return `The client ${client} cannot be brought: ${error instanceof Error ? error.message : String(error)}`;
  }
}
