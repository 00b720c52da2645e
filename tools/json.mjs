// @ts-check
import { readFileSync } from "node:fs";

/** JSON.parse without its "any": a cast says at the call what is expected. @param {string} text @returns {unknown} */
export function parseJson(text) {
  return JSON.parse(text);
}

/** @param {string} file @returns {unknown} */
export const readJson = (file) => parseJson(readFileSync(file, "utf8"));
