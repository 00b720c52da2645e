// @ts-check
/**
 * How fast and how large the emulated tenant is: `npm run bench:emulator`. Takes about a minute. Each part runs in a
 * process of its own, so that memory is that of the part. Never part of the tests: figures depend on the machine.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";

const measure = path.join(import.meta.dirname, "measure.mjs");

for (const part of [
  "requests in process",
  "requests over loopback",
  "100,000 objects in memory",
  "100,000 objects on disk",
]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", measure, part], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${part}: ${stderr}`);
  console.log(`${part}\n${stdout}`);
}
