/** What changed in a tenant between two of its changes: for delta queries. */
import type { Row } from "./database";
import type { Json, Store, StoredObject } from "./store";

/** Relations whose changes are shown. Of the others nobody asks, so nothing is kept. */
export const followedRelations = ["members"] as const;

export type FollowedRelation = (typeof followedRelations)[number];

/** After `from`, up to and including `upTo`. From the beginning: -1. */
export interface Span {
  readonly from: number;
  readonly upTo: number;
  /** What changed in an object of the span is shown from here on. @default from */
  readonly since?: number | undefined;
}

export interface ChangedObject extends StoredObject {
  readonly changed: number;
  /** It was made, or brought back, since the span's `since`. */
  readonly isNew: boolean;
  /** Properties and relations that changed since then. */
  readonly touched: readonly string[];
  /** Properties and relations that ever changed. */
  readonly everTouched: readonly string[];
}

export interface GoneObject {
  readonly id: string;
  readonly changed: number;
}

/** Order of changes; objects of one change in order of creation. */
export interface ChangePosition {
  readonly changed: number;
  readonly after: number;
}

/** At most `most` objects whose last change lies in the span, soft-deleted ones among them, after `position`. */
export function changedObjects(
  store: Store,
  kinds: readonly string[],
  { from, upTo, since = from }: Span,
  { changed, after }: ChangePosition,
  most: number,
): ChangedObject[] {
  const sql =
    "SELECT seq, id, kind, body, deletedDateTime, changed, appeared, touched FROM objects " +
    "WHERE kind = ? AND changed >= ? AND changed <= ? AND (changed > ? OR seq > ?) ORDER BY changed, seq LIMIT ?";
  return kinds
    .flatMap((kind) => store.rows(sql, kind, Math.max(changed, from + 1), upTo, changed, after, most))
    .map((row) => changedObject(row, since))
    .sort((a, b) => a.changed - b.changed || a.seq - b.seq)
    .slice(0, most);
}

function changedObject(row: Row, since: number): ChangedObject {
  const touches = JSON.parse((row["touched"] as string | null) ?? "{}") as Readonly<Record<string, number>>;
  return {
    seq: Number(row["seq"]),
    id: String(row["id"]),
    kind: String(row["kind"]),
    body: JSON.parse(String(row["body"])) as Json,
    deletedDateTime: row["deletedDateTime"] as string | null,
    changed: Number(row["changed"]),
    isNew: Number(row["appeared"]) > since,
    touched: Object.keys(touches).filter((name) => (touches[name] ?? 0) > since),
    everTouched: Object.keys(touches),
  };
}

/** Whether an object that is still there changed after a change. */
export function changedAfter(store: Store, kinds: readonly string[], change: number): boolean {
  const sql = "SELECT 1 FROM objects WHERE kind = ? AND changed > ? LIMIT 1";
  return kinds.some((kind) => store.row(sql, kind, change) !== undefined);
}

/** Objects that are gone for good, in order of change, after the last one that was seen. */
export function goneObjects(
  store: Store,
  kinds: readonly string[],
  { from, upTo }: Span,
  last: GoneObject,
  most: number,
): GoneObject[] {
  const sql =
    "SELECT id, changed FROM goneObjects WHERE kind = ? AND changed >= ? AND changed <= ? " +
    "AND (changed > ? OR id > ?) ORDER BY changed, id LIMIT ?";
  return kinds
    .flatMap((kind) => store.rows(sql, kind, Math.max(last.changed, from + 1), upTo, last.changed, last.id, most))
    .map(({ id, changed }) => ({ id: String(id), changed: Number(changed) }))
    .sort((a, b) => a.changed - b.changed || (a.id < b.id ? -1 : 1))
    .slice(0, most);
}

/** Objects that one of them was linked to after a change, and those it was unlinked from. */
export function changedLinks(
  store: Store,
  relation: string,
  source: string,
  since: number,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const targets = (table: "links" | "goneLinks") =>
    store
      .rows(
        `SELECT target FROM ${table} WHERE kind = ? AND source = ? AND changed > ? ORDER BY target`,
        relation,
        source,
        since,
      )
      .map(({ target }) => String(target));
  return { added: targets("links"), removed: targets("goneLinks") };
}

/** Kind of an object, also of one that is gone. */
export function kindOf(store: Store, id: string): string | undefined {
  const gone = () => store.row("SELECT kind FROM goneObjects WHERE id = ?", id.toLowerCase())?.["kind"];
  return store.get(id, "either")?.kind ?? (gone() as string | undefined);
}
