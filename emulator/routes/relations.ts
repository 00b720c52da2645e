/** Reading what an object is connected to: the list, its count, its references, and each of these for one type. */
import { entityOf } from "../entities";
import type { Entity, Relation } from "../entities/entity";
import { isA, membersOf } from "../metadata/metadata";
import { countAnswer, objectAnswer, referenceTo, referencesAnswer, relatedAnswer } from "../odata/collection";
import { countOnly, oneObject, relationOf } from "../odata/query";
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
 * `GET path/relation`, `…/$count`, `…/$ref` and the same for each cast. Counts and casts are advanced queries: they need
 * `ConsistencyLevel: eventual`.
 */
export function relationRoutes(declared: RelationRoutes): Route[] {
  const { path, entity, relation, casts = [], at = targetOf, maxPage, ...shared } = declared;
  const related = entity.relations?.[relation];
  if (!related) throw new Error(`${entity.kind} has no relation "${relation}"`);
  const list = `${path}/${relation}`;
  const rule = relationOf(related, maxPage);
  const objects = (context: Context) => {
    const source = at(context);
    return (entityOf(source.kind).relations?.[relation] ?? related).of(source, context);
  };
  const counted = (end: string, fits: (object: StoredObject) => boolean) =>
    route({
      ...shared,
      method: "GET",
      path: `${end}/$count`,
      answers: "Edm.String",
      query: countOnly,
      answer: (context) => countAnswer(context, objects(context).filter(fits)),
    });
  if (!isCollection(entity.kind, relation)) return singleRoutes(declared, related, objects);
  return [
    route({
      ...shared,
      method: "GET",
      path: list,
      answers: related.type,
      query: rule,
      answer: (context) => relatedAnswer(context, objects(context), related.type),
    }),
    counted(list, () => true),
    route({
      ...shared,
      method: "GET",
      path: `${list}/$ref`,
      answers: "Edm.String",
      query: { options: ["$top", "$skiptoken"] },
      answer: (context) => referencesAnswer(context, objects(context)),
    }),
    ...casts.flatMap((cast) => {
      const fits = ({ kind }: StoredObject) => isA("beta", kind, cast);
      return [
        route({
          ...shared,
          method: "GET",
          path: `${list}/microsoft.graph.${cast}`,
          answers: cast,
          query: { ...relationOf({ ...related, type: cast }, maxPage), eventual: true },
          answer: (context) => relatedAnswer(context, objects(context).filter(fits), cast),
        }),
        counted(`${list}/microsoft.graph.${cast}`, fits),
      ];
    }),
  ];
}

/** What metadata says; a relation it does not know is a collection. */
const isCollection = (kind: string, relation: string) =>
  (membersOf("v1.0", kind)?.get(relation) ?? membersOf("beta", kind)?.get(relation))?.collection ?? true;

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
      answers: "Edm.String",
      answer: (context) => ({ status: 200, body: referenceTo(context, only(context)) }),
    }),
  ];
}
