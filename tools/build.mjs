// @ts-check
/** Builds dist from scratch beside its place and swaps it in, so that a failed build or a second one at the same time breaks nothing. */
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run, seconds } from "./command.mjs";
import { fingerprint, sourceFiles, stampBuild, workshopOf } from "./sources.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const workshop = workshopOf(root);

/** @returns {Promise<number>} exit code */
async function build() {
  const began = Date.now();
  mkdirSync(workshop, { recursive: true });
  const making = mkdtempSync(path.join(workshop, "dist-"));
  try {
    // Taken before the compiler reads, so that what changes meanwhile is built again next time.
    const sources = fingerprint(root);
    const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
    const compiled = await run(process.execPath, [tsc, "-p", "tsconfig.json", "--outDir", making, "--noEmitOnError"], {
      cwd: root,
    });
    if (compiled.code !== 0) {
      process.stderr.write(compiled.output);
      console.error("The build failed; dist is unchanged.");
      return 1;
    }
    for (const file of sourceFiles(root).filter((name) => !/\.[cm]?tsx?$/.test(name))) {
      cpSync(path.join(root, file), path.join(making, file));
    }
    const command = path.join(making, "cli", "main.js");
    if (existsSync(command)) chmodSync(command, 0o755);
    chmodSync(making, 0o755);
    swapIn(making);
    stampBuild(root, sources);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  console.log(`Built dist in ${seconds(began)}.`);
  return 0;
}

/** @param {string} making */
function swapIn(making) {
  const dist = path.join(root, "dist");
  const old = `${making}-old`;
  // Another build may put its own there between the two steps; then that one is the old one.
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(making, dist);
      break;
    } catch (error) {
      if (attempt === 5) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

process.exitCode = await build();
