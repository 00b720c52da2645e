// @ts-check
/** Whether node_modules holds what package-lock.json asks for, and how it gets there. Built-ins only, Node 20. */
import { existsSync } from "node:fs";
import path from "node:path";
import { lastLines, run, seconds, withProgress } from "./command.mjs";
import { readJson } from "./json.mjs";

/**
 * @typedef {{ version?: string, resolved?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} Locked
 * @typedef {Record<string, Locked>} Packages by path, as npm's lock files have them
 */

/**
 * Content is compared, not time stamps: git writes package-lock.json anew on every checkout.
 * @param {string} root @returns {string | undefined} why dependencies have to be installed; nothing when they are there
 */
export function whyDependenciesAreStale(root) {
  const hidden = path.join(root, "node_modules", ".package-lock.json");
  // npm writes this file last, so an interrupted installation has none.
  if (!existsSync(hidden)) return "node_modules is missing or incomplete";
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  const there = packagesOf(hidden);
  for (const [where, { version, link, optional, devOptional, peer }] of Object.entries(wanted)) {
    if (!where.includes("node_modules/")) continue;
    const found = there[where];
    // Optional packages are for other platforms, and npm may leave out peers nobody needs.
    if (found === undefined && (optional === true || devOptional === true || peer === true)) continue;
    if (found === undefined) return `${where} is not installed`;
    if (link !== true && found.version !== version) {
      return `${where} is ${found.version ?? "unknown"}, package-lock.json wants ${version ?? "unknown"}`;
    }
  }
  return undefined;
}

/** @param {string} file @returns {Packages} */
function packagesOf(file) {
  const lock = /** @type {{ packages?: Packages }} */ (readJson(file));
  if (lock.packages === undefined) throw new Error(`${file} has no "packages". Run npm install with npm 9 or newer.`);
  return lock.packages;
}

/** @param {string} root @param {(line: string) => void} log */
export async function installDependencies(root, log) {
  const reason = whyDependenciesAreStale(root);
  if (reason === undefined) return;
  log(`Installing dependencies with npm ci, because ${reason}.`);
  const began = Date.now();
  const { command, args } = npm(process.env);
  const installed = await withProgress("installing", log, () =>
    run(command, [...args, "ci", "--include=dev"], { cwd: root, env: withoutOwnBinaries(root, process.env) }),
  );
  if (installed.code !== 0) {
    // Every package that wants a newer Node.js warns about this one; the reason stands before npm's own usage text.
    const said = installed.output.split("\n").filter((line) => !/EBADENGINE|npm warn/.test(line));
    throw new Error(`npm ci failed. What it said:\n${said.slice(0, 30).join("\n")}\nFix that, or run npm ci by hand.`);
  }
  log(`  ${lastLines(installed.stdout, 1) || "installed"} (${seconds(began)})`);
}

/** The npm that runs this script, where one does. @param {NodeJS.ProcessEnv} environment */
export function npm(environment) {
  const script = environment["npm_execpath"];
  const node = environment["npm_node_execpath"];
  // pnpm and yarn set these too, but know nothing of package-lock.json.
  const isNpm = script !== undefined && node !== undefined && /npm-cli\.c?js$/.test(script) && existsSync(node);
  return isNpm ? { command: node, args: [script] } : { command: "npm", args: [] };
}

/** npm ci empties node_modules first, so nothing in there may run it. @param {string} root @param {NodeJS.ProcessEnv} environment */
function withoutOwnBinaries(root, environment) {
  const inside = path.join(root, "node_modules") + path.sep;
  const directories = (environment["PATH"] ?? "").split(path.delimiter).filter((entry) => !entry.startsWith(inside));
  return { ...environment, PATH: directories.join(path.delimiter) };
}
