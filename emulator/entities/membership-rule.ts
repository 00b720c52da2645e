/**
 * The rule of a dynamic group: `user.department -eq "Engineering" -and -not (user.country -in ["DE", "AT"])`.
 *
 * Simple comparisons of users' properties are read. Collections with `-any` and `-all`, `memberOf`, `device` and
 * arithmetic of dates are part of the language too, and not emulated.
 */
import { notEmulated, badRequest } from "../refusal";
import type { Json } from "../state/store";

/** Whether a user, by its properties, is taken in. */
export type Matcher = (properties: Json) => boolean;

type Literal = string | boolean | null;

/** REF groups-dynamic-membership: longest rule, in characters. */
export const longestRule = 3_072;

const tokenForm = /\s*(?:"((?:[^"`]|`.)*)"|'((?:[^'`]|`.)*)'|(-?[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)|([()[\],]))/iy;

interface Token {
  readonly kind: "text" | "word" | "mark";
  readonly text: string;
}

const malformed = (why: string) => badRequest(`Invalid value specified for property 'membershipRule': ${why}.`);

function tokens(rule: string): Token[] {
  const found: Token[] = [];
  const form = new RegExp(tokenForm);
  const end = rule.trimEnd().length;
  while (form.lastIndex < end) {
    const at = form.lastIndex;
    const match = form.exec(rule);
    if (!match) throw malformed(`syntax error at position ${at}`);
    const [, double, single, word, mark] = match;
    const text = double ?? single;
    if (text !== undefined) found.push({ kind: "text", text: text.replace(/`(.)/g, "$1") });
    else if (word !== undefined) found.push({ kind: "word", text: word });
    else found.push({ kind: "mark", text: mark ?? "" });
  }
  return found;
}

const folded = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : (value ?? null));
const text = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : "");

/** Comparisons by name, without the hyphen that may stand before it. */
const comparisons: Readonly<Record<string, (actual: unknown, wanted: Literal) => boolean>> = {
  eq: (actual, wanted) => folded(actual) === folded(wanted),
  ne: (actual, wanted) => folded(actual) !== folded(wanted),
  startswith: (actual, wanted) => text(actual).startsWith(text(wanted)),
  notstartswith: (actual, wanted) => !text(actual).startsWith(text(wanted)),
  endswith: (actual, wanted) => text(actual).endsWith(text(wanted)),
  notendswith: (actual, wanted) => !text(actual).endsWith(text(wanted)),
  contains: (actual, wanted) => text(actual).includes(text(wanted)),
  notcontains: (actual, wanted) => !text(actual).includes(text(wanted)),
};

/** @throws {GraphRefusal} 400 when it is no rule, 501 when it is one that is not emulated */
export function parseMembershipRule(rule: string): Matcher {
  const queue = tokens(rule);
  let at = 0;
  const peek = (wanted: string) => {
    const token = queue[at];
    return token !== undefined && token.kind !== "text" && token.text.toLowerCase().replace(/^-/, "") === wanted;
  };
  const take = (wanted: string) => {
    const there = peek(wanted);
    if (there) at += 1;
    return there;
  };
  const expect = (wanted: string) => {
    if (!take(wanted)) throw malformed(`'${wanted}' expected at term ${at + 1}`);
  };

  const either = (): Matcher => {
    let left = both();
    while (take("or")) {
      const [one, other] = [left, both()];
      left = (user) => one(user) || other(user);
    }
    return left;
  };
  const both = (): Matcher => {
    let left = single();
    while (take("and")) {
      const [one, other] = [left, single()];
      left = (user) => one(user) && other(user);
    }
    return left;
  };
  const single = (): Matcher => {
    if (take("not")) {
      const inner = single();
      return (user) => !inner(user);
    }
    if (take("(")) {
      const inner = either();
      expect(")");
      return inner;
    }
    return comparison();
  };
  const comparison = (): Matcher => {
    const property = userProperty(queue[at]);
    const operator = queue[at + 1]?.text.toLowerCase().replace(/^-/, "") ?? "";
    if (queue[at + 1]?.kind !== "word") throw malformed(`an operator expected at term ${at + 2}`);
    at += 2;
    if (operator === "in" || operator === "notin") {
      const values = list();
      const equal = (user: Json) => values.some((value) => folded(user[property]) === folded(value));
      return operator === "in" ? equal : (user) => !equal(user);
    }
    const compare = comparisons[operator];
    if (!compare)
      throw notEmulated(`The emulated tenant does not know the operator '${operator}' of membership rules.`);
    const value = literal();
    return (user) => compare(user[property], value);
  };
  const list = (): Literal[] => {
    expect("[");
    const values = [literal()];
    while (take(",")) values.push(literal());
    expect("]");
    return values;
  };
  const literal = (): Literal => {
    const token = queue[at++];
    const word = token?.text.toLowerCase();
    if (token?.kind === "text") return token.text;
    if (token?.kind === "word" && word === "null") return null;
    if (token?.kind === "word" && (word === "true" || word === "false")) return word === "true";
    throw malformed(`a value expected at term ${at}`);
  };

  const matcher = either();
  if (at < queue.length) throw malformed(`nothing expected after term ${at}`);
  return matcher;
}

function userProperty(token: Token | undefined): string {
  const [, owner, property] = /^([a-z]+)\.([a-z0-9_]+)$/i.exec(token?.kind === "word" ? token.text : "") ?? [];
  if (owner === undefined || property === undefined) throw malformed("a property such as user.department expected");
  if (owner.toLowerCase() !== "user" || /^memberOf$/i.test(property)) {
    throw notEmulated(`The emulated tenant does not know '${owner}.${property}' in membership rules.`);
  }
  return property;
}
