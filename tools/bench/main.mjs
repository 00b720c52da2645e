// @ts-check
/**
 * `npm run bench`: how long the real CLI takes and how often it asks, against a tenant 50 ms away. All of it takes most of an
 * hour and wants a quiet machine. The last run of each benchmark is kept in docs/benchmarks/, and docs/benchmarks.md is written
 * from these files: commit both. `-- NAME...` measures those and no others. `-- report` measures nothing. `--size 10` tries a
 * benchmark with fewer agents, and keeps nothing.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import prettier from "prettier";
import { benchmarks, groups } from "./benchmarks.mjs";
import { document } from "./report.mjs";
import { circumstances, keep, kept } from "./results.mjs";
import { closing, costs, quotaLine } from "./wording.mjs";

/** @typedef {import("./benchmarks.mjs").Name} Name */

/** @param {Name} name @param {import("./benchmarks.mjs").Figures} figures */
function closingOf(name, figures) {
  const { apply } = figures.phases;
  if (apply && name === "agents1000") return quotaLine(apply, "writes");
  if (apply && name === "policies10") return quotaLine(apply, "conditionalAccess");
  return closing(figures);
}

/** @param {Name} name @param {number | undefined} trial @returns {Promise<boolean>} whether it came to its end */
async function measure(name, trial) {
  const benchmark = benchmarks[name];
  const size = trial ?? benchmark.size;
  console.log(`${name}: ${benchmark.what}${size === benchmark.size ? "" : `; a trial with ${size}`}`);
  const about = { benchmark: name, size, circumstances: await circumstances(), environment: benchmark.environment };
  /** @param {Pick<import("./results.mjs").Run, "figures" | "failed">} outcome */
  const keepUnlessTrial = (outcome) => {
    if (size === benchmark.size) keep({ ...about, at: new Date().toISOString(), ...outcome });
  };
  try {
    const figures = await benchmark.run(size);
    keepUnlessTrial({ figures });
    for (const line of costs(figures)) console.log(line);
    if (figures.stateBytes !== undefined) console.log(`  state: ${figures.stateBytes} bytes`);
    console.log(closingOf(name, figures));
    return true;
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    keepUnlessTrial({ failed });
    console.error(`${name} failed: ${failed}`);
    return false;
  }
}

/** @param {string} wanted @returns {readonly Name[] | undefined} */
function named(wanted) {
  if (wanted in benchmarks) return [/** @type {Name} */ (wanted)];
  return groups[wanted];
}

/** @returns {Promise<number>} exit code */
async function main() {
  const { values, positionals } = parseArgs({ options: { size: { type: "string" } }, allowPositionals: true });
  const size = values.size === undefined ? undefined : Number(values.size);
  if (size !== undefined && !(Number.isInteger(size) && size > 0)) {
    console.error(`--size must be a whole number above 0, not "${values.size ?? ""}".`);
    return 2;
  }
  if (positionals[0] === "report") return report();
  const all = /** @type {Name[]} */ (Object.keys(benchmarks));
  /** @type {Name[]} */
  const chosen = [];
  for (const wanted of positionals.length > 0 ? positionals : all) {
    const names = named(wanted);
    if (!names) {
      console.error(`There is no benchmark "${wanted}". There are: ${[...all, ...Object.keys(groups)].join(", ")}.`);
      return 2;
    }
    chosen.push(...names);
  }
  let failures = 0;
  for (const name of chosen) failures += Number(!(await measure(name, size)));
  if (size === undefined) await report();
  return failures > 0 ? 1 : 0;
}

/** @returns {Promise<number>} exit code */
async function report() {
  const file = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));
  const style = await prettier.resolveConfig(file);
  writeFileSync(file, await prettier.format(document(kept()), { ...style, parser: "markdown" }));
  console.log(`Wrote ${path.relative(process.cwd(), file)}.`);
  return 0;
}

process.exitCode = await main();
