/** OData expressions: the language of `$filter`, `$orderby` and everything between their operators. */
import { type LiteralType, syntaxError, type Token, tokensOf } from "./tokens";

export type BinaryOperator =
  "or" | "and" | "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "has" | "add" | "sub" | "mul" | "div" | "divby" | "mod";

export type Expression =
  | { readonly is: "literal"; readonly type: LiteralType; readonly text: string }
  /** Steps are properties, casts (`microsoft.graph.x`), annotations and `$count`, as they were written. */
  | { readonly is: "path"; readonly steps: readonly string[] }
  | {
      readonly is: "lambda";
      readonly op: "any" | "all";
      /** The collection. */
      readonly steps: readonly string[];
      /** Absent in `any()`: is there any at all? */
      readonly each?: { readonly variable: string; readonly holds: Expression };
    }
  | { readonly is: "not" | "negate"; readonly operand: Expression }
  | { readonly is: "binary"; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly is: "in"; readonly left: Expression; readonly values: readonly Expression[] }
  /** Function names in lower case. */
  | { readonly is: "call"; readonly name: string; readonly args: readonly Expression[] };

/** How close an operator binds. */
const powers: Readonly<Record<BinaryOperator | "in", number>> = {
  or: 1,
  and: 2,
  eq: 3,
  ne: 3,
  gt: 4,
  ge: 4,
  lt: 4,
  le: 4,
  add: 5,
  sub: 5,
  mul: 6,
  div: 6,
  divby: 6,
  mod: 6,
  has: 7,
  in: 7,
};
const unaryPower = 8;

/** Functions by name: fewest and most arguments. */
const functions: Readonly<Record<string, readonly [number, number]>> = {
  ...Object.fromEntries(["now", "mindatetime", "maxdatetime"].map((name) => [name, [0, 0] as const])),
  ...Object.fromEntries(
    [
      ...["length", "tolower", "toupper", "trim", "year", "month", "day", "hour", "minute", "second", "date", "time"],
      ...["fractionalseconds", "totaloffsetminutes", "totalseconds", "round", "floor", "ceiling", "geo.length"],
    ].map((name) => [name, [1, 1] as const]),
  ),
  ...Object.fromEntries(
    [
      ...["contains", "endswith", "startswith", "indexof", "concat", "matchespattern"],
      ...["hassubset", "hassubsequence", "geo.distance", "geo.intersects"],
    ].map((name) => [name, [2, 2] as const]),
  ),
  substring: [2, 3],
  cast: [1, 2],
  isof: [1, 2],
};

/** Expressions inside expressions: deeper ones could exhaust the stack. */
const deepest = 100;

/** A Pratt parser: every operator with its power, no grammar rule per level. */
export class ExpressionReader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  /** @param what what the text is, for the refusal: `filter`, `orderby` … */
  constructor(
    private readonly text: string,
    private readonly what: string,
  ) {
    this.#tokens = tokensOf(text, what);
  }

  get token(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: this.text.length };
  }

  /** Whether the next token is this word or mark; words in any letter case. */
  at(text: string): boolean {
    return (this.token.kind === "name" || this.token.kind === "punctuation") && this.token.text.toLowerCase() === text;
  }

  takes(text: string): boolean {
    if (!this.at(text)) return false;
    this.#next += 1;
    return true;
  }

  take(text: string): void {
    if (!this.takes(text)) throw this.error();
  }

  name(): string {
    const { kind, text } = this.token;
    if (kind !== "name") throw this.error();
    this.#next += 1;
    return text;
  }

  end(): void {
    if (this.token.kind !== "end") throw this.error();
  }

  error() {
    return syntaxError(this.what, this.text, this.token.at);
  }

  /** An expression whose operators bind closer than `power`. */
  expression(power = 0): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw this.error();
    let left = this.#operand();
    for (let op = this.#operator(power); op; op = this.#operator(power)) {
      this.#next += 1;
      left =
        op === "in"
          ? { is: "in", left, values: this.#list(1) }
          : { is: "binary", op, left, right: this.expression(powers[op]) };
    }
    this.#depth -= 1;
    return left;
  }

  #operator(power: number): BinaryOperator | "in" | undefined {
    const { kind, text } = this.token;
    const word = text.toLowerCase();
    return kind === "name" && isOperator(word) && powers[word] > power ? word : undefined;
  }

  #operand(): Expression {
    const { kind, type, text } = this.token;
    if (kind === "literal" && type) {
      this.#next += 1;
      return { is: "literal", type, text };
    }
    if (this.takes("(")) {
      const inner = this.expression();
      this.take(")");
      return inner;
    }
    if (this.takes("-")) return { is: "negate", operand: this.expression(unaryPower) };
    if (this.at("not") && this.#startsOperand(this.#tokens[this.#next + 1])) {
      this.#next += 1;
      return { is: "not", operand: this.expression(unaryPower) };
    }
    return this.#pathOrCall();
  }

  /** `not` is a property, too, where nothing to negate follows. */
  #startsOperand(token: Token | undefined): boolean {
    if (!token || token.kind === "end") return false;
    if (token.kind === "punctuation") return token.text === "(" || token.text === "-";
    return token.kind === "literal" || !isOperator(token.text.toLowerCase());
  }

  #pathOrCall(): Expression {
    const first = this.name();
    const arity = functions[first.toLowerCase()];
    if (this.at("(")) {
      if (!arity) throw this.error();
      const at = this.token;
      const args = this.#list(0);
      if (args.length < arity[0] || args.length > arity[1]) throw syntaxError(this.what, this.text, at.at);
      return { is: "call", name: first.toLowerCase(), args };
    }
    const steps = [first];
    while (this.takes("/")) {
      const step = this.name();
      const op = step.toLowerCase();
      if ((op === "any" || op === "all") && this.at("(")) return this.#lambda(op, steps);
      steps.push(step);
    }
    return { is: "path", steps };
  }

  #lambda(op: "any" | "all", steps: readonly string[]): Expression {
    this.take("(");
    if (op === "any" && this.takes(")")) return { is: "lambda", op, steps };
    const variable = this.name();
    this.take(":");
    const holds = this.expression();
    this.take(")");
    return { is: "lambda", op, steps, each: { variable, holds } };
  }

  #list(fewest: 0 | 1): Expression[] {
    this.take("(");
    if (fewest === 0 && this.takes(")")) return [];
    const all = [this.expression()];
    while (this.takes(",")) all.push(this.expression());
    this.take(")");
    return all;
  }
}

const isOperator = (word: string): word is BinaryOperator | "in" => Object.hasOwn(powers, word);

/** @throws {GraphRefusal} 400 for what is no expression */
export function parseExpression(text: string, what = "filter"): Expression {
  const reader = new ExpressionReader(text, what);
  const expression = reader.expression();
  reader.end();
  return expression;
}

/** The inverse of {@link parseExpression}: parentheses around every operand that is not a word by itself. */
export function printExpression(expression: Expression): string {
  switch (expression.is) {
    case "literal":
      return expression.type === "string" ? `'${expression.text.replaceAll("'", "''")}'` : expression.text;
    case "path":
      return expression.steps.join("/");
    case "lambda": {
      const { steps, op, each } = expression;
      return `${steps.join("/")}/${op}(${each ? `${each.variable}:${printExpression(each.holds)}` : ""})`;
    }
    case "not":
      return `not ${operand(expression.operand)}`;
    case "negate":
      return `-(${printExpression(expression.operand)})`;
    case "binary":
      return `${operand(expression.left)} ${expression.op} ${operand(expression.right)}`;
    case "in":
      return `${operand(expression.left)} in (${expression.values.map(printExpression).join(",")})`;
    case "call":
      return `${expression.name}(${expression.args.map(printExpression).join(",")})`;
  }
}

const atoms: readonly Expression["is"][] = ["literal", "path", "lambda", "call"];

function operand(expression: Expression): string {
  const first = "steps" in expression ? expression.steps[0]?.toLowerCase() : undefined;
  const likeOperator = first !== undefined && (first === "not" || isOperator(first));
  const printed = printExpression(expression);
  return atoms.includes(expression.is) && !likeOperator ? printed : `(${printed})`;
}
