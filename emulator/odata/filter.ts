/** `$filter`: which expressions Graph takes, and what they mean. */
import type { Queryable, QueryOperator } from "../entities/entity";
import { isA, typeNamed } from "../metadata/metadata";
import { plainBadRequest, unsupportedQuery } from "../refusal";
import type { Version } from "./address";
import { type Comparison, type Condition, memberAt, type Path, type TextFunction, type Value } from "./condition";
import { type Expression, parseExpression } from "./expression";
import { literalValue } from "./literal";

/** What a list can be filtered by. */
export interface FilterScope {
  readonly queryable: Readonly<Record<string, Queryable>>;
  /** Type of the objects by metadata; without it literals are not checked against the types of properties. */
  readonly type?: string | undefined;
  /** @default "v1.0" */
  readonly version?: Version;
  /** Relations that `owners/$count` can name. @default none */
  readonly relations?: readonly string[];
}

export interface Filter {
  readonly condition: Condition;
  /** First operator that needs `ConsistencyLevel: eventual` and `$count=true`, as Graph spells it. */
  readonly advanced: string | undefined;
}

/** Values in one `in`, and conditions joined by `or`: the directory takes no more. */
const mostAlternatives = 15;

/** Whether objects of this type live in the directory, whose lists know advanced queries. */
export const inDirectory = (type: string | undefined): boolean =>
  type !== undefined &&
  (isA("beta", type, "directoryObject") || type === "appRoleAssignment" || type === "oAuth2PermissionGrant");

/** @throws {GraphRefusal} 400 for what is no filter, or none that `rule` allows */
export function parseFilter(text: string, rule: FilterScope): Filter {
  const reading = new FilterReading(rule);
  const condition = reading.condition(parseExpression(text), undefined, false);
  return { condition, advanced: reading.advanced };
}

/** Operators as Graph's refusals spell them. */
const spelling: Readonly<Partial<Record<QueryOperator, string>>> = {
  endswith: "endsWith",
  startswith: "startsWith",
  count: "$count",
};

/** The element a lambda looks at. */
interface Element {
  readonly variable: string;
  /** Of the collection, for the rules of its members. */
  readonly collection: readonly string[];
}

class FilterReading {
  advanced: string | undefined;
  readonly #directory: boolean;
  readonly #version: Version;

  constructor(private readonly rule: FilterScope) {
    this.#directory = inDirectory(rule.type);
    this.#version = rule.version ?? "v1.0";
  }

  condition(expression: Expression, element: Element | undefined, negated: boolean): Condition {
    switch (expression.is) {
      case "binary": {
        const { op, left, right } = expression;
        if (op === "and" || op === "or") {
          if (op === "or" && this.#directory) checkAlternatives(expression);
          return {
            is: op,
            left: this.condition(left, element, negated),
            right: this.condition(right, element, negated),
          };
        }
        if (!isComparison(op)) throw unsupportedQuery(`The operator '${op}' is not supported in $filter.`);
        return this.#comparison(op, left, right, element, negated);
      }
      case "not": {
        const of = this.condition(expression.operand, element, true);
        if (this.#directory) this.advanced ??= "not";
        return { is: "not", of };
      }
      case "in": {
        const { left, values } = expression;
        if (this.#directory && values.length > mostAlternatives)
          throw unsupportedQuery(
            `Too many child clauses specified in search filter expression containing 'OR' operators: ${values.length}. Max allowed: ${mostAlternatives}.`,
          );
        const path = this.#allowed("in", left, element, negated);
        return { is: "in", path, values: values.map((value) => this.#value(value, path, element)) };
      }
      case "call":
        return this.#call(expression.name, expression.args, element, negated);
      case "lambda":
        return this.#lambda(expression, element, negated);
      default:
        throw unsupportedQuery("Invalid filter clause: a comparison is expected.");
    }
  }

  #comparison(
    op: Comparison,
    left: Expression,
    right: Expression,
    element: Element | undefined,
    negated: boolean,
  ): Condition {
    if (left.is === "path" && left.steps.at(-1)?.toLowerCase() === "$count")
      return this.#count(op, left.steps.slice(0, -1), right);
    const path = this.#allowed(op, left, element, negated);
    return { is: "compare", op, path, value: this.#value(right, path, element) };
  }

  /** Only whether there are none, or exactly one. */
  #count(op: Comparison, steps: readonly string[], right: Expression): Condition {
    const path = this.#path(steps);
    const full = path.names.join("/");
    const relation = this.rule.relations?.find((name) => same(name, full));
    const listed = Object.entries(this.rule.queryable).some(
      ([name, { filter = [], advanced = [] }]) =>
        (name === full || name.startsWith(`${full}/`)) &&
        [...filter, ...advanced].some((allowed) => allowed === "any" || allowed === "count"),
    );
    if (relation === undefined && !listed) throw this.#unsupported(full);
    const number = right.is === "literal" && right.type === "integer" ? Number(right.text) : NaN;
    if ((op !== "eq" && op !== "ne") || (number !== 0 && number !== 1))
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause: '${full}/$count' can only be compared with 0 or 1 by eq or ne.`,
      );
    if (this.#directory) this.advanced ??= "$count";
    return { is: "count", op, value: number, path: relation === undefined ? path : { names: [relation] } };
  }

  #call(name: string, args: readonly Expression[], element: Element | undefined, negated: boolean): Condition {
    const [first, second] = args;
    if (name === "isof" && first && !second && !element) return { is: "isof", type: this.#type(first) };
    if (!isTextFunction(name) || !first || !second)
      throw unsupportedQuery(`The function '${name}' is not supported in $filter.`);
    if (second.is !== "literal" || second.type !== "string")
      throw plainBadRequest(
        `Invalid filter clause: No function signature for the function with name '${name}' matches the specified arguments.`,
      );
    return { is: "text", op: name, path: this.#allowed(name, first, element, negated), value: second.text };
  }

  #type(expression: Expression): string {
    const text =
      expression.is === "literal" ? expression.text : expression.is === "path" ? expression.steps.join("/") : "";
    const name = castForm.exec(text)?.[1];
    const type = name === undefined ? undefined : typeNamed(this.#version, name);
    const { type: own } = this.rule;
    if (type === undefined || (own !== undefined && !isA(this.#version, type, own) && !isA(this.#version, own, type)))
      throw plainBadRequest(`Invalid filter clause: '${text}' is no type of the objects listed here.`);
    return type;
  }

  #lambda(
    { op, steps, each }: Extract<Expression, { is: "lambda" }>,
    element: Element | undefined,
    negated: boolean,
  ): Condition {
    if (op === "all" || element)
      throw unsupportedQuery(
        `The lambda operator '${element ? "any" : op}' is not supported ${element ? "inside another" : "in $filter"}.`,
      );
    const path = this.#path(steps);
    const full = path.names.join("/");
    const known = Object.keys(this.rule.queryable).some((name) => name === full || name.startsWith(`${full}/`));
    if (!known) throw this.#unsupported(full);
    if (!each) {
      this.#permit("any", full, negated);
      return { is: "any", path };
    }
    const of = this.condition(each.holds, { variable: each.variable, collection: path.names }, negated);
    return { is: "any", path, of };
  }

  /** The path of an operator's left side, when the operator may be used there. */
  #allowed(op: QueryOperator, expression: Expression, element: Element | undefined, negated: boolean): Path {
    if (expression.is !== "path")
      throw unsupportedQuery(`Unsupported or invalid query filter clause: '${op}' needs a property on its left.`);
    if (!element) {
      const path = this.#path(expression.steps);
      this.#permit(op, path.names.join("/"), negated);
      return path;
    }
    const [variable = "", ...steps] = expression.steps;
    if (variable !== element.variable)
      throw plainBadRequest(
        `Invalid filter clause: range variable '${element.variable}' expected, '${variable}' found.`,
      );
    const full = this.#path([...element.collection, ...steps]).names;
    this.#permit(op, full.join("/"), negated, true);
    return { names: full.slice(element.collection.length) };
  }

  /** @param inLambda on members of a collection; where `any` is allowed, they can be compared for equality */
  #permit(op: QueryOperator, path: string, negated: boolean, inLambda = false): void {
    const { filter = [], advanced = [] } = this.rule.queryable[path] ?? {};
    const listed = [...filter, ...advanced];
    const any = listed.includes("any");
    if (any !== inLambda && op !== "any" && (any || !this.#isCollectionMember(path))) throw this.#unsupported(path);
    const has = (allowed: readonly QueryOperator[]) =>
      allowed.includes(op) ||
      (op === "in" && allowed.includes("eq")) ||
      (any && inLambda && (op === "eq" || op === "in") && allowed.includes("any"));
    // In the directory, what can be equal can be unequal, too: by an advanced query.
    const unequal = op === "ne" && this.#directory && listed.includes("eq");
    const byDefault = has(filter);
    if (!byDefault && !has(advanced) && !unequal) throw this.#unsupported(path);
    if (negated && !this.#directory && !listed.includes("ne") && !listed.includes("not")) throw this.#unsupported(path);
    if (!byDefault) this.advanced ??= spelling[op] ?? op;
  }

  #isCollectionMember(path: string): boolean {
    const { type } = this.rule;
    const names = path.split("/");
    return (
      type === undefined || names.some((_, at) => memberAt(this.#version, type, names.slice(0, at + 1))?.collection)
    );
  }

  /** In Graph's spelling, the cast taken off. */
  #path(steps: readonly string[]): Path {
    const type = castForm.exec(steps[0] ?? "")?.[1];
    const cast = type === undefined ? undefined : this.#type({ is: "path", steps: [steps[0] ?? ""] });
    const rest = type === undefined ? steps : steps.slice(1);
    const wanted = rest.join("/");
    const known = Object.keys(this.rule.queryable).flatMap((path) => {
      const names = path.split("/").slice(0, rest.length);
      return same(names.join("/"), wanted) ? [names] : [];
    });
    return { cast, names: known[0] ?? rest };
  }

  #unsupported(path: string): Error {
    const { type } = this.rule;
    const resource = type === undefined ? "" : ` of resource '${type.charAt(0).toUpperCase()}${type.slice(1)}'`;
    return unsupportedQuery(`Unsupported or invalid query filter clause specified for property '${path}'${resource}.`);
  }

  #value(expression: Expression, path: Path, element: Element | undefined): Value {
    if (expression.is !== "literal")
      throw unsupportedQuery("Unsupported or invalid query filter clause: only literals can be compared with.");
    const { type, text } = expression;
    const owner = path.cast ?? this.rule.type;
    const names = [...(element?.collection ?? []), ...path.names];
    const edm = owner === undefined ? undefined : memberAt(this.#version, owner, names)?.type;
    if (type === "null" && this.rule.queryable[names.join("/")]?.nulls === "advanced") this.advanced ??= "eq null";
    return literalValue(type, text, edm);
  }
}

const castForm = /^(?:microsoft\.)?graph\.([a-z][\w.]*)$/i;
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const isComparison = (op: string): op is Comparison => ["eq", "ne", "gt", "ge", "lt", "le", "has"].includes(op);
const isTextFunction = (name: string): name is TextFunction => ["startswith", "endswith", "contains"].includes(name);

function checkAlternatives(expression: Expression): void {
  const count = (one: Expression): number =>
    one.is === "binary" && one.op === "or" ? count(one.left) + count(one.right) : 1;
  const alternatives = count(expression);
  if (alternatives > mostAlternatives)
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${alternatives}. Max allowed: ${mostAlternatives}.`,
    );
}
