// @ts-check
/** Documented exchanges, one JSON object a line. */
import { z } from "zod";
import { looseJson } from "./loose-json.mjs";
import { isObject } from "./placeholder.mjs";

const row = z.object({
  source: z.string(),
  version: z.enum(["v1.0", "beta"]),
  method: z.enum(["GET", "POST", "PATCH", "PUT", "DELETE"]),
  path: z
    .string()
    .regex(/^(https:\/\/graph\.microsoft\.com\/(v1\.0|beta))?\/./, "a path below the version, such as /users"),
  requestBody: z.unknown().optional(),
  status: z.number().int().min(200).max(599),
  responseBody: z.unknown().optional(),
  requestHeaders: z.record(z.string(), z.string()).nullish(),
  note: z.string().nullish(),
});

/**
 * @typedef {object} Row
 * @property {number} line from 1
 * @property {string} source
 * @property {import("./emulator.mjs").Version} version
 * @property {"GET" | "POST" | "PATCH" | "PUT" | "DELETE"} method
 * @property {string} path below the version, as the page writes it
 * @property {unknown} requestBody undefined: none
 * @property {number} status
 * @property {unknown} responseBody undefined: none is shown
 * @property {Readonly<Record<string, string>> | undefined} requestHeaders undefined: the page records none
 */

/** @param {unknown} body @returns {unknown} what a page shows; text that is nearly JSON is read as such */
function shown(body) {
  if (body === null || body === undefined || body === "") return undefined;
  return unwrapped(typeof body === "string" ? (looseJson(body) ?? body) : body);
}

/** Pages made from a template write one object within `value`, as if it were a list. @param {unknown} body @returns {unknown} */
function unwrapped(body) {
  if (!isObject(body) || !isObject(body["value"])) return body;
  const { value, ...beside } = body;
  return Object.keys(beside).every((name) => name.startsWith("@")) ? { ...beside, ...value } : body;
}

/** @param {string} text @returns {Row[]} @throws {Error} naming the first line that is not an exchange */
export function readRows(text) {
  const rows = text
    .split("\n")
    .flatMap((content, index) => (content.trim() === "" ? [] : [readRow(content, index + 1)]));
  if (rows.length === 0) throw new Error("line 1: no documented exchange in this file");
  return rows;
}

/** @param {string} content @param {number} line @returns {Row} */
function readRow(content, line) {
  /** @type {unknown} */
  let parsed;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new Error(`line ${line}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = row.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Error(`line ${line}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not an exchange"}`);
  }
  const { source, version, method, path, requestBody, status, responseBody, requestHeaders } = result.data;
  return {
    line,
    source,
    version,
    method,
    path: path.replace(/^https:\/\/graph\.microsoft\.com\/(v1\.0|beta)/, ""),
    requestBody: shown(requestBody),
    status,
    responseBody: shown(responseBody),
    requestHeaders: requestHeaders ?? undefined,
  };
}
