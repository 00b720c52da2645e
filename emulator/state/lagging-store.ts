/** The store as one request sees it while the tenant's replicas lag. */
import { History } from "./history";
import type { PrimaryStore } from "./primary-store";
import { Replica } from "./replica";
import type { Directory, Json, NewObject, Selection, Store, StoredObject, Task } from "./store";
import type { Viewpoint } from "./viewpoint";

/** Is made inside the transaction of its request. */
export class LaggingStore implements Store {
  readonly replica: Directory;
  readonly #history: History;
  readonly #newest: Directory;

  constructor(
    readonly primary: PrimaryStore,
    { lag, replica, now, reads }: Viewpoint,
  ) {
    this.replica = lag ? new Replica(primary, replica, now.getTime()) : primary;
    this.#history = new History(primary, lag, now.getTime());
    this.#newest = reads ? this.replica : primary;
  }

  get(id: string, deleted: boolean | "either" = false): StoredObject | undefined {
    const seen = this.replica.get(id, deleted);
    return seen && this.#newest !== this.replica ? this.primary.get(id, deleted) : seen;
  }

  find(selection: Selection): StoredObject[] {
    return this.#newest.find(selection);
  }

  walk(selection: Selection): Iterable<StoredObject> {
    return this.#newest.walk(selection);
  }

  count(selection: Selection): number {
    return this.#newest.count(selection);
  }

  reaches(selection: Selection, number: number): boolean {
    return this.#newest.reaches(selection, number);
  }

  targets(kind: string, source: string): string[] {
    return this.#newest.targets(kind, source);
  }

  sources(kind: string, target: string): string[] {
    return this.#newest.sources(kind, target);
  }

  insert(kind: string, id: string, body: Json): StoredObject {
    const made = this.primary.insert(kind, id, body);
    this.#history.object(made.seq, undefined);
    return made;
  }

  insertMany(objects: Iterable<NewObject>): void {
    for (const { kind, id, body, deletedDateTime = null } of objects) {
      const made = this.insert(kind, id, body);
      if (deletedDateTime !== null) this.primary.setDeleted(made, deletedDateTime);
    }
  }

  replace(object: StoredObject, body: Json): StoredObject {
    this.#note(object);
    return this.primary.replace(object, body);
  }

  setDeleted(object: StoredObject, at: string | null): StoredObject {
    this.#note(object);
    return this.primary.setDeleted(object, at);
  }

  purge(object: StoredObject): void {
    this.#note(object);
    for (const [kind, source, target] of this.primary.linksOf(object.id))
      this.#history.link(kind, source, target, true);
    this.primary.purge(object);
  }

  #note({ seq }: StoredObject): void {
    this.#history.object(seq, this.primary.bySeq(seq));
  }

  link(kind: string, source: string, target: string): boolean {
    const made = this.primary.link(kind, source, target);
    if (made) this.#history.link(kind, source, target, false);
    return made;
  }

  unlink(kind: string, source: string, target: string): boolean {
    const gone = this.primary.unlink(kind, source, target);
    if (gone) this.#history.link(kind, source, target, true);
    return gone;
  }

  transaction<T>(mode: "read" | "write", work: () => T): T {
    return this.primary.transaction(mode, work);
  }

  change = (): number => this.primary.change();
  lastChange = (): number => this.primary.lastChange();
  meta = (key: string): string | undefined => this.primary.meta(key);
  setMeta = (key: string, value: string): void => this.primary.setMeta(key, value);
  hasDue = (now: Date): boolean => this.primary.hasDue(now);
  takeDue = (now: Date, most?: number): Task[] => this.primary.takeDue(now, most);
  schedule = (dueAt: Date, kind: string, payload: object): void => this.primary.schedule(dueAt, kind, payload);
  seenBy = (viewpoint: Viewpoint): Store => this.primary.seenBy(viewpoint);
  clear = (): void => this.primary.clear();
  close = (): void => this.primary.close();
  run: Store["run"] = (sql, ...values) => this.primary.run(sql, ...values);
  insertRow: Store["insertRow"] = (sql, ...values) => this.primary.insertRow(sql, ...values);
  glance: Store["glance"] = (sql) => this.primary.glance(sql);
  row: Store["row"] = (sql, ...values) => this.primary.row(sql, ...values);
  rows: Store["rows"] = (sql, ...values) => this.primary.rows(sql, ...values);
}
