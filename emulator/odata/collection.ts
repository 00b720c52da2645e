/** Lists and single objects as they are answered: filter, order, page, projection, neighbours. */
import { entityOf } from "../entities";
import type { Answer } from "../answer";
import type { Context } from "../route";
import type { Selection, Store, StoredObject } from "../state/store";
import { propertiesOf } from "../view";
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
    {
      from: (after) => candidates(context, selection, after),
      size: () => context.store.count(selection),
    },
    set,
    (object) => shown(context, object, { typed, mixed: selection.kinds.length > 1 }),
  );
}

/** What an object is connected to, page by page. */
export function relatedAnswer(context: Context, objects: readonly StoredObject[], type: string): Answer {
  const mixed = objects.length === 0 || objects.some(({ kind }) => kind !== type);
  const set = mixed ? "directoryObjects" : entityOf(type).set;
  return paged(context, later(objects), set, (object) => shown(context, object, { typed: mixed }));
}

/** What a list is of, before filter and search. */
interface Source {
  /** The objects made after a position, in order of creation. */
  readonly from: (after: number) => Iterable<StoredObject>;
  /** How many there are. */
  readonly size: () => number;
}

function later(objects: readonly StoredObject[]): Source {
  const ordered = [...objects].sort((a, b) => a.seq - b.seq);
  return { from: (after) => ordered.filter(({ seq }) => seq > after), size: () => ordered.length };
}

/** A collection that is not paged: owners, credentials of one application. */
export function wholeListAnswer(
  context: Context,
  objects: readonly StoredObject[],
  set: string,
  typed = false,
): Answer {
  if (context.query.countOnly) return numberAnswer(countOf(context, later(objects)));
  const value = objects
    .filter((object) => holds(context.query, object, context))
    .map((object) => shown(context, object, { typed }));
  return { status: 200, body: { "@odata.context": contextUrl(context, set), value } };
}

/** One object, with the properties that were asked for. */
export function objectAnswer(context: Context, object: StoredObject, status: 200 | 201 = 200, typed = false): Answer {
  const set = typed ? "directoryObjects" : entityOf(object.kind).set;
  const before = { "@odata.context": `${contextUrl(context, set)}/$entity` };
  return { status, body: shown(context, object, { typed, before }) };
}

/** `…/$count` */
const numberAnswer = (count: number): Answer => ({ status: 200, text: String(count) });

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

function paged(context: Context, source: Source, set: string, show: (object: StoredObject) => object): Answer {
  const { query } = context;
  if (query.countOnly) return numberAnswer(countOf(context, source));
  const start = positionOf(context);
  const { page, next } = query.sort.length === 0 ? inOrder(context, source, start) : sorted(context, source, start);
  // Only the first page says how many there are.
  const total = query.count && !start ? countOf(context, source) : undefined;
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
function inOrder(context: Context, { from }: Source, start: Position | undefined): Page {
  const page: StoredObject[] = [];
  for (const object of from(start?.seq ?? 0)) {
    if (!holds(context.query, object, context)) continue;
    const last = page.at(-1);
    if (last && page.length === context.query.top) return { page, next: { seq: last.seq, values: [] } };
    page.push(object);
  }
  return { page, next: undefined };
}

/** Keeps no more of a long list than a few pages of what comes first. */
function sorted(context: Context, { from }: Source, start: Position | undefined): Page {
  const { sort, top } = context.query;
  const compare = (a: Position, b: Position) => comparePositions(a, b, sort);
  const first: (Position & { readonly object: StoredObject })[] = [];
  /** Nothing behind it can be on the page. */
  let bound: Position | undefined;
  const shorten = () => {
    first.sort(compare).splice(top + 1);
    bound = first[top];
  };
  for (const object of from(0)) {
    const properties = propertiesOf(object, context);
    const entry = { object, seq: object.seq, values: sortValues(sort, properties) };
    if ((bound && compare(entry, bound) > 0) || (start && compare(entry, start) <= 0)) continue;
    if (!holds(context.query, object, context, properties)) continue;
    if (first.push(entry) > 4 * (top + 1)) shorten();
  }
  shorten();
  const page = first.slice(0, top);
  const last = page.at(-1);
  return {
    page: page.map(({ object }) => object),
    next: last && first.length > page.length ? { seq: last.seq, values: last.values } : undefined,
  };
}

/** The number of those that filter and search keep. */
function countOf(context: Context, { from, size }: Source): number {
  if (!context.query.filter && !context.query.search) return size();
  let count = 0;
  for (const object of from(0)) if (holds(context.query, object, context)) count += 1;
  return count;
}

/**
 * Whether filter and search keep an object.
 *
 * @param seen how the object reads, where the caller knows it already
 */
export function holds(
  { filter, search }: Pick<Query, "filter" | "search">,
  object: StoredObject,
  context: Context,
  seen?: Readonly<Record<string, unknown>>,
): boolean {
  if (!filter && !search) return true;
  const properties = seen ?? propertiesOf(object, context);
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
    if (property !== "id") {
      const where = { property, value, ...(prefix ? { prefix } : {}) };
      return [...store.find({ ...selection, after, where }), ...borrowing(store, { ...selection, after }, where)];
    }
    const object = store.get(value, deleted);
    return object && kinds.includes(object.kind) && object.seq > after ? [object] : [];
  });
  return [...new Map(found.map((object) => [object.seq, object])).values()].sort((a, b) => a.seq - b.seq);
}

/** Objects whose value stands at the object that they read it from: the index has it there, whether that one lives or not. */
function borrowing(
  store: Store,
  selection: Listed & Pick<Selection, "after">,
  where: NonNullable<Selection["where"]>,
): StoredObject[] {
  return selection.kinds.flatMap((kind) => {
    const { properties, from, by } = entityOf(kind).borrows ?? {};
    if (!properties?.includes(where.property) || !from || by === undefined) return [];
    const lenders = store.find({ kinds: from, where, deleted: "either" });
    return lenders.flatMap(({ body }) =>
      store.find({ ...selection, kinds: [kind], where: { property: by, value: String(body[by]) } }),
    );
  });
}
