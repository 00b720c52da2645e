/** Query options of a request. What is not understood is refused: never a wrong result. */
import { entityOf, hasEntity } from "../entities";
import type { Entity, Queryable, Relation } from "../entities/entity";
import { descendantsOf, membersOf, typeNamed } from "../metadata/metadata";
import { badRequest, notEmulated, plainBadRequest, unsupportedQuery } from "../refusal";
import type { Version } from "./address";
import { type Expand, parseExpand, parseSelect } from "./expand";
import { type Filter, inDirectory, parseFilter } from "./filter";
import { parseOrder, sortKeys, type SortKey } from "./order";
import { checkedSearch, parseSearch, type Search } from "./search";

export type QueryOption =
  | "$select"
  | "$expand"
  | "$top"
  | "$skip"
  | "$filter"
  | "$orderby"
  | "$search"
  | "$count"
  | "$skiptoken"
  | "$deltatoken";

/** What a route understands. */
export interface QueryRule {
  /** Single objects know `$select` and `$expand`, collections all of them. */
  readonly options: readonly QueryOption[];
  /** Type of the objects by metadata. @default unknown: nothing is checked against metadata */
  readonly type?: string;
  /** What can be filtered, sorted and searched by. @default nothing */
  readonly queryable?: Readonly<Record<string, Queryable>>;
  /** @default none */
  readonly relations?: Readonly<Record<string, Relation>>;
  /** Answers only to `ConsistencyLevel: eventual`. @default false */
  readonly eventual?: true;
  /** The number of the objects alone. @default false */
  readonly countOnly?: true;
  /** Most objects on a page, and the size of a page when `$top` is absent is 100 or this. @default 999 */
  readonly maxPage?: number;
}

const listOptions: readonly QueryOption[] = [
  ...(["$select", "$expand", "$top", "$filter", "$orderby", "$search", "$count", "$skiptoken"] as const),
];

/** One object whose entity is not known beforehand. */
export const oneObject: QueryRule = { options: ["$select"] };

/** One object of a kind. */
export const oneObjectOf = ({ kind, relations = {} }: Entity): QueryRule => ({
  options: ["$select", "$expand"],
  type: kind,
  relations,
});

/** Lists of a kind: what its entity says can be asked for. */
export const collectionOf = ({ kind, queryable = {}, relations = {} }: Entity, maxPage = 999): QueryRule => ({
  options: listOptions,
  type: kind,
  queryable,
  relations,
  maxPage,
});

/** What lists of several types of the directory can be asked for. */
const mixed: Readonly<Record<string, Queryable>> = {
  id: { advanced: ["eq"] },
  displayName: { advanced: ["eq", "startswith"], orderBy: "advanced", search: true },
};

/** What an object is connected to. */
export const relationOf = ({ type }: Relation, maxPage = 999): QueryRule => {
  const entity = hasEntity(type) ? entityOf(type) : undefined;
  return {
    options: listOptions,
    type,
    queryable: entity?.queryable ?? (inDirectory(type) ? mixed : {}),
    relations: entity?.relations ?? {},
    maxPage,
  };
};

/** Laid over a list's rule: `…/$count` of it. */
export const countOnly = { options: ["$filter", "$search"], countOnly: true } as const satisfies QueryRule;

export { project } from "./projection";

export interface Query {
  readonly select: readonly string[] | undefined;
  readonly expand: readonly Expand[];
  /** Objects on a page. */
  readonly top: number;
  readonly filter: Filter | undefined;
  /** Empty: in order of creation. */
  readonly sort: readonly SortKey[];
  readonly search: Search | undefined;
  /** True when a count was asked for and the request is one that gets it. */
  readonly count: boolean;
  /** The number of the objects is all that is answered. */
  readonly countOnly: boolean;
  /** Where the last page ended, as the client sent it. */
  readonly skipToken: string | undefined;
  /** Where the last round of a delta query ended, or `latest`. */
  readonly deltaToken: string | undefined;
  /** The options of the next page are these and a new position. */
  readonly kept: URLSearchParams;
}

const usualPage = 100;

const pointer = "Refer to https://aka.ms/graph-docs/advanced-queries for more information";
const needsAdvanced = (what: string) =>
  unsupportedQuery(
    `${what} is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. ${pointer}`,
  );

/** @throws {GraphRefusal} 400 for options, operators or values outside `rule` */
export function parseQuery(
  given: URLSearchParams,
  headers: Headers,
  rule: QueryRule,
  version: Version = "v1.0",
): Query {
  const directory = rule.type === undefined || inDirectory(rule.type);
  const options = named(given, rule, version === "beta" || !directory);
  const option = (name: QueryOption) => options.get(name);
  const eventual = headers.get("consistencylevel")?.toLowerCase() === "eventual";
  const count = flag(option("$count"));
  if (rule.countOnly && directory && !eventual) throw badRequest("$count is not currently supported.");
  if (rule.eventual && !eventual) throw needsAdvanced("The OData cast");
  const { queryable = {} } = rule;
  const filterText = option("$filter");
  const filter = filterText === undefined ? undefined : filterOf(filterText, rule);
  const searchText = option("$search");
  if (searchText !== undefined && !eventual)
    throw unsupportedQuery(
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  const search = searchText === undefined ? undefined : checkedSearch(parseSearch(searchText), queryable);
  const orderText = option("$orderby");
  const order = orderText === undefined ? undefined : sortKeys(parseOrder(orderText), queryable, rule.type);
  const expandText = option("$expand");
  const expand = expandText === undefined ? [] : parseExpand(expandText);
  if (directory) {
    const advanced = eventual && (count || rule.countOnly === true);
    if (filter?.advanced !== undefined && !advanced) throw needsAdvanced(`Operator '${filter.advanced}'`);
    if (order && (order.advanced || filter) && !advanced)
      throw unsupportedQuery("Sorting not supported for current query.");
    const levels = expand.some(({ options: { $levels } }) => $levels !== undefined);
    const usesAdvanced = filter?.advanced !== undefined || search !== undefined || order?.advanced === true;
    if (expand.length > 0 && usesAdvanced && !levels)
      throw unsupportedQuery("$expand is not supported with advanced queries.");
    if (expand.length > 1) throw unsupportedQuery("Only one relationship can be expanded in a single request.");
  }
  const advancedHere = !directory || (eventual && count);
  for (const item of expand) checkExpand(item, rule, advancedHere);
  const select = selectOf(option("$select"));
  checkSelect(select, rule.type);
  const kept = new URLSearchParams([...options].filter(([name]) => name !== "$skiptoken"));
  return {
    select,
    expand,
    top: pageSize(option("$top"), rule.maxPage ?? 999),
    filter,
    sort: order?.keys ?? [],
    search,
    count: count && (eventual || !directory),
    countOnly: rule.countOnly === true,
    skipToken: option("$skiptoken"),
    deltaToken: option("$deltatoken"),
    kept,
  };
}

export function filterOf(text: string, { type, queryable = {}, relations = {} }: QueryRule): Filter {
  return parseFilter(text, { queryable, type, version: "beta", relations: Object.keys(relations) });
}

const selectOf = (text: string | undefined) => (text === undefined ? undefined : parseSelect(text));

const parsingFailed = "Parsing OData Select and Expand failed:";

const noSuchProperty = (name: string, type: string) =>
  plainBadRequest(`${parsingFailed} Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`);

/**
 * A list of several types takes what any of them has. Whether the tenant has it, and shows it, the objects say.
 *
 * @throws {GraphRefusal} 400 when no type of the objects has the property
 */
function checkSelect(select: readonly string[] = [], type: string | undefined): void {
  if (type === undefined) return;
  const known = memberNames(type);
  if (known.size === 0) return;
  const unknown = select.find((name) => name !== "*" && !name.includes("@") && !known.has(name.toLowerCase()));
  if (unknown !== undefined) throw noSuchProperty(unknown, type);
}

const namesOf = new Map<string, ReadonlySet<string>>();

/** Members of a type and of those that derive from it, in lower case; none for a type that metadata does not know. */
function memberNames(type: string): ReadonlySet<string> {
  const before = namesOf.get(type);
  if (before) return before;
  const versions = ["v1.0", "beta"] as const;
  const names = versions.flatMap((version) =>
    descendantsOf(version, type).flatMap((one) => [...(membersOf(version, one)?.keys() ?? [])]),
  );
  const all = new Set(names.map((name) => name.toLowerCase()));
  namesOf.set(type, all);
  return all;
}

/** Options by name, in any letter case; `bare`: the dollar sign may be missing. */
function named(given: URLSearchParams, rule: QueryRule, bare: boolean): Map<QueryOption, string> {
  const options = new Map<QueryOption, string>();
  for (const [key, value] of given) {
    const word = key.trim().toLowerCase();
    if (word === "" && value === "") continue;
    const name = bare && !word.startsWith("$") ? `$${word}` : word;
    if (name === "$format" && /^(json|application\/json)$/i.test(value.trim())) continue;
    const known = rule.options.find((option) => option === name);
    if (!known) throw unsupportedQuery(`The query option '${key.trim()}' is not supported here.`);
    if (options.has(known))
      throw plainBadRequest(
        `Query option '${known}' was specified more than once, but it must be specified at most once.`,
      );
    options.set(known, value.trim());
  }
  return options;
}

/**
 * @param advanced whether the request is one that can use advanced operators
 * @throws {GraphRefusal} 400 when the type has no such relation, or one that cannot be expanded; 501 when it is not here
 */
function checkExpand(
  { relation, cast, options }: Expand,
  { type, relations = {} }: Pick<QueryRule, "type" | "relations">,
  advanced: boolean,
): void {
  const declared = Object.entries(relations).find(([name]) => name.toLowerCase() === relation.toLowerCase());
  if (declared) {
    const [name, { expandable, type: end }] = declared;
    if (!expandable) throw unsupportedQuery(`The relationship '${name}' cannot be expanded.`);
    if (
      options.$levels !== undefined &&
      options.$levels !== 1 &&
      end !== type &&
      !(inDirectory(end) && name === "manager")
    )
      throw plainBadRequest(`Parsing OData Select and Expand failed: $levels is not valid for '${name}'.`);
    const inner = hasEntity(end) ? { type: end, relations: entityOf(end).relations ?? {} } : { type: end };
    for (const item of options.$expand ?? []) checkExpand(item, inner, advanced);
    const filter = options.$filter === undefined ? undefined : filterOf(options.$filter, relationOf(declared[1]));
    if (filter?.advanced !== undefined && !advanced) throw needsAdvanced(`Operator '${filter.advanced}'`);
    checkSelect(options.$select, (cast === undefined ? undefined : typeNamed("beta", cast)) ?? end);
    if (options.$search !== undefined || options.$orderby !== undefined || options.$skip !== undefined)
      throw unsupportedQuery("Only $select, $filter, $top, $count, $levels and $expand are supported within $expand.");
    return;
  }
  const member =
    type === undefined ? undefined : (membersOf("v1.0", type)?.get(relation) ?? membersOf("beta", type)?.get(relation));
  if (member?.navigation) throw notEmulated(`Cannot expand '${relation}': the emulated tenant does not have it.`);
  if (!member) throw noSuchProperty(relation, type ?? "");
  throw plainBadRequest(
    `${parsingFailed} Property '${relation}' on type 'microsoft.graph.${type ?? ""}' is not a navigation property or complex property. Only navigation properties can be expanded.`,
  );
}

function flag(value: string | undefined): boolean {
  if (value === undefined || value.toLowerCase() === "false") return false;
  if (value.toLowerCase() === "true") return true;
  throw unsupportedQuery(`Invalid value '${value}' for $count: true or false expected.`);
}

function pageSize(value: string | undefined, most: number): number {
  if (value === undefined) return Math.min(usualPage, most);
  const size = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (size >= 1 && size <= most) return size;
  throw unsupportedQuery(`Invalid page size specified: '${value}'. Must be between 1 and ${most} inclusive.`);
}
