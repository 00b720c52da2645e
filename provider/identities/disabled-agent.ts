/**
 * Agents and blueprint principals that somebody else has disabled or deleted: who did it, and what a run does about it. Only
 * what the account Pulumi signs in as has disabled is enabled again without a confirmation.
 */
import { type Doer, doerOf } from "../directory/audit-log";
import { textOf } from "../engine/json";
import type { Actual, Confirmation, Warned, Warning } from "../engine/lifecycle";
import { RunMemory } from "../engine/run/run-memory";
import { EntraError, undefinedWhenGone } from "../graph/errors";
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
  readonly disabledBy: string | undefined;
}

/** What `disabledBy` says where the audit log does not. */
const unknown = "unknown";

/**
 * The outputs: why it is disabled, where this program did not do it. The audit log is asked only about what the program wants
 * enabled and the state does not know to be disabled, and again as long as nobody knows who did it.
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
    return { disabledByMicrosoftStatus, disabledBy: undefined };
  const known = textOf(outputs["disabledBy"]) || undefined;
  const isOwn = known === undefined && (outputs["enabled"] === false || declared.enabled === false);
  if (isOwn || (known !== undefined && known !== unknown)) return { disabledByMicrosoftStatus, disabledBy: known };
  const doer = await doerOf(tenant, "disabled", found.id);
  if ("unknown" in doer) return { disabledByMicrosoftStatus, disabledBy: unknown };
  return { disabledByMicrosoftStatus, disabledBy: doer.isOwn ? undefined : doer.name };
}

export function confirmReenabling(
  wanted: Switched,
  { inputs, outputs }: Pick<Actual<Switched>, "inputs" | "outputs">,
): Confirmation<Confirmable> | undefined {
  const cause = causeIn(outputs);
  if (!wanted.enabled || inputs.enabled !== false || cause === undefined) return undefined;
  return {
    by: "reenable",
    reason:
      cause.doer === unknown
        ? "it was disabled outside Pulumi, it is not known by whom, and the program would enable it again"
        : `${cause.doer} has disabled it${cause.detail}, and the program would enable it again`,
    to: "enable it",
    instead: "To leave it disabled, declare `enabled: false`.",
  };
}

function causeIn(outputs: Properties): { readonly doer: string; readonly detail: string } | undefined {
  const { disabledByMicrosoftStatus: status, disabledBy: doer } = outputs;
  if (typeof status === "string") return { doer: "Microsoft", detail: ` (disabledByMicrosoftStatus: ${status})` };
  if (typeof doer !== "string") return undefined;
  return {
    doer,
    detail: doer.startsWith("application ") ? " (a lifecycle policy of the tenant may be the cause)" : "",
  };
}

/** Who has disabled it against the program, at the refresh that finds it so, and at the one that finds out. */
export async function whoDisabled({
  tenant,
  id,
  declared,
  outputs,
  actual,
  after,
}: Warned<Switched>): Promise<Warning[]> {
  if (after !== "read" || actual?.inputs.enabled !== false) return [];
  const cause = causeIn(actual.outputs);
  const isNew = declared.enabled !== false && outputs["enabled"] !== false;
  const isFoundOut = outputs["disabledBy"] === unknown && cause?.doer !== unknown;
  if (!isNew && !isFoundOut) return [];
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
 * @param wentWith of an agent, its blueprint: Entra deletes it with that, and with that one's principal, and the log does not say so
 */
export async function whoDeleted(
  { tenant, actual, after }: Pick<Warned<object>, "tenant" | "actual" | "after">,
  objectId: string,
  next: string,
  wentWith?: string,
): Promise<Warning[]> {
  if (after !== "read" || actual) return [];
  const isWhole = wentWith === undefined || (await hasPrincipal(tenant, wentWith));
  const doer = isWhole
    ? await doerOf(tenant, "deleted", objectId)
    : { unknown: "the principal of its blueprint is gone too, and Entra deletes agents with it" };
  return [reportOf("deleted", doer, `${next}. To leave it deleted, remove it from the program`)];
}

const principals = new RunMemory<boolean>();

/** What may not be asked counts as there: then the audit log is asked. */
const hasPrincipal = (tenant: Tenant, blueprintId: string): Promise<boolean> =>
  principals.of(tenant, blueprintId, async () => {
    try {
      const path = `/servicePrincipals(appId='${encodeURIComponent(blueprintId)}')?$select=id`;
      return (await tenant.get(path).catch(undefinedWhenGone)) !== undefined;
    } catch (error) {
      if (error instanceof EntraError && error.code === "FORBIDDEN") return true;
      throw error;
    }
  });

const reportOf =
  (deed: "disabled" | "deleted", doer: Doer, next: string, detail = ""): Warning =>
  (subject) =>
    "unknown" in doer
      ? `${subject} was ${deed} outside Pulumi, and it is not known by whom: ${doer.unknown}. ${capital(next)}`
      : `${subject} was ${deed} by ${doer.name} at ${doer.at}${detail}: ${next}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
