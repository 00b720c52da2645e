/** What a request body may say. */
import type { z } from "zod";
import { problemsOf } from "./metadata/check";
import type { Version } from "./odata/address";
import { badRequest, GraphRefusal, notEmulated, plainBadRequest, type RefusalCode } from "./refusal";

export interface BodyRule<Schema extends z.ZodObject = z.ZodObject> {
  /** How refusals call the object: `AgentIdentity`. */
  readonly resource: string;
  /** `error.code` of refusals. @default "Request_BadRequest" */
  readonly code?: "BadRequest";
  /**
   * Type of the body by metadata. With it, metadata decides which properties there are and of which type, and `schema`
   * is a `z.looseObject` that only says what metadata does not: lengths, formats, what is required.
   */
  readonly type?: string;
  /** Without `type`: strict, what it does not name is refused. */
  readonly schema: Schema;
  /** Properties that exist and that no client can set. */
  readonly readOnly?: readonly string[];
  /** Properties with a refusal of their own. */
  readonly refused?: Readonly<
    Record<string, { readonly status?: number; readonly code: RefusalCode; readonly message: string }>
  >;
}

/** @throws {GraphRefusal} naming the first property that is wrong */
export function checkBody<Schema extends z.ZodObject>(
  rule: BodyRule<Schema>,
  body: unknown,
  version: Version,
): z.infer<Schema> {
  if (body === undefined) throw plainBadRequest("Empty Payload. JSON content expected.");
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw malformedPayload();
  const refuse = rule.code === "BadRequest" ? plainBadRequest : badRequest;
  const given = Object.fromEntries(Object.entries(body).filter(([name]) => name !== "@odata.type"));
  for (const name of Object.keys(given)) {
    const refused = rule.refused?.[name];
    if (refused) throw new GraphRefusal(refused.status ?? 400, refused.code, refused.message);
    if (rule.readOnly?.includes(name)) throw refuse(`Property '${name}' is read-only and cannot be set.`);
    if (rule.type === undefined && !(name in rule.schema.shape)) throw refuse(`Invalid property '${name}'.`);
  }
  const [problem] = rule.type === undefined ? [] : problemsOf(version, rule.type, body, "request");
  if (problem) {
    const { path, kind } = problem;
    throw refuse(
      kind === "unknown" || kind === "relation"
        ? `Invalid property '${path}'.`
        : `Invalid value specified for property '${path}' of resource '${rule.resource}'.`,
    );
  }
  const binds = rule.type === undefined ? [] : bindsIn(given);
  const bind = binds.find((path) => !(path in rule.schema.shape));
  if (bind !== undefined) throw notEmulated(`The emulated tenant does not take '${bind}' of ${rule.resource}.`);
  const result = rule.schema.safeParse(given);
  if (result.success) return result.data;
  throw refuse(wording(rule.resource, result.error.issues[0], given));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Paths of every `name@odata.bind`: a relation that nobody sets would look as if it had been set. */
const bindsIn = (value: unknown, path = ""): string[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, one]) =>
        name.endsWith("@odata.bind") ? [`${path}${name}`] : bindsIn(one, `${path}${name}.`),
      )
    : [];

/** An update names no key: OData has services ignore the one that a client sends back with what it has read. */
export function withoutKey(method: string, body: unknown): unknown {
  if (method !== "PATCH" || !isObject(body) || !("id" in body)) return body;
  const { id: _key, ...rest } = body;
  return rest;
}

export const malformedPayload = () =>
  plainBadRequest(
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );

function wording(resource: string, issue: z.core.$ZodIssue | undefined, given: object): string {
  if (issue?.code === "unrecognized_keys") return `Invalid property '${issue.keys[0] ?? ""}'.`;
  const path = issue?.path.map(String) ?? [];
  const top = path[0] ?? "";
  if (path.length === 1 && !(top in given))
    return `A value is required for property '${top}' of resource '${resource}'.`;
  return `Invalid value specified for property '${path.join(".")}' of resource '${resource}'.`;
}
