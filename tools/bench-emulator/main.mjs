// @ts-check
/**
 * How fast and how large the emulated tenant is: `npm run bench:emulator`. Takes about three minutes. Each part runs in a
 * process of its own, so that memory is that of the part. Never part of the tests: figures depend on the machine.
 *
 * `npm run bench:emulator -- FOLDER` also measures the build in FOLDER, in turns with this one: what else happens on the
 * machine then happens to both. Of the rounds the best one counts.
 */
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import path from "node:path";

/** @typedef {import("./measure.mjs").Figure} Figure */

const rounds = 3;
const measure = path.join(import.meta.dirname, "measure.mjs");
const own = path.resolve(import.meta.dirname, "../../dist");
const builds = [...process.argv.slice(2).map((folder) => path.resolve(folder)), own];

/** @param {string} part @param {string} build @returns {Record<string, Figure>} by name */
function figures(part, build) {
  const args = ["--expose-gc", measure, part, build];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${part}: ${stderr}`);
  /** @type {unknown} */
  const parsed = JSON.parse(stdout);
  return /** @type {Record<string, Figure>} */ (parsed);
}

/** @param {Figure} figure */
const printed = ({ value, unit, cpuMs }) =>
  `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 })} ${unit}`.padEnd(20) +
  (cpuMs === undefined ? "" : `${(cpuMs * 1_000).toFixed(0)} µs of processor time`);

console.log(`Load of the machine before: ${loadavg()[0]?.toFixed(1) ?? "unknown"}`);
for (const part of [
  "requests in process",
  "requests over loopback",
  "100,000 objects in memory",
  "100,000 objects on disk",
]) {
  /** @type {Map<string, Record<string, Figure>>} */
  const best = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const build of builds) {
      const before = best.get(build) ?? {};
      for (const [name, figure] of Object.entries(figures(part, build))) {
        const known = before[name];
        const isBetter =
          !known || (figure.unit === "requests/s" ? figure.value > known.value : figure.value < known.value);
        if (isBetter) before[name] = figure;
      }
      best.set(build, before);
    }
  }
  console.log(part);
  for (const [build, named] of best) {
    if (builds.length > 1) console.log(`  ${build}`);
    for (const [name, figure] of Object.entries(named))
      console.log(`  ${name.padEnd(50)} ${printed(figure)}`.trimEnd());
  }
  console.log("");
}
