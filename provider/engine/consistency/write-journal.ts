/**
 * What the runs on this machine wrote in the last minutes. A new process knows nothing of the one that was killed before
 * it, and a replica may not either: what was asked for may exist unseen, what was deleted may still be listed. How far
 * replicas lag it would have to find out anew.
 *
 * Each process notes on disk what it is about to do, so that the note outlives it. Markers and ids only. Why notes and not
 * the tenant's own times: docs/decisions/0006.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { messageOf } from "../../graph/errors";
import type { LagMemory } from "./lag";

/**
 * `asked`: a create was sent, or is about to be. `made`: and was answered. `refused`: and had no effect. `removing`: a
 * delete was sent, or is about to be. `removed`: and the object is gone. `lagged`: reads showed what was written only
 * after a while.
 */
type Deed = "asked" | "made" | "refused" | "wrote" | "restored" | "removing" | "removed" | "lagged";

export interface Note {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly did: Deed;
  /** Tenant, and marker with kind, or id, which is followed by the word where it was `restored`; the tenant alone where it `lagged`. */
  readonly to: string;
  /** How far it `lagged`, in milliseconds. */
  readonly ms?: number;
}

/** Where notes are kept. */
export interface Notebook {
  /** Notes of earlier processes. */
  earlier(): readonly Note[];
  add(note: Note): void;
}

/** Milliseconds after which nothing that was written can be unseen still. */
const recentMs = 120_000;
/** Milliseconds for which a request that was asked for may have waited for a quota before it was sent. */
const waitedMs = 900_000;

export class RecentWrites {
  readonly #begunMs: number;
  #notes: Map<string, Note> | undefined;
  /** What was known of a creation before it was asked for. */
  readonly #before = new Map<string, Note | undefined>();

  constructor(
    private readonly now: () => number,
    private readonly notebook: Notebook = { earlier: () => [], add: () => undefined },
  ) {
    this.#begunMs = now();
  }

  /** Before the create of an object with this marker is sent. */
  asked(tenantId: string, kind: string, marker: string): void {
    const to = creation(tenantId, kind, marker);
    this.#before.set(to, this.#last(to));
    this.#add("asked", to);
  }
  /** The create was answered. */
  made(tenantId: string, kind: string, marker: string, id: string): void {
    this.#add("made", creation(tenantId, kind, marker));
    this.wrote(tenantId, id);
  }
  /** The create certainly had no effect. What was done earlier is known still: it may be why Graph refused it. */
  refused(tenantId: string, kind: string, marker: string): void {
    const to = creation(tenantId, kind, marker);
    this.#add(this.#before.get(to)?.did ?? "refused", to);
  }
  /** Before the object is changed. */
  wrote = (tenantId: string, id: string): void => this.#add("wrote", object(tenantId, id));
  /** Brought back from the deleted items. That holds whatever is done to it next, so it is a note of its own. */
  restored(tenantId: string, id: string): void {
    this.wrote(tenantId, id);
    this.#add("restored", restoration(tenantId, id));
  }
  /** Before the object is deleted. */
  removing = (tenantId: string, id: string): void => this.#add("removing", object(tenantId, id));
  /** Deleted, or seen to be gone. */
  removed(tenantId: string, kind: string, marker: string, id: string): void {
    this.#add("removed", creation(tenantId, kind, marker));
    this.#add("removed", object(tenantId, id));
  }

  /**
   * Until when to look for an object with this marker that a list does not show; undefined when there is nothing to
   * expect: nothing was done about it lately, or nothing after which it may be unseen.
   *
   * @param unseenMs for how long after each deed it may be
   */
  mayShowUntilMs(
    [tenantId, kind, marker]: readonly [string, string, string],
    unseenMs: Readonly<Partial<Record<Deed, number>>>,
  ): number | undefined {
    const note = this.#last(creation(tenantId, kind, marker));
    const ms = note && unseenMs[note.did];
    return note && ms !== undefined ? note.at + ms : undefined;
  }

  /** Whether this process has asked for the object and nobody knows what came of it. */
  isUnanswered(tenantId: string, kind: string, marker: string): boolean {
    const to = creation(tenantId, kind, marker);
    return this.#before.has(to) && this.#last(to)?.did === "asked";
  }

  /** Whether there is an object with this marker, or none any more, that not every replica may know of. */
  isUnsettled(tenantId: string, kind: string, marker: string): boolean {
    const note = this.#last(creation(tenantId, kind, marker));
    return note !== undefined && note.did !== "refused";
  }

  /** When the object was made, changed, restored or perhaps deleted, if that was less than `withinMs` ago. */
  wroteAtMs(tenantId: string, id: string, withinMs: number): number | undefined {
    const note = this.#last(object(tenantId, id));
    const wrote = note?.did === "wrote" || note?.did === "removing";
    return wrote && note.at > this.now() - withinMs ? note.at : undefined;
  }

  /** Whether it was deleted before and not since, so that its place among the deleted items proves nothing. */
  isRestored = (tenantId: string, id: string): boolean =>
    this.#last(restoration(tenantId, id)) !== undefined && this.removedAtMs(tenantId, id) === undefined;
  /** Whether a run asked for its end and nobody knows the answer: that it is there may be what a replica still shows. */
  isRemoving = (tenantId: string, id: string): boolean => this.#last(object(tenantId, id))?.did === "removing";
  /** When it was deleted, or seen to be gone. */
  removedAtMs(tenantId: string, id: string): number | undefined {
    const note = this.#last(object(tenantId, id));
    return note?.did === "removed" ? note.at : undefined;
  }

  /** How far this tenant lags, as the processes of this machine see it. */
  lagOf(tenantId: string): LagMemory {
    const note = this.#known().get(tenantId);
    return {
      last: note?.ms === undefined ? undefined : { ms: note.ms, atMs: note.at },
      keep: ({ ms }) => this.#add("lagged", tenantId, ms),
    };
  }

  /** Only the last deed counts. */
  #last(to: string): Note | undefined {
    const note = this.#known().get(to);
    return note && note.at > this.now() - recentMs ? note : undefined;
  }

  #add(did: Deed, to: string, ms?: number): void {
    const note = { at: this.now(), did, to, ...(ms === undefined ? {} : { ms }) };
    this.#known().set(to, note);
    this.notebook.add(note);
  }

  #known(): Map<string, Note> {
    return (this.#notes ??= new Map(
      [...this.notebook.earlier()]
        .sort((a, b) => a.at - b.at)
        .map((note) => {
          // A request that was not answered may have waited for its turn, and been sent just before this process began.
          const mayBeNew = note.did === "asked" && note.at > this.#begunMs - waitedMs;
          // The clock may have been put back since.
          return [note.to, { ...note, at: mayBeNew ? this.#begunMs : Math.min(note.at, this.#begunMs) }];
        }),
    ));
  }
}

const creation = (tenantId: string, kind: string, marker: string): string => `${tenantId} ${kind} ${marker}`;
const object = (tenantId: string, id: string): string => `${tenantId} ${id}`;
const restoration = (tenantId: string, id: string): string => `${object(tenantId, id)} restored`;

/** Beside what the Pulumi CLI keeps for all its projects on this machine. */
export const notesFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  path.join(env["PULUMI_HOME"] ?? path.join(os.homedir(), ".pulumi"), "entra-agent-id", "recent-writes");

/**
 * Notes in a folder: one file a process, so that nobody writes into another's. Files of which nothing can be recent are
 * deleted.
 *
 * @param warn told once when notes cannot be kept: the run goes on, and a killed one is found again a little less surely
 */
export function notebookIn(folder: string, warn: (message: string) => void): Notebook {
  const own = path.join(folder, `${process.pid}-${crypto.randomUUID()}.jsonl`);
  let usable = true;
  const attempt = <T>(what: string, act: () => T, otherwise: T): T => {
    if (!usable) return otherwise;
    try {
      return act();
    } catch (error) {
      usable = false;
      warn(
        `cannot ${what} notes of recent writes in ${folder}: ${messageOf(error)}. ` +
          "If this run is interrupted, wait two minutes before the next one",
      );
      return otherwise;
    }
  };
  return {
    earlier: () => attempt("read", () => notesIn(folder, own), []),
    add: (note) => {
      attempt("keep", () => append(own, note), undefined);
    },
  };
}

function append(file: string, note: Note): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // On its way to the disk before the request is on its way to Graph.
  fs.appendFileSync(file, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

function notesIn(folder: string, own: string): Note[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (file === own || !name.endsWith(".jsonl")) return [];
    if (age < waitedMs) return fs.readFileSync(file, "utf8").split("\n").flatMap(noteIn);
    fs.rmSync(file, { force: true });
    return [];
  });
}

/** The last line of a killed process may be cut off: what it was about to do it did not do. */
function noteIn(line: string): Note[] {
  if (!line.endsWith("}")) return [];
  return [JSON.parse(line) as Note];
}
