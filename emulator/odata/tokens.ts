/** Cuts an OData expression into tokens. */
import { plainBadRequest } from "../refusal";

/** Literal types of the URL grammar. An enumeration's literal carries its type. */
export type LiteralType =
  | "null"
  | "boolean"
  | "string"
  | "integer"
  | "decimal"
  | "guid"
  | "date"
  | "dateTimeOffset"
  | "timeOfDay"
  | "duration"
  | "binary"
  | "enumeration";

export interface Token {
  readonly kind: "literal" | "name" | "punctuation" | "end";
  /** Of a string without its quotes; of any other as it stands. */
  readonly text: string;
  readonly type?: LiteralType;
  /** Position in the text, from 0. */
  readonly at: number;
}

/** Longest expression that is read, in characters. */
export const longestExpression = 8_000;

const end = String.raw`(?![\w.:-])`;
const day = String.raw`-?(?:[1-9]\d{3,5}|0\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const minutes = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;
const time = String.raw`${minutes}(?::(?:[0-5]\d|60)(?:\.\d{1,12})?)?`;

/** Tried in this order. */
const literals: readonly (readonly [LiteralType, RegExp])[] = [
  ["guid", form(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}${end}`)],
  ["dateTimeOffset", form(`${day}T${time}(?:Z|[+-]${minutes})${end}`)],
  ["date", form(day + end)],
  ["timeOfDay", form(time + end)],
  ["integer", form(String.raw`[+-]?\d{1,19}${end}`)],
  ["decimal", form(String.raw`(?:[+-]?\d{1,40}(?:\.\d{1,40})?(?:e[+-]?\d{1,4})?|-?INF|NaN)${end}`)],
];

const quoted = form(String.raw`'((?:[^']|'')*)'(?!')`);
const typed = form(String.raw`([a-z_][\w.]*)'((?:[^']|'')*)'(?!')`);
const name = form(String.raw`[$@]?[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*`);
const punctuation = form("[(),:/;*-]");
const blank = form(String.raw`[ \t]+`);
const durationForm = /^-?P(?=\d|T\d)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const binaryForm = /^(?:[\w-]{4})*(?:[\w-]{2}(?:==)?|[\w-]{3}=?)?$/;

function form(source: string): RegExp {
  return new RegExp(source, "iuy");
}

export const syntaxError = (what: string, text: string, at: number) =>
  plainBadRequest(`Invalid ${what} clause: Syntax error at position ${at} in '${text}'.`);

/** @param what what the text is, for the refusal: `filter`, `orderby` … */
export function tokensOf(text: string, what: string): Token[] {
  if (text.length > longestExpression)
    throw plainBadRequest(`Invalid ${what} clause: longer than ${longestExpression} characters.`);
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (;;) {
    at += match(blank)?.[0].length ?? 0;
    if (at >= text.length) return [...tokens, { kind: "end", text: "", at }];
    const [length, token] = tokenAt(match);
    if (!token) throw syntaxError(what, text, at);
    tokens.push({ ...token, at });
    at += length;
  }
}

function tokenAt(match: (pattern: RegExp) => RegExpExecArray | null): [number, Omit<Token, "at"> | undefined] {
  const string = match(quoted);
  if (string) return [string[0].length, { kind: "literal", type: "string", text: unescaped(string[1] ?? "") }];
  for (const [type, pattern] of literals) {
    const found = match(pattern);
    if (found) return [found[0].length, { kind: "literal", type, text: found[0] }];
  }
  const prefixed = match(typed);
  if (prefixed) {
    const type = typeOf(prefixed[1] ?? "", prefixed[2] ?? "");
    return [prefixed[0].length, type && { kind: "literal", type, text: prefixed[0] }];
  }
  const word = match(name);
  if (word) return [word[0].length, wordToken(word[0])];
  const mark = match(punctuation);
  return [mark?.[0].length ?? 0, mark ? { kind: "punctuation", text: mark[0] } : undefined];
}

function wordToken(text: string): Omit<Token, "at"> {
  const lower = text.toLowerCase();
  if (text === "null") return { kind: "literal", type: "null", text };
  return lower === "true" || lower === "false"
    ? { kind: "literal", type: "boolean", text: lower }
    : { kind: "name", text };
}

function typeOf(prefix: string, inside: string): LiteralType | undefined {
  if (/^duration$/i.test(prefix)) return durationForm.test(inside) ? "duration" : undefined;
  if (/^binary$/i.test(prefix)) return binaryForm.test(inside) ? "binary" : undefined;
  return prefix.includes(".") && /^[\w]+(?:,[\w]+)*$/.test(inside) ? "enumeration" : undefined;
}

const unescaped = (text: string) => text.replaceAll("''", "'");
