/**
 * What agents hold at which API, as the resource PermissionGrant has it: one object per agent and API. Only what is
 * consented for all users: what single users consented to is theirs.
 *
 * Graph: appRoleAssignments of service principals, /oauth2PermissionGrants (v1.0)
 */
import { whole } from "../provider/engine/run/bulk-read";
import { undefinedWhenGone } from "../provider/graph/errors";
import type { Tenant } from "../provider/graph/tenant";
import type { DelegatedGrant, RoleAssignment } from "../provider/permissions/held-permissions";
import type { LiveObject } from "./live-objects";

/** A service principal, listed with its `appRoleAssignments`. */
export interface Holder {
  readonly id: string;
  readonly displayName: string;
  readonly appRoleAssignments?: readonly RoleAssignment[];
}

interface ApiPrincipal {
  readonly appId: string;
  readonly displayName: string;
  readonly appRoles: readonly { readonly id: string; readonly value: string | null }[];
}

/** @throws EntraError */
export async function heldBy(tenant: Tenant, holders: readonly Holder[]): Promise<LiveObject[]> {
  if (holders.length === 0) return [];
  const forAll = encodeURIComponent("consentType eq 'AllPrincipals'");
  const [grants, assignments] = await Promise.all([
    tenant.list<DelegatedGrant>(`/oauth2PermissionGrants?$filter=${forAll}`),
    Promise.all(holders.map((holder) => assignmentsOf(tenant, holder))),
  ]);
  const grantsOf = new Map<string, DelegatedGrant[]>();
  for (const grant of grants) grantsOf.set(grant.clientId, [...(grantsOf.get(grant.clientId) ?? []), grant]);
  const held = holders.flatMap((holder, index) => {
    const ofHolder = { roles: assignments[index] ?? [], grants: grantsOf.get(holder.id) ?? [] };
    const resources = new Set([...ofHolder.roles, ...ofHolder.grants].map(({ resourceId }) => resourceId));
    return [...resources].map((resourceId) => ({
      holder,
      resourceId,
      roles: ofHolder.roles.filter((one) => one.resourceId === resourceId),
      grants: ofHolder.grants.filter((one) => one.resourceId === resourceId),
    }));
  });
  const apis = new Map<string, ApiPrincipal | undefined>();
  await Promise.all(
    [...new Set(held.map(({ resourceId }) => resourceId))].map(async (id) => {
      const path = `/servicePrincipals/${id}?$select=appId,displayName,appRoles`;
      apis.set(id, await tenant.get<ApiPrincipal>(path).catch(undefinedWhenGone));
    }),
  );
  // What an API that is gone once offered cannot be used any more.
  return held.flatMap(({ holder, resourceId, roles, grants: delegated }) => {
    const api = apis.get(resourceId);
    if (!api) return [];
    const alone = roles.map(({ appRoleId }) => `${roleName(api, appRoleId)} on its own`);
    const forUsers = delegated
      .flatMap(({ scope }) => scope.split(" ").filter(Boolean))
      .map((name) => `${name} for users`);
    if (alone.length + forUsers.length === 0) return [];
    return [
      {
        kind: "PermissionGrant",
        id: `${holder.id}/${api.appId}`,
        displayName: `${api.displayName} for ${holder.displayName}`,
        belongsTo: holder.id,
        gives: `allows ${[...alone, ...forUsers].join(", ")}`,
        deletedBy: [
          ...roles.map(({ id }) => `DELETE /v1.0/servicePrincipals/${holder.id}/appRoleAssignments/${id}`),
          ...delegated.map(({ id }) => `DELETE /v1.0/oauth2PermissionGrants/${id}`),
        ],
      },
    ];
  });
}

async function assignmentsOf(
  tenant: Tenant,
  { id, appRoleAssignments = [] }: Holder,
): Promise<readonly RoleAssignment[]> {
  return whole(appRoleAssignments) ?? tenant.list<RoleAssignment>(`/servicePrincipals/${id}/appRoleAssignments`);
}

const roleName = ({ appRoles }: ApiPrincipal, roleId: string): string =>
  appRoles.find(({ id }) => id === roleId)?.value ?? (/^[0-]+$/.test(roleId) ? "default access" : roleId);
