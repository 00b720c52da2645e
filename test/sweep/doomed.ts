/** A run to which a mishap happens: a provider process, and the engine around it, that may both be killed. */
import { setTimeout as pause } from "node:timers/promises";
import type { DynamicProvider } from "../../provider/engine/dynamic";
import type { EmbeddedTenant } from "../../provider/graph/connection";
import { ManualClock } from "../graph/manual-clock";
import type { Process, StackState } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import type { Answer, Mishap } from "./mishap";

/** A provider process to which a mishap happens, and what is left of the run around it. */
export interface Doomed {
  readonly process: Process;
  /** Keeps the state as long as there is somebody to write it. */
  readonly save: (state: StackState) => void;
  /** The last state that was written. */
  readonly saved: () => StackState;
  /** Resolves when whoever was killed does nothing any more; never where nobody is. */
  readonly end: Promise<void>;
  /** Requests that came to the tenant. */
  readonly requests: () => readonly string[];
}

/** Real milliseconds until a request that stalls is given up. */
const stallMs = 30;

/**
 * @param nth which request it happens to, from 1; 0 for none
 * @param batched whether requests travel in batches: it happens to a batch as a whole then
 */
export async function doomed(
  tenant: EmbeddedTenant,
  state: StackState,
  nth: number,
  mishap: Mishap,
  batched = false,
): Promise<Doomed> {
  const requests: string[] = [];
  const calls = new Set<Promise<unknown>>();
  let saved = state;
  let isDead = false;
  let ended: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (ended = resolve));
  let broken: (error: Error) => void = () => undefined;
  const brokenPipe = new Promise<never>((_, reject) => (broken = reject));
  brokenPipe.catch(() => undefined);

  const kill = (): void => {
    isDead = true;
    if (mishap.kills === "provider") broken(new Error("error reading from server: EOF"));
    if (mishap.kills === "machine") ended();
    if (mishap.kills === "command") void Promise.allSettled(calls).then(ended);
  };
  const handle = async (request: Request): Promise<Response> => {
    if (isDead && mishap.kills !== "command") throw noConnection();
    requests.push(`${request.method} ${decodeURIComponent(new URL(request.url).pathname)}`);
    const number = requests.length;
    if (number > nth && nth > 0 && mishap.then) return tenant.handle(faulty(request, "before", mishap.then));
    if (number !== nth) return tenant.handle(request);
    if (!mishap.kills) return tenant.handle(mishap.answer ? faulty(request, mishap.effect, mishap.answer) : request);
    if (mishap.effect === "before") {
      kill();
      throw noConnection();
    }
    const answer = await tenant.handle(request);
    kill();
    if (mishap.kills === "command") return answer;
    throw noConnection();
  };
  const clock = new MortalClock(() => isDead && mishap.kills !== "command");
  const tuning = mishap.answer === "stall" ? { timeoutMs: stallMs } : {};
  const inner = await aProcess({ handle, token: () => tenant.token() }, { tuning, clock, batched });

  /** As the command sees a call of the provider. */
  const heard = <T>(act: () => Promise<T>): Promise<T> => {
    if (isDead && mishap.kills === "command") return never();
    const call = act();
    calls.add(call);
    const over = (): void => void calls.delete(call);
    call.then(over, over);
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
    requests: () => requests,
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

function faulty(request: Request, effect: Mishap["effect"], answer: Answer): Request {
  const copy = new Request(request);
  copy.headers.set("x-emulated-fault", JSON.stringify({ effect, answer }));
  return copy;
}

/** Lets what is under way in the tenant come to its end. */
export const settled = (): Promise<void> => pause(0);
