/** Query options of a request. What is not understood is refused: never a wrong result. */
import { entityOf, hasEntity } from "../entities";
import type { RequestHeaders } from "../exchange";
import { membersOf, typeNamed } from "../metadata/metadata";
import { badRequest, notEmulated, plainBadRequest, unsupportedQuery } from "../refusal";
import type { Version } from "./address";
import { type Expand, parseExpand, parseSelect } from "./expand";
import { type Filter, inDirectory, parseFilter } from "./filter";
import { parseOrder, sortKeys, type SortKey } from "./order";
import { type QueryOption, type QueryRule, relationOf } from "./query-rule";
import { checkedSearch, parseSearch, type Search } from "./search";
import { checkSelect, noSuchProperty, parsingFailed } from "./selectable";

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
  headers: RequestHeaders,
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
    if (expand.length > 1) throw unsupportedQuery("Only one property can be expanded in a single query.");
  }
  const advancedHere = !directory || (eventual && count);
  for (const item of expand) checkExpand(item, rule, advancedHere, version);
  const select = selectOf(option("$select"));
  checkSelect(select, rule.type, version);
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
  version: Version,
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
    for (const item of options.$expand ?? []) checkExpand(item, inner, advanced, version);
    const filter = options.$filter === undefined ? undefined : filterOf(options.$filter, relationOf(declared[1]));
    if (filter?.advanced !== undefined && !advanced) throw needsAdvanced(`Operator '${filter.advanced}'`);
    checkSelect(options.$select, (cast === undefined ? undefined : typeNamed("beta", cast)) ?? end, version);
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
