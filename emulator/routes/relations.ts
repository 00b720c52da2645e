/** Reading what an object is connected to: the list, its count, its references, and each of these for one type. */
import { entityOf } from "../entities";
import type { Entity, Relation } from "../entities/entity";
import { isA } from "../metadata/metadata";
import { objectAnswer, referenceTo, referencesAnswer, relatedAnswer } from "../odata/collection";
import { isCollection } from "../odata/projection";
import { countOnly, oneObject, type QueryRule, relationOf } from "../odata/query-rule";
import { notFound } from "../refusal";
import { type Basis, type Context, type Permissions, type Route, route, targetOf } from "../route";
import type { StoredObject } from "../state/store";
import type { Version } from "../odata/address";

interface RelationRoutes {
  /** Path of the object with its key and, where it needs one, its cast: `/groups/{id}`. */
  readonly path: string;
  /** Kind of the object; its `relations` say what is there. */
  readonly entity: Entity;
  readonly relation: string;
  readonly permissions: Permissions;
  readonly permissionsByKind?: Readonly<Record<string, Permissions>>;
  readonly basis: Basis;
  readonly source: string;
  readonly differs?: readonly string[];
  /** Kinds the list can be cast to: `…/members/microsoft.graph.user`. @default none */
  readonly casts?: readonly string[];
  readonly versions?: readonly Version[];
  readonly anyKind?: true;
  readonly uncast?: NonNullable<Route["uncast"]>;
  /** The object that is addressed. @default the one the first key names */
  readonly at?: (context: Context) => StoredObject;
  /** Most objects on a page. @default 999 */
  readonly maxPage?: number;
}

/**
 * `GET path/relation`, `…/$count`, `…/$ref` and the same for each cast. Counts and casts are advanced queries: they
 * need `ConsistencyLevel: eventual`.
 */
export function relationRoutes(declared: RelationRoutes): Route[] {
  const { path, entity, relation, casts = [], at = targetOf, maxPage, ...shared } = declared;
  const related = entity.relations?.[relation];
  if (!related) throw new Error(`${entity.kind} has no relation "${relation}"`);
  const list = `${path}/${relation}`;
  const objects = (context: Context) => {
    const source = at(context);
    return (entityOf(source.kind).relations?.[relation] ?? related).of(source, context);
  };
  if (!isCollection(entity.kind, relation, related)) return singleRoutes(declared, related, objects);
  /** The list and its number, of all objects or of those of one type. */
  const listed = (end: string, type: string, rule: QueryRule, fits: (object: StoredObject) => boolean): Route[] => {
    const answer = (context: Context) => relatedAnswer(context, objects(context).filter(fits), type);
    return [
      route({ ...shared, method: "GET", path: end, answers: type, query: rule, answer }),
      route({ ...shared, method: "GET", path: `${end}/$count`, query: { ...rule, ...countOnly }, answer }),
    ];
  };
  return [
    ...listed(list, related.type, relationOf(related, maxPage), () => true),
    route({
      ...shared,
      method: "GET",
      path: `${list}/$ref`,
      answers: related.type,
      query: { options: ["$top", "$skiptoken"] },
      answer: (context) => referencesAnswer(context, objects(context)),
    }),
    ...casts.flatMap((cast) => {
      const rule: QueryRule = { ...relationOf({ ...related, type: cast }, maxPage), eventual: true };
      return listed(`${list}/microsoft.graph.${cast}`, cast, rule, ({ kind }) => isA("beta", kind, cast));
    }),
  ];
}

/** A relation to at most one object: the object, or 404. */
function singleRoutes(
  { path, relation, entity: _entity, casts: _casts, at: _at, maxPage: _maxPage, ...shared }: RelationRoutes,
  related: Relation,
  objects: (context: Context) => readonly StoredObject[],
): Route[] {
  const only = (context: Context) => {
    const [found] = objects(context);
    if (found) return found;
    throw notFound(relation);
  };
  return [
    route({
      ...shared,
      method: "GET",
      path: `${path}/${relation}`,
      answers: related.type,
      query: oneObject,
      answer: (context) => objectAnswer(context, only(context), 200, true),
    }),
    route({
      ...shared,
      method: "GET",
      path: `${path}/${relation}/$ref`,
      answers: related.type,
      answer: (context) => ({ status: 200, body: referenceTo(context, only(context)) }),
    }),
  ];
}
