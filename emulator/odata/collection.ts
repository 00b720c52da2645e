/** Lists: filter, projection, pages. */
import { entityOf } from "../entities";
import { matches, requiredEquality } from "./filter";
import { project, skipToken } from "./query";
import type { Answer, Context } from "../route";
import type { Selection, StoredObject } from "../state/store";
import { view } from "../view";

/** One page of stored objects. */
export function listAnswer(
  context: Context,
  selection: Pick<Selection, "kinds" | "deleted" | "where">,
  typed = selection.kinds.length > 1,
): Answer {
  const { query, store } = context;
  const { filter } = query;
  const indexed = selection.kinds
    .map((kind) => entityOf(kind).indexed)
    .reduce((a, b) => a.filter((name) => b.includes(name)));
  const where = selection.where ?? (filter && requiredEquality(filter, indexed));
  const page: StoredObject[] = [];
  let more = false;
  for (const object of store.walk({ ...selection, where, after: query.after })) {
    if (filter && !matches(filter, view(object, context))) continue;
    more = page.length === query.top;
    if (more) break;
    page.push(object);
  }
  const last = page.at(-1);
  const total = query.count ? countOf(context, { ...selection, where }) : undefined;
  return {
    status: 200,
    body: {
      "@odata.context": `${context.base}/$metadata#${entityOf(selection.kinds[0] ?? "").set}`,
      ...(total === undefined ? {} : { "@odata.count": total }),
      ...(more && last ? { "@odata.nextLink": nextLink(context, last) } : {}),
      value: page.map((object) => shown(context, object, typed)),
    },
  };
}

/** A collection that is not paged: owners, credentials of one application. */
export function wholeListAnswer(
  context: Context,
  objects: readonly StoredObject[],
  set: string,
  typed = false,
): Answer {
  const value = objects.map((object) => shown(context, object, typed));
  return { status: 200, body: { "@odata.context": `${context.base}/$metadata#${set}`, value } };
}

/** What an object is connected to, page by page. */
export function relatedAnswer(context: Context, objects: readonly StoredObject[], type: string): Answer {
  const { query } = context;
  const { filter } = query;
  const found = filter ? objects.filter((object) => matches(filter, view(object, context))) : objects;
  const start = query.after === 0 ? 0 : found.findIndex(({ seq }) => seq === query.after) + 1;
  const page = found.slice(start, start + query.top);
  const last = page.at(-1);
  const mixed = page.some(({ kind }) => kind !== type);
  return {
    status: 200,
    body: {
      "@odata.context": `${context.base}/$metadata#${mixed || page.length === 0 ? "directoryObjects" : entityOf(page[0]?.kind ?? "").set}`,
      ...(query.count ? { "@odata.count": found.length } : {}),
      ...(last && start + page.length < found.length ? { "@odata.nextLink": nextLink(context, last) } : {}),
      value: page.map((object) => shown(context, object, mixed)),
    },
  };
}

/** `…/$count` */
export const countAnswer = (context: Context, objects: readonly StoredObject[]): Answer => {
  const { filter } = context.query;
  const found = filter ? objects.filter((object) => matches(filter, view(object, context))) : objects;
  return { status: 200, text: String(found.length) };
};

/** `…/$ref` of a relation to one object. */
export const referenceTo = ({ base }: Context, { id }: StoredObject) => ({
  "@odata.context": `${base}/$metadata#$ref`,
  "@odata.id": `${base}/directoryObjects/${id}`,
});

/** `…/$ref` */
export const referencesAnswer = (context: Context, objects: readonly StoredObject[]): Answer => ({
  status: 200,
  body: {
    "@odata.context": `${context.base}/$metadata#Collection($ref)`,
    value: objects.map(({ id }) => ({ "@odata.id": `${context.base}/directoryObjects/${id}` })),
  },
});

/** One object, with the properties that were asked for. */
export function objectAnswer(context: Context, object: StoredObject, status: 200 | 201 = 200, typed = false): Answer {
  const set = typed ? "directoryObjects" : entityOf(object.kind).set;
  return {
    status,
    body: { "@odata.context": `${context.base}/$metadata#${set}/$entity`, ...shown(context, object, typed) },
  };
}

function shown(context: Context, object: StoredObject, typed: boolean): Record<string, unknown> {
  const { onlyOnSelect = [] } = entityOf(object.kind);
  return project(view(object, context, typed), context.query.select, onlyOnSelect, typed ? undefined : object.kind);
}

function countOf(context: Context, selection: Selection): number {
  const { filter } = context.query;
  if (!filter) return context.store.count(selection);
  return context.store.find(selection).filter((object) => matches(filter, view(object, context))).length;
}

function nextLink({ base, path, query }: Context, last: StoredObject): string {
  const options = new URLSearchParams(query.kept);
  options.set("$skiptoken", skipToken(last.seq));
  // Graph leaves the dollar sign as it is.
  return `${base}${path}?${options.toString().replaceAll("%24", "$")}`;
}
