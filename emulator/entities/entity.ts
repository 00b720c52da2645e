/** What the tenant knows about one kind of object. */
import type { FilterRule } from "../filter";

export interface Entity {
  /** How `GraphKinds` are stored. The OData type, without `microsoft.graph.`. */
  readonly kind: string;
  /** Collection in `@odata.context`. */
  readonly set: string;
  /** Derived types say which they are wherever they are read. */
  readonly derived?: true;
  /** Stored properties that can be found by value. */
  readonly indexed: readonly string[];
  /** Read only when `$select` names them. */
  readonly onlyOnSelect?: readonly string[];
  /** What lists of this kind can be filtered by. @default nothing */
  readonly filter?: FilterRule;
}
