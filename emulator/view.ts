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
  const { shows, derived } = entityOf(object.kind);
  const shown = shows(object, around);
  return typed || derived ? { "@odata.type": `#microsoft.graph.${object.kind}`, ...shown } : shown;
}
