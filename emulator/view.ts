/** An object as answers show it. */
import { entityOf } from "./entities";
import type { Surroundings } from "./entities/entity";
import type { StoredObject } from "./state/store";

/** Every readable property of an object, without annotations. What is not read of it is not worked out. */
export const propertiesOf = (object: StoredObject, around: Surroundings): Readonly<Record<string, unknown>> =>
  entityOf(object.kind).shows(object, around);

/**
 * An object with every readable property, as an answer of its own.
 *
 * @param typed whether to say the type even when the address implies it
 */
export function view(object: StoredObject, around: Surroundings, typed = false): Record<string, unknown> {
  return { ...typeOf(object, typed), ...propertiesOf(object, around) };
}

/** The annotation that says of which type an object is, where answers have it. */
export function typeOf({ kind }: StoredObject, typed: boolean): Record<string, unknown> {
  return typed || entityOf(kind).derived ? { "@odata.type": `#microsoft.graph.${kind}` } : {};
}
