/**
 * The permissions an agent holds at an API: application permissions are one assignment each, delegated ones share a grant.
 *
 * Graph: /servicePrincipals/{id}/appRoleAssignments, /oauth2PermissionGrants (v1.0)
 */
import { allWritten } from "./all-written";
import type { Api } from "./api";
import { type Listing, pathOf } from "../engine/listing";
import { type BulkRead, whole } from "../engine/run/bulk-read";
import { filteredList } from "../engine/run/filtered-list";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

/** An application permission that is granted. */
export interface RoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly resourceId: string;
}

/** The delegated permissions that an agent has been granted at one API. */
export interface DelegatedGrant {
  readonly id: string;
  readonly clientId: string;
  readonly consentType: "AllPrincipals" | "Principal";
  readonly resourceId: string;
  readonly scope: string;
}

/** What an agent holds at an API, by names; a permission that the API no longer offers by its id. */
export async function heldPermissions(
  tenant: Tenant,
  agentId: string,
  api: Api,
  bulk?: BulkRead,
): Promise<{ application: string[]; delegated: string[] }> {
  const [assignments, grant] = await Promise.all([
    roleAssignments(tenant, agentId, api, bulk),
    delegatedGrant(tenant, agentId, api, bulk),
  ]);
  const nameOf = (roleId: string): string => [...api.roles].find(([, id]) => id === roleId)?.[0] ?? roleId;
  return {
    application: assignments.map(({ appRoleId }) => nameOf(appRoleId)),
    delegated: grant?.scope.split(" ").filter(Boolean) ?? [],
  };
}

async function roleAssignments(tenant: Tenant, agentId: string, api: Api, bulk?: BulkRead): Promise<RoleAssignment[]> {
  const all = (await listedAssignments(bulk, agentId)) ?? (await tenant.list<RoleAssignment>(assignmentsPath(agentId)));
  return all.filter(({ resourceId }) => resourceId === api.id);
}

const assignmentsPath = (agentId: string): string =>
  `/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments?$select=id,appRoleId,resourceId`;

interface WithAssignments {
  readonly id: string;
  readonly appRoleAssignments?: readonly RoleAssignment[];
}

/** With those of the other agents of its blueprint, or of the other principals, where a list has shown what it is. */
async function listedAssignments(
  bulk: BulkRead | undefined,
  agentId: string,
): Promise<readonly RoleAssignment[] | undefined> {
  const siblings = await bulk?.listingOf(agentId);
  if (siblings === undefined) return undefined;
  const listing: Listing<WithAssignments> = {
    ...(siblings as Listing<WithAssignments>),
    select: ["id"],
    expand: "appRoleAssignments",
  };
  return whole((await bulk?.one(listing, agentId, assignmentsPath(agentId)))?.appRoleAssignments);
}

async function delegatedGrant(
  tenant: Tenant,
  agentId: string,
  api: Api,
  bulk?: BulkRead,
): Promise<DelegatedGrant | undefined> {
  const listed = await bulk?.look(consentsTo(api), agentId, pathOf(consentsOf(agentId)));
  return listed
    ? listed.item
    : (await delegatedGrants(tenant, agentId)).find(({ resourceId }) => resourceId === api.id);
}

/** What has been consented to for all users, of any client at any API. */
export const consents: Listing<DelegatedGrant> = {
  collection: "/oauth2PermissionGrants",
  filter: { consentType: "AllPrincipals" },
  select: ["id", "clientId", "consentType", "resourceId", "scope"],
  top: 999,
};

const consentsOf = (agentId: string): Listing<DelegatedGrant> => {
  const { collection, select = [], filter } = consents;
  return { collection, select, filter: { clientId: agentId, ...filter } };
};

/** The same at one API: one grant each client. Long in a large tenant, and read no further than it is worth. */
const consentsTo = (api: Api): Listing<DelegatedGrant> => ({
  ...consents,
  filter: { ...consents.filter, resourceId: api.id },
  keyOf: ({ clientId }) => clientId,
});

const delegatedGrants = (tenant: Tenant, agentId: string): Promise<readonly DelegatedGrant[]> =>
  filteredList(tenant, consentsOf(agentId));

/** Grants one application permission; that it is granted already is done. */
export async function assign(tenant: Tenant, agentId: string, api: Api, name: string): Promise<void> {
  const body = { principalId: agentId, resourceId: api.id, appRoleId: api.roles.get(name) ?? name };
  await tenant
    .post(`/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments`, body, { repeatable: true })
    .catch(unlessThere);
}

/** Hears of each object of Graph that is to be deleted whether it was found. */
export type NoteDelete = (found: boolean) => void;

const deleted = (deleting: Promise<void>, note: NoteDelete): Promise<void> =>
  deleting.then(
    () => note(true),
    (error: unknown) => {
      undefinedWhenGone(error);
      note(false);
    },
  );

/** Takes application permissions away. */
export async function withdraw(
  tenant: Tenant,
  agentId: string,
  api: Api,
  names: readonly string[] | "all",
  note: NoteDelete = () => undefined,
): Promise<void> {
  if (names.length === 0) return;
  const ids = names === "all" ? undefined : names.map((name) => api.roles.get(name) ?? name);
  const held = (await roleAssignments(tenant, agentId, api)).filter(
    ({ appRoleId }) => ids?.includes(appRoleId) ?? true,
  );
  const path = (id: string) => `/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments/${id}`;
  await allWritten(held.map(({ id }) => deleted(tenant.delete(path(id)), note)));
}

/** One grant carries all scopes of an agent at an API, so it is made, changed or deleted as a whole. */
export async function setScopes(
  tenant: Tenant,
  agentId: string,
  api: Api,
  names: readonly string[],
  note: NoteDelete = () => undefined,
): Promise<void> {
  const scope = names.join(" ");
  const grant = await delegatedGrant(tenant, agentId, api);
  if (scope === "") {
    if (grant) await deleted(tenant.delete(`/oauth2PermissionGrants/${grant.id}`), note);
    return;
  }
  if (!grant) await addScopes(tenant, agentId, api, names);
  else if (grant.scope !== scope) await tenant.patch(`/oauth2PermissionGrants/${grant.id}`, { scope });
}

/** Grants delegated permissions to an agent that holds none at this API. */
export async function addScopes(tenant: Tenant, agentId: string, api: Api, names: readonly string[]): Promise<void> {
  const scope = names.join(" ");
  if (scope === "") return;
  const there = await makeGrant(tenant, {
    clientId: agentId,
    consentType: "AllPrincipals",
    resourceId: api.id,
    scope,
  });
  if (there && there.scope !== scope) await tenant.patch(`/oauth2PermissionGrants/${there.id}`, { scope });
}

/** 409 means that a repeated request, or somebody else a moment ago, has made it: then it is taken as it is. */
async function makeGrant(tenant: Tenant, grant: Omit<DelegatedGrant, "id">): Promise<DelegatedGrant | undefined> {
  try {
    return await tenant.post<DelegatedGrant>("/oauth2PermissionGrants", grant, { repeatable: true });
  } catch (error) {
    unlessThere(error);
    return (await delegatedGrants(tenant, grant.clientId)).find(({ resourceId }) => resourceId === grant.resourceId);
  }
}

function unlessThere(error: unknown): void {
  if (error instanceof EntraError && error.code === "CONFLICT") return;
  throw error;
}
