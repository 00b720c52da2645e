/** Agents and blueprint principals that Microsoft has disabled: Pulumi enables none of them again by itself. */
import type { Actual, Confirmation } from "../engine/lifecycle";

interface Switched {
  readonly enabled?: boolean;
}

interface Confirmable extends Switched {
  readonly reenable?: boolean | undefined;
}

/** As Graph shows it: null and `NotDisabled` say that Microsoft has not. */
export interface Disableable {
  readonly disabledByMicrosoftStatus?: string | null;
}

/** The output: why Microsoft has disabled it; undefined where it has not. */
export const disabledBy = ({ disabledByMicrosoftStatus: status }: Disableable): string | undefined =>
  status === null || status === undefined || status === "NotDisabled" ? undefined : status;

export function confirmReenabling(
  wanted: Switched,
  { inputs, outputs }: Pick<Actual<Switched>, "inputs" | "outputs">,
): Confirmation<Confirmable> | undefined {
  const status = outputs["disabledByMicrosoftStatus"];
  if (!wanted.enabled || inputs.enabled !== false || typeof status !== "string") return undefined;
  return {
    by: "reenable",
    reason: `Microsoft has disabled it (disabledByMicrosoftStatus: ${status}), and the program would enable it again`,
  };
}
