// @ts-check
/**
 * `npm run replay -- FILE.jsonl`: replays documented exchanges. `npm run replay -- --self-test [FILE.jsonl]`: shows that it
 * would notice. Exit code 0: every row agrees or is explained, at most a tenth of them explained; 1: not; 2: it could not
 * run.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtEmulator } from "./emulator.mjs";
import { replayer } from "./replay.mjs";
import { lineOf, Summary } from "./report.mjs";
import { readRows } from "./rows.mjs";
import { selfTest } from "./self-test.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @param {string[]} args @returns {Promise<number>} exit code */
async function main(args) {
  const own = fileURLToPath(new URL("graph-examples.jsonl", import.meta.url));
  const testsItself = args.includes("--self-test");
  const [file = own, ...more] = args.filter((one) => one !== "--self-test");
  if ((args.length === 0 && !testsItself) || more.length > 0)
    throw new Error("usage: npm run replay -- [--self-test] FILE.jsonl");
  const rows = readRows(readFileSync(file, "utf8"));
  const { replay, asked, close } = replayer(builtEmulator(root));
  try {
    if (testsItself) {
      const unnoticed = await selfTest(rows, asked);
      for (const line of unnoticed) console.log(line);
      return unnoticed.length === 0 ? 0 : 1;
    }
    const summary = new Summary();
    for (const row of rows) {
      const replayed = await replay(row);
      const line = lineOf(replayed);
      if (line !== undefined) console.log(line);
      summary.add(replayed);
    }
    console.log(summary.toString());
    return summary.passes ? 0 : 1;
  } finally {
    close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
