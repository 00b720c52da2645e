// @ts-check
/**
 * `node tools/start.mjs demo|test`: the one script that starts on the machine's own Node.js, with nothing installed yet.
 * It installs, builds, and hands over to the real thing on a Node.js that Pulumi's SDK accepts. Built-ins only, Node 20.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodeOf, run } from "./command.mjs";
import { installDependencies } from "./dependencies.mjs";
import { chooseNode, linkNode } from "./node.mjs";
import { isBuilt } from "./sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const programs = { demo: "tools/demo/main.mjs", test: "tools/test.mjs" };

/** @param {string[]} args */
async function main([name = "", ...rest]) {
  if (!Object.hasOwn(programs, name))
    throw new Error(`Say what to start: node tools/start.mjs ${Object.keys(programs).join("|")}`);
  await installDependencies(root, console.log);
  linkNode(root);
  const node = chooseNode(root);
  const environment = { ...process.env, PATH: [path.dirname(node), process.env["PATH"] ?? ""].join(path.delimiter) };
  if (!isBuilt(root)) {
    const built = await run(node, [path.join(root, "tools", "build.mjs")], {
      cwd: root,
      env: environment,
      show: (text) => process.stdout.write(text),
    });
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

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
