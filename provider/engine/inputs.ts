/** Validates inputs property by property, so that all findings come at once and unknown values stand in nobody's way. */
import type { z } from "zod";
import type { Finding, Replacement } from "./lifecycle";
import { holdsUnknown, UNKNOWN } from "./unknown";

/** What of a life cycle says which inputs are right. */
export interface Schema {
  readonly kind: string;
  readonly noun: string;
  readonly properties: Readonly<Record<string, z.ZodType>>;
  readonly alternatives?: readonly string[];
  /** Defaults that depend on the marker. */
  defaults?(marker: string): object;
  /** Defaults that depend on other inputs. */
  defaultsFor?(declared: object): object;
  rules?(inputs: never): readonly Finding[];
  readonly replacement?: Replacement;
}

export interface Validation {
  /** Canonical where a property could be validated, as given where it is not known yet or wrong. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

/** @param marker the resource's, for the defaults made of it; where only findings count, any will do. */
export function validate(schema: Schema, declared: Readonly<Record<string, unknown>>, marker = ""): Validation {
  const given: Readonly<Record<string, unknown>> = {
    ...schema.defaults?.(marker),
    ...schema.defaultsFor?.(declared),
    ...declared,
  };
  const findings: Finding[] = [];
  const inputs: Record<string, unknown> = {};

  for (const key of Object.keys(given)) {
    if (!(key in schema.properties))
      findings.push({ property: key, reason: `is not a property of ${article(schema.kind)}` });
  }
  for (const [key, property] of Object.entries(schema.properties)) {
    const value = given[key];
    if (value === UNKNOWN) {
      inputs[key] = value;
      continue;
    }
    const parsed = property.safeParse(value);
    const canonical = parsed.success ? parsed.data : value;
    if (canonical !== undefined) inputs[key] = canonical;
    if (parsed.success) continue;
    for (const issue of parsed.error.issues) {
      if (holdsUnknownAt(value, issue.path)) continue;
      findings.push({ property: propertyPath([key, ...issue.path]), reason: reasonOf(issue, at(value, issue.path)) });
    }
  }

  const { alternatives = [] } = schema;
  const chosen = alternatives.filter((key) => given[key] !== undefined);
  if (alternatives.length > 0 && chosen.length !== 1) {
    const property = chosen[1] ?? alternatives[0] ?? "";
    const reason = chosen.length === 0 ? "must be given" : "must not be given";
    const others = alternatives.filter((key) => key !== property).join(" or ");
    findings.push({ property, reason: chosen.length === 0 ? `${reason}, or ${others}` : `${reason} beside ${others}` });
  }

  if (findings.length === 0 && !holdsUnknown(inputs)) findings.push(...(schema.rules?.(inputs as never) ?? []));
  return { inputs, findings };
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "unrecognized_keys") return `has no property ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  if (issue.code === "invalid_type")
    return value === undefined ? "must be given" : `must be ${article(issue.expected)}`;
  return issue.message;
}

const article = (type: string): string => (/^[aeiou]/i.test(type) ? `an ${type}` : `a ${type}`);

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

/** An issue about something unknown, or about a list that has unknown items, is validated again when the value is known. */
function holdsUnknownAt(value: unknown, path: readonly PropertyKey[]): boolean {
  const found = at(value, path);
  return found === UNKNOWN || (Array.isArray(found) && found.includes(UNKNOWN));
}

function propertyPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : (index === 0 ? "" : ".") + String(key)))
    .join("");
}
