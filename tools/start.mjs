// @ts-check
/**
 * `node tools/start.mjs demo|test`: the one script that starts on the machine's own Node.js, with nothing installed yet.
 * It installs, builds, and hands over to the real thing on a Node.js that Pulumi's SDK accepts. Built-ins only, Node 20.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodeOf, run } from "./command.mjs";
import { installDependencies } from "./dependencies.mjs";
import { isBuilt } from "./sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const programs = { demo: "tools/demo/main.mjs", test: "tools/test.mjs" };

/** @param {string} version such as v22.12.0 @returns whether the package's engines accept it */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

/** @returns {string} the Node.js for everything else */
function chooseNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const ours = path.join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(ours)) return ours;
  throw new Error(
    `Node.js ${process.version} is too old, and node_modules/node has none (npm may have been told to skip install scripts). ` +
      "Run npm rebuild node, or use Node.js 22.12 or newer.",
  );
}

/** @param {string[]} args */
async function main([name = "", ...rest]) {
  if (!Object.hasOwn(programs, name))
    throw new Error(`Say what to start: node tools/start.mjs ${Object.keys(programs).join("|")}`);
  await installDependencies(root, console.log);
  const node = chooseNode();
  const environment = { ...process.env, PATH: [path.dirname(node), process.env["PATH"] ?? ""].join(path.delimiter) };
  if (!isBuilt(root)) {
    const built = await run(node, [path.join(root, "tools", "build.mjs")], { cwd: root, env: environment, show: true });
    if (built.code !== 0) return built.code;
  }
  const program = path.join(root, programs[/** @type {keyof typeof programs} */ (name)]);
  return handOver(node, [program, ...rest], environment);
}

/** @param {string} node @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>} its exit code */
function handOver(node, args, env) {
  const child = spawn(node, args, { cwd: root, env, stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A terminal sends Ctrl-C to the whole group already; a second one would make Pulumi stop without tidying up.
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
