/** The newest state, and what replicas that lag need to know of it. */
import type { Indexed } from "./property-index";
import type { Store, StoredObject } from "./store";

export interface PrimaryStore extends Store {
  readonly indexed: Indexed;
  /** Deleted or not. */
  bySeq(seq: number): StoredObject | undefined;
  /** Every link from or to an object. */
  linksOf(id: string): (readonly [kind: string, source: string, target: string])[];
}
