/** Query options of a request. What is not understood is refused: never a wrong result. */
import type { Entity, Relation } from "../entities/entity";
import { type Filter, type FilterRule, isAdvanced, parseFilter } from "./filter";
import { badRequest, plainBadRequest, unsupportedQuery } from "../refusal";

export type QueryOption = "$select" | "$top" | "$filter" | "$count" | "$skiptoken";

/** What a route understands. */
export interface QueryRule {
  /** Single objects know `$select`, collections all of them. */
  readonly options: readonly QueryOption[];
  /** Properties that can be filtered, with their operators. @default none */
  readonly filter?: FilterRule;
  /** Answers only to `ConsistencyLevel: eventual`. @default false */
  readonly eventual?: true;
  /** The number of the objects alone. @default false */
  readonly countOnly?: true;
  /** Most objects on a page, and the size of a page when `$top` is absent is 100 or this. @default 999 */
  readonly maxPage?: number;
}

export const oneObject: QueryRule = { options: ["$select"] };
export const collection = (filter: FilterRule, maxPage = 999): QueryRule => ({
  options: ["$select", "$top", "$filter", "$count", "$skiptoken"],
  filter,
  maxPage,
});

/** Lists of a kind: what its entity says can be asked for. */
export const collectionOf = ({ queryable = {}, filter }: Entity, maxPage = 999): QueryRule =>
  collection(
    filter ?? Object.fromEntries(Object.entries(queryable).map(([path, { filter = [] }]) => [path, filter])),
    maxPage,
  );

/** One object of a kind. */
export const oneObjectOf = (_entity: Entity): QueryRule => oneObject;

/** What an object is connected to. */
export const relationOf = (_relation: Relation, maxPage = 999): QueryRule => collection({}, maxPage);

/** `…/$count` */
export const countOnly: QueryRule = { options: ["$filter"], countOnly: true };

export interface Query {
  readonly select: readonly string[] | undefined;
  /** Objects on a page. */
  readonly top: number;
  readonly filter: Filter | undefined;
  /** True when a count was asked for and the request is one that gets it. */
  readonly count: boolean;
  /** Only objects after this position. */
  readonly after: number;
  /** The options of the next page are these and a new position. */
  readonly kept: URLSearchParams;
}

const usualPage = 100;

/** @throws {GraphRefusal} Request_UnsupportedQuery for options, operators or values outside `rule` */
export function parseQuery(given: URLSearchParams, headers: Headers, rule: QueryRule): Query {
  for (const name of new Set(given.keys())) {
    if (!rule.options.some((option) => option === name))
      throw unsupportedQuery(`The query option '${name}' is not supported here.`);
    if (given.getAll(name).length > 1) throw unsupportedQuery(`The query option '${name}' may only be given once.`);
  }
  const count = flag(given.get("$count"));
  const eventual = headers.get("consistencylevel")?.toLowerCase() === "eventual";
  if (rule.countOnly && !eventual) throw badRequest("$count is not currently supported.");
  if (rule.eventual && !eventual)
    throw unsupportedQuery(
      "The request is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
    );
  const text = given.get("$filter");
  const filter = text === null ? undefined : parseFilter(text, rule.filter ?? {});
  if (filter && isAdvanced(filter) && !(eventual && count)) {
    throw unsupportedQuery("Operator 'ne' needs the header 'ConsistencyLevel: eventual' and $count=true.");
  }
  const kept = new URLSearchParams(given);
  kept.delete("$skiptoken");
  return {
    select: given.get("$select")?.split(",").map(selected),
    top: pageSize(given.get("$top"), rule.maxPage ?? 999),
    filter,
    count: count && eventual,
    after: position(given.get("$skiptoken")),
    kept,
  };
}

function selected(name: string): string {
  const trimmed = name.trim();
  if (!/^[a-z@][a-z0-9_.@]*$/i.test(trimmed)) throw unsupportedQuery(`Invalid $select: '${name}'.`);
  return trimmed;
}

function flag(value: string | null): boolean {
  if (value === null || value.toLowerCase() === "false") return false;
  if (value.toLowerCase() === "true") return true;
  throw unsupportedQuery(`Invalid value '${value}' for $count: true or false expected.`);
}

function pageSize(value: string | null, most: number): number {
  if (value === null) return Math.min(usualPage, most);
  const size = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (size >= 1 && size <= most) return size;
  throw unsupportedQuery(`Invalid page size specified: '${value}'. Must be between 1 and ${most} inclusive.`);
}

/** Opaque to clients: where the last page ended. */
export const skipToken = (after: number) => Buffer.from(`after:${after}`).toString("base64url");

function position(token: string | null): number {
  if (token === null) return 0;
  const after = /^after:(\d{1,15})$/.exec(Buffer.from(token, "base64url").toString())?.[1];
  if (after === undefined || skipToken(Number(after)) !== token)
    throw unsupportedQuery("The $skiptoken is not one this tenant made.");
  return Number(after);
}

/**
 * Leaves what `$select` names; `onlyOnSelect` names what is there on request alone.
 *
 * @param type of the object; `undefined` in a list of several types, where some lack what others have
 * @throws {GraphRefusal} when a name is no property of the type
 */
export function project(
  object: Readonly<Record<string, unknown>>,
  select: readonly string[] | undefined,
  onlyOnSelect: readonly string[],
  type: string | undefined,
): Record<string, unknown> {
  if (!select || select.includes("*")) {
    return Object.fromEntries(Object.entries(object).filter(([name]) => !onlyOnSelect.includes(name)));
  }
  const names = select.flatMap((wanted) => {
    const name = Object.keys(object).find((known) => known.toLowerCase() === wanted.toLowerCase());
    if (name !== undefined) return name;
    if (type === undefined) return [];
    throw plainBadRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${wanted}' on type 'microsoft.graph.${type}'.`,
    );
  });
  // Annotations are not properties: $select never hides them.
  return Object.fromEntries(Object.entries(object).filter(([name]) => name.startsWith("@") || names.includes(name)));
}
