// @ts-check
/** Words that stand for a value in documentation. */

const forms = [
  /^<.*>$/s,
  /^\{.*\}$/s,
  /-value$/i,
  // Texts that are cut off.
  /(\.\.\.|…)$/,
  /^(a |the )?(string|guid|uuid|binary|boolean|bool|integer|int|int16|int32|int64|double|number|timestamp|datetime|datetimeoffset|date|duration|object|url|id|edm\.\w+)( ?\(.*\)| identifier)?$/i,
];

/** @param {unknown} value @returns {boolean} */
export const isPlaceholder = (value) => typeof value === "string" && forms.some((form) => form.test(value.trim()));

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @param {unknown} value @returns {value is string} */
export const isGuid = (value) => typeof value === "string" && guid.test(value);

/** @param {unknown} value @returns {value is string} whether it names an object: a GUID, or a word in place of one */
export const isIdentifier = (value) =>
  typeof value === "string" && (isGuid(value) || isPlaceholder(value) || miswritten.test(value));

/** A GUID that lost or gained a dash or a digit. */
const miswritten = /^(?=.*-)[0-9a-f-]{30,40}$/i;

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A value of a type, for the word that stands there.
 *
 * @param {string} word @param {import("../../emulator/metadata/metadata.js").Member} member
 * @param {readonly string[] | undefined} choices members of an enumeration
 * @returns {unknown}
 */
export function valueFor(word, { type }, choices) {
  const known = choices?.filter((one) => one !== "unknownFutureValue" && one !== "none");
  if (known?.[0] !== undefined) return known[0];
  switch (type) {
    case "Edm.Boolean":
      return true;
    case "Edm.DateTimeOffset":
      return "2026-01-01T00:00:00Z";
    case "Edm.Date":
      return "2026-01-01";
    case "Edm.Guid":
      return "7c0c1226-1e81-41a5-ad6c-532c95504443";
    case "Edm.Binary":
      return "MIIB";
    case "Edm.Duration":
      return "P1D";
    case "Edm.Int16":
    case "Edm.Int32":
    case "Edm.Int64":
    case "Edm.Double":
    case "Edm.Decimal":
    case "Edm.Byte":
      return 1;
    default:
      return word;
  }
}

/** @param {unknown} value @param {string} [otherwise] @returns {string} */
export const textOf = (value, otherwise = "") => (typeof value === "string" ? value : otherwise);
