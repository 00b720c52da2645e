/**
 * What an agent may do at one API, whoever granted it: what was granted to itself, what individual users have consented to, and
 * what it inherits from its blueprint. The one place that puts them together: for PermissionGrant, for `entra-agent-id tenant
 * show` and for `orphans`.
 */
import { type Api, roleName } from "./api";
import { isForAll, permissionsWrittenAt, scopesIn } from "./held-permissions";
import { inheritanceOf, passedDown } from "./inheritance";
import type { Holdings, Sources } from "./sources";
import { sorted } from "../engine/json";
import type { Tenant } from "../graph/tenant";

/** By permission names, sorted. What an API does not publish any more is called by its id. */
export interface EffectivePermissions {
  /** Granted to the agent itself. */
  readonly application: readonly string[];
  /** Granted to the agent itself, with consent for all users. */
  readonly delegated: readonly string[];
  /** What individual users have consented to, each for themselves; sorted by user. */
  readonly consentedByUsers: readonly UserConsent[];
  readonly inherited: InheritedPermissions;
}

/** What one user has consented to. */
export interface UserConsent {
  /** Object id of the user, or of the agent user. */
  readonly principalId: string;
  /** Names of the delegated permissions, sorted. */
  readonly delegated: readonly string[];
}

/** What an agent holds because the principal of its blueprint does, and the blueprint lets its agents inherit it. */
export interface InheritedPermissions {
  /** "unknown" where Graph does not show it. */
  readonly application: readonly string[] | "unknown";
  /** "unknown" where Graph does not show it. */
  readonly delegated: readonly string[] | "unknown";
  /** appId of the blueprint. @default none: a blueprint principal inherits nothing, or the blueprint is not known */
  readonly blueprintId?: string;
}

export async function effectivePermissions(
  tenant: Tenant,
  holderId: string,
  api: Api,
  sources: Sources,
): Promise<EffectivePermissions> {
  const [holdings, inherited] = await Promise.all([
    sources.holdingsOf(holderId),
    inheritedPermissions(tenant, holderId, api, sources),
  ]);
  return { ...named(holdings, api), inherited };
}

/** What holdings come to at one API. */
export function named({ roles, grants }: Holdings, api: Api): Omit<EffectivePermissions, "inherited"> {
  const here = grants.filter(({ resourceId }) => resourceId === api.id);
  const rolesHere = roles.filter(({ resourceId }) => resourceId === api.id);
  return {
    application: sorted(rolesHere.map(({ appRoleId }) => roleName(api, appRoleId))),
    delegated: sorted(here.filter(isForAll).flatMap(scopesIn)),
    consentedByUsers: here
      .flatMap((grant): UserConsent[] =>
        isForAll(grant) ? [] : [{ principalId: grant.principalId ?? "", delegated: sorted(scopesIn(grant)) }],
      )
      .sort((one, other) => (one.principalId < other.principalId ? -1 : 1)),
  };
}

async function inheritedPermissions(
  tenant: Tenant,
  agentId: string,
  api: Api,
  sources: Sources,
): Promise<InheritedPermissions> {
  const nothing = { application: [], delegated: [] };
  const parent = await sources.parentOf(agentId);
  if (!parent) return { application: "unknown", delegated: "unknown" };
  const { blueprintId } = parent;
  if (blueprintId === undefined) return nothing;
  const principal = await sources.principalOf(blueprintId);
  if (!principal) return { ...nothing, blueprintId };
  const held = named(principal, api);
  // Most principals hold nothing: then it does not matter what they would pass down.
  if (held.application.length + held.delegated.length === 0) return { ...nothing, blueprintId };
  const after = permissionsWrittenAt(tenant, principal.id);
  const inheritance = await inheritanceOf(tenant, { blueprintId, agentId, api, after });
  return { ...passedDown(inheritance, held), blueprintId };
}
