/** What Pulumi does only when the program confirms it. */
import { EntraError } from "../../graph/errors";
import type { Actual, Lifecycle, Marked } from "../lifecycle";
import type { Run } from "../run/run";

/** @throws EntraError INPUT_INVALID when a change needs a confirmation that the program of this run does not give */
export function requireConfirmed<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  run: Run,
  wanted: Partial<Inputs> & Marked,
  actual: Actual<Inputs>,
): void {
  const needed = lifecycle.mustConfirm?.(wanted, actual);
  if (!needed || run.checked.instructionsOf(`${lifecycle.kind} ${wanted.marker}`)[needed.by] === true) return;
  throw new EntraError(
    "INPUT_INVALID",
    `${needed.reason}. To do it all the same, declare ${needed.by}: true for one run, and take it out again afterwards`,
  );
}
