/** `$filter`: which expressions Graph takes, and what they mean. */
import type { QueryOperator } from "../entities/entity";
import { plainBadRequest, unsupportedQuery } from "../refusal";
import { type Comparison, type Condition, memberAt, type Path, type TextFunction, type Value } from "./condition";
import { type Expression, parseExpression } from "./expression";
import { FilterProperties, type FilterScope, same } from "./filter-properties";
import { literalValue } from "./literal";

export { type FilterScope, inDirectory } from "./filter-properties";

export interface Filter {
  readonly condition: Condition;
  /** First operator that needs `ConsistencyLevel: eventual` and `$count=true`, as Graph spells it. */
  readonly advanced: string | undefined;
}

/** Values in one `in`, and conditions joined by `or`: the directory takes no more. */
const mostAlternatives = 15;

/** @throws {GraphRefusal} 400 for what is no filter, or none that `rule` allows */
export function parseFilter(text: string, rule: FilterScope): Filter {
  const reading = new FilterReading(rule);
  const condition = reading.condition(parseExpression(text), undefined, false);
  return { condition, advanced: reading.advanced };
}

/** The element a lambda looks at. */
interface Element {
  readonly variable: string;
  /** Of the collection, for the rules of its members. */
  readonly collection: readonly string[];
}

class FilterReading {
  advanced: string | undefined;
  readonly #properties: FilterProperties;

  constructor(private readonly rule: FilterScope) {
    this.#properties = new FilterProperties(rule);
  }

  get #directory(): boolean {
    return this.#properties.directory;
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
    const path = this.#properties.path(steps);
    const full = path.names.join("/");
    const relation = this.rule.relations?.find((name) => same(name, full));
    const listed = Object.entries(this.rule.queryable).some(
      ([name, { filter = [], advanced = [] }]) =>
        (name === full || name.startsWith(`${full}/`)) &&
        [...filter, ...advanced].some((allowed) => allowed === "any" || allowed === "count"),
    );
    if (relation === undefined && !listed) throw this.#properties.unsupported(full);
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
    if (name === "isof" && first && !second && !element) return { is: "isof", type: this.#properties.type(first) };
    if (!isTextFunction(name) || !first || !second)
      throw unsupportedQuery(`The function '${name}' is not supported in $filter.`);
    if (second.is !== "literal" || second.type !== "string")
      throw plainBadRequest(
        `Invalid filter clause: No function signature for the function with name '${name}' matches the specified arguments.`,
      );
    return { is: "text", op: name, path: this.#allowed(name, first, element, negated), value: second.text };
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
    const path = this.#properties.path(steps);
    const full = path.names.join("/");
    const known = Object.keys(this.rule.queryable).some((name) => name === full || name.startsWith(`${full}/`));
    if (!known) throw this.#properties.unsupported(full);
    if (!each) {
      this.advanced ??= this.#properties.permit("any", full, negated);
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
      const path = this.#properties.path(expression.steps);
      this.advanced ??= this.#properties.permit(op, path.names.join("/"), negated);
      return path;
    }
    const [variable = "", ...steps] = expression.steps;
    if (variable !== element.variable)
      throw plainBadRequest(
        `Invalid filter clause: range variable '${element.variable}' expected, '${variable}' found.`,
      );
    const full = this.#properties.path([...element.collection, ...steps]).names;
    this.advanced ??= this.#properties.permit(op, full.join("/"), negated, true);
    return { names: full.slice(element.collection.length) };
  }

  #value(expression: Expression, path: Path, element: Element | undefined): Value {
    if (expression.is !== "literal")
      throw unsupportedQuery("Unsupported or invalid query filter clause: only literals can be compared with.");
    const { type, text } = expression;
    const owner = path.cast ?? this.rule.type;
    const names = [...(element?.collection ?? []), ...path.names];
    const edm = owner === undefined ? undefined : memberAt(this.#properties.version, owner, names)?.type;
    if (type === "null" && this.rule.queryable[names.join("/")]?.nulls === "advanced") this.advanced ??= "eq null";
    return literalValue(type, text, edm);
  }
}

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
