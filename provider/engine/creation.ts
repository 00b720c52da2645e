/** Making an object exactly once, on a service whose answers get lost and whose replicas lag behind. */
import { EntraError } from "../graph/errors";
import type { Patience } from "./visibility";

/** Sends the create once. When its answer is lost, looks before it is sent again. */
export async function createOnce(
  create: () => Promise<string>,
  find: () => Promise<string | undefined>,
  patience: Patience,
): Promise<string> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof EntraError) || error.code !== "ANSWER_LOST") throw error;
    // One look proves presence; absence needs several, because a replica may not have it yet.
    for (let look = 0; look < patience.agreeing; look++) {
      const id = await find();
      if (id !== undefined) return id;
      await patience.pause(250 * 2 ** look);
    }
    return create();
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
