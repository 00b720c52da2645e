/**
 * What all agents hold at which API, one object per agent and API, as the resource PermissionGrant has it. Only what is
 * consented for all users: what single users consented to is theirs.
 */
import type { Described, Inventory } from "../engine/inventory";
import type { Listed, Listing } from "../engine/listing";
import { whole } from "../engine/run/bulk-read";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { identities, principals } from "../identities/agent-lists";
import { type ListedApi, listedApi } from "./api";
import { consents, type DelegatedGrant, type RoleAssignment } from "./held-permissions";

/** A service principal, listed with its `appRoleAssignments`. */
interface Holder extends Listed {
  readonly displayName: string;
  readonly appRoleAssignments?: readonly RoleAssignment[];
}

/** What one agent holds at one API. */
interface Held {
  readonly holder: Holder;
  /** Object id of the API's service principal. */
  readonly resourceId: string;
  readonly roles: readonly RoleAssignment[];
  readonly grants: readonly DelegatedGrant[];
}

const holding = (list: Listing): Listing<Holder> => ({
  ...(list as Listing<Holder>),
  select: ["id", "displayName"],
  expand: "appRoleAssignments",
});

export const permissionInventory: Inventory<[Holder, Holder, DelegatedGrant]> = {
  lists: [holding(principals), holding(identities), consents],
  marker: "none",
  idIsKept: true,
  async describe([ofPrincipals, ofIdentities, grants], { tenant }) {
    const held = await heldBy(tenant, [...ofPrincipals, ...ofIdentities], grants);
    const resources = [...new Set(held.map(({ resourceId }) => resourceId))];
    const apis = new Map<string, ListedApi | undefined>();
    await Promise.all(resources.map(async (id) => apis.set(id, await listedApi(tenant, id).catch(undefinedWhenGone))));
    // What an API that is gone once offered cannot be used any more.
    return held.flatMap((one) => described(one, apis.get(one.resourceId)));
  },
};

async function heldBy(
  tenant: Tenant,
  holders: readonly Holder[],
  grants: readonly DelegatedGrant[],
): Promise<readonly Held[]> {
  const grantsOf = groupedBy(grants, ({ clientId }) => clientId);
  const assignments = await Promise.all(holders.map((holder) => assignmentsOf(tenant, holder)));
  return holders.flatMap((holder, index) => {
    const rolesAt = groupedBy(assignments[index] ?? [], ({ resourceId }) => resourceId);
    const grantsAt = groupedBy(grantsOf.get(holder.id) ?? [], ({ resourceId }) => resourceId);
    return [...new Set([...rolesAt.keys(), ...grantsAt.keys()])].map((resourceId) => ({
      holder,
      resourceId,
      roles: rolesAt.get(resourceId) ?? [],
      grants: grantsAt.get(resourceId) ?? [],
    }));
  });
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}

async function assignmentsOf(
  tenant: Tenant,
  { id, appRoleAssignments = [] }: Holder,
): Promise<readonly RoleAssignment[]> {
  return whole(appRoleAssignments) ?? tenant.list<RoleAssignment>(`/servicePrincipals/${id}/appRoleAssignments`);
}

function described({ holder, roles, grants }: Held, api: ListedApi | undefined): Described[] {
  if (!api) return [];
  const onItsOwn = roles.map(({ appRoleId }) => `${roleName(api, appRoleId)} on its own`);
  const scopes = grants.flatMap(({ scope }) => scope.split(" ").filter(Boolean));
  const permissions = [...onItsOwn, ...scopes.map((name) => `${name} for users`)];
  if (permissions.length === 0) return [];
  return [
    {
      id: `${holder.id}/${api.appId}`,
      label: `${api.displayName} for ${holder.displayName}`,
      parents: [holder.id],
      gives: `allows ${permissions.join(", ")}`,
      deletePaths: [
        ...roles.map(({ id }) => ({ path: `/servicePrincipals/${holder.id}/appRoleAssignments/${id}` })),
        ...grants.map(({ id }) => ({ path: `/oauth2PermissionGrants/${id}` })),
      ],
    },
  ];
}

const roleName = ({ appRoles }: ListedApi, roleId: string): string =>
  appRoles.find(({ id }) => id === roleId)?.value ?? (/^[0-]+$/.test(roleId) ? "default access" : roleId);
