/** What an agent may do beside what is granted to it, and what is left of its permissions when the grant is deleted: warnings. */
import type { Api } from "./api";
import type { EffectivePermissions, InheritedPermissions } from "./effective-permissions";
import { type DelegatedGrant, scopesIn } from "./held-permissions";
import type { Warning } from "../engine/lifecycle";
import type { Tenant } from "../graph/tenant";

/** Users that a message names; more are counted. */
const mostNamed = 5;

interface Declared {
  readonly application?: readonly string[];
  readonly delegated?: readonly string[];
}

/**
 * @param outputs of the grant, as they are now
 * @param declared what the program says of the same agent and API
 */
export function beside(
  tenant: Tenant,
  agentId: string,
  api: Api,
  outputs: Readonly<Record<string, unknown>>,
  declared: Declared,
): Warning[] {
  const { consentedByUsers = [], inherited } = outputs as Partial<EffectivePermissions>;
  return [
    ...(consentedByUsers.length === 0
      ? []
      : [
          (subject: string) =>
            `${subject}: ${people(consentedByUsers)} at ${api.name} for this agent, beside what is declared. ` +
            `To withdraw it, declare userConsents: "withdraw"; to see it, GET ${grantsOf(tenant, agentId)}`,
        ]),
    ...(inherited ? inheritedBeside(tenant, api, inherited, declared) : []),
  ];
}

/** The same text for all agents of the blueprint that declare the same. */
function inheritedBeside(tenant: Tenant, api: Api, inherited: InheritedPermissions, declared: Declared): Warning[] {
  const { application, delegated, blueprintId } = inherited;
  if (application === "unknown" || delegated === "unknown")
    return [
      () =>
        `cannot read which permissions agents of ${blueprintId === undefined ? "a blueprint" : `blueprint ${blueprintId}`} inherit at ${api.name}. ` +
        "Grant AgentIdentityBlueprint.Read.All to the application Pulumi signs in as, with admin consent. " +
        "If it is granted already, this tenant does not show them: check the permissions of the blueprint principal by hand",
    ];
  const surplus = listed({
    application: application.filter((name) => !declared.application?.includes(name)),
    delegated: delegated.filter((name) => !declared.delegated?.includes(name)),
  });
  if (surplus === undefined || blueprintId === undefined) return [];
  return [
    () =>
      `agents of blueprint ${blueprintId} inherit ${surplus} at ${api.name}, which is not declared for them. ` +
      `To end it, remove the permission from the blueprint's principal, or DELETE ${inheritableUrl(tenant, blueprintId, api)}`,
  ];
}

/**
 * What stays with the agent.
 *
 * @param consents of individual users, which stay
 * @param inherited as it was read last
 */
export function leftBehind(
  tenant: Tenant,
  api: Api,
  consents: readonly DelegatedGrant[],
  inherited: unknown,
): Warning[] {
  const { application, delegated, blueprintId } = (inherited ?? {}) as Partial<InheritedPermissions>;
  const passed = listed({ application: namesIn(application), delegated: namesIn(delegated) });
  const ofUsers = consents.map((grant) => ({ principalId: grant.principalId ?? "", delegated: scopesIn(grant) }));
  return [
    ...(consents.length === 0
      ? []
      : [
          (subject: string) =>
            `${subject} was deleted, and ${people(ofUsers)} at ${api.name} for this agent: that stays while the agent exists. ` +
            `To withdraw it, DELETE ${consents.map(({ id }) => tenant.url(`/oauth2PermissionGrants/${id}`)).join(", ")}`,
        ]),
    ...(passed === undefined || blueprintId === undefined
      ? []
      : [
          () =>
            `permission grants at ${api.name} were deleted, and agents of blueprint ${blueprintId} inherit ${passed} there: that stays while the agents exist. ` +
            `To end it, remove the permission from the blueprint's principal, or DELETE ${inheritableUrl(tenant, blueprintId, api)}`,
        ]),
  ];
}

/** `2 users have consented (51f0… to Mail.Send, 8c2a… to Files.Read)` */
function people(consents: EffectivePermissions["consentedByUsers"]): string {
  const shown = consents
    .slice(0, mostNamed)
    .map(({ principalId, delegated }) => `${principalId} to ${delegated.join(" ")}`);
  const more = consents.length > mostNamed ? `, and ${consents.length - mostNamed} more` : "";
  return `${consents.length === 1 ? "a user has" : `${consents.length} users have`} consented (${shown.join(", ")}${more})`;
}

/** `User.Read.All (application), Mail.Send (delegated)`; undefined where there is nothing. */
function listed({ application = [], delegated = [] }: Declared): string | undefined {
  const all = [
    ...application.map((name) => `${name} (application)`),
    ...delegated.map((name) => `${name} (delegated)`),
  ];
  return all.length === 0 ? undefined : all.join(", ");
}

const namesIn = (names: readonly string[] | "unknown" | undefined): readonly string[] =>
  names === "unknown" ? [] : (names ?? []);

const grantsOf = (tenant: Tenant, agentId: string): string =>
  tenant.url(`/servicePrincipals/${agentId}/oauth2PermissionGrants`);

const inheritableUrl = (tenant: Tenant, blueprintId: string, api: Api): string =>
  tenant.url(
    `/applications(appId='${blueprintId}')/microsoft.graph.agentIdentityBlueprint/inheritablePermissions/${api.appId}`,
  );
