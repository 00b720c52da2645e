/**
 * What the state of an emulated tenant can do, whoever keeps it: objects of any kind, links between them, later work.
 */
import type { Database } from "./database";
import type { Viewpoint } from "./viewpoint";

export type Json = Readonly<Record<string, unknown>>;

export interface StoredObject {
  /** Order of creation. Pages are cut along it. */
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly body: Json;
  /** ISO time of the soft delete; null while the object is not deleted. */
  readonly deletedDateTime: string | null;
}

/** An object to be stored; it is not deleted unless a time is given. */
export type NewObject = Pick<StoredObject, "kind" | "id" | "body"> & Partial<Pick<StoredObject, "deletedDateTime">>;

export interface Selection {
  readonly kinds: readonly string[];
  /** An indexed property and the value it must have, or must begin with; letter case does not matter. */
  readonly where?: { readonly property: string; readonly value: string; readonly prefix?: true } | undefined;
  /** Only objects made later than this one. @default 0 */
  readonly after?: number | undefined;
  /** `false`: objects that are not deleted. `true`: soft-deleted ones. `"either"`: both. @default false */
  readonly deleted?: boolean | "either" | undefined;
}

/** @param deleted as in {@link Selection} */
export const hasState = (deletedDateTime: unknown, deleted: boolean | "either"): boolean =>
  deleted === "either" || (deletedDateTime !== null) === deleted;

/** Work for later, such as what follows a delete by a day. */
export interface Task {
  /** ISO time of the tenant's clock. */
  readonly dueAt: string;
  readonly kind: string;
  readonly payload: object;
}

/** What can be read of objects and links. */
export interface Directory {
  /** @param deleted as in {@link Selection} */
  get(id: string, deleted?: boolean | "either"): StoredObject | undefined;
  find(selection: Selection): StoredObject[];
  /** In order of creation, read in chunks: stop whenever enough was seen. */
  walk(selection: Selection): Iterable<StoredObject>;
  count(selection: Selection): number;
  /** Whether there are at least so many. Unlike {@link count} it takes no time while there are far fewer. */
  reaches(selection: Selection, number: number): boolean;
  /** Ids at the other end of the links from `source`, sorted. */
  targets(kind: string, source: string): string[];
  /** The inverse of {@link targets}. */
  sources(kind: string, target: string): string[];
}

/**
 * A request is given its own Store. Without replica lag that is the store itself. With lag, a GET reads what one
 * replica knows by now; any other request reads and writes the newest state, except that `get` only finds what the
 * replica knows as well: so a request right after a create may be answered that the object is not there, and no update
 * is ever lost.
 */
export interface Store extends Directory, Pick<Database, "transaction" | "change" | "lastChange" | "meta" | "setMeta"> {
  /** The newest state, whatever the request sees. */
  readonly primary: Store;
  /** What the replica of this request knows: for whether an object that a write refers to is there. */
  readonly replica: Directory;
  insert(kind: string, id: string, body: Json): StoredObject;
  /** For many at once: nothing is returned, and they are one change. */
  insertMany(objects: Iterable<NewObject>): void;
  replace(object: StoredObject, body: Json): StoredObject;
  /** @param at ISO time, or null to bring the object back */
  setDeleted(object: StoredObject, at: string | null): StoredObject;
  /** For good, with every link from and to it. */
  purge(object: StoredObject): void;
  /** @returns false when the link was there already */
  link(kind: string, source: string, target: string): boolean;
  /** @returns false when there was no such link */
  unlink(kind: string, source: string, target: string): boolean;
  /** Kept until it is taken, in every process on this store. */
  schedule(dueAt: Date, kind: string, payload: object): void;
  /** Whether {@link takeDue} would take something; cheap, for every request. */
  hasDue(now: Date): boolean;
  /**
   * Takes the work that is due, earliest first, at most `most` tasks. Each is taken once, so use a write transaction.
   */
  takeDue(now: Date, most?: number): Task[];
  /** The store of one request while replicas lag; called inside the request's transaction. */
  seenBy(viewpoint: Viewpoint): Store;
  /** Everything but the named values. */
  clear(): void;
  close(): void;
  /** Below: for tables that modules of their own look after. @returns how many rows changed */
  run: Database["run"];
  insertRow: Database["insertRow"];
  row: Database["row"];
  glance: Database["glance"];
  rows: Database["rows"];
}
