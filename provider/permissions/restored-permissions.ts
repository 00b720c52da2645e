/** Permissions that come back with a restored blueprint principal, also those that nobody declares any more. */
import type { DelegatedGrant, RoleAssignment } from "./held-permissions";
import { restoredWith } from "../directory/deleted-items";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

/** How many, and how to take them away: a phrase; undefined when there are none. */
export async function restoredPermissions(tenant: Tenant, principalId: string): Promise<string | undefined> {
  const path = `/servicePrincipals/${encodeURIComponent(principalId)}`;
  const lists = ["appRoleAssignments", "oauth2PermissionGrants"].map((relation) => `${path}/${relation}`);
  return restoredWith(tenant, "permissions", lists, () => heldAt(tenant, path));
}

async function heldAt(tenant: Tenant, path: string): Promise<string | undefined> {
  // Where a replica does not know yet that the principal is back there is nothing to tell.
  const [assignments = [], grants = []] = await Promise.all([
    tenant.list<RoleAssignment>(`${path}/appRoleAssignments`).catch(undefinedWhenGone),
    tenant.list<DelegatedGrant>(`${path}/oauth2PermissionGrants`).catch(undefinedWhenGone),
  ]);
  const removals = [
    ...assignments.map(({ id }) => tenant.url(`${path}/appRoleAssignments/${id}`)),
    ...grants.map(({ id }) => tenant.url(`/oauth2PermissionGrants/${id}`)),
  ];
  if (removals.length === 0) return undefined;
  return (
    "permissions, also those that no program declares: " +
    `${assignments.length} at application level, ${grants.flatMap(({ scope }) => scope.split(" ").filter(Boolean)).length} delegated. ` +
    `Remove the permissions that nobody needs with DELETE ${removals.join(", ")}`
  );
}
