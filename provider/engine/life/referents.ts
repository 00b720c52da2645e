/** Objects that another one refers to, and that a replica may not know yet. */
import { EntraError } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import { everywhereMs } from "../consistency/consistency";
import { untilAccepted } from "../consistency/wait";
import type { Run } from "../run/run";

/** Whether a run of this machine created, found or changed any of these objects so lately that a replica may not know. */
export const anyRecentlyWritten = (run: Run, tenant: Tenant, ids: readonly string[]): boolean =>
  ids.some((id) => run.claims.isWritten(id) || run.journal.writtenAt(tenant.id, id, everywhereMs(run)) !== undefined);

/**
 * A replica may not know yet what was recently written, and refuses what refers to it, or does not find it. That refusal had
 * no effect, so the request is repeated; any other refusal, and of any other object, is final.
 *
 * @param recentlyWritten whether what the request refers to was
 */
export async function untilReplicasKnow<T>(run: Run, recentlyWritten: boolean, send: () => Promise<T>): Promise<T> {
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
