/** `$search` in the directory: clauses such as `"displayName:web app"`, joined by AND and OR, matched word by word. */
import type { Queryable } from "../entities/entity";
import { plainBadRequest, unsupportedQuery } from "../refusal";
import { longestExpression } from "./tokens";

export type Search =
  | { readonly is: "clause"; readonly property: string; readonly text: string }
  | { readonly is: "AND" | "OR"; readonly left: Search; readonly right: Search };

const tokenForm = /\s*(?:"((?:[^"\\]|\\["\\])*)"|(AND|OR)(?![\w"])|([()]))/y;
const deepest = 100;

const malformed = (text: string, at: number) =>
  plainBadRequest(`Syntax error: character '${text.charAt(at)}' is not valid at position ${at} in '${text}'.`);

/** @throws {GraphRefusal} 400 for what is no search */
export function parseSearch(text: string): Search {
  if (text.length > longestExpression)
    throw plainBadRequest(`Invalid $search: longer than ${longestExpression} characters.`);
  const tokens: { readonly clause?: string | undefined; readonly mark?: string | undefined; readonly at: number }[] =
    [];
  const end = text.trimEnd().length;
  const form = new RegExp(tokenForm);
  while (form.lastIndex < end) {
    const at = form.lastIndex;
    const found = form.exec(text);
    if (!found) throw malformed(text, at);
    tokens.push({ clause: found[1], mark: found[2] ?? found[3], at });
  }
  let next = 0;
  let depth = 0;
  const wrong = () => malformed(text, tokens[next]?.at ?? end);
  const takes = (mark: string) => {
    if (tokens[next]?.mark !== mark) return false;
    next += 1;
    return true;
  };
  const joined = (mark: "AND" | "OR", inner: () => Search): Search => {
    let left = inner();
    while (takes(mark)) left = { is: mark, left, right: inner() };
    return left;
  };
  const either = (): Search => joined("OR", () => joined("AND", one));
  const one = (): Search => {
    if (takes("(")) {
      depth += 1;
      if (depth > deepest) throw wrong();
      const inner = either();
      depth -= 1;
      if (!takes(")")) throw wrong();
      return inner;
    }
    const clause = tokens[next]?.clause;
    if (clause === undefined) throw wrong();
    const [, property, value] = /^([a-z]\w*):(.*)$/is.exec(clause.replaceAll(/\\(["\\])/g, "$1")) ?? [];
    if (property === undefined || value === undefined || value.trim() === "") throw wrong();
    next += 1;
    return { is: "clause", property, text: value };
  };
  const search = either();
  if (next < tokens.length) throw wrong();
  return search;
}

/** The inverse of {@link parseSearch}, fully parenthesised. */
export function printSearch(search: Search): string {
  if (search.is === "clause") return `"${search.property}:${search.text.replaceAll(/["\\]/g, "\\$&")}"`;
  return `(${printSearch(search.left)}) ${search.is} (${printSearch(search.right)})`;
}

/** Words that are looked for in a tokenised property; other properties are compared from their beginning. */
const tokenised = ["displayName", "description"];

/** Graph's spelling of the properties. @throws {GraphRefusal} 400 when one cannot be searched */
export function checkedSearch(search: Search, queryable: Readonly<Record<string, Queryable>>): Search {
  if (search.is !== "clause")
    return { ...search, left: checkedSearch(search.left, queryable), right: checkedSearch(search.right, queryable) };
  const known = Object.entries(queryable).find(([path]) => path.toLowerCase() === search.property.toLowerCase());
  const { search: listed, filter = [], advanced = [] } = known?.[1] ?? {};
  if (!known || !(listed || [...filter, ...advanced].includes("startswith")))
    throw unsupportedQuery(`Property '${search.property}' is not searchable.`);
  return { ...search, property: known[0] };
}

export function matchesSearch(search: Search, shown: Readonly<Record<string, unknown>>): boolean {
  switch (search.is) {
    case "AND":
      return matchesSearch(search.left, shown) && matchesSearch(search.right, shown);
    case "OR":
      return matchesSearch(search.left, shown) || matchesSearch(search.right, shown);
    case "clause": {
      const value = shown[search.property];
      if (typeof value !== "string") return false;
      if (!tokenised.includes(search.property)) return value.toLowerCase().startsWith(search.text.toLowerCase());
      const there = searchWords(value);
      return wordsOf(search.text).every((word) => there.some((known) => known.startsWith(word)));
    }
  }
}

/**
 * Words of a text: cut at spaces, between letters, digits and symbols, and where a capital follows a small letter.
 * `HelloWorld` is hello and world, `HELLOworld` one word.
 */
export function wordsOf(text: string): string[] {
  const parts = text.match(/\p{N}+|[\p{L}\p{M}]+|[^\s\p{L}\p{M}\p{N}]+/gu) ?? [];
  return parts.flatMap((part) => part.split(/(?<=\p{Ll})(?=\p{Lu})/u)).map((word) => word.toLowerCase());
}

/** The words of a property, and those that only symbols part also as one: `hello-world` is found by helloworld. */
function searchWords(text: string): string[] {
  const together = text
    .split(/[\s\p{N}]+/u)
    .filter((run) => /[^\p{L}\p{M}]/u.test(run))
    .map((run) => run.replaceAll(/[^\p{L}\p{M}]/gu, "").toLowerCase())
    .filter((run) => run !== "");
  return [...wordsOf(text), ...together];
}
