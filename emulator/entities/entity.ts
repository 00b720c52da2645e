/** What the tenant knows about one kind of object. */
import type { Version } from "../odata/address";
import type { Store, StoredObject } from "../state/store";
import type { Switches } from "../switches/values";

/** The tenant, whoever asks. */
export interface Ground {
  readonly store: Store;
  readonly tenantId: string;
  readonly tenantName: string;
  /** Verified domain of the tenant. */
  readonly domain: string;
}

/** What an object needs beside itself to be shown. */
export interface Surroundings extends Ground {
  /** The tenant's time. */
  readonly now: Date;
  /** Those of the request; the tenant's where nothing is being answered. */
  readonly switches: Switches;
  /** Version of the request, where objects read differently. @default nothing is being answered */
  readonly version?: Version;
}

/**
 * Every readable property of an object, without annotations. What has to be looked up in the store is a getter: most answers
 * do not show it.
 */
export type View = (object: StoredObject, around: Surroundings) => Record<string, unknown>;

/** A navigation property: what an object is connected to. */
export interface Relation {
  /** Type of the objects at the other end by metadata: `directoryObject`, `appRoleAssignment` … */
  readonly type: string;
  /** The living objects at the other end, in a stable order; at most one where the relation is not a collection. */
  readonly of: (object: StoredObject, around: Surroundings) => readonly StoredObject[];
  /** Leads to one object at most. @default as metadata says */
  readonly single?: true;
  /** `$expand` may name it. @default false */
  readonly expandable?: true;
}

/**
 * What a filter can do with a property. `any` is for collections, by the property or by the path of a member's property
 * (`assignedLicenses/skuId`), and lets the members be compared with `eq` and `in`; further operators of members are
 * listed beside it. `count` is `property/$count`. Where `eq` is listed `in` is included, and in the directory, by advanced
 * queries, `ne` and `not`.
 */
export type QueryOperator =
  | "eq"
  | "ne"
  | "not"
  | "gt"
  | "ge"
  | "lt"
  | "le"
  | "has"
  | "in"
  | "startswith"
  | "endswith"
  | "contains"
  | "any"
  | "count";

/** What Graph lets a list be asked for, for one property. */
export interface Queryable {
  /** Operators of `$filter` that ordinary queries can use. @default none */
  readonly filter?: readonly QueryOperator[];
  /** Operators that need `ConsistencyLevel: eventual` and `$count=true`. @default none */
  readonly advanced?: readonly QueryOperator[];
  /** Comparing with null needs an advanced query. @default it needs what its operator needs */
  readonly nulls?: "advanced";
  /** @default it cannot be sorted by */
  readonly orderBy?: "default" | "advanced";
  /** `$search` may name it. @default false */
  readonly search?: true;
}

export interface Entity {
  /** How objects of this kind are stored. The OData type, without `microsoft.graph.`. */
  readonly kind: string;
  /** Collection in `@odata.context`. */
  readonly set: string;
  /** Derived types say which they are wherever they are read. */
  readonly derived?: true;
  /** Indexed properties that name an object as its id does: `applications(appId='…')`. @default none */
  readonly alternateKeys?: readonly string[];
  /** The alternate key that also stands bare in an address: `users/adele@contoso.com`. */
  readonly alsoBare?: string;
  /** Stored properties that can be found by value. */
  readonly indexed: readonly string[];
  /** Read only when `$select` names them. */
  readonly onlyOnSelect?: ReadonlySet<string>;
  /**
   * Indexed properties that may read as those of an object of other kinds: the one with the same value of `by`, which both
   * index. @default none
   */
  readonly borrows?: { readonly properties: readonly string[]; readonly from: readonly string[]; readonly by: string };
  /** What lists of this kind can be asked for, by path: `displayName`, `conditions/users/includeUsers`. @default nothing */
  readonly queryable?: Readonly<Record<string, Queryable>>;
  /** Navigation properties by name. @default none */
  readonly relations?: Readonly<Record<string, Relation>>;
  readonly shows: View;
  /**
   * The same without what is `onlyOnSelect`: for kinds that mostly consist of it, so that lists need not work it out.
   * @default left out of what {@link shows}
   */
  readonly showsByDefault?: View;
}

/** Shown as it is stored. */
export const asStored: View = ({ id, body }) => ({ id, ...body });
