// @ts-check
/** The environment that is recommended for large stacks: what is measured here, and what docs/large-stacks.md says. */

import os from "node:os";
import path from "node:path";

/** Stands for the folder of the file backend. */
export const folder = "FOLDER";

/** Costs nothing when something crashes. @type {Readonly<Record<string, string>>} */
export const recommended = {
  // Resources in work at once, and so what a batch can hold. Pulumi's default is four for each core.
  PULUMI_PARALLEL: "64",
  // Without it the engine compares one resource after the other.
  PULUMI_PARALLEL_DIFF: "1",
  // Pulumi's SDK takes a stack trace of every promise and maps each of its lines to TypeScript. Source positions stay.
  NODE_OPTIONS: "--stack-trace-limit=0",
  // The engine collects garbage less often, and takes more memory.
  GOGC: "400",
  // Every command starts two Node.js processes that load the same thousand modules.
  NODE_COMPILE_CACHE: path.join(os.homedir(), ".cache", "node-compile-cache"),
  // The whole state is written, copied and read at every checkpoint: less than a tenth of the bytes.
  PULUMI_DIY_BACKEND_ZSTD: "true",
  // No checksum file beside each state, which nobody reads, and which a killed run can leave half written.
  PULUMI_BACKEND_URL: `file://${folder}?metadata=skip`,
};

/** An environment without what only this machine has. @param {Readonly<Record<string, string>>} environment @returns {Record<string, string>} */
export const portable = (environment) =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replace(os.homedir(), "$HOME")]));

/** The state is written once, at the end: what is made in a run that is killed has to be found again by the next. */
export const withoutCheckpoints = { ...recommended, PULUMI_SKIP_CHECKPOINTS: "true" };
