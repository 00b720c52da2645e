/**
 * A list of Microsoft Graph in which many objects are seen at once. The search before a create, the refresh and the inventory
 * of a tenant ask for the same ones.
 */
import type { GraphVersion, RequestOptions } from "../graph/tenant";
import { markerTagPrefix } from "./marker";

/** Everything in a list of Graph has an id. */
export interface Listed {
  readonly id: string;
}

export interface Listing<Item extends Listed = Listed> {
  /** Path, without a query. */
  readonly collection: string;
  /** @default "v1.0" */
  readonly version?: GraphVersion;
  /** Values that Graph is asked for alone, by property. @default all */
  readonly filter?: Readonly<Record<string, string | boolean>>;
  /** Graph is asked for those alone that have a tag of this package. @default all */
  readonly onlyMarked?: true;
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

export function pathOf(listing: Listing): string {
  const { collection, select, expand, top } = listing;
  const filter = filterOf(listing);
  const query = [
    ...(filter === undefined ? [] : [`$filter=${encodeURIComponent(filter)}`]),
    ...(select === undefined ? [] : [`$select=${select.join(",")}`]),
    ...(expand === undefined ? [] : [`$expand=${expand}`]),
    ...(top === undefined ? [] : [`$top=${top}`]),
  ];
  return query.length === 0 ? collection : `${collection}?${query.join("&")}`;
}

/** OData, as a person writes it; undefined where all are asked for. */
export function filterOf({ filter = {}, onlyMarked }: Listing): string | undefined {
  const conditions = [
    ...(onlyMarked ? [`tags/any(tag:startswith(tag,'${markerTagPrefix}'))`] : []),
    ...Object.entries(filter).map(([property, value]) => `${property} eq ${literal(value)}`),
  ];
  return conditions.length === 0 ? undefined : conditions.join(" and ");
}

const literal = (value: string | boolean): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

/** Properties that the filter looks at. */
const filteredBy = ({ filter = {}, onlyMarked }: Listing): readonly string[] => [
  ...(onlyMarked ? ["tags"] : []),
  ...Object.keys(filter),
];

/** What lists have in common whose filter Graph takes, or refuses, alike, whatever the values. */
export const filterKind = (listing: Listing): string =>
  [listing.version ?? "v1.0", listing.collection, ...[...filteredBy(listing)].sort()].join(" ");

/** The same list of all, with what `isAsFiltered` looks at. */
export function unfiltered<Item extends Listed>(listing: Listing<Item>): Listing<Item> {
  const { filter: _filter, onlyMarked: _onlyMarked, select, ...rest } = listing;
  return { ...rest, ...(select ? { select: [...new Set([...select, ...filteredBy(listing)])] } : {}) };
}

/** Whether an item of the list of all is one that the filter asks for. Letter case does not matter to Graph. */
export function isAsFiltered({ filter = {}, onlyMarked }: Listing, item: Listed): boolean {
  const properties = item as Listed & Readonly<Record<string, unknown>>;
  const { tags } = properties;
  const isMarked = (tag: unknown): boolean => typeof tag === "string" && tag.startsWith(markerTagPrefix);
  return (
    (!onlyMarked || (Array.isArray(tags) && tags.some(isMarked))) &&
    Object.entries(filter).every(
      ([property, value]) => String(properties[property]).toLowerCase() === String(value).toLowerCase(),
    )
  );
}

/** What a request for the list, or for one of its members, is sent with. */
export const optionsOf = ({ version }: Pick<Place, "version">): RequestOptions =>
  version === undefined ? {} : { version };

/** What a read of one member asks for to see as much of it as the list shows. */
export const selectOf = ({ select = [] }: Listing): string => `$select=${select.join(",")}`;

/** Two listings with the same address show the same. */
export const addressOf = (listing: Listing): string => `${listing.version ?? "v1.0"}${pathOf(listing)}`;
