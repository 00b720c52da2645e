/** What a literal in a filter is worth, and which properties it can be compared with. */
import { plainBadRequest } from "../refusal";
import type { Value } from "./condition";
import type { LiteralType } from "./tokens";

const numbers: readonly LiteralType[] = ["integer", "decimal"];

/** Literals that Graph compares with properties of a type; types without an entry are not checked. */
const literalTypes: Readonly<Record<string, readonly LiteralType[]>> = {
  "Edm.String": ["string"],
  "Edm.Boolean": ["boolean"],
  "Edm.Guid": ["guid", "string"],
  "Edm.DateTimeOffset": ["dateTimeOffset", "date"],
  "Edm.Date": ["date"],
  "Edm.Duration": ["duration"],
  ...Object.fromEntries(
    ["Int16", "Int32", "Int64", "Double", "Single", "Decimal"].map((name) => [`Edm.${name}`, numbers]),
  ),
};

const edmNames: Readonly<Record<string, string>> = {
  string: "Edm.String",
  boolean: "Edm.Boolean",
  guid: "Edm.Guid",
  date: "Edm.Date",
  dateTimeOffset: "Edm.DateTimeOffset",
  integer: "Edm.Int32",
  decimal: "Edm.Double",
};

const momentTypes: readonly (string | undefined)[] = ["Edm.DateTimeOffset", "Edm.Date", undefined];

/**
 * @param edm type by metadata of the property it is compared with; undefined where none is known
 * @throws {GraphRefusal} 400 when the two cannot be compared
 */
export function literalValue(type: LiteralType, text: string, edm: string | undefined): Value {
  if (type === "null") return null;
  const wanted = edm === undefined ? undefined : literalTypes[edm];
  if (wanted && !wanted.includes(type))
    throw plainBadRequest(
      `Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '${edm ?? ""}' and '${edmNames[type] ?? type}' for operator kind 'Equal'.`,
    );
  if (type === "boolean") return text === "true";
  if (type === "integer" || type === "decimal") return Number(text);
  if ((type === "date" || type === "dateTimeOffset") && momentTypes.includes(edm)) return momentAt(text);
  // duration'PT1H', microsoft.graph.x'member'
  return /^[\w.]+'(.*)'$/s.exec(type === "string" ? "" : text)?.[1] ?? text;
}

/** @throws {GraphRefusal} 400 for a day that no calendar has */
function momentAt(text: string): Date {
  const [moment, day] = [new Date(text), text.slice(0, 10)];
  const known = !Number.isNaN(moment.getTime()) && new Date(day).toISOString().startsWith(day);
  if (known) return moment;
  throw plainBadRequest(`Invalid filter clause: '${text}' is no point in time.`);
}
