/**
 * Rules of Conditional Access filters: `CustomSecurityAttribute.Set_Attr -eq "x"`, joined by -and, -or and parentheses.
 */
import type { AssignedAttributes } from "../entities/custom-security-attributes";
import { notEmulated, plainBadRequest } from "../refusal";

export type AttributeRule =
  | { readonly is: "and" | "or"; readonly left: AttributeRule; readonly right: AttributeRule }
  | { readonly is: "term"; readonly set: string; readonly name: string; readonly op: Operator; readonly value: string };

const operators = ["eq", "ne", "contains", "notcontains"] as const;
type Operator = (typeof operators)[number];

const tokenForm = /\s*(\(|\)|"[^"]*"|-\w+|CustomSecurityAttribute\.\w+)/iy;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const form = new RegExp(tokenForm);
  while (form.lastIndex < text.trimEnd().length) {
    const at = form.lastIndex;
    const token = form.exec(text)?.[1];
    if (token === undefined) throw plainBadRequest(`1067: The rule cannot be read from position ${at}.`);
    tokens.push(token);
  }
  return tokens;
}

/** Parentheses inside parentheses: deeper ones could exhaust the stack. */
const deepestNesting = 100;

/** @throws {GraphRefusal} 400 for what is no rule, 501 for an operator that is not emulated */
export function parseAttributeRule(text: string): AttributeRule {
  const tokens = tokensOf(text);
  let at = 0;
  let depth = 0;
  const next = (): string => tokens[at++] ?? "";
  const takes = (word: string): boolean => {
    if (tokens[at]?.toLowerCase() !== word) return false;
    at += 1;
    return true;
  };
  const joined = (is: "and" | "or", part: () => AttributeRule): AttributeRule => {
    let left = part();
    while (takes(`-${is}`)) left = { is, left, right: part() };
    return left;
  };
  const any = (): AttributeRule => joined("or", all);
  const all = (): AttributeRule => joined("and", one);
  const one = (): AttributeRule => {
    if (!takes("(")) return term();
    depth += 1;
    if (depth > deepestNesting) throw plainBadRequest("1067: The rule has too many nested parentheses.");
    const inner = any();
    depth -= 1;
    if (!takes(")")) throw plainBadRequest("1067: A parenthesis of the rule is not closed.");
    return inner;
  };
  const term = (): AttributeRule => {
    const [, set, name] = /^CustomSecurityAttribute\.([^_]+)_(.+)$/i.exec(next()) ?? [];
    const word = next().toLowerCase().slice(1);
    const value = /^"(.*)"$/.exec(next())?.[1];
    if (set === undefined || name === undefined || word === "" || value === undefined)
      throw plainBadRequest("1067: The rule must compare a CustomSecurityAttribute with a quoted value.");
    const op = operators.find((known) => known === word);
    if (!op) throw notEmulated(`The operator -${word} of filter rules is not emulated.`);
    return { is: "term", set, name, op, value };
  };
  const rule = any();
  if (at < tokens.length) throw plainBadRequest(`1067: The rule does not end after ${at} words.`);
  return rule;
}

/** Whether an object with these attributes fits. Who lacks the attribute only fits `-ne` and `-notContains`. */
export function fitsAttributeRule(rule: AttributeRule, attributes: AssignedAttributes): boolean {
  if (rule.is !== "term") {
    const left = fitsAttributeRule(rule.left, attributes);
    return rule.is === "and"
      ? left && fitsAttributeRule(rule.right, attributes)
      : left || fitsAttributeRule(rule.right, attributes);
  }
  const member = (object: object, name: string): unknown =>
    Object.entries(object).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
  const set = member(attributes, rule.set);
  const actual = typeof set === "object" && set !== null ? member(set, rule.name) : undefined;
  const values: readonly unknown[] = Array.isArray(actual) ? actual : actual === undefined ? [] : [actual];
  const holds = values.some((value) => value === rule.value);
  return rule.op === "ne" || rule.op === "notcontains" ? !holds : holds;
}
