// @ts-check
/** Counting what passed, over all steps of `npm test`. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/**
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   numRuntimeErrorTestSuites: number }} JestResults as jest writes them
 * @param {JestResults} results
 * @param {number} code jest's exit code @returns {Count}
 */
export function countOf(results, code) {
  // A test file that cannot even be loaded has no failed test, and must not look like a pass.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** @param {readonly Count[]} counts @returns {string} the last line; other programs read it */
export function closingLine(counts) {
  const sum = (/** @type {keyof Count} */ key) => counts.reduce((total, count) => total + count[key], 0);
  const skipped = sum("skipped") === 0 ? "" : `, ${sum("skipped")} skipped`;
  return `${sum("passed")} passed, ${sum("failed")} failed${skipped}`;
}
