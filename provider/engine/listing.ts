/**
 * A list of Microsoft Graph in which many objects are seen at once. The search before a create, the refresh and the inventory
 * of a tenant ask for the same ones.
 */
import type { GraphVersion, RequestOptions } from "../graph/tenant";

/** Everything in a list of Graph has an id. */
export interface Listed {
  readonly id: string;
}

export interface Listing<Item extends Listed = Listed> {
  /** Path, without a query. */
  readonly collection: string;
  /** @default "v1.0" */
  readonly version?: GraphVersion;
  /** OData, as a person writes it. @default all */
  readonly filter?: string;
  /** @default what Graph shows by itself */
  readonly select?: readonly string[];
  /** One relation: Graph allows no more for directory objects, and shows at most 20 neighbours of it. */
  readonly expand?: string;
  /** Members on a page: the most that Graph documents for this list. @default what Graph takes for one */
  readonly top?: number;
  /** Every object of ours in it has its marker tag from the create on, so that Graph can be asked for those alone. */
  readonly markedFromCreate?: true;
  /** What a member is asked for by. @default its id */
  keyOf?(item: Item): string;
}

/** Where one object is in Graph. */
export interface Place {
  readonly path: string;
  /** @default "v1.0" */
  readonly version?: GraphVersion;
}

export function pathOf({ collection, filter, select, expand, top }: Listing): string {
  const query = [
    ...(filter === undefined ? [] : [`$filter=${encodeURIComponent(filter)}`]),
    ...(select === undefined ? [] : [`$select=${select.join(",")}`]),
    ...(expand === undefined ? [] : [`$expand=${expand}`]),
    ...(top === undefined ? [] : [`$top=${top}`]),
  ];
  return query.length === 0 ? collection : `${collection}?${query.join("&")}`;
}

/** What a request for the list, or for one of its members, is sent with. */
export const optionsOf = ({ version }: Pick<Place, "version">): RequestOptions =>
  version === undefined ? {} : { version };

/** What a read of one member asks for to see as much of it as the list shows. */
export const selectOf = ({ select = [] }: Listing): string => `$select=${select.join(",")}`;

/** Two listings with the same address show the same. */
export const addressOf = (listing: Listing): string => `${listing.version ?? "v1.0"}${pathOf(listing)}`;
