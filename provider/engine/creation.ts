/** Making an object exactly once, on a service whose answers get lost and whose replicas lag behind. */
import { EntraError } from "../graph/errors";
import { everywhereMs, mayComeMs, type Patience, type Waits } from "./visibility";

/** How an object is made, and how it is looked for. */
export interface Creation<T> {
  readonly create: () => Promise<T>;
  /** Asks anew, whatever was listed earlier. */
  readonly find: () => Promise<T | undefined>;
  /** The same when Graph says that it is there: also one of which this machine noted that it was deleted. */
  readonly findThere: () => Promise<T | undefined>;
  /** Whether Graph itself refuses a second object with the same key. */
  readonly keyed: boolean;
  /** Until when an object that an earlier run made or asked for may exist unseen, if there may be one. */
  readonly mayShowUntilMs: number | undefined;
  /** Whether replicas may differ about it. */
  readonly isUnsettled: boolean;
  /** Tells the person who waits. */
  readonly tell: (message: string) => void;
}

/**
 * Sends the create once. When its answer is lost, or was lost with an earlier process, looks before it is sent again: a
 * moment where Graph itself refuses a second object with the same key, and as long as the patience lasts where nothing
 * else would prevent a twin. When Graph refuses it, looks whether there is one already.
 */
export async function createOnce<T>(creation: Creation<T>, waits: Waits): Promise<T> {
  const { patience } = waits;
  const { create, find, keyed, mayShowUntilMs, tell } = creation;
  // One look proves presence; absence is proved by time, because a replica may not have it yet.
  const lookUntil = async (untilMs: number, what: string): Promise<T | undefined> => {
    const leftMs = untilMs - patience.now();
    if (leftMs > 0)
      tell(`${what}: looking for it for up to ${Math.ceil(leftMs / 1000)} s before it is asked for again`);
    return look(find, untilMs, patience);
  };
  // The time counts from the earlier run, so it passes for all that it asked for at once.
  if (mayShowUntilMs !== undefined && mayShowUntilMs > patience.now() && !keyed) {
    const found = await lookUntil(mayShowUntilMs, "was asked for by a run a moment ago");
    if (found !== undefined) return found;
  }
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof EntraError) || error.code !== "ANSWER_LOST") return unlessThere(error, creation, waits);
    const untilMs = patience.now() + (keyed ? Math.min(2_000, mayComeMs(waits)) : mayComeMs(waits));
    const found = await lookUntil(untilMs, "was asked for and not answered");
    if (found !== undefined) return found;
    return create().catch((refusal: unknown) => unlessThere(refusal, creation, waits));
  }
}

/** What Graph refuses because it is there already; a name that is taken is 409 for some objects and a plain 400 for others. */
async function unlessThere<T>(error: unknown, creation: Creation<T>, waits: Waits): Promise<T> {
  const { find, findThere, isUnsettled } = creation;
  const { patience, lag } = waits;
  if (!(error instanceof EntraError) || (error.code !== "CONFLICT" && error.code !== "REFUSED")) throw error;
  // A 409 says that it is there, and a replica may say so later. A 400 may mean anything: where nothing lags, one look.
  const isThere = error.code === "CONFLICT";
  const lookMs = isThere || isUnsettled || lag.ms > 0 ? everywhereMs(waits) : 0;
  const found = await look(isThere ? findThere : find, patience.now() + lookMs, patience);
  if (found === undefined) throw error;
  return found;
}

/** Looks until something is found or the time has come. The last look is at that time. */
async function look<T>(
  find: () => Promise<T | undefined>,
  untilMs: number,
  { now, pause }: Patience,
): Promise<T | undefined> {
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    const found = await find();
    const leftMs = untilMs - now();
    if (found !== undefined || leftMs <= 0) return found;
    await pause(Math.min(pauseMs, leftMs));
  }
}

/**
 * A replica may not know yet what was made moments ago, and refuses what refers to it. That refusal had no effect, so it
 * is waited out within the patience; any other refusal, and any other referent, is final.
 *
 * @param young whether what the object refers to was made or changed by this run
 */
export async function untilReferentsShow<T>(act: () => Promise<T>, young: boolean, patience: Patience): Promise<T> {
  const deadline = patience.now() + patience.limitMs;
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    try {
      return await act();
    } catch (error) {
      if (!young || !saysReferentIsMissing(error) || patience.now() + pauseMs > deadline) throw error;
      await patience.pause(pauseMs);
    }
  }
}

/** Codes that refuse a parent that is not there, or that is not yet what it must be. */
const missingReferent = new Set([
  "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
  "AgentIdentity_IncompatibleParentType",
  "AgentBlueprintPrincipal_RequireAgentBlueprint",
]);

/** Graph's ways to say that something referred to is not there. Its general 400 has no code of its own, only words. */
function saysReferentIsMissing(error: unknown): boolean {
  if (!(error instanceof EntraError) || !error.answer) return false;
  const { status, code } = error.answer;
  return (
    error.code === "NOT_FOUND" ||
    missingReferent.has(code) ||
    (status === 400 &&
      code === "Request_BadRequest" &&
      /not found|does not exist|does not reference/i.test(error.message))
  );
}
