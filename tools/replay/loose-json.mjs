// @ts-check
/** JSON as documentation pages write it: with comments, dots for what was left out, and commas too many. */

const text = /"(?:[^"\\]|\\.)*"/g;

/** @param {string} source @returns {unknown} undefined when it is not even nearly JSON */
export function looseJson(source) {
  for (const attempt of [source, tidied(source)]) {
    try {
      return JSON.parse(attempt);
    } catch {
      // The next attempt is more lenient.
    }
  }
  return undefined;
}

/** @param {string} source */
function tidied(source) {
  /** @type {string[]} */
  const texts = [];
  // Texts step aside, so that nothing inside them is taken for punctuation.
  const bare = source.replace(text, (one) => `\u0001${texts.push(one) - 1}\u0002`);
  return bare
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "")
    .replace(/\.\.\.|…/g, "")
    .replace(/,(\s*,)+/g, ",")
    .replace(/([[{])\s*,/g, "$1")
    .replace(/,\s*([\]}])/g, "$1")
    .replace(/(\u0002|[\]}\d]|true|false|null)(\s*\n\s*)(?=\u0001|\{|\[)/g, "$1,$2")
    .replace(/\u0001(\d+)\u0002/g, (_all, index) => texts[Number(index)] ?? "");
}
