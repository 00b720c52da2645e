/** Objects put into the directory as they are: what a test or a replayed document says was there before. */
import type { Json, Store } from "./store";

export interface PlantedObject {
  readonly id: string;
  readonly kind: string;
  /** As the tenant stores it. An object of this id that is there already gets these properties beside its own. */
  readonly body: Json;
  /** ISO time of the soft delete. @default it lives */
  readonly deletedDateTime?: string;
}

/** Runs inside a write transaction. Nothing is checked: no rule, no metadata. */
export function plant(store: Store, objects: readonly PlantedObject[]): void {
  for (const { id, kind, body, deletedDateTime } of objects) {
    const known = store.get(id, "either");
    const object = known ? store.replace(known, { ...known.body, ...body }) : store.insert(kind, id, body);
    if (deletedDateTime !== undefined) store.setDeleted(object, deletedDateTime);
  }
}
