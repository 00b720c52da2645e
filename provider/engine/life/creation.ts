/** Making an object exactly once, on a service whose answers get lost and whose replicas lag behind. */
import { EntraError } from "../../graph/errors";
import type { Twin } from "../lifecycle";
import { moment, type Moment } from "../run/run-memory";
import { everywhereMs, mayComeMs, type Patience, type Waits } from "../consistency/visibility";

/** How an object is looked for. */
export interface Search {
  /** A list is believed that was asked for after this moment. */
  readonly after: Moment;
  /** Whether Graph has just said that the object is there: then also one counts that this machine noted as deleted. */
  readonly isThere: boolean;
}

/** What this machine noted of an object before it is asked for. */
export interface Noted {
  /** Until when there may be one unseen beside which Graph would make another; undefined when there is none. */
  readonly mayShowUntilMs: number | undefined;
  /** Whether replicas may differ about it. */
  readonly isUnsettled: boolean;
}

/** An object that shall exist once. */
export interface Creation<T> {
  readonly create: () => Promise<T>;
  readonly find: (search: Search) => Promise<T | undefined>;
  /** What Graph does when it is asked for twice. */
  readonly twin: Twin;
  readonly noted: Noted;
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
  const { create, find, twin, noted, tell } = creation;
  // One look proves presence; absence is proved by time, because a replica may not have it yet.
  const lookUntil = async (untilMs: number, after: Moment, what: string): Promise<T | undefined> => {
    const leftMs = untilMs - patience.now();
    if (leftMs > 0)
      tell(`${what}: looking for it for up to ${Math.ceil(leftMs / 1000)} s before it is asked for again`);
    return look(find, untilMs, { after, isThere: false }, patience);
  };
  // The time counts from the earlier run, so it passes for all that it asked for at once. Where it has passed since this
  // process began, the list that all resources share may be older.
  if (noted.mayShowUntilMs !== undefined && noted.mayShowUntilMs > waits.begunMs) {
    const found = await lookUntil(noted.mayShowUntilMs, 0, "was asked for by a run a moment ago");
    if (found !== undefined) return found;
  }
  const sentAt = moment();
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof EntraError) || error.code !== "ANSWER_LOST")
      return unlessThere(error, sentAt, creation, waits);
    const lookMs = twin === "made" ? mayComeMs(waits) : Math.min(2_000, mayComeMs(waits));
    const found = await lookUntil(patience.now() + lookMs, sentAt, "was asked for and not answered");
    if (found !== undefined) return found;
    return create().catch((refusal: unknown) => unlessThere(refusal, sentAt, creation, waits));
  }
}

/** What Graph refuses because it is there already; a name that is taken is 409 for some objects and a plain 400 for others. */
async function unlessThere<T>(error: unknown, after: Moment, creation: Creation<T>, waits: Waits): Promise<T> {
  const { find, twin, noted } = creation;
  const { patience, lag } = waits;
  if (!(error instanceof EntraError) || (error.code !== "CONFLICT" && error.code !== "REFUSED")) throw error;
  // What is made twice is never refused for being there.
  if (twin === "made") throw error;
  // A 409 says that it is there, and a replica may say so later. A 400 may mean anything: where nothing lags, one look.
  const isThere = error.code === "CONFLICT";
  const mayLag = noted.isUnsettled || lag.ms > 0;
  const lookMs = isThere ? mayComeMs(waits) : mayLag ? everywhereMs(waits) : 0;
  const found = await look(find, patience.now() + lookMs, { after, isThere }, patience);
  if (found === undefined) throw error;
  return found;
}

/** By patience and time: all that look until the same time share the list that the first of them asks for then. */
const lastLooks = new WeakMap<Patience, Map<number, Moment>>();

function lastLook(patience: Patience, untilMs: number): Moment {
  const looks = lastLooks.get(patience) ?? new Map<number, Moment>();
  lastLooks.set(patience, looks);
  const at = looks.get(untilMs) ?? moment();
  looks.set(untilMs, at);
  return at;
}

/**
 * Looks until something is found or the time has come. The last look begins at that time: one that began earlier proves
 * nothing, however long it waited for a quota. Until then each takes the list that anybody asked for since the one before.
 */
async function look<T>(
  find: Creation<T>["find"],
  untilMs: number,
  { after, isThere }: Search,
  patience: Patience,
): Promise<T | undefined> {
  const { now, pause } = patience;
  for (let [pauseMs, seenAt] = [250, after]; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    const isLast = now() >= untilMs;
    const found = await find({ after: isLast ? lastLook(patience, untilMs) : seenAt, isThere });
    if (found !== undefined || isLast) return found;
    seenAt = moment();
    await pause(Math.min(pauseMs, Math.max(0, untilMs - now())));
  }
}

/**
 * A replica may not know yet what was made moments ago, and refuses what refers to it. That refusal had no effect, so it
 * is waited out within the patience; any other refusal, and any other referent, is final.
 *
 * @param young whether what the object refers to was made or changed by this run
 */
export async function untilReferentsShow<T>(act: () => Promise<T>, young: boolean, patience: Patience): Promise<T> {
  // What a request waits for a quota is not taken from the patience.
  let leftMs = patience.limitMs;
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
    try {
      return await act();
    } catch (error) {
      leftMs -= pauseMs;
      if (!young || !saysReferentIsMissing(error) || leftMs < 0) throw error;
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

/** Of the directory, and of Conditional Access. */
const generalRefusals = new Set(["Request_BadRequest", "BadRequest"]);

/** Graph's ways to say that something referred to is not there. Its general 400 has no code of its own, only words. */
function saysReferentIsMissing(error: unknown): boolean {
  if (!(error instanceof EntraError) || !error.answer) return false;
  const { status, code } = error.answer;
  return (
    error.code === "NOT_FOUND" ||
    missingReferent.has(code) ||
    (status === 400 && generalRefusals.has(code) && /not found|does not exist|does not reference/i.test(error.message))
  );
}
