/** Making an object exactly once, on a service whose answers get lost and whose replicas lag behind. */
import { EntraError } from "../graph/errors";
import type { Patience } from "./visibility";

/**
 * Sends the create once. When its answer is lost, looks before it is sent again: a moment where Graph itself refuses a
 * second object with the same key, and as long as the patience lasts where nothing else would prevent a twin. When Graph
 * refuses it, looks whether there is one already.
 */
export async function createOnce<T>(
  create: () => Promise<T>,
  find: () => Promise<T | undefined>,
  keyed: boolean,
  patience: Patience,
  tell: (message: string) => void,
): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    // A name that is taken is 409 for some objects and a plain 400 for others.
    if (error.code === "CONFLICT" || error.code === "REFUSED") {
      const found = await find();
      if (found !== undefined) return found;
    }
    if (error.code !== "ANSWER_LOST") throw error;
    // One look proves presence; absence is proved by time, because a replica may not have it yet.
    const lookMs = keyed ? 2_000 : patience.limitMs;
    const deadline = patience.now() + lookMs;
    tell(`was asked for and not answered: looking for it for up to ${lookMs / 1000} s before it is asked for again`);
    for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      const found = await find();
      if (found !== undefined) return found;
      if (patience.now() + pauseMs > deadline) return create();
      await patience.pause(pauseMs);
    }
  }
}

/**
 * A replica may not know yet what this process made moments ago, and refuses what refers to it. That refusal had no
 * effect, so it is waited out within the patience; any other refusal, and any other referent, is final.
 *
 * @param young whether this process made what the object refers to
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

/** Graph's ways to say that something referred to is not there. Its general 400 has no code of its own, only words. */
function saysReferentIsMissing(error: unknown): boolean {
  if (!(error instanceof EntraError) || !error.answer) return false;
  const { status, code } = error.answer;
  return (
    error.code === "NOT_FOUND" ||
    code === "AgentIdentity_AgentBlueprintPrincipalDoesNotExist" ||
    code === "AgentBlueprintPrincipal_RequireAgentBlueprint" ||
    (status === 400 &&
      code === "Request_BadRequest" &&
      /not found|does not exist|does not reference/i.test(error.message))
  );
}
