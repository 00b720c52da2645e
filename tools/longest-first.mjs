// @ts-check
/** In which order jest begins the test files: the longest first, or the other workers wait for it in the end. */
import { createRequire } from "node:module";

/** @typedef {{ path: string, duration?: number }} TestFile */

/** @type {(name: string) => unknown} */
const load = createRequire(import.meta.url);
const jestOrder = /** @type {{ default: new () => { sort(files: TestFile[]): TestFile[] } }} */ (
  load("@jest/test-sequencer")
);

/** Long for their size. By size jest orders files that it has not timed on this machine, as in every fresh clone. */
export const longFiles = ["test/cli/crash.test.ts", "test/cli/demo.test.ts", "test/sweep/create.test.ts"];
const isLong = (/** @type {TestFile} */ { path }) => longFiles.some((file) => path.endsWith(`/${file}`));

export default class LongestFirst extends jestOrder.default {
  /** @override @param {TestFile[]} files */
  sort(files) {
    const sorted = [...super.sort(files)];
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    return sorted.sort((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}
