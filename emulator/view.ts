/** An object as answers show it. */
import { entityOf } from "./entities";
import type { Surroundings } from "./entities/entity";
import type { StoredObject } from "./state/store";

/**
 * Every readable property of an object.
 *
 * @param typed whether to say the type even when the address implies it
 */
export function view(object: StoredObject, around: Surroundings, typed = false): Record<string, unknown> {
  return { ...typeOf(object, typed), ...entityOf(object.kind).shows(object, around) };
}

/** The annotation that says of which type an object is, where answers have it. */
export function typeOf({ kind }: StoredObject, typed: boolean): Record<string, unknown> {
  return typed || entityOf(kind).derived ? { "@odata.type": `#microsoft.graph.${kind}` } : {};
}
