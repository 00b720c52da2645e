/**
 * Agents and blueprint principals that somebody else has disabled or deleted: who did it, and what a run does about it. What
 * Microsoft or an application has disabled, as a lifecycle policy does, is not enabled again without a confirmation.
 */
import { type Doer, doerOf } from "../directory/audit-log";
import { textOf } from "../engine/json";
import type { Actual, Confirmation, Warned, Warning } from "../engine/lifecycle";
import type { Tenant } from "../graph/tenant";

interface Switched {
  readonly enabled?: boolean;
}

interface Confirmable extends Switched {
  readonly reenable?: boolean | undefined;
}

/** As Graph shows it. */
interface Disableable {
  readonly id: string;
  readonly accountEnabled: boolean;
  /** Null and `NotDisabled` say that Microsoft has not. */
  readonly disabledByMicrosoftStatus?: string | null;
}

type Properties = Readonly<Record<string, unknown>>;

interface Cause {
  readonly disabledByMicrosoftStatus: string | undefined;
  readonly disabledByApplication: string | undefined;
}

/**
 * The outputs: why it is disabled, where not a person did it. The audit log is asked only about what the program wants
 * enabled, and the state does not know to be disabled.
 *
 * @param outputs as they were read last, or the whole state
 */
export async function disabledBy(
  tenant: Tenant,
  found: Disableable,
  declared: Switched,
  outputs: Properties,
): Promise<Cause> {
  const { accountEnabled, disabledByMicrosoftStatus: status } = found;
  const disabledByMicrosoftStatus = status === null || status === "NotDisabled" ? undefined : status;
  if (accountEnabled || disabledByMicrosoftStatus !== undefined)
    return { disabledByMicrosoftStatus, disabledByApplication: undefined };
  const known = textOf(outputs["disabledByApplication"]) || undefined;
  if (known !== undefined || outputs["enabled"] === false || declared.enabled === false)
    return { disabledByMicrosoftStatus, disabledByApplication: known };
  const doer = await doerOf(tenant, "disabled", found.id);
  return { disabledByMicrosoftStatus, disabledByApplication: "application" in doer ? doer.application : undefined };
}

export function confirmReenabling(
  wanted: Switched,
  { inputs, outputs }: Pick<Actual<Switched>, "inputs" | "outputs">,
): Confirmation<Confirmable> | undefined {
  const cause = causeIn(outputs);
  if (!wanted.enabled || inputs.enabled !== false || cause === undefined) return undefined;
  return {
    by: "reenable",
    reason: `${cause.doer} has disabled it${cause.detail}, and the program would enable it again`,
    to: "enable it",
    instead: "To leave it disabled, declare `enabled: false`.",
  };
}

function causeIn(outputs: Properties): { readonly doer: string; readonly detail: string } | undefined {
  const { disabledByMicrosoftStatus: status, disabledByApplication: application } = outputs;
  if (typeof status === "string") return { doer: "Microsoft", detail: ` (disabledByMicrosoftStatus: ${status})` };
  if (typeof application === "string")
    return { doer: `application "${application}"`, detail: " (a lifecycle policy of the tenant may be the cause)" };
  return undefined;
}

/** Who has disabled it against the program, at the refresh that finds it so. */
export async function whoDisabled({
  tenant,
  id,
  declared,
  outputs,
  actual,
  after,
}: Warned<Switched>): Promise<Warning[]> {
  const isDrift = actual?.inputs.enabled === false && declared.enabled !== false && outputs["enabled"] !== false;
  if (after !== "read" || !isDrift) return [];
  const cause = causeIn(actual.outputs);
  const next =
    cause === undefined
      ? "`pulumi up` enables it again. To leave it disabled, declare `enabled: false`"
      : "`pulumi up` enables it again only if the program declares `reenable: true`. To leave it disabled, declare `enabled: false`";
  if (cause?.doer === "Microsoft") return [(subject) => `${subject} was disabled by Microsoft${cause.detail}: ${next}`];
  return [reportOf("disabled", await doerOf(tenant, "disabled", id), next, cause?.detail)];
}

/**
 * Who has deleted it, at the refresh that finds it gone.
 *
 * @param objectId what the audit log knows it by
 * @param next what `pulumi up` does
 */
export async function whoDeleted(
  { tenant, actual, after }: Pick<Warned<object>, "tenant" | "actual" | "after">,
  objectId: string,
  next: string,
): Promise<Warning[]> {
  if (after !== "read" || actual) return [];
  return [
    reportOf(
      "deleted",
      await doerOf(tenant, "deleted", objectId),
      `${next}. To leave it deleted, remove it from the program`,
    ),
  ];
}

const reportOf =
  (deed: "disabled" | "deleted", doer: Doer, next: string, detail = ""): Warning =>
  (subject) =>
    "unknown" in doer
      ? `${subject} was ${deed} outside Pulumi, and it is not known by whom: ${doer.unknown}. ${capital(next)}`
      : `${subject} was ${deed} by ${doer.name} at ${doer.at}${detail}: ${next}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
