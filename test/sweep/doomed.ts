/** A run to which a mishap happens: a provider process, and the engine around it, that may both be killed. */
import { setImmediate as nextRound } from "node:timers/promises";
import { answerOf, responseOf } from "../../emulator/exchange";
import { brokenAnswer } from "../../emulator/switches/broken-answer";
import type { DynamicProvider } from "../../provider/engine/pulumi/dynamic";
import type { EmbeddedTenant } from "../../provider/graph/connection";
import { ManualClock } from "../graph/manual-clock";
import { holdTimers } from "../held-timers";
import type { Process, StackState } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import type { Mishap } from "./mishap";
import { type FaultOf, type Place, placesIn, requestOf, withFault } from "./place";

/** A provider process to which a mishap happens, and what is left of the run around it. */
export interface Doomed {
  readonly process: Process;
  /** Keeps the state as long as there is somebody to write it. */
  readonly save: (state: StackState) => void;
  /** The last state that was written. */
  readonly saved: () => StackState;
  /** Resolves when whoever was killed does nothing any more; never where nobody is. */
  readonly end: Promise<void>;
  /** Resolves when the tenant has come to an end with all that was sent to it. */
  readonly quiet: () => Promise<void>;
  /** Where something could have happened, in the order of the requests. */
  readonly places: () => readonly Place[];
}

/** What happens, and where. */
export interface Doom {
  readonly at: Place;
  readonly mishap: Mishap;
}

const nothing: { readonly at: Pick<Place, "request" | "occurrence" | "part">; readonly mishap: Mishap } = {
  at: { request: "", occurrence: 0 },
  mishap: { effect: "before" },
};

/** Of an answer that did not come from the tenant. */
const ids = { "request-id": "6f1b0e1c-0000-4000-8000-000000000001" };

/** Rounds of the event loop without a request until none can be on its way to the tenant: more than any takes. */
const quietRounds = 10;

// However long this machine takes for a request, only one that stalls is given up; and what travels together is always alike.
holdTimers();

/**
 * @param doom nothing happens without
 * @param batched whether requests travel in batches
 */
export async function doomed(
  tenant: EmbeddedTenant,
  state: StackState,
  doom: Doom | undefined,
  batched = false,
): Promise<Doomed> {
  const { at, mishap } = doom ?? nothing;
  const places: Place[] = [];
  const underWay = new Set<Promise<unknown>>();
  const calls = new Set<Promise<unknown>>();
  let count = 0;
  const occurrences = new Map<string, number>();
  let hasStruck = false;
  let saved = state;
  let isDead = false;
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  let breakPipe: (error: Error) => void = () => undefined;
  const brokenPipe = new Promise<never>((_, reject) => (breakPipe = reject));
  brokenPipe.catch(() => undefined);

  const kill = (): void => {
    isDead = true;
    if (mishap.kills === "provider") breakPipe(new Error("error reading from server: EOF"));
    if (mishap.kills === "machine") ended();
    if (mishap.kills === "command") void Promise.allSettled(calls).then(ended);
  };
  const refuseTheDead = (): void => {
    if (isDead && mishap.kills !== "command") throw noConnection();
  };
  const send = (request: Request): Promise<Response> => during(underWay, tenant.handle(request));
  const broken = async (request: Request, { effect, answer }: FaultOf): Promise<Response> => {
    const due = effect === "after" ? await answerOf(await send(request)) : undefined;
    const answered = brokenAnswer({ effect, answer }, { request, ids, batch: false, answer: due, now: new Date() });
    if (answer === "stall") void outlast(answered);
    return responseOf(await answered);
  };
  /** Time passes for what is stalled, up to the next timer whenever all others wait: none of them runs out of it. */
  const outlast = async (stalled: Promise<unknown>): Promise<void> => {
    const stalling = new Set<Promise<unknown>>();
    void during(stalling, stalled);
    for (let quiet = 0, asked = count; stalling.size > 0; asked = count) {
      await nextRound();
      quiet = underWay.size === 0 && count === asked ? quiet + 1 : 0;
      if (quiet >= quietRounds) jest.advanceTimersToNextTimer();
    }
  };
  const handle = async (request: Request): Promise<Response> => {
    refuseTheDead();
    const nth = ++count;
    const what = requestOf(request);
    const occurrence = (occurrences.get(what) ?? 0) + 1;
    occurrences.set(what, occurrence);
    const { answer, effect, then, kills } = mishap;
    const isLater = hasStruck;
    const isHere = what === at.request && occurrence === at.occurrence;
    hasStruck ||= isHere;
    places.push(...(await placesIn(request, nth, occurrence)));
    refuseTheDead();
    if (isLater && then) return broken(request, { effect: "before", answer: then });
    if (!isHere || (!kills && !answer)) return send(request);
    if (answer && at.part) return send(await withFault(request, at.part, { effect, answer }));
    if (answer) return broken(request, { effect, answer });
    const answered = effect === "before" ? undefined : await send(request);
    kill();
    if (kills === "command" && answered) return answered;
    throw noConnection();
  };
  const clock = new MortalClock(() => isDead && mishap.kills !== "command");
  const tuning = { retryBudget: { random: () => 0.5 } };
  const inner = await aProcess({ handle, token: () => tenant.token() }, { tuning, clock, batched });

  /** As the command sees a call of the provider. */
  const heard = <T>(act: () => Promise<T>): Promise<T> => {
    if (isDead && mishap.kills === "command") return never();
    const call = during(calls, act());
    if (mishap.kills === "provider") return Promise.race([call, brokenPipe]);
    // Nobody is there to hear the answer of a call that outlived the command.
    return call.then(
      (value) => (isDead ? never<T>() : value),
      (error: unknown) => (isDead ? never<T>() : Promise.reject(error as Error)),
    );
  };
  const process: Process = {
    provider(kind) {
      const provider = inner.provider(kind);
      return {
        check: (olds, news) => heard(() => provider.check(olds, news)),
        diff: (id, olds, news) => heard(() => provider.diff(id, olds, news)),
        create: (inputs) => heard(() => provider.create(inputs)),
        read: (id, props) => heard(() => provider.read(id, props)),
        update: (id, olds, news) => heard(() => provider.update(id, olds, news)),
        delete: (id, props) => heard(() => provider.delete(id, props)),
      } satisfies DynamicProvider;
    },
  };
  return {
    process,
    save(now) {
      if (!isDead || mishap.kills === "provider") saved = now;
    },
    saved: () => saved,
    end,
    async quiet() {
      // What is answered may be followed by the next request of the same step.
      for (let quiet = 0, asked = count; quiet < quietRounds; asked = count) {
        await Promise.allSettled(underWay);
        await nextRound();
        quiet = underWay.size === 0 && count === asked ? quiet + 1 : 0;
      }
    },
    places: () => places.sort((one, other) => one.nth - other.nth),
  };
}

/** The time of a process. Who is dead waits for ever, so that nothing of a killed process goes on. */
class MortalClock extends ManualClock {
  constructor(private readonly isDead: () => boolean) {
    super();
  }

  override wait(ms: number): Promise<void> {
    return this.isDead() ? never() : super.wait(ms);
  }
}

/** The dead send nothing; their code, which still runs here, comes to the wait before its next attempt. */
const noConnection = (): TypeError =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }) });

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** @param all has the work in it as long as it lasts */
function during<T>(all: Set<Promise<unknown>>, work: Promise<T>): Promise<T> {
  all.add(work);
  const over = (): void => void all.delete(work);
  work.then(over, over);
  return work;
}
