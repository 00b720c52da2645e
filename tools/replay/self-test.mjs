// @ts-check
/** Whether a replay notices what is wrong: rows that agree, altered. */
import { isGuid, isObject, isPlaceholder } from "./placeholder.mjs";

/** @typedef {import("./rows.mjs").Row} Row */

/** @param {unknown} value @param {(text: string) => string} change @returns {unknown} */
function mapTexts(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]));
}

/** Ids that Microsoft published: other ids do not mean the same. */
const published = /^(00000000|00000001|00000002|00000003)-/;

/** Every id replaced by another one, the same everywhere. @param {Row} row @returns {Row} */
export function permuted(row) {
  /** @type {Map<string, string>} */
  const others = new Map();
  /** @param {string} text */
  const change = (text) =>
    text.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (id) => {
      if (!isGuid(id) || published.test(id)) return id;
      const known = others.get(id.toLowerCase()) ?? crypto.randomUUID();
      others.set(id.toLowerCase(), known);
      return known;
    });
  return {
    ...row,
    path: change(row.path),
    requestBody: mapTexts(row.requestBody, change),
    responseBody: mapTexts(row.responseBody, change),
  };
}

/** The object whose properties are altered: the answer, or the first element of its list. @param {Row} row */
function shown({ responseBody, status }) {
  if (!isObject(responseBody) || status >= 400) return undefined;
  const list = responseBody["value"];
  const first = Array.isArray(list) ? /** @type {unknown} */ (list[0]) : responseBody;
  return isObject(first) ? first : undefined;
}

/** @param {Row} row @param {Record<string, unknown>} changed @returns {Row} */
function withShown(row, changed) {
  const body = row.responseBody;
  if (!isObject(body) || !Array.isArray(body["value"])) return { ...row, responseBody: changed };
  return { ...row, responseBody: { ...body, value: [changed, .../** @type {unknown[]} */ (body["value"]).slice(1)] } };
}

/** @param {Row} row @returns {(readonly [what: string, row: Row])[]} the row with one thing wrong in each */
export function altered(row) {
  // Success for success, refusal for refusal: what would be presumed stays the same.
  const status = row.status < 300 ? (row.status === 200 ? 202 : 200) : row.status === 400 ? 422 : 400;
  /** @type {(readonly [string, Row])[]} */
  const rows = [[`status ${status}`, { ...row, status }]];
  const object = shown(row);
  for (const [name, value] of Object.entries(object ?? {})) {
    if (name.includes("@") || !object) continue;
    const { [name]: _value, ...others } = object;
    rows.push([`${name} renamed`, withShown(row, { ...others, [`${name}Altered`]: value })]);
    if (value === null || isPlaceholder(value)) continue;
    rows.push([
      `type of ${name}`,
      withShown(row, { ...object, [name]: typeof value === "string" ? 5 : "altered text" }),
    ]);
  }
  return rows;
}

/** @param {readonly Row[]} rows @param {(row: Row) => Promise<readonly unknown[]>} differencesOf @returns {Promise<string[]>} one line for each alteration nobody noticed */
export async function selfTest(rows, differencesOf) {
  /** @type {string[]} */
  const unnoticed = [];
  for (const row of rows) {
    if ((await differencesOf(row)).length > 0) continue;
    if ((await differencesOf(permuted(row))).length > 0) unnoticed.push(`line ${row.line}: other ids diverge`);
    for (const [what, wrong] of altered(row)) {
      if ((await differencesOf(wrong)).length === 0) unnoticed.push(`line ${row.line}: nobody noticed: ${what}`);
    }
  }
  return unnoticed;
}
