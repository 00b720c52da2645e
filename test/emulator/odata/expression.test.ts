import * as fc from "fast-check";
import {
  type BinaryOperator,
  type Expression,
  parseExpression,
  printExpression,
} from "../../../emulator/odata/expression";
import { GraphRefusal } from "../../../emulator/refusal";

const path = (...steps: string[]): Expression => ({ is: "path", steps });
const text = (value: string): Expression => ({ is: "literal", type: "string", text: value });

describe("an expression", () => {
  it("binds not, then in and has, products, sums, comparisons, equality, and, or", () => {
    const eq = (name: string): Expression => ({ is: "binary", op: "eq", left: path(name), right: text("x") });
    expect(parseExpression("a eq 'x' or b eq 'x' and c eq 'x'")).toEqual({
      is: "binary",
      op: "or",
      left: eq("a"),
      right: { is: "binary", op: "and", left: eq("b"), right: eq("c") },
    });
    expect(printExpression(parseExpression("not a and b gt 1 add 2 mul 3 eq true"))).toBe(
      "(not a) and ((b gt (1 add (2 mul 3))) eq true)",
    );
    expect(printExpression(parseExpression("a sub b sub -c"))).toBe("(a sub b) sub (-(c))");
  });

  it.each([
    ["'it''s'", "string", "it's"],
    ["null", "null", "null"],
    ["TRUE", "boolean", "true"],
    ["-12", "integer", "-12"],
    ["3.50e2", "decimal", "3.50e2"],
    ["01234567-89ab-CDEF-0123-456789abcdef", "guid", "01234567-89ab-CDEF-0123-456789abcdef"],
    ["2019-09-01", "date", "2019-09-01"],
    ["2019-09-01T00:00:00.123Z", "dateTimeOffset", "2019-09-01T00:00:00.123Z"],
    ["11:22:33", "timeOfDay", "11:22:33"],
    ["duration'PT1H'", "duration", "duration'PT1H'"],
    ["microsoft.graph.risk'high'", "enumeration", "microsoft.graph.risk'high'"],
  ])("%s is a literal", (written, type, value) => {
    expect(parseExpression(written)).toEqual({ is: "literal", type, text: value });
  });

  it("reads paths with casts and counts, lambdas and functions in any letter case", () => {
    expect(parseExpression("microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq 'CA')")).toEqual({
      is: "lambda",
      op: "any",
      steps: ["microsoft.graph.countryNamedLocation", "countriesAndRegions"],
      each: { variable: "c", holds: { is: "binary", op: "eq", left: path("c"), right: text("CA") } },
    });
    expect(parseExpression("owners/$count EQ 0")).toMatchObject({ op: "eq", left: path("owners", "$count") });
    expect(parseExpression("StartsWith( displayName , 'a' )")).toEqual({
      is: "call",
      name: "startswith",
      args: [path("displayName"), text("a")],
    });
    expect(parseExpression("NOT(x in ('a','b'))")).toEqual({
      is: "not",
      operand: { is: "in", left: path("x"), values: [text("a"), text("b")] },
    });
    expect(parseExpression("x/any()")).toEqual({ is: "lambda", op: "any", steps: ["x"] });
  });

  it.each([
    ["", 0],
    ["a eq", 4],
    ["a eq 'x", 5],
    ["a eq 'x' b", 9],
    ["(a", 2],
    ["a)", 1],
    ["a in ()", 6],
    ["a in 'x'", 5],
    ["x/all()", 6],
    ["any()", 3],
    ["startswith(a)", 10],
    ["frobnicate(a)", 10],
    ["a/", 2],
    ["a # b", 2],
    ["2011-12-31T24:00Z", 0],
    ["duration'P1Y'", 0],
  ])("%j is refused at position %i", (written, at) => {
    expect(() => parseExpression(written)).toThrow(
      new GraphRefusal(400, "BadRequest", `Invalid filter clause: Syntax error at position ${at} in '${written}'.`),
    );
  });

  const name = fc.constantFrom("displayName", "tags", "not", "in", "eq", "any", "date", "appId", "ä");
  const literal = fc.oneof(
    fc.string({ maxLength: 20, unit: "grapheme" }).map(text),
    fc.constantFrom<Expression>(
      { is: "literal", type: "null", text: "null" },
      { is: "literal", type: "boolean", text: "true" },
      { is: "literal", type: "integer", text: "-7" },
      { is: "literal", type: "decimal", text: "1.5" },
      { is: "literal", type: "guid", text: "01234567-89ab-cdef-0123-456789abcdef" },
      { is: "literal", type: "dateTimeOffset", text: "2026-01-02T03:04:05Z" },
      { is: "literal", type: "duration", text: "duration'P1D'" },
      { is: "literal", type: "enumeration", text: "microsoft.graph.x'a,b'" },
    ),
  );
  const steps = fc.array(fc.oneof(name, fc.constantFrom("$count", "microsoft.graph.user", "@odata.type")), {
    minLength: 1,
    maxLength: 3,
  });
  const operators: BinaryOperator[] = ["or", "and", "eq", "ne", "gt", "ge", "lt", "le", "has", "add", "mul", "mod"];
  const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4 },
      literal,
      steps.map((all) => path(...all)),
      fc.record({
        is: fc.constant("binary" as const),
        op: fc.constantFrom(...operators),
        left: tie("expression"),
        right: tie("expression"),
      }),
      fc.record({ is: fc.constantFrom("not" as const, "negate" as const), operand: tie("expression") }),
      fc.record({
        is: fc.constant("in" as const),
        left: tie("expression"),
        values: fc.array(literal, { minLength: 1, maxLength: 3 }),
      }),
      fc
        .tuple(fc.constantFrom("startswith", "contains", "concat"), tie("expression"), tie("expression"))
        .map(([called, ...args]): Expression => ({ is: "call", name: called, args })),
      fc
        .tuple(fc.constantFrom("any" as const, "all" as const), steps, name, tie("expression"))
        .map(([op, all, variable, holds]): Expression => ({ is: "lambda", op, steps: all, each: { variable, holds } })),
    ),
  }));

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(expression, (written) => expect(parseExpression(printExpression(written))).toEqual(written)),
      { numRuns: 500 },
    );
  });

  it("is refused by Graph's refusal and nothing else, and is never half read", () => {
    const pieces = [
      "a",
      "tags",
      " ",
      " eq ",
      " in ",
      " and ",
      "not ",
      "'",
      "''",
      "'a'",
      "(",
      ")",
      ",",
      ":",
      "/any",
      "-",
    ];
    const more = ["$count", "null", "startswith", "1", "1.5", "2020-01-01", "T00:00Z", "microsoft.graph.x", "@", "."];
    const wild = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom(...pieces, ...more)).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(wild, (given) => {
        let read: Expression;
        try {
          read = parseExpression(given);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphRefusal);
          return;
        }
        expect(parseExpression(printExpression(read))).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });

  it("can exhaust neither the stack nor the time", () => {
    for (const long of ["(", "not ", "-", "a/", "a eq b or ", "'a", "x/any(a:", "1", "a.", "concat("])
      expect(() => parseExpression(long.repeat(8_000 / long.length))).toThrow(GraphRefusal);
    expect(() => parseExpression(`${"(".repeat(90)}a${")".repeat(90)}`)).not.toThrow();
    expect(() => parseExpression(`a${" and a".repeat(1_000)}`)).not.toThrow();
  });
});
