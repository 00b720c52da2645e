/**
 * Who did something to an object outside Pulumi, as the tenant's audit log says. To ask is optional: it needs a permission
 * that nothing else here needs, and a tenant that keeps the log.
 *
 * Graph: /auditLogs/directoryAudits (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/directoryaudit-list
 */
import { RunMemory } from "../engine/run/run-memory";
import { EntraError } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

/** Least Graph permission to ask. */
export const toReadAuditLog: readonly string[] = ["AuditLog.Read.All"];

export type Deed = "disabled" | "deleted";

export type Doer =
  | {
      /** For messages: `adele.vance@contoso.com`, `application "Lifecycle policies"`. */
      readonly name: string;
      /** ISO 8601, in UTC. */
      readonly at: string;
      /** Its name, where it is an application, and not the account that has signed in. */
      readonly application?: string;
    }
  | {
      /** A sentence without its full stop. */
      readonly unknown: string;
    };

/** What is read of an entry. */
interface Entry {
  /** ISO 8601. */
  readonly activityDateTime: string;
  readonly activityDisplayName: string;
  readonly result?: string | null;
  readonly initiatedBy?: {
    readonly app?: {
      readonly appId?: string | null;
      readonly displayName?: string | null;
      readonly servicePrincipalId?: string | null;
    } | null;
    readonly user?: {
      readonly id?: string | null;
      readonly displayName?: string | null;
      readonly userPrincipalName?: string | null;
    } | null;
  } | null;
  readonly targetResources?: readonly Target[] | null;
}

interface Target {
  readonly id?: string | null;
  readonly modifiedProperties?:
    readonly { readonly displayName?: string | null; readonly newValue?: string | null }[] | null;
}

/** Entries about one object that are looked through. */
const mostEntries = 50;

/** By deed and object: each is asked about once in a run, however often it is read. */
const doers = new RunMemory<Doer>();

/**
 * Who did it last. Whatever goes wrong, it is only not known.
 *
 * @param id object id
 */
export const doerOf = (tenant: Tenant, deed: Deed, id: string): Promise<Doer> =>
  doers.of(tenant, `${deed} ${id}`, async () => {
    try {
      return await ask(tenant, deed, id);
    } catch (error) {
      if (!(error instanceof EntraError)) throw error;
      return {
        unknown:
          error.code === "FORBIDDEN"
            ? `to see it in the audit log, grant ${toReadAuditLog.join(" and ")} to the application Pulumi signs in as, with admin consent. ` +
              "If it is granted, the tenant may lack the licence for audit logs (Microsoft Entra ID P1 or P2)"
            : `the audit log could not be read (${error.code})`,
      };
    }
  });

async function ask(tenant: Tenant, deed: Deed, id: string): Promise<Doer> {
  const filter = encodeURIComponent(`targetResources/any(t:t/id eq '${id}')`);
  const path = `/auditLogs/directoryAudits?$filter=${filter}&$top=${mostEntries}`;
  const [{ items }, { id: own }] = await Promise.all([tenant.page<Entry>(path), tenant.account()]);
  const [entry] = items
    .filter((one) => one.result !== "failure" && is[deed](one, id))
    .sort((one, other) => Date.parse(other.activityDateTime) - Date.parse(one.activityDateTime));
  const { app, user } = entry?.initiatedBy ?? {};
  if (!entry || (!app && !user))
    return { unknown: "the audit log has no entry for it. Entries appear after some minutes: refresh again later" };
  const at = entry.activityDateTime.replace(/\.\d+Z$/, "Z");
  if (own !== undefined && (user?.id ?? app?.servicePrincipalId) === own)
    return { name: "the account Pulumi signs in as", at };
  if (user) return { name: user.userPrincipalName ?? user.displayName ?? user.id ?? "a person", at };
  const application = app?.displayName ?? app?.appId ?? app?.servicePrincipalId ?? "without a name";
  return { name: `application "${application}"`, at, application };
}

/** The directory writes names and values its own way: `AccountEnabled` and `[false]`. */
const is: Readonly<Record<Deed, (entry: Entry, id: string) => boolean>> = {
  disabled: ({ targetResources }, id) =>
    (targetResources ?? []).some(
      (target) =>
        target.id === id &&
        target.modifiedProperties?.some(
          ({ displayName, newValue }) =>
            displayName?.toLowerCase() === "accountenabled" && /^\W*false\W*$/i.test(newValue ?? ""),
        ),
    ),
  // What is removed from it has it as a target as well. https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities
  deleted: ({ activityDisplayName }) =>
    /^(?:hard )?(?:delete|remove) (?:application|service principal)$/i.test(activityDisplayName),
};
