/** Objects that another one refers to, and that a replica may not know yet. */
import { EntraError } from "../../graph/errors";
import { untilAccepted } from "../consistency/wait";
import type { Run } from "../run/run";

/**
 * A replica may not know yet what was written moments ago, and refuses what refers to it. That refusal had no effect, so the
 * request is repeated; any other refusal, and any other referent, is final.
 *
 * @param recentlyWritten whether what the object refers to was
 */
export async function untilReferentsShow<T>(run: Run, recentlyWritten: boolean, send: () => Promise<T>): Promise<T> {
  const wait = untilAccepted(run);
  let refusal: unknown;
  while (await wait.again()) {
    try {
      return await send();
    } catch (error) {
      if (!recentlyWritten || !isMissingReferent(error)) throw error;
      refusal = error;
      wait.record("wrong");
    }
  }
  throw refusal;
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
function isMissingReferent(error: unknown): boolean {
  if (!(error instanceof EntraError) || !error.answer) return false;
  const { status, code } = error.answer;
  return (
    error.code === "NOT_FOUND" ||
    missingReferent.has(code) ||
    (status === 400 && generalRefusals.has(code) && /not found|does not exist|does not reference/i.test(error.message))
  );
}
