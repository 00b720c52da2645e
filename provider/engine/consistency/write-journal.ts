/**
 * What the runs on this machine wrote in the last minutes. A new process knows nothing of the one that was killed before
 * it, and a replica may not either: what was requested may exist unseen, what was deleted may still be listed. How far
 * replicas lag it would have to find out anew.
 *
 * Each process records on disk what it is about to do, so that the entry outlives it. Markers and ids only. Why a journal
 * and not the tenant's own times: docs/decisions/0006.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { messageOf } from "../../graph/errors";
import type { LagMemory } from "./lag";

/** The create of the object with this marker; its id is not known before it is answered. */
export interface CreateKey {
  readonly tenantId: string;
  readonly kind: string;
  readonly marker: string;
}

/**
 * - `requested`: a create was sent, or is about to be.
 * - `created`: and was answered.
 * - `refused`: and had no effect.
 * - `deleted`: what it made is gone.
 */
export type CreateEvent = "requested" | "created" | "refused" | "deleted";

/**
 * - `written`: a change was sent, or is about to be.
 * - `deleting`: a delete was sent, or is about to be.
 * - `deleted`: it is gone.
 */
type ObjectEvent = "written" | "deleting" | "deleted";

/** One line of the journal: what happened to a create, to an object, or how far the tenant lagged. */
export type Entry = { readonly at: number } &
  // The id is known once it is answered.
  (
    | (CreateKey & { readonly create: CreateEvent; readonly id?: string })
    | { readonly tenantId: string; readonly id: string; readonly object: ObjectEvent }
    // Holds whatever is done to the object next, so it is no event among the others.
    | { readonly tenantId: string; readonly id: string; readonly restored: true }
    | { readonly tenantId: string; readonly lagMs: number }
  );

/** Where entries are kept. */
export interface JournalStore {
  /** Entries of earlier processes. */
  earlier(): readonly Entry[];
  add(entry: Entry): void;
}

/** Milliseconds after which nothing that was written can be unseen still. */
const recentMs = 120_000;
/** Milliseconds for which the journal of a process is kept: who made an object, and whether that is gone, is of use as long as a replica may lack it. */
const keptMs = 3_600_000;
/** Milliseconds for which a request may have waited for a quota before it was sent. */
const queuedMs = 900_000;

interface At<T> {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: T;
}

export class WriteJournal {
  readonly #startedAt: number;
  readonly #creates = new Map<string, At<CreateEvent>>();
  /** Ids of what was made and not deleted since. */
  readonly #made = new Map<string, At<string>>();
  readonly #objects = new Map<string, At<ObjectEvent>>();
  readonly #restored = new Map<string, At<true>>();
  readonly #lags = new Map<string, At<number>>();
  /** What was known of a create before this process requested it. */
  readonly #before = new Map<string, CreateEvent | undefined>();
  #isLoaded = false;

  constructor(
    private readonly now: () => number,
    private readonly store: JournalStore = { earlier: () => [], add: () => undefined },
  ) {
    this.#startedAt = now();
  }

  /** Before a create is sent. */
  requested(key: CreateKey): void {
    this.#before.set(createKey(key), this.#create(key)?.event);
    this.#add({ ...key, create: "requested" });
  }
  /** The create was answered. */
  created(key: CreateKey, id: string): void {
    this.#add({ ...key, create: "created", id });
    this.written(key.tenantId, id);
  }
  /** The create certainly had no effect. What was known before still holds: it may be why Graph refused it. */
  refused(key: CreateKey): void {
    this.#add({ ...key, create: this.#before.get(createKey(key)) ?? "refused" });
  }
  /** Before the object is changed. */
  written(tenantId: string, id: string): void {
    this.#add({ tenantId, id, object: "written" });
  }
  /** Brought back from the deleted items. */
  restored(tenantId: string, id: string): void {
    this.written(tenantId, id);
    this.#add({ tenantId, id, restored: true });
  }
  /** Before the object is deleted. */
  deleting(tenantId: string, id: string): void {
    this.#add({ tenantId, id, object: "deleting" });
  }
  /** Deleted, or seen to be gone. */
  deleted(key: CreateKey, id: string): void {
    this.#add({ ...key, create: "deleted" });
    this.#add({ tenantId: key.tenantId, id, object: "deleted" });
  }

  /**
   * Until when to look for an object that a list does not show; undefined when there is nothing to expect: nothing was done
   * about it recently, or nothing after which it may be unseen.
   *
   * @param unseenMs for how long after each event it may be
   */
  mayShowUntil(key: CreateKey, unseenMs: Readonly<Partial<Record<CreateEvent, number>>>): number | undefined {
    const last = this.#create(key);
    const ms = last && unseenMs[last.event];
    return last && ms !== undefined ? last.at + ms : undefined;
  }

  /** The object that a run of this machine made less than `withinMs` ago and none has deleted, whether or not anything shows it. */
  made(key: CreateKey, withinMs: number): { readonly id: string; readonly at: number } | undefined {
    this.#load();
    const last = this.#made.get(createKey(key));
    return last && last.at > this.now() - withinMs ? { id: last.event, at: last.at } : undefined;
  }

  /** Whether this process has requested the object and nobody knows what came of it. */
  isUnanswered = (key: CreateKey): boolean =>
    this.#before.has(createKey(key)) && this.#create(key)?.event === "requested";

  /** Whether there is an object with this marker, or none any more, that not every replica may know of. */
  isUnsettled(key: CreateKey): boolean {
    const last = this.#create(key);
    return last !== undefined && last.event !== "refused";
  }

  /** When the object was created, changed, restored or perhaps deleted, if that was less than `withinMs` ago. */
  writtenAt(tenantId: string, id: string, withinMs: number): number | undefined {
    this.#load();
    const last = this.#objects.get(objectKey(tenantId, id));
    const isWritten = last?.event === "written" || last?.event === "deleting";
    return isWritten && last.at > this.now() - withinMs ? last.at : undefined;
  }

  /** Whether it was deleted before and not since, so that its place among the deleted items proves nothing. */
  isRestored = (tenantId: string, id: string): boolean =>
    this.#recent(this.#restored, objectKey(tenantId, id)) !== undefined && this.deletedAt(tenantId, id) === undefined;

  /** Whether a run sent its delete and nobody knows the answer: a read that shows it may be what a replica still has. */
  isDeleting = (tenantId: string, id: string): boolean => this.#object(tenantId, id)?.event === "deleting";

  /** When its delete was sent or answered, if that was less than `withinMs` ago and nothing was done to it since. */
  deletionAt(tenantId: string, id: string, withinMs: number): number | undefined {
    this.#load();
    const last = this.#objects.get(objectKey(tenantId, id));
    const isDeletion = last?.event === "deleting" || last?.event === "deleted";
    return isDeletion && last.at > this.now() - withinMs ? last.at : undefined;
  }

  /** When it was deleted, or seen to be gone. */
  deletedAt(tenantId: string, id: string): number | undefined {
    const last = this.#object(tenantId, id);
    return last?.event === "deleted" ? last.at : undefined;
  }

  /** How far this tenant lags, as the processes of this machine see it. */
  lagOf(tenantId: string): LagMemory {
    this.#load();
    const last = this.#lags.get(tenantId);
    return {
      last: last && { ms: last.event, at: last.at },
      keep: ({ ms }) => this.#add({ tenantId, lagMs: ms }),
    };
  }

  #create = (key: CreateKey): At<CreateEvent> | undefined => this.#recent(this.#creates, createKey(key));
  #object = (tenantId: string, id: string): At<ObjectEvent> | undefined =>
    this.#recent(this.#objects, objectKey(tenantId, id));

  /** Only the last event counts. */
  #recent<T>(events: ReadonlyMap<string, At<T>>, key: string): At<T> | undefined {
    this.#load();
    const last = events.get(key);
    return last && last.at > this.now() - recentMs ? last : undefined;
  }

  #add(happened: Unstamped<Entry>): void {
    this.#load();
    const entry: Entry = { ...happened, at: this.now() };
    this.#learn(entry);
    this.store.add(entry);
  }

  #learn(entry: Entry): void {
    const { tenantId, at } = entry;
    if ("create" in entry) {
      this.#creates.set(createKey(entry), { at, event: entry.create });
      if (entry.create === "deleted") this.#made.delete(createKey(entry));
      if (entry.create === "created" && entry.id !== undefined)
        this.#made.set(createKey(entry), { at, event: entry.id });
    } else if ("object" in entry) this.#objects.set(objectKey(tenantId, entry.id), { at, event: entry.object });
    else if ("restored" in entry) this.#restored.set(objectKey(tenantId, entry.id), { at, event: true });
    else this.#lags.set(tenantId, { at, event: entry.lagMs });
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const entries = [...this.store.earlier()].sort((a, b) => a.at - b.at);
    for (const entry of entries) {
      // A request that was not answered may have waited for its turn, and been sent just before this process began.
      const isQueued = "create" in entry && entry.create === "requested" && entry.at > this.#startedAt - queuedMs;
      // The clock may have been put back since.
      this.#learn({ ...entry, at: isQueued ? this.#startedAt : Math.min(entry.at, this.#startedAt) });
    }
  }
}

type Unstamped<T> = T extends unknown ? Omit<T, "at"> : never;

const createKey = ({ tenantId, kind, marker }: CreateKey): string => `${tenantId} ${kind} ${marker}`;
const objectKey = (tenantId: string, id: string): string => `${tenantId} ${id}`;

/** Beside what the Pulumi CLI keeps for all its projects on this machine. */
export const journalFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  path.join(env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi"), "entra-agent-id", "write-journal");

/**
 * A journal in a folder: one file for each process, so that nobody writes into another's. Files in which nothing can be
 * recent are deleted.
 *
 * @param warn called once when the journal cannot be kept: the run goes on, and a killed one is recovered a little less surely
 */
export function journalIn(folder: string, warn: (message: string) => void): JournalStore {
  const own = path.join(folder, `${process.pid}-${crypto.randomUUID()}.jsonl`);
  let usable = true;
  const attempt = <T>(verb: string, act: () => T, otherwise: T): T => {
    if (!usable) return otherwise;
    try {
      return act();
    } catch (error) {
      usable = false;
      warn(
        `cannot ${verb} the write journal in ${folder}: ${messageOf(error)}. ` +
          "If this run is interrupted, wait two minutes before the next one",
      );
      return otherwise;
    }
  };
  return {
    earlier: () => attempt("read", () => entriesIn(folder, own), []),
    add: (entry) => {
      attempt("write", () => append(own, entry), undefined);
    },
  };
}

function append(file: string, entry: Entry): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // On its way to the disk before the request is on its way to Graph.
  fs.appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

function entriesIn(folder: string, own: string): Entry[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (file === own || !name.endsWith(".jsonl")) return [];
    if (age < keptMs) return fs.readFileSync(file, "utf8").split("\n").flatMap(entryIn);
    fs.rmSync(file, { force: true });
    return [];
  });
}

/** The last line of a killed process may be cut off: what it was about to do it did not do. */
function entryIn(line: string): Entry[] {
  if (!line.endsWith("}")) return [];
  return [JSON.parse(line) as Entry];
}
