// @ts-check
/** Running another program to its end. Built-ins only: start.mjs uses it before anything is installed. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Ended
 * @property {number} code exit code; 128 + signal number where a signal ended it, 127 where it could not be started
 * @property {NodeJS.Signals | null} signal
 * @property {string} output what it wrote to stdout and stderr, in the order it came
 * @property {string} stdout
 */

/**
 * @param {string} file @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: (text: string) => void, timeout?: number, ownGroup?: boolean,
 *   onStart?: (child: import("node:child_process").ChildProcess) => void }} [options]
 *   show: gets its output as it comes. ownGroup: Ctrl-C in the terminal does not reach it by itself.
 * @returns {Promise<Ended>}
 */
export function run(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: options.ownGroup ?? false,
      // On Windows npm and friends are .cmd files, which only a shell can start.
      shell: process.platform === "win32" && !path.isAbsolute(file),
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    });
    let output = "";
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
      stdout += text;
      options.show?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
      options.show?.(text);
    });
    child.on("error", (error) => resolve({ code: 127, signal: null, output: `${output}${error.message}`, stdout }));
    child.on("close", (code, signal) => resolve({ code: code ?? exitCodeOf(signal), signal, output, stdout }));
    options.onStart?.(child);
  });
}

/** @param {NodeJS.Signals | null} signal */
export function exitCodeOf(signal) {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  return 128 + (signal !== null && signal in numbers ? numbers[/** @type {keyof typeof numbers} */ (signal)] : 0);
}

/**
 * Says every 20 seconds that long work is still going on, on a terminal and in a CI log alike.
 * @template T @param {string} what @param {(line: string) => void} log @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withProgress(what, log, work, everySeconds = 20) {
  const began = Date.now();
  const timer = setInterval(() => log(`  ${what}: ${seconds(began)} so far`), everySeconds * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** @param {number} began */
export const seconds = (began) => `${Math.round((Date.now() - began) / 1000)} s`;

/** @param {string} text @param {number} count */
export const lastLines = (text, count) => text.trimEnd().split("\n").slice(-count).join("\n");

/** The system's code, such as ENOENT. Not by instanceof: under jest the system's errors are of another realm. @param {unknown} error */
export const codeOf = (error) =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

/** @param {number} pid @returns {boolean} whether that process runs on this machine */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    return codeOf(error) === "EPERM";
  }
  // A killed process whose parent has not asked for its end answers signals too; in containers that can be for ever.
  const status = `/proc/${pid}/status`;
  return !(existsSync(status) && /^State:\s+Z/m.test(readFileSync(status, "utf8")));
}
