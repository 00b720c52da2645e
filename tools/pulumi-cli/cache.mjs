// @ts-check
/** Where a CLI that was built is kept, for every checkout of this user. A directory there is whole or absent. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { pulumiVersion } from "./versions.mjs";

/** @param {NodeJS.ProcessEnv} environment @param {NodeJS.Platform} [platform] */
export function cacheRoot(environment, platform = process.platform) {
  const home = environment["HOME"] ?? homedir();
  const base =
    platform === "win32"
      ? (environment["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local"))
      : platform === "darwin"
        ? path.join(home, "Library", "Caches")
        : environment["XDG_CACHE_HOME"] || path.join(home, ".cache");
  return path.join(base, "pulumi-entra-agent-id", "pulumi-cli");
}

/** One per platform: a home directory may be shared by machines of several kinds. @param {NodeJS.ProcessEnv} environment */
export const cachedDirectory = (environment) =>
  path.join(cacheRoot(environment), `${pulumiVersion}-${process.platform}-${process.arch}`);

const unfinished = ".unfinished-";
const oneDay = 24 * 60 * 60 * 1000;

/**
 * Makes a directory beside its final place and renames it there when it is complete, so that neither kill -9 nor a
 * second process at the same time can leave half of one. Whoever comes second uses what the first one made.
 * @param {string} directory final place
 * @param {(making: string) => Promise<void>} make
 */
export async function placeAtomically(directory, make) {
  const parent = path.dirname(directory);
  mkdirSync(parent, { recursive: true });
  removeAbandoned(parent);
  const making = mkdtempSync(path.join(parent, unfinished));
  try {
    await make(making);
    chmodSync(making, 0o755);
    try {
      renameSync(making, directory);
    } catch (error) {
      if (!existsSync(directory)) throw error;
    }
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** What a killed process left; a day is far more than any build takes. @param {string} parent */
function removeAbandoned(parent) {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(unfinished))) {
    const directory = path.join(parent, name);
    const changed = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && Date.now() - changed > oneDay) rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Puts small executables beside the CLI. A later checkout may bring newer ones: each is replaced in one step where it differs.
 * @param {string} directory @param {Record<string, string>} files text by name
 */
export function placeBeside(directory, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    const making = `${file}.${process.pid}`;
    writeFileSync(making, text, { mode: 0o755 });
    renameSync(making, file);
  }
}
