/** An emulated tenant whose replicas lag, on virtual time, and the provider processes of one machine that work in it. */
import { type EmulatedTenant, openTenant, type Snapshot, type SwitchChanges } from "../../emulator/tenant";
import { type Entry, WriteJournal } from "../../provider/engine/consistency/write-journal";
import { Lag } from "../../provider/engine/consistency/lag";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import { aProcess } from "../miniature-engine/process";
import type { Process } from "../miniature-engine/engine";
import { VirtualTime } from "../model/virtual-time";

/** Kills a process at one of its creates, counted from 1. */
export interface Kill {
  readonly atCreate: number;
  readonly effect: "before" | "after";
}

/** What differs from a run of the automation application to its end. */
export interface RunSettings {
  readonly kill?: Kill;
  /** Client id that it signs in as. */
  readonly app?: string;
  /** It runs on a machine of its own, as CI does: it finds no journal and leaves none. @default on the machine of the others */
  readonly newMachine?: true;
  /** For how long a 404 proves nothing. @default what a process of the product takes */
  readonly unseenMs?: number;
  /** The process knows that no replica lags. @default one may */
  readonly isReplicated?: false;
  /** Stands before the tenant. */
  readonly meddle?: (request: Request, send: (request: Request) => Promise<Response>) => Promise<Response>;
}

export interface Run extends Process {
  /** Requests so far, as "METHOD path". */
  readonly requests: readonly string[];
  /** How many of them were creates. */
  readonly creates: () => number;
  /** Has it seen such a lag a moment ago. */
  readonly sawLag: (ms: number) => void;
  /** What the person who waits was told. */
  readonly told: readonly string[];
  /** Fulfilled when it was killed: nothing of it is ever heard again. */
  readonly killed: Promise<"killed">;
}

export class LaggingTenant {
  readonly emulated: EmulatedTenant = openTenant({ memory: true });
  readonly #begin: Snapshot = this.emulated.snapshot();
  time = new VirtualTime();
  /** What the processes of this machine noted. */
  #notes: Entry[] = [];

  /** @param switches profiles as real as we know, and no lag, unless they say otherwise */
  reset(switches: SwitchChanges): void {
    this.emulated.restore(this.#begin);
    this.emulated.set({ lag: null, permissionsLagMs: 0, profiles: "real", ...switches });
    this.time = new VirtualTime();
    this.#notes = [];
  }

  close(): void {
    this.emulated.close();
  }

  /** Sets the tenant's clock by the time that all share. */
  keepTime(): void {
    this.emulated.set({ clock: { stoppedAt: new Date(this.time.now()).toISOString() } });
  }

  /** A connection of an administrator who reads: no lag and no fault meets it. */
  reader(): Promise<Tenant> {
    const handle = (request: Request): Promise<Response> => {
      this.keepTime();
      const own = new Request(request);
      own.headers.set("x-emulated-switches", JSON.stringify({ lag: null, permissionsLagMs: 0 }));
      return this.time.during(() => this.emulated.handle(own));
    };
    const token = (): Promise<string> => this.time.during(() => this.emulated.token());
    const clock = { now: this.time.now, wait: (ms: number, signal?: AbortSignal) => this.time.wait(ms, signal) };
    return embeddedConnection({ handle, token }, "the test tenant", { clock, quotas: [] });
  }

  /** A new process on the same machine. */
  async process(settings: RunSettings = {}): Promise<Run> {
    const { kill, app, newMachine, meddle, unseenMs = defaultTiming.unseenMs, isReplicated = true } = settings;
    const { time, emulated } = this;
    const requests: string[] = [];
    const told: string[] = [];
    const never = new Promise<never>(() => undefined);
    let [dead, creates] = [false, 0];
    const refuseTheDead = (): void => {
      if (dead) throw new Error("the process is dead");
    };
    let die = (): void => undefined;
    const killed = new Promise<"killed">((resolve) => {
      die = () => {
        dead = true;
        resolve("killed");
      };
    });
    const handle = async (request: Request): Promise<Response> => {
      refuseTheDead();
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      const isLast = isCreate(request) && ++creates === kill?.atCreate;
      if (isLast && kill.effect === "before") die();
      refuseTheDead();
      const send = (one: Request): Promise<Response> => {
        this.keepTime();
        return time.during(() => emulated.handle(one));
      };
      const response = await (meddle ? meddle(request, send) : send(request));
      if (isLast) die();
      refuseTheDead();
      return response;
    };
    const token = (): Promise<string> => {
      this.keepTime();
      return time.during(() => emulated.token(app === undefined ? {} : { app }));
    };
    const earlier = newMachine ? [] : [...this.#notes];
    const add = (note: Entry): void => {
      if (!dead && !newMachine) this.#notes.push(note);
    };
    const store = { earlier: () => earlier, add };
    // What is dead waits for ever, so nothing that it would do next is ever seen.
    const wait = (ms: number, signal?: AbortSignal): Promise<void> => (dead ? never : time.wait(ms, signal));
    const timing = { ...defaultTiming, unseenMs, now: time.now, pause: (ms: number) => wait(ms) };
    const lag = new Lag(time.now);
    const made = await aProcess(
      { handle, token },
      {
        tuning: { clock: { now: time.now, wait }, progress: (message) => void told.push(message) },
        run: {
          timing,
          journal: new WriteJournal(time.now, store),
          lag,
          isReplicated: () => isReplicated,
          progress: (message) => void told.push(message),
        },
      },
    );
    return { ...made, requests, sawLag: (ms) => lag.saw(ms), creates: () => creates, told, killed };
  }
}

/** Creates come as POST, and of blueprints and grants in other ways; relations, restores and What-If are none. */
function isCreate(request: Request): boolean {
  const { pathname } = new URL(request.url);
  if (request.method === "PATCH") return request.headers.has("prefer");
  return request.method === "POST" && !/\$ref$|restore$|evaluate$|\$batch$/.test(pathname);
}
