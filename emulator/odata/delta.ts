/**
 * Delta queries: a collection once in whole, and from then on what changed in it.
 *
 * A round shows the tenant's changes up to the one that was last when the round began; what changes while a client pages
 * comes in the next round, and with it what had changed before and was not shown yet. Changes are counted per object: of
 * several only the last state is seen.
 */
import { entityOf } from "../entities";
import { GraphRefusal } from "../refusal";
import type { Answer } from "../answer";
import type { Context } from "../route";
import {
  changedAfter,
  type ChangedObject,
  changedLinks,
  changedObjects,
  type FollowedRelation,
  type GoneObject,
  goneObjects,
  kindOf,
  type Span,
} from "../state/changes";
import { epochOf } from "../state/snapshot";
import type { Store } from "../state/store";
import { view } from "../view";
import { matches } from "./condition";
import { type DeltaToken, parseDeltaToken, printDeltaToken, tokenLifeMs } from "./delta-token";
import { contextUrl, project } from "./projection";
import { filterOf } from "./query";
import { collectionOf, type QueryRule } from "./query-rule";
import type { Entity } from "../entities/entity";

export interface Followed {
  readonly kinds: readonly string[];
  /** Relation whose changes are shown as `members@delta`. @default none */
  readonly relation?: FollowedRelation;
}

const pageSize = 100;

export const deltaOf = (entity: Entity): QueryRule => ({
  ...collectionOf(entity),
  options: ["$select", "$filter", "$skiptoken", "$deltatoken"],
  queryable: { id: { filter: ["eq"] } },
});

/** A page of changes with the link to the next one, or to the next round. */
export function deltaAnswer(context: Context, followed: Followed): Answer {
  const { skipToken, deltaToken } = context.query;
  const token = tokenOf(context, skipToken ?? deltaToken);
  const { store } = context;
  // The end of a round is the beginning of the next.
  const round = token.last === null && token.from >= 0 ? { ...token, upTo: store.primary.lastChange() } : token;
  const page = deltaToken?.toLowerCase() === "latest" ? { value: [], last: null } : pageOf(context, followed, round);
  const first = round.from < 0 && page.value.length > 0;
  const next = page.last ?? (first ? { changed: round.upTo + 1, id: "" } : null);
  const link = next
    ? { "@odata.nextLink": linkTo(context, "$skiptoken", { ...round, last: next }) }
    : { "@odata.deltaLink": linkTo(context, "$deltatoken", nextRound(store, followed.kinds, round)) };
  const set = entityOf(followed.kinds[0] ?? "").set;
  return { status: 200, body: { "@odata.context": contextUrl(context, set), ...link, value: page.value } };
}

/** An object that changed while a client paged has left its page: what the client knows of it is older than the round. */
function nextRound(store: Store, kinds: readonly string[], { since, ...round }: DeltaToken): DeltaToken {
  const next = { ...round, from: round.upTo, last: null };
  return changedAfter(store, kinds, round.upTo) ? { ...next, since: since ?? round.from } : next;
}

function linkTo(context: Context, option: "$skiptoken" | "$deltatoken", token: DeltaToken): string {
  return `${context.base}${context.path}?${option}=${printDeltaToken(token, context)}`;
}

/** @throws {GraphRefusal} 410 for a token that is not known, or not any more */
function tokenOf(context: Context, text: string | undefined): DeltaToken {
  const { store, query, now } = context;
  const path = context.path.toLowerCase();
  const epoch = epochOf(store);
  if (text === undefined || text === "" || text.toLowerCase() === "latest") {
    const filter = query.kept.get("$filter");
    const [at, upTo] = [now.toISOString(), store.primary.lastChange()];
    return { path, epoch, at, from: -1, upTo, select: query.select ? [...query.select] : null, filter, last: null };
  }
  const token = parseDeltaToken(text, context);
  const isKnown = token && token.path === path && token.epoch === epoch;
  if (isKnown && now.getTime() - Date.parse(token.at) <= tokenLifeMs)
    return token.last === null ? { ...token, at: now.toISOString() } : token;
  throw new GraphRefusal(
    410,
    "syncStateNotFound",
    "The sync state generation is not found; perform a full synchronization: call delta without a token.",
  );
}

interface Page {
  readonly value: readonly object[];
  /** Where the next page begins after; null when there is none. */
  readonly last: DeltaToken["last"];
}

function pageOf(context: Context, followed: Followed, token: DeltaToken): Page {
  const { store } = context;
  const value: object[] = [];
  const filter =
    token.filter === null ? undefined : filterOf(token.filter, { options: [], queryable: { id: { filter: ["eq"] } } });
  const wanted = (id: string, kind: string) => !filter || matches(filter.condition, { shown: { id }, kind });
  let last = token.last;
  if (!last || "after" in last) {
    let position = last ?? { changed: -1, after: 0 };
    for (;;) {
      const objects = changedObjects(store, followed.kinds, token, position, pageSize);
      for (const object of objects) {
        position = { changed: object.changed, after: object.seq };
        const item = wanted(object.id, object.kind) ? changedItem(context, followed, token, object) : undefined;
        if (item) value.push(item);
        if (value.length === pageSize) return { value, last: position };
      }
      if (objects.length < pageSize) break;
    }
    last = { changed: -1, id: "" };
  }
  if (token.from < 0) return { value, last: null };
  return withGone(store, followed.kinds, token, last, value, wanted);
}

function withGone(
  store: Store,
  kinds: readonly string[],
  span: Span,
  last: GoneObject,
  value: object[],
  wanted: (id: string, kind: string) => boolean,
): Page {
  for (const gone of goneObjects(store, kinds, span, last, pageSize + 1)) {
    if (value.length >= pageSize) return { value, last };
    last = gone;
    if (wanted(gone.id, kinds[0] ?? "")) value.push({ id: gone.id, "@removed": { reason: "deleted" } });
  }
  return { value, last: null };
}

/** How an object is shown; undefined when nothing that the client follows changed. */
function changedItem(
  context: Context,
  { relation }: Followed,
  token: DeltaToken,
  object: ChangedObject,
): object | undefined {
  const isFirst = token.from < 0;
  if (object.deletedDateTime !== null)
    return isFirst ? undefined : { id: object.id, "@removed": { reason: "changed" } };
  const { onlyOnSelect, relations = {} } = entityOf(object.kind);
  const { select } = token;
  const selects = (name: string) =>
    select ? select.some((one) => one.toLowerCase() === name.toLowerCase()) : onlyOnSelect?.has(name) !== true;
  const follows = (name: string) => selects(name) && (name === relation || !(name in relations));
  const whole = isFirst || object.isNew;
  if (!whole && !object.touched.some(follows)) return undefined;
  const shown = project(view(object, context), select ? [...select, "id"] : undefined, object.kind, {
    onlyOnSelect,
    version: context.version,
  });
  const minimal = !whole && /\breturn=minimal\b/i.test(context.headers.get("prefer") ?? "");
  const kept = Object.entries(shown).filter(([name, value]) => {
    const [property = ""] = name.split("@");
    if (property === "" || property === "id") return true;
    if (minimal) return object.touched.includes(property);
    return select !== null || !isUnset(value) || object.everTouched.includes(property);
  });
  const links =
    relation !== undefined && selects(relation) ? relationItems(context, relation, token, object, whole) : [];
  return { ...Object.fromEntries(kept), ...(links.length === 0 ? {} : { [`${relation}@delta`]: links }) };
}

/** Graph leaves out what was never set. */
const isUnset = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);

function relationItems(
  { store }: Context,
  relation: string,
  { from, since = from }: Span,
  { id }: ChangedObject,
  whole: boolean,
): object[] {
  const { added, removed } = changedLinks(store, relation, id, whole ? -1 : since);
  const item = (target: string) => {
    const kind = kindOf(store, target);
    return { ...(kind === undefined ? {} : { "@odata.type": `#microsoft.graph.${kind}` }), id: target };
  };
  return [
    ...added.map(item),
    ...(whole && since === from
      ? []
      : removed.map((target) => ({ ...item(target), "@removed": { reason: "deleted" } }))),
  ];
}
