// @ts-check
/**
 * Why a documented answer is known to differ from the tenant's. By operation, kind of difference and property: never by
 * row, file or id. Everything here is counted, and at most a tenth of the rows may need it.
 *
 * @type {readonly { operation: string, kind: import("./compare.mjs").Kind, property: string, reason: string }[]}
 */
export const explanations = [];
