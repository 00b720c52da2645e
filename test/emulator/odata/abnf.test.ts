import { AddressGrammar } from "../../../emulator/odata/address";
import { parseExpand, parseSelect } from "../../../emulator/odata/expand";
import { parseExpression } from "../../../emulator/odata/expression";
import { parseOrder } from "../../../emulator/odata/order";
import { parseSearch } from "../../../emulator/odata/search";
import { GraphRefusal } from "../../../emulator/refusal";
import cases from "./abnf-cases.json";

type Cases = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const grammar = new AddressGrammar(["Employees", "People", "Categories", "Customers"].map((set) => `/${set}/{key}`));

const decoded = (read: (text: string) => unknown) => (text: string) => read(decodeURIComponent(text));

/** What reads each group of cases; paths are decoded segment by segment. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  expression: decoded(parseExpression),
  orderby: decoded(parseOrder),
  select: decoded(parseSelect),
  expand: decoded(parseExpand),
  search: decoded(parseSearch),
  address: (text) => grammar.parse(`/v1.0/${text}`),
};

const rows = (all: Cases) =>
  Object.entries(all).flatMap(([reader, rules]) =>
    Object.entries(rules).flatMap(([rule, inputs]) => inputs.map((input) => [reader, rule, input] as const)),
  );

describe("the test cases of OData's own grammar", () => {
  it.each(rows(cases.valid))("%s reads the %s %s", (reader, _rule, input) => {
    expect(() => readers[reader]?.(input)).not.toThrow();
  });

  it.each(rows(cases.invalid))("%s refuses the %s %s", (reader, _rule, input) => {
    expect(() => readers[reader]?.(input)).toThrow(GraphRefusal);
  });
});
