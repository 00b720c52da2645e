// @ts-check
/** Programs that are already on this machine. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { codeOf, run } from "../command.mjs";

const extensions = process.platform === "win32" ? [".exe", ".cmd"] : [""];

/**
 * @param {string} name @param {string} directory
 * @returns {string | undefined} the executable of that name in that directory
 */
export function executableIn(directory, name) {
  for (const extension of extensions) {
    const file = path.join(directory, name + extension);
    try {
      if (!statSync(file).isFile()) continue;
      accessSync(file, constants.X_OK);
      return file;
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
  }
  return undefined;
}

/** @param {unknown} error */
function isMissing(error) {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ENOTDIR" || code === "EACCES" || code === "ELOOP";
}

/** @param {string} name @param {NodeJS.ProcessEnv} environment @returns every one on PATH, in its order */
export function allOnPath(name, environment) {
  const directories = (environment["PATH"] ?? environment["Path"] ?? "").split(path.delimiter);
  return directories
    .filter((directory) => directory !== "")
    .flatMap((directory) => executableIn(directory, name) ?? []);
}

/**
 * @param {string} file @param {readonly string[]} args how it is asked @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<string | undefined>} the version it prints; nothing when it does not run on this machine
 */
export async function versionOf(file, args, environment) {
  const { code, stdout } = await run(file, args, {
    env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "1" },
    // Of a busy machine's time: who takes it for broken deletes it under those who use it.
    timeout: 300_000,
  });
  return code === 0 ? /(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] : undefined;
}

/** @param {string} pulumi @param {NodeJS.ProcessEnv} environment @returns whether this CLI can run Node.js programs by itself */
export function bringsLanguageHost(pulumi, environment) {
  const beside = executableIn(path.dirname(realpathSync(pulumi)), "pulumi-language-nodejs");
  return beside !== undefined || allOnPath("pulumi-language-nodejs", environment).length > 0;
}
