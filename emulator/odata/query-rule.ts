/** What a route understands of query options. */
import { entityOf, hasEntity } from "../entities";
import type { Entity, Queryable, Relation } from "../entities/entity";
import { inDirectory } from "./filter";

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

/** Agents of one kind on a page: default and most. REF agentidentity-list, agentidentityblueprint-list, -principal-list. */
export const agentsOnAPage = 100;

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
  id: { filter: ["eq"] },
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

/** Merged over a list's rule: `…/$count` of it. */
export const countOnly = { options: ["$filter", "$search"], countOnly: true } as const satisfies QueryRule;
