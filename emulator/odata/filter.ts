/** `$filter`: the part of OData's language that the listed collections allow. */
import { unsupportedQuery } from "../refusal";

export type Literal = string | boolean | null;

export type Filter =
  | { readonly op: "and" | "or"; readonly left: Filter; readonly right: Filter }
  | { readonly op: "eq" | "ne"; readonly path: string; readonly value: Literal }
  | { readonly op: "in"; readonly path: string; readonly values: readonly Literal[] }
  | { readonly op: "startswith"; readonly path: string; readonly value: string }
  /** `tags/any(t:t eq 'x')`; without a value: the collection is not empty. */
  | { readonly op: "any"; readonly path: string; readonly value?: string };

export type Operator = Exclude<Filter["op"], "and" | "or">;

/** Which operators a collection allows on which property. */
export type FilterRule = Readonly<Record<string, readonly Operator[]>>;

interface Token {
  readonly kind: "name" | "string" | "punctuation";
  readonly text: string;
}

/** Longest filter that is read, in characters. */
const longestFilter = 4_000;

/** Parentheses inside parentheses: deeper ones could exhaust the stack. */
const deepestNesting = 100;

const tokenForm = /\s*(?:('(?:[^']|'')*')|([a-z_][a-z0-9_]*(?:\/[a-z_][a-z0-9_]*)*)|([(),:]))/iy;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const form = new RegExp(tokenForm);
  const end = text.trimEnd().length;
  while (form.lastIndex < end) {
    const at = form.lastIndex;
    const match = form.exec(text);
    if (!match) throw invalid(`syntax error at position ${at}`);
    const [, quoted, name, punctuation] = match;
    if (quoted !== undefined) found.push({ kind: "string", text: quoted.slice(1, -1).replaceAll("''", "'") });
    else if (name !== undefined) found.push({ kind: "name", text: name });
    else found.push({ kind: "punctuation", text: punctuation ?? "" });
  }
  return found;
}

const invalid = (why: string) => unsupportedQuery(`Invalid filter clause: ${why}.`);

/** @throws {GraphRefusal} for everything that is not a filter `rule` allows */
export function parseFilter(text: string, rule: FilterRule): Filter {
  if (text.length > longestFilter) throw invalid(`longer than ${longestFilter} characters`);
  const queue = tokens(text);
  let at = 0;
  let depth = 0;

  const peek = (text: string) => queue[at]?.text.toLowerCase() === text && queue[at]?.kind !== "string";
  const take = (text: string) => {
    if (!peek(text)) throw invalid(`'${text}' expected at term ${at + 1}`);
    at += 1;
  };
  const next = (kind: Token["kind"]) => {
    const token = queue[at];
    if (token?.kind !== kind) throw invalid(`${kind} expected at term ${at + 1}`);
    at += 1;
    return token.text;
  };
  const literal = (): Literal => {
    const token = queue[at];
    if (token?.kind === "string") return next("string");
    const word = next("name");
    if (word === "null") return null;
    if (word === "true" || word === "false") return word === "true";
    throw invalid(`'${word}' is not a quoted string, true, false or null`);
  };
  const property = (path: string, op: Operator) => {
    const known = Object.keys(rule).find((name) => name.toLowerCase() === path.toLowerCase());
    if (known === undefined)
      throw unsupportedQuery(`Unsupported or invalid query filter clause specified for property '${path}'.`);
    if (!rule[known]?.includes(op))
      throw unsupportedQuery(`Operator '${op}' is not supported for property '${known}'.`);
    return known;
  };

  const or = (): Filter => {
    let left = and();
    while (peek("or")) {
      take("or");
      left = { op: "or", left, right: and() };
    }
    return left;
  };
  const and = (): Filter => {
    let left = term();
    while (peek("and")) {
      take("and");
      left = { op: "and", left, right: term() };
    }
    return left;
  };
  const term = (): Filter => {
    if (peek("(")) {
      take("(");
      depth += 1;
      if (depth > deepestNesting) throw invalid(`more than ${deepestNesting} nested parentheses`);
      const inner = or();
      depth -= 1;
      take(")");
      return inner;
    }
    const name = next("name");
    if (name.toLowerCase() === "startswith" && peek("(")) {
      take("(");
      const path = property(next("name"), "startswith");
      take(",");
      const value = next("string");
      take(")");
      return { op: "startswith", path, value };
    }
    if (/\/any$/i.test(name) && peek("(")) return any(name.slice(0, -"/any".length));
    const op = next("name").toLowerCase();
    if (op === "eq" || op === "ne") return { op, path: property(name, op), value: literal() };
    if (op !== "in") throw invalid(`operator '${op}' is not supported`);
    const path = property(name, "in");
    take("(");
    const values = [literal()];
    while (peek(",")) {
      take(",");
      values.push(literal());
    }
    take(")");
    return { op: "in", path, values };
  };
  const any = (name: string): Filter => {
    const path = property(name, "any");
    take("(");
    if (peek(")")) {
      take(")");
      return { op: "any", path };
    }
    const variable = next("name");
    take(":");
    if (next("name") !== variable) throw invalid(`range variable '${variable}' expected`);
    take("eq");
    const value = next("string");
    take(")");
    return { op: "any", path, value };
  };

  const filter = or();
  if (at < queue.length) throw invalid(`nothing expected after term ${at}`);
  return filter;
}

/** Directory strings compare without letter case. */
const same = (a: unknown, b: Literal) =>
  typeof a === "string" && typeof b === "string" ? a.toLowerCase() === b.toLowerCase() : (a ?? null) === b;

export function matches(filter: Filter, object: Readonly<Record<string, unknown>>): boolean {
  if ("left" in filter) {
    const left = matches(filter.left, object);
    return filter.op === "and" ? left && matches(filter.right, object) : left || matches(filter.right, object);
  }
  return holds(filter, object[filter.path]);
}

function holds(filter: Exclude<Filter, { readonly left: Filter }>, actual: unknown): boolean {
  switch (filter.op) {
    case "eq":
      return same(actual, filter.value);
    case "ne":
      return !same(actual, filter.value);
    case "in":
      return filter.values.some((value) => same(actual, value));
    case "startswith":
      return typeof actual === "string" && actual.toLowerCase().startsWith(filter.value.toLowerCase());
    case "any": {
      const members: readonly unknown[] = Array.isArray(actual) ? actual : [];
      const { value } = filter;
      return value === undefined ? members.length > 0 : members.some((member) => same(member, value));
    }
  }
}

/** An equality that must hold for `filter` to hold, on one of `properties`: what an index can answer. */
export function requiredEquality(
  filter: Filter,
  properties: readonly string[],
): { readonly property: string; readonly value: string } | undefined {
  if (filter.op === "and")
    return requiredEquality(filter.left, properties) ?? requiredEquality(filter.right, properties);
  if (filter.op !== "eq" || typeof filter.value !== "string" || !properties.includes(filter.path)) return undefined;
  return { property: filter.path, value: filter.value };
}

/** Whether Graph answers this only to `ConsistencyLevel: eventual` with `$count=true`. */
export const isAdvanced = (filter: Filter): boolean =>
  filter.op === "and" || filter.op === "or" ? isAdvanced(filter.left) || isAdvanced(filter.right) : filter.op === "ne";

/** The inverse of {@link parseFilter}, fully parenthesised. */
export function printFilter(filter: Filter): string {
  const quoted = (value: Literal) => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value));
  switch (filter.op) {
    case "and":
    case "or":
      return `(${printFilter(filter.left)}) ${filter.op} (${printFilter(filter.right)})`;
    case "eq":
    case "ne":
      return `${filter.path} ${filter.op} ${quoted(filter.value)}`;
    case "in":
      return `${filter.path} in (${filter.values.map(quoted).join(",")})`;
    case "startswith":
      return `startswith(${filter.path},${quoted(filter.value)})`;
    case "any":
      return `${filter.path}/any(${filter.value === undefined ? "" : `t:t eq ${quoted(filter.value)}`})`;
  }
}
