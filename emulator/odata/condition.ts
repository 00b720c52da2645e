/** Conditions on objects: what a `$filter` means once Graph's restrictions let it pass. */
import { isA, type Member, membersOf } from "../metadata/metadata";
import { unsupportedQuery } from "../refusal";
import type { Version } from "./address";

/** A `Date` where a moment is meant: the text of a property is then read as one. */
export type Value = string | number | boolean | Date | null;

/** Where a value stands in an object; an empty list of names is the element that a lambda looks at. */
export interface Path {
  /** The object must be of this type, without `microsoft.graph.`; on others the value is null. */
  readonly cast?: string | undefined;
  readonly names: readonly string[];
}

export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "has";
export type TextFunction = "startswith" | "endswith" | "contains";

export type Condition =
  | { readonly is: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly is: "not"; readonly of: Condition }
  | { readonly is: "compare"; readonly op: Comparison; readonly path: Path; readonly value: Value }
  | { readonly is: "in"; readonly path: Path; readonly values: readonly Value[] }
  | { readonly is: "text"; readonly op: TextFunction; readonly path: Path; readonly value: string }
  /** Without a condition: the collection is not empty. */
  | { readonly is: "any"; readonly path: Path; readonly of?: Condition }
  | { readonly is: "count"; readonly path: Path; readonly op: Comparison; readonly value: number }
  | { readonly is: "isof"; readonly type: string };

/** What a condition is asked of. */
export interface Subject {
  /** Its properties as answers show them. */
  readonly shown: unknown;
  /** @default unknown: casts and `isof` do not hold */
  readonly kind?: string;
  readonly version?: Version;
  /** How many objects a relation leads to. */
  readonly related?: (relation: string) => number | undefined;
}

/** Three values, as OData wants it: what is unknown of a missing value stays unknown when it is negated. */
type Truth = boolean | null;

/** Unknown counts as no. */
export const matches = (condition: Condition, subject: Subject): boolean => truth(condition, subject) === true;

function truth(condition: Condition, subject: Subject): Truth {
  switch (condition.is) {
    case "and":
      return and(truth(condition.left, subject), () => truth(condition.right, subject));
    case "or":
      return not(and(not(truth(condition.left, subject)), () => not(truth(condition.right, subject))));
    case "not":
      return not(truth(condition.of, subject));
    case "isof":
      return isKind(subject, condition.type);
    case "compare":
      return compared(condition.op, single(subject, condition.path), condition.value);
    case "in": {
      const actual = single(subject, condition.path);
      return condition.values.some((value) => compared("eq", actual, value) === true);
    }
    case "text": {
      const actual = single(subject, condition.path);
      return typeof actual === "string" ? hasText(condition.op, lower(actual), lower(condition.value)) : null;
    }
    case "any": {
      const { of } = condition;
      const members = collection(subject, condition.path);
      if (!of) return members.length > 0;
      return members.some((shown) => truth(of, { shown }) === true);
    }
    case "count": {
      const [relation = ""] = condition.path.names;
      const number = subject.related?.(relation) ?? collection(subject, condition.path).length;
      return compared(condition.op, number, condition.value);
    }
  }
}

const not = (value: Truth): Truth => (value === null ? null : !value);

function and(left: Truth, right: () => Truth): Truth {
  if (left === false) return false;
  const other = right();
  if (other === false) return false;
  return left === null || other === null ? null : true;
}

const isKind = ({ kind, version = "beta" }: Subject, type: string): boolean =>
  kind !== undefined && isA(version, kind, type);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function read(subject: Subject, { cast, names }: Path): unknown {
  if (cast !== undefined && !isKind(subject, cast)) return null;
  let value = subject.shown;
  for (const name of names) {
    if (Array.isArray(value))
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause: '${name}' is a member of a collection, use any().`,
      );
    value = isObject(value) ? value[name] : null;
  }
  return value ?? null;
}

function single(subject: Subject, path: Path): unknown {
  const value = read(subject, path);
  if (Array.isArray(value))
    throw unsupportedQuery(
      `Unsupported or invalid query filter clause: '${path.names.join("/")}' is a collection, use any().`,
    );
  return value;
}

function collection(subject: Subject, path: Path): readonly unknown[] {
  const value = read(subject, path);
  return Array.isArray(value) ? (value as unknown[]) : [];
}

const lower = (text: string) => text.toLowerCase();

function hasText(op: TextFunction, actual: string, wanted: string): boolean {
  if (op === "startswith") return actual.startsWith(wanted);
  return op === "endswith" ? actual.endsWith(wanted) : actual.includes(wanted);
}

/** Directory strings compare without letter case, dates by the moment they name: the literal says which. */
function compared(op: Comparison, actual: unknown, value: Value): Truth {
  if (op === "ne") return not(compared("eq", actual, value));
  if (actual === null || value === null) return op === "eq" ? actual === value : op === "has" ? null : false;
  if (op === "has") return typeof actual === "string" && flags(actual).includes(lower(String(value)));
  const order = value instanceof Date ? compareMoments(actual, value) : compareValues(actual, value);
  if (op === "eq") return order === 0;
  if (order === undefined) return false;
  return op === "gt" ? order > 0 : op === "ge" ? order >= 0 : op === "lt" ? order < 0 : order <= 0;
}

const flags = (text: string) =>
  lower(text)
    .split(",")
    .map((word) => word.trim());

const momentOf = (value: unknown): number =>
  value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : NaN;

export const isMoment = (value: unknown): boolean => !Number.isNaN(momentOf(value));

/** @returns which is earlier, or undefined where one is no moment */
export function compareMoments(a: unknown, b: unknown): number | undefined {
  const order = Math.sign(momentOf(a) - momentOf(b));
  return Number.isNaN(order) ? undefined : order;
}

/** @returns which comes first, or undefined for values of different types */
export function compareValues(a: unknown, b: unknown): number | undefined {
  if (typeof a === "string" && typeof b === "string") {
    const [left, right] = [lower(a), lower(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === "number" && typeof b === "number") return Math.sign(a - b);
  return typeof a === "boolean" && typeof b === "boolean" ? Number(a) - Number(b) : undefined;
}

/** What an index can answer of a condition: all objects it holds for have one of these values, in lower case. */
export interface Need {
  readonly property: string;
  readonly values: readonly string[];
  /** The values are only what theirs begin with. */
  readonly prefix?: true;
}

/** What must hold of one of `properties`: equality before a beginning, few values before many. */
export function indexedNeed(condition: Condition, properties: readonly string[]): Need | undefined {
  switch (condition.is) {
    case "and": {
      const found = [condition.left, condition.right].flatMap((side) => indexedNeed(side, properties) ?? []);
      return found.sort(
        (a, b) => Number(a.prefix ?? false) - Number(b.prefix ?? false) || a.values.length - b.values.length,
      )[0];
    }
    case "or": {
      const left = indexedNeed(condition.left, properties);
      const right = indexedNeed(condition.right, properties);
      if (!left || left.property !== right?.property || left.prefix !== right.prefix) return undefined;
      return { ...left, values: [...new Set([...left.values, ...right.values])] };
    }
    case "compare":
      return condition.op === "eq" ? need(condition.path, [condition.value], properties) : undefined;
    case "in":
      return need(condition.path, condition.values, properties);
    case "text":
      return begins(condition, condition.path, properties);
    case "any": {
      const { of, path } = condition;
      if (of?.is === "text" && of.path.names.length === 0) return begins(of, path, properties);
      if (of?.is === "compare" && of.op === "eq" && of.path.names.length === 0)
        return need(path, [of.value], properties);
      return of?.is === "in" && of.path.names.length === 0 ? need(path, of.values, properties) : undefined;
    }
    default:
      return undefined;
  }
}

function begins({ op, value }: Extract<Condition, { is: "text" }>, path: Path, properties: readonly string[]) {
  const found = op === "startswith" && value !== "" ? need(path, [value], properties) : undefined;
  return found && { ...found, prefix: true as const };
}

function need({ names }: Path, values: readonly Value[], properties: readonly string[]): Need | undefined {
  const [property, ...inner] = names;
  if (property === undefined || inner.length > 0 || !properties.includes(property)) return undefined;
  // What is not set stands in no index; a moment has many spellings.
  if (values.some((value) => value === null || value instanceof Date)) return undefined;
  return { property, values: [...new Set(values.map((value) => String(value).toLowerCase()))] };
}

/** The metadata of the last name on a path, where the metadata knows the way. */
export function memberAt(version: Version, type: string, names: readonly string[]): Member | undefined {
  let at: Member | undefined;
  for (const name of names) {
    at = membersOf(version, at ? at.type : type)?.get(name);
    if (!at) return undefined;
  }
  return at;
}
