/**
 * The permissions a service principal holds at an API: application permissions are one assignment each, delegated ones share a
 * grant. Here they are read and written; what they come to is in effective-permissions.ts.
 *
 * Graph: /servicePrincipals/{id}/appRoleAssignments, /oauth2PermissionGrants (v1.0)
 */
import { allWritten } from "./all-written";
import type { Api } from "./api";
import { type Listing, pathOf } from "../engine/listing";
import { type BulkRead, whole } from "../engine/run/bulk-read";
import { filteredList } from "../engine/run/filtered-list";
import { type Moment, moment } from "../engine/run/run-memory";
import { EntraError, undefinedWhenDeletedBefore, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

/** An application permission that is granted. */
export interface RoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly resourceId: string;
}

/** Delegated permissions at one API, for all users or for one. */
export interface DelegatedGrant {
  readonly id: string;
  readonly clientId: string;
  readonly consentType: "AllPrincipals" | "Principal";
  /** Who consented; null where it is for all users. */
  readonly principalId: string | null;
  readonly resourceId: string;
  readonly scope: string;
}

/** A service principal, listed with its `appRoleAssignments`. */
export interface WithAssignments {
  readonly id: string;
  readonly appRoleAssignments?: readonly RoleAssignment[];
}

export const isForAll = ({ consentType }: DelegatedGrant): boolean => consentType === "AllPrincipals";

export const isOfUser = (grant: DelegatedGrant): boolean => !isForAll(grant);

/** The scopes of a grant, each once. */
export const scopesIn = ({ scope }: DelegatedGrant): string[] => [...new Set(scope.split(/\s+/).filter(Boolean))];

/** All application permissions of a service principal, at any API. */
export async function roleAssignments(
  tenant: Tenant,
  holderId: string,
  bulk?: BulkRead,
): Promise<readonly RoleAssignment[]> {
  return (await listedAssignments(bulk, holderId)) ?? tenant.list<RoleAssignment>(assignmentsPath(holderId));
}

export const assignmentsPath = (holderId: string): string =>
  `/servicePrincipals/${encodeURIComponent(holderId)}/appRoleAssignments?$select=id,appRoleId,resourceId`;

/** With those of the other agents of its blueprint, or of the other principals, where a list has shown what it is. */
async function listedAssignments(
  bulk: BulkRead | undefined,
  holderId: string,
): Promise<readonly RoleAssignment[] | undefined> {
  const siblings = await bulk?.listingOf(holderId);
  if (siblings === undefined) return undefined;
  const listing: Listing<WithAssignments> = {
    ...(siblings as Listing<WithAssignments>),
    select: ["id"],
    expand: "appRoleAssignments",
  };
  return whole((await bulk?.one(listing, holderId, assignmentsPath(holderId)))?.appRoleAssignments);
}

/** Delegated grants of a service principal, for all users and for one, at this API; at any API where none is given. */
export async function delegatedGrants(
  tenant: Tenant,
  clientId: string,
  api?: Api,
  bulk?: BulkRead,
): Promise<readonly DelegatedGrant[]> {
  const listing = grantsOf(clientId);
  const all = (await bulk?.all(grantsAt(api), clientId, pathOf(listing))) ?? (await filteredList(tenant, listing));
  return api === undefined ? all : all.filter(({ resourceId }) => resourceId === api.id);
}

const selected = ["id", "clientId", "consentType", "principalId", "resourceId", "scope"];

const grantsOf = (clientId: string): Listing<DelegatedGrant> => ({
  collection: "/oauth2PermissionGrants",
  select: selected,
  filter: { clientId },
});

/** The same of all clients. Long in a large tenant, where many users have consented, and read no further than it is worth. */
const grantsAt = (api: Api | undefined): Listing<DelegatedGrant> => ({
  collection: "/oauth2PermissionGrants",
  ...(api === undefined ? {} : { filter: { resourceId: api.id } }),
  select: selected,
  top: 999,
  keyOf: ({ clientId }) => clientId,
});

/** The one for all users. */
const grantForAll = async (tenant: Tenant, agentId: string, api: Api): Promise<DelegatedGrant | undefined> =>
  (await delegatedGrants(tenant, agentId, api)).find(isForAll);

/** Those for one user each. */
export const userConsentsTo = async (tenant: Tenant, agentId: string, api: Api): Promise<DelegatedGrant[]> =>
  (await delegatedGrants(tenant, agentId, api)).filter(isOfUser);

/** Grants one application permission; that it is granted already is done. */
export async function assign(tenant: Tenant, agentId: string, api: Api, name: string): Promise<void> {
  const body = { principalId: agentId, resourceId: api.id, appRoleId: api.roles.get(name) ?? name };
  await writing(tenant, agentId, () =>
    tenant
      .post(`/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments`, body, { repeatable: true })
      .catch(unlessThere),
  );
}

/** Hears of each object of Graph that is to be deleted whether it was found. */
export type NoteDelete = (found: boolean) => void;

const deleted = (deleting: Promise<void>, note: NoteDelete): Promise<void> =>
  deleting.catch(undefinedWhenDeletedBefore).then(
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
  const held = (await roleAssignments(tenant, agentId)).filter(
    ({ resourceId, appRoleId }) => resourceId === api.id && (ids?.includes(appRoleId) ?? true),
  );
  const path = (id: string) => `/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments/${id}`;
  await writing(tenant, agentId, () => allWritten(held.map(({ id }) => deleted(tenant.delete(path(id)), note))));
}

/** One grant carries all scopes of an agent at an API, so it is made, changed or deleted as a whole. */
export async function setScopes(tenant: Tenant, agentId: string, api: Api, names: readonly string[]): Promise<void> {
  const scope = names.join(" ");
  const grant = await grantForAll(tenant, agentId, api);
  if (scope === "") {
    if (grant) await deleteGrants(tenant, [grant]);
    return;
  }
  if (!grant) await addScopes(tenant, agentId, api, names);
  else if (grant.scope !== scope) await patchScope(tenant, grant, scope);
}

/** Grants delegated permissions to an agent that holds none at this API. */
export async function addScopes(tenant: Tenant, agentId: string, api: Api, names: readonly string[]): Promise<void> {
  const scope = names.join(" ");
  if (scope === "") return;
  const there = await makeGrant(tenant, agentId, api, scope);
  if (there && there.scope !== scope) await patchScope(tenant, there, scope);
}

/** 409 means that a repeated request, or somebody else a moment ago, has made it: then it is taken as it is. */
async function makeGrant(
  tenant: Tenant,
  clientId: string,
  api: Api,
  scope: string,
): Promise<DelegatedGrant | undefined> {
  const grant = { clientId, consentType: "AllPrincipals", resourceId: api.id, scope };
  try {
    return await writing(tenant, clientId, () =>
      tenant.post<DelegatedGrant>("/oauth2PermissionGrants", grant, { repeatable: true }),
    );
  } catch (error) {
    unlessThere(error);
    return grantForAll(tenant, clientId, api);
  }
}

const patchScope = (tenant: Tenant, { id, clientId }: DelegatedGrant, scope: string): Promise<void> =>
  writing(tenant, clientId, async () => {
    await tenant.patch(`/oauth2PermissionGrants/${id}`, { scope });
  });

export const deleteGrants = (
  tenant: Tenant,
  grants: readonly DelegatedGrant[],
  note: NoteDelete = () => undefined,
): Promise<void> =>
  allWritten(
    grants.map(({ id, clientId }) =>
      writing(tenant, clientId, () => deleted(tenant.delete(`/oauth2PermissionGrants/${id}`), note)),
    ),
  );

function unlessThere(error: unknown): void {
  if (error instanceof EntraError && error.code === "CONFLICT") return;
  throw error;
}

const writes = new WeakMap<Tenant, Map<string, Moment>>();

/** When this process last changed what a service principal holds; 0 where it did not. */
export const permissionsWrittenAt = (tenant: Tenant, holderId: string): Moment =>
  writes.get(tenant)?.get(holderId) ?? 0;

async function writing<T>(tenant: Tenant, holderId: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } finally {
    const ofTenant = writes.get(tenant) ?? new Map<string, Moment>();
    writes.set(tenant, ofTenant.set(holderId, moment()));
  }
}
