/**
 * An API in the tenant and the permissions it offers. Programs name permissions; Graph wants their ids.
 *
 * Graph: GET /servicePrincipals(appId='…')?$select=id,displayName,appRoles,oauth2PermissionScopes (v1.0)
 */
import { RunMemory } from "../engine/run/run-memory";
import type { Tenant } from "../graph/tenant";

export interface Api {
  /** Object id of the API's service principal in this tenant. */
  readonly id: string;
  readonly name: string;
  /** Application permissions: name to id. */
  readonly roles: ReadonlyMap<string, string>;
  /** Delegated permissions: name to id. */
  readonly scopes: ReadonlyMap<string, string>;
}

interface Offer {
  readonly id: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
}

interface ApiPrincipal {
  readonly id: string;
  readonly displayName: string;
  readonly appRoles: readonly Offer[];
  readonly oauth2PermissionScopes: readonly Offer[];
}

/** The same as a reader of a tenant needs it: also what it offers no more, for somebody may hold it still. */
export interface ListedApi {
  readonly appId: string;
  readonly displayName: string;
  readonly appRoles: readonly { readonly id: string; readonly value: string | null }[];
}

const apis = new RunMemory<Api>();
const listedApis = new RunMemory<ListedApi>();

/** The API with this appId; asked once per process. 404 is an EntraError with code NOT_FOUND. */
export const apiOf = (tenant: Tenant, appId: string): Promise<Api> => apis.of(tenant, appId, () => ask(tenant, appId));

/** The API whose service principal has this object id; asked once per process. 404 is an EntraError with code NOT_FOUND. */
export const listedApi = (tenant: Tenant, id: string): Promise<ListedApi> =>
  listedApis.of(tenant, id, () =>
    tenant.get<ListedApi>(`/servicePrincipals/${encodeURIComponent(id)}?$select=appId,displayName,appRoles`),
  );

async function ask(tenant: Tenant, appId: string): Promise<Api> {
  const path = `/servicePrincipals(appId='${encodeURIComponent(appId)}')?$select=id,displayName,appRoles,oauth2PermissionScopes`;
  const { id, displayName, appRoles, oauth2PermissionScopes } = await tenant.get<ApiPrincipal>(path);
  return { id, name: displayName, roles: named(appRoles), scopes: named(oauth2PermissionScopes) };
}

const named = (offers: readonly Offer[]): Map<string, string> =>
  new Map(offers.flatMap(({ id, value, isEnabled }) => (value && isEnabled ? [[value, id]] : [])));
