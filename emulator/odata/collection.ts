/** Lists and single objects as they are answered: filter, order, page, projection, neighbours. */
import { entityOf } from "../entities";
import type { Answer, Context } from "../route";
import type { Selection, StoredObject } from "../state/store";
import { view } from "../view";
import { indexedNeed, matches } from "./condition";
import { comparePositions, type Position, sortValues } from "./order";
import { nextLink, positionOf } from "./page";
import { contextUrl, shown } from "./projection";
import type { Query } from "./query";
import { matchesSearch } from "./search";

type Listed = Pick<Selection, "kinds" | "deleted" | "where">;

/** One page of stored objects, or their number where that is asked for. */
export function listAnswer(context: Context, selection: Listed, typed = selection.kinds.length > 1): Answer {
  const set = entityOf(selection.kinds[0] ?? "").set;
  return paged(
    context,
    (after) => candidates(context, selection, after),
    set,
    (object) => shown(context, object, typed),
  );
}

/** What an object is connected to, page by page. */
export function relatedAnswer(context: Context, objects: readonly StoredObject[], type: string): Answer {
  const mixed = objects.length === 0 || objects.some(({ kind }) => kind !== type);
  const set = mixed ? "directoryObjects" : entityOf(type).set;
  return paged(context, later(objects), set, (object) => shown(context, object, mixed));
}

/** Objects in order of creation, from a position on. */
function later(objects: readonly StoredObject[]): (after: number) => Iterable<StoredObject> {
  const ordered = [...objects].sort((a, b) => a.seq - b.seq);
  return (after) => ordered.filter(({ seq }) => seq > after);
}

/** A collection that is not paged: owners, credentials of one application. */
export function wholeListAnswer(
  context: Context,
  objects: readonly StoredObject[],
  set: string,
  typed = false,
): Answer {
  if (context.query.countOnly) return countAnswer(context, objects);
  const value = objects
    .filter((object) => holds(context.query, object, context))
    .map((object) => shown(context, object, typed));
  return { status: 200, body: { "@odata.context": contextUrl(context, set), value } };
}

/** One object, with the properties that were asked for. */
export function objectAnswer(context: Context, object: StoredObject, status: 200 | 201 = 200, typed = false): Answer {
  const set = typed ? "directoryObjects" : entityOf(object.kind).set;
  return {
    status,
    body: { "@odata.context": `${contextUrl(context, set)}/$entity`, ...shown(context, object, typed) },
  };
}

/** The number of those that filter and search keep: `…/$count`. */
export const countAnswer = (context: Context, objects: readonly StoredObject[]): Answer => ({
  status: 200,
  text: String(countOf(context, objects)),
});

/** `…/$ref` of a relation to one object. */
export const referenceTo = ({ base }: Context, { id }: StoredObject) => ({
  "@odata.context": `${base}/$metadata#$ref`,
  "@odata.id": `${base}/directoryObjects/${id}`,
});

/** `…/$ref` of a relation to many. */
export function referencesAnswer(context: Context, objects: readonly StoredObject[]): Answer {
  const reference = ({ id }: StoredObject) => ({ "@odata.id": `${context.base}/directoryObjects/${id}` });
  return paged(context, later(objects), "Collection($ref)", reference);
}

/** @param from the objects made after a position, in order of creation */
function paged(
  context: Context,
  from: (after: number) => Iterable<StoredObject>,
  set: string,
  show: (object: StoredObject) => object,
): Answer {
  const { query } = context;
  if (query.countOnly) return countAnswer(context, [...from(0)]);
  const start = positionOf(context);
  const { page, next } = query.sort.length === 0 ? inOrder(context, from, start) : sorted(context, from, start);
  // Only the first page says how many there are.
  const total = query.count && !start ? countOf(context, from(0)) : undefined;
  return {
    status: 200,
    body: {
      "@odata.context": contextUrl(context, set),
      ...(total === undefined ? {} : { "@odata.count": total }),
      ...(next ? { "@odata.nextLink": nextLink(context, next) } : {}),
      value: page.map(show),
    },
  };
}

interface Page {
  readonly page: readonly StoredObject[];
  /** Where it ended, when there is more. */
  readonly next: Position | undefined;
}

/** In order of creation: stops reading as soon as the page is full. */
function inOrder(context: Context, from: (after: number) => Iterable<StoredObject>, start: Position | undefined): Page {
  const page: StoredObject[] = [];
  for (const object of from(start?.seq ?? 0)) {
    if (!holds(context.query, object, context)) continue;
    const last = page.at(-1);
    if (last && page.length === context.query.top) return { page, next: { seq: last.seq, values: [] } };
    page.push(object);
  }
  return { page, next: undefined };
}

function sorted(context: Context, from: (after: number) => Iterable<StoredObject>, start: Position | undefined): Page {
  const { sort, top } = context.query;
  const rest = [...from(0)]
    .filter((object) => holds(context.query, object, context))
    .map((object) => ({ object, seq: object.seq, values: sortValues(sort, view(object, context)) }))
    .filter((entry) => !start || comparePositions(entry, start, sort) > 0)
    .sort((a, b) => comparePositions(a, b, sort));
  const page = rest.slice(0, top);
  const last = page.at(-1);
  return {
    page: page.map(({ object }) => object),
    next: last && rest.length > page.length ? { seq: last.seq, values: last.values } : undefined,
  };
}

function countOf(context: Context, objects: Iterable<StoredObject>): number {
  let count = 0;
  for (const object of objects) if (holds(context.query, object, context)) count += 1;
  return count;
}

/** Whether filter and search keep an object. */
export function holds(
  { filter, search }: Pick<Query, "filter" | "search">,
  object: StoredObject,
  context: Context,
): boolean {
  if (!filter && !search) return true;
  const properties = view(object, context);
  if (search && !matchesSearch(search, properties)) return false;
  const { relations = {} } = entityOf(object.kind);
  return (
    !filter ||
    matches(filter.condition, {
      shown: properties,
      kind: object.kind,
      version: "beta",
      ...(Object.keys(relations).length === 0
        ? {}
        : { related: (name: string) => relations[name]?.of(object, context).length }),
    })
  );
}

/** Objects that may be on the list: by an index where the filter needs one of a few values, else all of the kinds. */
export function candidates(
  context: Pick<Context, "store" | "query">,
  selection: Listed,
  after: number,
): Iterable<StoredObject> {
  const { store, query } = context;
  const { kinds, deleted = false, where } = selection;
  const indexed = kinds.map((kind) => entityOf(kind).indexed).reduce((a, b) => a.filter((name) => b.includes(name)));
  const need = where || !query.filter ? undefined : indexedNeed(query.filter.condition, [...indexed, "id"]);
  if (!need || (need.property === "id" && need.prefix)) return store.walk({ ...selection, after });
  const { property, prefix } = need;
  const found = need.values.flatMap((value) => {
    if (property !== "id")
      return store.find({ ...selection, after, where: { property, value, ...(prefix ? { prefix } : {}) } });
    const object = store.get(value, deleted);
    return object && kinds.includes(object.kind) && object.seq > after ? [object] : [];
  });
  return [...new Map(found.map((object) => [object.seq, object])).values()].sort((a, b) => a.seq - b.seq);
}
