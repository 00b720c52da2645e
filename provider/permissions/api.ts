/**
 * An API in the tenant and the permissions it publishes. Programs name permissions; Graph wants their ids.
 *
 * Graph: GET /servicePrincipals(appId='…')?$select=id,appId,displayName,appRoles,oauth2PermissionScopes (v1.0)
 */
import { RunMemory } from "../engine/run/run-memory";
import { EntraError } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

export interface Api {
  /** Object id of the API's service principal in this tenant. */
  readonly id: string;
  readonly appId: string;
  readonly name: string;
  /** Application permissions: name to id, disabled ones included. A role without a name is called by its id. */
  readonly roles: ReadonlyMap<string, string>;
  /** Delegated permissions: name to id, disabled ones included. */
  readonly scopes: ReadonlyMap<string, string>;
  /** What nobody can be granted any more, though who holds it keeps it: name to the reason and what to do, a clause after the name. */
  readonly closed: {
    readonly application: ReadonlyMap<string, string>;
    readonly delegated: ReadonlyMap<string, string>;
  };
}

/** What the admin centre calls an assignment without any role. */
export const defaultAccess = "Default Access";
const defaultAccessId = "00000000-0000-0000-0000-000000000000";

interface Published {
  readonly id: string;
  readonly value: string | null;
  readonly isEnabled: boolean;
  /** Of app roles alone. */
  readonly allowedMemberTypes?: readonly string[];
}

interface ApiPrincipal {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly appRoles: readonly Published[];
  readonly oauth2PermissionScopes: readonly Published[];
}

const apis = new RunMemory<Api>();
const apisById = new RunMemory<Api>();

/**
 * The API with this appId; asked once per process.
 *
 * @throws EntraError NOT_FOUND, with the way to add it to the tenant
 */
export const apiOf = (tenant: Tenant, appId: string): Promise<Api> =>
  apis.of(tenant, appId, () =>
    ask(tenant, `/servicePrincipals(appId='${encodeURIComponent(appId)}')`).catch((error: unknown) => {
      if (!(error instanceof EntraError) || error.code !== "NOT_FOUND") throw error;
      throw new EntraError("NOT_FOUND", `${noSuchApi(appId)}. ${howToAdd(tenant, appId)}`, {
        answer: error.answer,
        cause: error,
      });
    }),
  );

/** The API whose service principal has this object id; asked once per process. 404 is an EntraError with code NOT_FOUND. */
export const apiById = (tenant: Tenant, id: string): Promise<Api> =>
  apisById.of(tenant, id, () => ask(tenant, `/servicePrincipals/${encodeURIComponent(id)}`));

export const noSuchApi = (appId: string): string => `there is no service principal for ${appId}`;

/** An API of another publisher comes into a tenant when its service principal is created there. */
export const howToAdd = (tenant: Tenant, appId: string): string =>
  `Check the appId; if it is right, add the API to the tenant: "az ad sp create --id ${appId}", or ` +
  `POST ${tenant.url("/servicePrincipals")} {"appId":"${appId}"} (needs Application.ReadWrite.All)`;

/** How people call an application permission; by its id where the API does not publish it any more. */
export const roleName = ({ roles }: Api, roleId: string): string =>
  [...roles].find(([, id]) => id === roleId)?.[0] ?? roleId;

async function ask(tenant: Tenant, path: string): Promise<Api> {
  const found = await tenant.get<ApiPrincipal>(`${path}?$select=id,appId,displayName,appRoles,oauth2PermissionScopes`);
  const { id, appId, displayName, appRoles, oauth2PermissionScopes } = found;
  const roles = published(displayName, appRoles);
  const scopes = published(displayName, oauth2PermissionScopes);
  if (appRoles.length > 0)
    roles.closed.set(defaultAccess, "which can be granted only at an API that publishes no app roles: remove it");
  return {
    id,
    appId,
    name: displayName,
    roles: roles.ids.set(defaultAccess, defaultAccessId),
    scopes: scopes.ids,
    closed: { application: roles.closed, delegated: scopes.closed },
  };
}

/** Of two with one name, the one that can be granted. */
function published(api: string, all: readonly Published[]): { ids: Map<string, string>; closed: Map<string, string> } {
  const ids = new Map<string, string>();
  const closed = new Map<string, string>();
  for (const one of all) {
    const name = one.value ?? one.id;
    const why = whyClosed(api, one);
    if (name === "" || (ids.has(name) && (why !== undefined || !closed.has(name)))) continue;
    ids.set(name, one.id);
    if (why === undefined) closed.delete(name);
    else closed.set(name, why);
  }
  return { ids, closed };
}

function whyClosed(api: string, { isEnabled, allowedMemberTypes = ["Application"] }: Published): string | undefined {
  if (!isEnabled) return `which is disabled at ${api} and cannot be granted: remove it, or enable it at ${api}`;
  return allowedMemberTypes.includes("Application") ? undefined : "which is for users and groups only: remove it";
}
