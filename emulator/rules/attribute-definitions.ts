/** What holds of attribute sets and of the definitions in them. */
import type { z } from "zod";
import {
  allowedValuesOf,
  type AllowedValue,
  attributeSet,
  customSecurityAttributeDefinition,
  type definitionToChange,
  type definitionToCreate,
} from "../entities/custom-security-attributes";
import type { RequestHeaders } from "../exchange";
import { badRequest } from "../refusal";
import type { Json, Store, StoredObject } from "../state/store";

/** In one tenant: sets, and definitions that are not deprecated. */
export const mostAttributeSets = 500;
export const mostActiveDefinitions = 500;

/** Of one definition. */
export const mostAllowedValues = 100;

const { kind } = customSecurityAttributeDefinition;

export function checkSetRoom(store: Store): void {
  if (store.count({ kinds: [attributeSet.kind] }) >= mostAttributeSets)
    throw badRequest(`A tenant can have at most ${mostAttributeSets} attribute sets.`);
}

const isActive = ({ body }: Pick<StoredObject, "body">) => body["status"] === "Available";

/** @throws {GraphRefusal} when one more active definition like `body` is too many for the tenant or its set */
export function checkDefinitionRoom(store: Store, body: Json): void {
  if (!isActive({ body })) return;
  const active = store.find({ kinds: [kind] }).filter(isActive);
  if (active.length >= mostActiveDefinitions)
    throw badRequest(`A tenant can have at most ${mostActiveDefinitions} active custom security attributes.`);
  const set = String(body["attributeSet"]);
  const most = store.primary.get(set)?.body["maxAttributesPerSet"];
  const inSet = active.filter((other) => other.body["attributeSet"] === set).length;
  if (typeof most === "number" && inSet >= most)
    throw badRequest(`The attribute set '${set}' can have at most ${most} active custom security attributes.`);
}

export function newDefinition(
  store: Store,
  given: z.infer<typeof definitionToCreate.schema>,
): { id: string; body: Json } {
  const set = store.get(given.attributeSet);
  if (set?.kind !== attributeSet.kind) throw badRequest(`The attribute set '${given.attributeSet}' does not exist.`);
  if (given.type === "Boolean" && given.isCollection)
    throw badRequest("'isCollection' cannot be true for type Boolean.");
  if (given.type === "Boolean" && given.usePreDefinedValuesOnly)
    throw badRequest("'usePreDefinedValuesOnly' cannot be true for type Boolean.");
  if (given.type === "Boolean" && given.allowedValues.length > 0)
    throw badRequest("Type Boolean has no predefined values.");
  const ids = given.allowedValues.map(({ id }) => id);
  if (new Set(ids).size < ids.length) throw badRequest("A predefined value is given twice.");
  for (const { id } of given.allowedValues) checkAllowedValue(given.type, id);
  return { id: `${set.id}_${given.name}`, body: { ...given, attributeSet: set.id } };
}

export function changedDefinition(
  definition: StoredObject,
  given: z.infer<typeof definitionToChange.schema>,
  headers: RequestHeaders,
): Json {
  const { "allowedValues@delta": delta, ...rest } = given;
  if (rest.usePreDefinedValuesOnly === true && definition.body["usePreDefinedValuesOnly"] !== true)
    throw badRequest("'usePreDefinedValuesOnly' can be changed from true to false, not back.");
  if (delta && headers.get("odata-version") !== "4.01")
    throw badRequest("'allowedValues@delta' needs the header 'OData-Version: 4.01'.");
  return { ...withAllowedValues(definition, delta ?? []), ...rest };
}

/** Values are added or changed, never removed. */
export function withAllowedValues(definition: StoredObject, given: readonly AllowedValue[]): Json {
  const type = String(definition.body["type"]);
  if (type === "Boolean" && given.length > 0) throw badRequest("Type Boolean has no predefined values.");
  for (const { id } of given) checkAllowedValue(type, id);
  const values = new Map([...allowedValuesOf(definition), ...given].map(({ id, isActive }) => [id, { id, isActive }]));
  if (values.size > mostAllowedValues)
    throw badRequest(`A custom security attribute can have at most ${mostAllowedValues} predefined values.`);
  return { ...definition.body, allowedValues: [...values.values()] };
}

function checkAllowedValue(type: string, id: string): void {
  if (type === "Integer" && !/^-?\d{1,10}$/.test(id))
    throw badRequest(`The predefined value '${id}' is not an integer.`);
}
