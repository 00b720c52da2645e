/**
 * An emulated tenant on virtual time and the provider processes that work in it, each over a transport that a test can
 * slow down, watch, put in another order or kill.
 */
import { type EmulatedTenant, openTenant, type Snapshot, type SwitchChanges } from "../../emulator/tenant";
import { Driver } from "../../provider/engine/life/driver";
import { type DynamicProvider, dynamicProvider } from "../../provider/engine/pulumi/dynamic";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { type Entry, WriteJournal } from "../../provider/engine/consistency/write-journal";
import { runIn } from "../../provider/engine/run/run";
import { batching } from "../../provider/graph/batching";
import type { Clock } from "../../provider/graph/clock";
import { connection } from "../../provider/graph/connection";
import { QuotaScheduler } from "../../provider/graph/scheduler";
import type { Tenant } from "../../provider/graph/tenant";
import type { Issue } from "../../provider/graph/tokens";
import type { Transport } from "../../provider/graph/transport";
import { type Kind, kinds } from "../../provider/kinds";
import type { Process } from "../miniature-engine/engine";
import { VirtualTime } from "./virtual-time";

const origin = "https://graph.microsoft.com";

/** The end of a process. */
export interface Kill {
  /** The number of the HTTP request of the process at which it ends, from 1. */
  readonly at: number;
  /** Whether that request has its effect. */
  readonly effect: "before" | "after";
  /** `provider`: the engine lives and is told. `cli`: everything ends. */
  readonly who: "provider" | "cli";
}

export interface ProcessSettings {
  /** Milliseconds from a request to its effect. @default 0 */
  readonly latencyMs?: number;
  /** @default true */
  readonly batched?: boolean;
  readonly kill?: Kill | undefined;
  /** Stands around everything that leaves the process, `$batch` included. */
  readonly onTheWire?: (transport: Transport) => Transport;
  /** Stands around every request, parts of a batch included: what the scheduler lets pass. */
  readonly aroundEach?: (transport: Transport) => Transport;
  readonly issue?: (issue: Issue) => Issue;
  /** @default the time that the tenant has, too */
  readonly time?: VirtualTime;
}

export interface TestProcess extends Process {
  /** HTTP requests so far. */
  readonly requests: () => number;
  /** Fulfilled when the CLI was killed. */
  readonly killed: Promise<void>;
  /** What it asked to be changed, as "METHOD path"; parts of batches stand for themselves. */
  readonly writes: readonly string[];
  readonly isDead: () => boolean;
  readonly warnings: readonly string[];
}

export class TestTenant {
  readonly emulated: EmulatedTenant = openTenant({ memory: true });
  readonly time = new VirtualTime();
  readonly #begin: Snapshot = this.emulated.snapshot();
  #clockAtMs = 0;
  /** What processes of one machine note for each other. */
  #notes: Entry[] = [];
  #isOneMachine = true;
  /** Where replicas lag, whoever goes on on another machine waits a minute, as docs/recovery.md says. */
  #betweenMs = 0;
  /** For how long a 404 proves nothing. */
  unseenMs = 0;
  /** What was sent and is not answered yet, by processes that live and by those that are gone. */
  readonly #underWay = new Set<Promise<unknown>>();

  /**
   * As it was when it was opened; much cheaper than another one.
   *
   * @param switches profiles as real as we know, no lag and no quotas, unless they say otherwise
   * @param isOneMachine whether processes find the notes of those before them; else each runs on a machine of its own
   */
  reset(switches: SwitchChanges = {}, isOneMachine = true): void {
    this.#isOneMachine = isOneMachine;
    this.#notes = [];
    this.#betweenMs = isOneMachine || !switches.lag ? 0 : 60_000;
    this.unseenMs = switches.lag ? 60_000 : 0;
    this.emulated.restore(this.#begin);
    this.emulated.set({ lag: null, quotas: null, profiles: "real", ...switches });
    this.#clockAtMs = 0;
  }

  close(): void {
    this.emulated.close();
  }

  /** Answers by the time that all share. */
  handle = (request: Request): Promise<Response> => {
    this.#keepTime();
    return this.time.during(() => this.emulated.handle(request));
  };

  /** When everything that was sent has had its effect. */
  async arrivals(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #sent(answer: Promise<Response>): Promise<Response> {
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }

  #keepTime(): void {
    if (this.#clockAtMs === this.time.now()) return;
    this.#clockAtMs = this.time.now();
    this.emulated.set({ clock: { stoppedAt: new Date(this.#clockAtMs).toISOString() } });
  }

  token = (): Promise<string> => {
    this.#keepTime();
    return this.time.during(() => this.emulated.token());
  };

  /** A connection of somebody else, whom no lag, fault or kill concerns. */
  others(): Promise<Tenant> {
    const transport: Transport = (request) => {
      const own = new Request(request);
      own.headers.set("x-emulated-switches", JSON.stringify({ lag: null }));
      return this.handle(own);
    };
    return connection({ name: "the tenant", origin, transport, issue: this.token }, this.#tuning(this.time));
  }

  #tuning = (clock: Clock) => ({ clock, scheduler: new QuotaScheduler(clock, { quotas: [] }) });

  async process(settings: ProcessSettings = {}): Promise<TestProcess> {
    this.time.pass(this.#betweenMs);
    const { latencyMs = 0, batched = true, kill, time = this.time } = settings;
    const same = (transport: Transport): Transport => transport;
    const { onTheWire = same, aroundEach = same, issue = (one: Issue) => one } = settings;
    const never = new Promise<never>(() => undefined);
    let requests = 0;
    const end = { isDead: false };
    const isDead = (): boolean => end.isDead;
    let [cliIsGone, providerIsGone] = [(): void => undefined, (_: Error): void => undefined];
    const killed = new Promise<void>((resolve) => (cliIsGone = resolve));
    const gone = new Promise<never>((_, reject) => (providerIsGone = reject));
    // Nobody may be calling when it happens.
    gone.catch(() => undefined);
    const die = (): void => {
      end.isDead = true;
      if (kill?.who === "provider") providerIsGone(new Error("the provider process ended"));
      else cliIsGone();
    };
    // A process that is gone gets no answers and waits for nothing: it leaves no timer behind.
    const broken = (): never => {
      throw new TypeError("the process that asked is gone");
    };
    const clock: Clock = { now: time.now, wait: (ms, signal) => (isDead() ? never : time.wait(ms, signal)) };
    const wire: Transport = async (request) => {
      if (isDead()) return broken();
      const isLast = ++requests === kill?.at;
      if (isLast && kill.effect === "before") die();
      if (isDead()) return broken();
      // What was sent arrives, also when its process is gone by then.
      const arrived = latencyMs > 0 ? time.wait(latencyMs).then(() => this.handle(request)) : this.handle(request);
      const response = await this.#sent(arrived);
      if (isLast) die();
      return isDead() ? broken() : response;
    };
    const outward = onTheWire(wire);
    const writes: string[] = [];
    const each = aroundEach(batched ? batching(outward, time.now) : outward);
    const transport: Transport = (request) => {
      if (request.method !== "GET") writes.push(`${request.method} ${new URL(request.url).pathname}`);
      return each(request);
    };
    const endpoint = { name: "the tenant", origin, transport, issue: issue(this.token) };
    const tenant = await connection(endpoint, this.#tuning(clock));
    const warnings: string[] = [];
    const timing = { ...defaultTiming, unseenMs: this.unseenMs, now: clock.now, pause: (ms: number) => clock.wait(ms) };
    const earlier = this.#isOneMachine ? [...this.#notes] : [];
    const journal = new WriteJournal(clock.now, {
      earlier: () => earlier,
      add: (note) => {
        if (!isDead()) this.#notes.push(note);
      },
    });
    const warn = (message: string): void => void warnings.push(message);
    const shared = runIn(() => Promise.resolve(tenant), { timing, journal, warn });
    const serve = (lifecycle: Kind): DynamicProvider => {
      const provider = dynamicProvider(lifecycle, new Driver(lifecycle, shared));
      const unlessDead = async <T>(call: Promise<T>): Promise<T> => {
        try {
          return await call;
        } finally {
          if (isDead()) await never;
        }
      };
      const mortal =
        <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
        (...args: Args): Promise<Answer> =>
          Promise.race([isDead() ? never : unlessDead(call(...args)), gone]);
      return {
        check: mortal(provider.check),
        diff: mortal(provider.diff),
        create: mortal(provider.create),
        read: mortal(provider.read),
        update: mortal(provider.update),
        delete: mortal(provider.delete),
      } satisfies DynamicProvider;
    };
    const providers = new Map(kinds.map((lifecycle) => [lifecycle.kind, serve(lifecycle)]));
    return {
      provider(kind) {
        const found = providers.get(kind);
        if (!found) throw new TypeError(`no provider for ${kind}`);
        return found;
      },
      requests: () => requests,
      killed,
      writes,
      isDead,
      warnings,
    };
  }
}
