/** `$select` and `$expand`: what of an object, and which of its neighbours, an answer shows. */
import { plainBadRequest, unsupportedQuery } from "../refusal";
import { longestExpression } from "./tokens";

/** One relation to be shown with the object. */
export interface Expand {
  readonly relation: string;
  /** Type the relation is cast to, without `microsoft.graph.`. */
  readonly cast?: string;
  /** References or the number instead of the objects. */
  readonly as?: "$ref" | "$count";
  readonly options: ExpandOptions;
}

export interface ExpandOptions {
  readonly $select?: readonly string[];
  readonly $expand?: readonly Expand[];
  readonly $filter?: string;
  readonly $orderby?: string;
  readonly $search?: string;
  readonly $top?: number;
  readonly $skip?: number;
  readonly $count?: boolean;
  /** How often the relation is followed; `max`: to its end. */
  readonly $levels?: number | "max";
}

const failed = (why: string) => plainBadRequest(`Parsing OData Select and Expand failed: ${why}`);

/** A property, an annotation, `*`, or a property behind a cast. */
const selectable = /^(?:\*|(?:(?:microsoft\.)?graph\.[a-z][\w.]*\/)?[@]?[a-z_][\w.]*(?:@[a-z][\w.]*)?)$/i;

/** @throws {GraphRefusal} 400 for what is no `$select` */
export function parseSelect(text: string): string[] {
  return text.split(",").map((item) => {
    const name = item.trim();
    if (/^[\w.]+(?:\/[\w.]+)+$/.test(name) && !selectable.test(name))
      throw unsupportedQuery(`$select of a part of a property ('${name}') is not supported.`);
    if (!selectable.test(name)) throw failed(`Term '${name}' is not valid in a $select or $expand expression.`);
    return name.replace(/^(?:microsoft\.)?graph\.[\w.]*\//i, "");
  });
}

/** @throws {GraphRefusal} 400 for what is no `$expand` */
export function parseExpand(text: string, depth = 1): Expand[] {
  if (text.length > longestExpression || depth > 10) throw failed("The expand expression is too long or too deep.");
  return split(text, ",").map((item) => parseItem(item.trim(), depth));
}

const itemForm =
  /^(?<relation>[a-z_]\w*)(?:\/(?:microsoft\.)?graph\.(?<cast>[a-z][\w.]*))?(?:\/(?<as>\$ref|\$count))?\s*(?:\((?<options>.*)\))?$/is;

function parseItem(item: string, depth: number): Expand {
  const { relation, cast, as, options } = itemForm.exec(item)?.groups ?? {};
  if (relation === undefined) throw failed(`Term '${item}' is not valid in a $select or $expand expression.`);
  const way = as?.toLowerCase();
  const read = options === undefined ? {} : parseOptions(options, depth);
  const allowed =
    way === "$ref"
      ? ["$filter", "$orderby", "$search", "$top", "$skip", "$count"]
      : way === "$count"
        ? ["$filter", "$search"]
        : undefined;
  for (const name of Object.keys(read))
    if (allowed && !allowed.includes(name)) throw failed(`The option '${name}' is not valid after '${way ?? ""}'.`);
  return {
    relation,
    ...(cast === undefined ? {} : { cast }),
    ...(way === "$ref" || way === "$count" ? { as: way } : {}),
    options: read,
  };
}

function parseOptions(text: string, depth: number): ExpandOptions {
  const options: Record<string, unknown> = {};
  for (const part of split(text, ";")) {
    const [, word = "", value = ""] = /^\s*\$?([a-z]+)\s*=\s*(.*?)\s*$/is.exec(part) ?? [];
    const name = `$${word.toLowerCase()}`;
    const reader = readers[name];
    if (!reader || value === "" || name in options)
      throw failed(`The option '${part.trim()}' is not valid in $expand.`);
    options[name] = reader(value, depth);
  }
  return options;
}

const number = (value: string) => {
  if (!/^(0|[1-9]\d{0,6})$/.test(value)) throw failed(`'${value}' is no number.`);
  return Number(value);
};

const readers: Readonly<Record<string, (value: string, depth: number) => unknown>> = {
  $select: parseSelect,
  $expand: (value, depth) => parseExpand(value, depth + 1),
  $filter: String,
  $orderby: String,
  $search: String,
  $top: number,
  $skip: number,
  $count: (value) => {
    if (!/^(true|false)$/i.test(value)) throw failed(`'${value}' is neither true nor false.`);
    return value.toLowerCase() === "true";
  },
  $levels: (value) => (value === "max" ? "max" : number(value)),
};

/** Cuts at a mark that stands neither in parentheses nor in quotes. */
function split(text: string, mark: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote: string | undefined;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== undefined) {
      if (char === quote) quote = undefined;
    } else if (char === "'" || char === '"') quote = char;
    else if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === mark && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    if (depth < 0) break;
  }
  if (depth !== 0 || quote !== undefined) throw failed(`Found unbalanced quotes or parentheses in '${text}'.`);
  return [...parts, text.slice(from)];
}

/** The inverse of {@link parseExpand}. */
export const printExpand = (items: readonly Expand[]): string =>
  items
    .map(({ relation, cast, as, options }) => {
      const parts = Object.entries(options).map(([name, value]: [string, unknown]) => {
        if (name === "$expand") return `$expand=${printExpand(value as readonly Expand[])}`;
        return `${name}=${Array.isArray(value) ? value.join(",") : String(value)}`;
      });
      const path = [relation, ...(cast === undefined ? [] : [`microsoft.graph.${cast}`]), ...(as ? [as] : [])].join(
        "/",
      );
      return parts.length === 0 ? path : `${path}(${parts.join(";")})`;
    })
    .join(",");
