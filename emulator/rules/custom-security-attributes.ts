/** Custom security attributes on an object: what can be assigned, and who may assign and read. */
import {
  allowedValuesOf,
  type AssignedAttributes,
  customSecurityAttributeDefinition,
  longestValue,
} from "../entities/custom-security-attributes";
import { badRequest, denied } from "../refusal";
import type { Context } from "../route";
import type { Json, Store, StoredObject } from "../state/store";
import type { Caller } from "../sign-in/token";
import { roleIds, rolesOf } from "./roles";

/** Values of all attributes together that one object can have. */
export const mostAssignedValues = 50;

const property = "customSecurityAttributes";
const assigners = ["CustomSecAttributeAssignment.ReadWrite.All"];
const readers = ["CustomSecAttributeAssignment.Read.All", ...assigners];

/** A person needs one of these roles as well: Global Administrator is not enough. */
const assigningRoles = [roleIds.attributeAssignmentAdministrator];
const readingRoles = [...assigningRoles, roleIds.attributeAssignmentReader];

type Asked = { readonly store: Store; readonly caller: Caller };

function permits({ store, caller }: Asked, permissions: readonly string[], roles: readonly string[]): boolean {
  if (!permissions.some((name) => caller.permissions.has(name))) return false;
  if (caller.idtyp === "app") return true;
  const held = rolesOf({ store }, caller.oid);
  return roles.some((role) => held.has(role));
}

/**
 * Definitions are for whoever may define, and no other role makes up for it.
 *
 * @throws {GraphRefusal} 403
 */
export function checkDefines(asked: Asked, use: "read" | "write"): void {
  const { attributeDefinitionAdministrator: administrator, attributeDefinitionReader: reader } = roleIds;
  const others = use === "read" ? [reader, ...readingRoles] : [];
  const name = "CustomSecAttributeDefinition";
  const permissions = [`${name}.ReadWrite.All`, ...(use === "read" ? [`${name}.Read.All`] : [])];
  if (!permits(asked, permissions, [administrator, ...others])) throw denied();
}

/**
 * Attributes are read by whoever may read them, however much else of the object the caller may.
 *
 * @param options query options of a read, as they came
 * @throws {GraphRefusal} 403
 */
export function checkReadsAttributes(asked: Asked, options: URLSearchParams): void {
  const named = ["$select", "$filter"].some((name) => /\bcustomSecurityAttributes\b/i.test(options.get(name) ?? ""));
  if (named && !permits(asked, readers, readingRoles)) throw denied();
}

/**
 * What an object's `customSecurityAttributes` become.
 *
 * @param current as stored on the object, if it has any
 * @param given the value in the request body: only what it names changes; null, or [] for a collection, takes away
 * @returns what to store, and what `$select=customSecurityAttributes` shows
 * @throws {GraphRefusal} 403 without the permission, and for a person without the role; 400 naming what is wrong
 */
export function assignAttributes(context: Context, current: unknown, given: unknown): AssignedAttributes {
  if (!permits(context, assigners, assigningRoles)) throw denied();
  if (!isObject(given)) throw invalid(property);
  const result: Record<string, Json> = { ...(current as AssignedAttributes | undefined) };
  for (const [asked, values] of Object.entries(given)) {
    if (asked.includes("@")) continue;
    const set = setNamed(context.store, asked);
    if (!isObject(values)) throw invalid(`${property}.${asked}`);
    checkType(values["@odata.type"], asked);
    const { "@odata.type": _type, ...before } = result[set] ?? {};
    const after = assignInSet(context.store, set, before, values);
    if (Object.keys(after).length > 0) result[set] = { "@odata.type": `#microsoft.graph.${valueType}`, ...after };
    else Reflect.deleteProperty(result, set);
  }
  const count = valuesIn(result);
  if (count > mostAssignedValues)
    throw badRequest(
      `An object can have at most ${mostAssignedValues} values of custom security attributes, not ${count}.`,
    );
  return result;
}

const valueType = "customSecurityAttributeValue";

function checkType(said: unknown, set: string): void {
  // The directory's own name for the type stands in most documented examples.
  const names = [`#microsoft.graph.${valueType}`, `#microsoft.directoryservices.${valueType}`];
  if (typeof said === "string" && names.some((name) => name.toLowerCase() === said.toLowerCase())) return;
  throw badRequest(`'${property}.${set}' must say "@odata.type": "#microsoft.graph.${valueType}".`);
}

function setNamed(store: Store, name: string): string {
  const set = store.get(name);
  if (set?.kind === "attributeSet") return set.id;
  throw badRequest(`The attribute set '${name}' does not exist.`);
}

function assignInSet(store: Store, set: string, before: Json, given: Json): Json {
  const after: Record<string, unknown> = { ...before };
  for (const [asked, value] of Object.entries(given)) {
    if (asked.includes("@")) continue;
    const definition = store.get(`${set}_${asked}`);
    if (definition?.kind !== customSecurityAttributeDefinition.kind)
      throw badRequest(`The custom security attribute '${asked}' does not exist in the attribute set '${set}'.`);
    const name = String(definition.body["name"]);
    Reflect.deleteProperty(after, `${name}@odata.type`);
    Reflect.deleteProperty(after, name);
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    checkValue(definition, value, given[`${asked}@odata.type`]);
    const type = annotationOf(definition);
    if (type !== undefined) after[`${name}@odata.type`] = type;
    after[name] = value;
  }
  return after;
}

/** How the type of a value is said; JSON itself says strings and booleans. */
function annotationOf({ body }: StoredObject): string | undefined {
  const element = body["type"] === "Integer" ? "Int32" : String(body["type"]);
  if (body["isCollection"] === true) return `#Collection(${element})`;
  return element === "Int32" ? "#Int32" : undefined;
}

const forms: Readonly<Record<string, (value: unknown) => boolean>> = {
  Boolean: (value) => typeof value === "boolean",
  Integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  String: (value) => typeof value === "string" && value.length > 0 && value.length <= longestValue,
};

function checkValue(definition: StoredObject, value: unknown, annotation: unknown): void {
  const { id, body } = definition;
  if (body["status"] !== "Available") throw badRequest(`The custom security attribute '${id}' is deactivated.`);
  const expected = annotationOf(definition);
  if (annotation !== expected && !(expected === undefined && annotation === `#${String(body["type"])}`))
    throw badRequest(
      `The type of '${id}' must be given as "${String(body["name"])}@odata.type": "${expected ?? "nothing"}".`,
    );
  if (Array.isArray(value) !== body["isCollection"]) throw invalid(id);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const form = forms[String(body["type"])];
  if (!form || !values.every(form) || new Set(values).size !== values.length) throw invalid(id);
  if (body["usePreDefinedValuesOnly"] !== true) return;
  const allowed = new Set(allowedValuesOf(definition).flatMap((one) => (one.isActive ? one.id : [])));
  const other = values.map(printed).find((one) => !allowed.has(one));
  if (other !== undefined) throw badRequest(`'${other}' is not an active predefined value of '${id}'.`);
}

const printed = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const valuesIn = (sets: AssignedAttributes): number =>
  Object.values(sets)
    .flatMap((set) => Object.entries(set))
    .filter(([name]) => !name.includes("@"))
    .reduce((sum, [, value]) => sum + (Array.isArray(value) ? value.length : 1), 0);

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const invalid = (path: string) =>
  badRequest(`Invalid value specified for property '${path}' of resource 'CustomSecurityAttributes'.`);
