/**
 * Permission grant: everything one agent may do at one API, by the names people know. It is all of it: a permission of
 * that API which is not declared here shows as a difference and is taken away.
 *
 * Graph:    /servicePrincipals/{id}/appRoleAssignments, /oauth2PermissionGrants (v1.0)
 * Docs:     https://learn.microsoft.com/graph/permissions-grant-via-msgraph
 * Id:       "<agent's object id>/<API's appId>".
 * Replaced: when the agent or the API changes.
 * Deleted:  for good. A token issued before keeps its permissions until it expires.
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Api, apiOf } from "./api";
import { objectId } from "./directory-references";
import { sorted } from "./engine/json";
import type { Finding, Lifecycle } from "./engine/lifecycle";
import { EntraResource } from "./engine/resource";
import { EntraError, undefinedWhenGone } from "./graph/errors";
import type { Tenant } from "./graph/tenant";

// ---- what a program writes -------------------------------------------------

/** appId of Microsoft Graph, the same in every tenant. */
export const microsoftGraph = "00000003-0000-0000-c000-000000000000";

export interface PermissionGrantArgs {
  /** `id` of the agent identity, or of a blueprint principal. A change replaces. */
  agentId: pulumi.Input<string>;
  /** appId of the API. @default Microsoft Graph. A change replaces. */
  api?: pulumi.Input<string>;
  /** Application permissions by name (`User.Read.All`): what the agent may do as itself. @default none. Changed in place. */
  application?: pulumi.Input<pulumi.Input<string>[]>;
  /** Delegated permissions by name (`Mail.Read`), with consent for all users: what it may do for whoever it acts for. @default none. Changed in place. */
  delegated?: pulumi.Input<pulumi.Input<string>[]>;
}

export class PermissionGrant extends EntraResource {
  declare readonly agentId: pulumi.Output<string>;
  declare readonly api: pulumi.Output<string>;
  declare readonly application: pulumi.Output<string[]>;
  declare readonly delegated: pulumi.Output<string[]>;

  constructor(name: string, args: PermissionGrantArgs, opts?: pulumi.CustomResourceOptions) {
    super(permissionGrant, name, args, ["api", "application", "delegated"], opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  agentId: string;
  api: string;
  application: string[];
  delegated: string[];
}

const names = z
  .array(z.string().regex(/^[^\s]+$/, "must be the name of one permission, such as User.Read.All"))
  .transform(sorted)
  .default([]);

const properties = {
  agentId: objectId,
  api: objectId.default(microsoftGraph),
  application: names,
  delegated: names,
};

// ---- how it lives in the tenant --------------------------------------------

interface RoleAssignment {
  readonly id: string;
  readonly appRoleId: string;
  readonly resourceId: string;
}

interface DelegatedGrant {
  readonly id: string;
  readonly clientId: string;
  readonly consentType: "AllPrincipals" | "Principal";
  readonly resourceId: string;
  readonly scope: string;
}

export const permissionGrant: Lifecycle<Inputs> = {
  kind: "PermissionGrant",
  noun: "permission grant",
  properties,
  rules: ({ application, delegated }) =>
    application.length + delegated.length > 0
      ? []
      : [{ property: "application", reason: "or delegated must name at least one permission" }],
  nameOf: ({ agentId, api }) => `${api === microsoftGraph ? "Microsoft Graph" : (api ?? "")} for ${agentId ?? "agent"}`,
  replacedBy: ["agentId", "api"],
  permissions: {
    read: "Application.Read.All",
    create: "AppRoleAssignment.ReadWrite.All and DelegatedPermissionGrant.ReadWrite.All",
    change: "AppRoleAssignment.ReadWrite.All and DelegatedPermissionGrant.ReadWrite.All",
    remove: "AppRoleAssignment.ReadWrite.All and DelegatedPermissionGrant.ReadWrite.All",
  },

  async questions(tenant, { api, application = [], delegated = [] }) {
    if (api === undefined) return [];
    const found = await apiOf(tenant, api).catch(undefinedWhenGone);
    if (!found)
      return [
        {
          property: "api",
          reason: `must be the appId of an API in ${tenant.name}: there is no service principal for ${api}`,
        },
      ];
    return [
      ...missing("application", application, found.roles, found.name),
      ...missing("delegated", delegated, found.scopes, found.name),
    ];
  },

  refersTo: ({ agentId }) => [agentId],

  // A grant has no place for a marker. What an earlier, interrupted run granted is part of what is wanted now.
  async find(tenant, wanted) {
    const held = await grantsOf(tenant, wanted.agentId, await apiOf(tenant, wanted.api));
    if (held.application.length + held.delegated.length === 0) return [];
    const others = [
      ...held.application.filter((name) => !wanted.application.includes(name)),
      ...held.delegated.filter((name) => !wanted.delegated.includes(name)),
    ];
    const notOurs =
      others.length > 0
        ? `the agent already holds ${others.join(", ")}, which is not declared. Declare it too, or take it away first`
        : undefined;
    return [{ id: idOf(wanted), label: `a permission grant to ${wanted.agentId}`, notOurs }];
  },

  // The first permission makes the grant exist; `change` grants the rest, so that a failure in between is kept and repaired.
  async create(tenant, wanted) {
    const api = await apiOf(tenant, wanted.api);
    const [role] = wanted.application;
    if (role === undefined) await setScopes(tenant, wanted.agentId, api, wanted.delegated);
    else await assign(tenant, wanted.agentId, api, role);
    return idOf(wanted);
  },

  async read(tenant, id) {
    const [agentId = "", api = ""] = id.split("/");
    const held = await grantsOf(tenant, agentId, await apiOf(tenant, api)).catch(undefinedWhenGone);
    if (!held || held.application.length + held.delegated.length === 0) return undefined;
    return {
      inputs: { agentId, api, application: sorted(held.application), delegated: sorted(held.delegated) },
      outputs: {},
    };
  },

  async change(tenant, _id, wanted, { inputs }) {
    const api = await apiOf(tenant, wanted.api);
    const held = inputs.application ?? [];
    for (const name of wanted.application.filter((name) => !held.includes(name)))
      await assign(tenant, wanted.agentId, api, name);
    if (wanted.delegated.join(" ") !== inputs.delegated?.join(" "))
      await setScopes(tenant, wanted.agentId, api, wanted.delegated);
    await withdraw(
      tenant,
      wanted.agentId,
      api,
      held.filter((name) => !wanted.application.includes(name)),
    );
  },

  async remove(tenant, id, { application = [] }) {
    const [agentId = "", appId = ""] = id.split("/");
    const api = await apiOf(tenant, appId);
    await setScopes(tenant, agentId, api, []);
    await withdraw(tenant, agentId, api, application);
  },
};

const idOf = ({ agentId, api }: Inputs): string => `${agentId}/${api}`;

function missing(
  property: string,
  wanted: readonly string[],
  offered: ReadonlyMap<string, unknown>,
  api: string,
): Finding[] {
  return wanted
    .filter((name) => !offered.has(name))
    .map((name) => {
      const near = [...offered.keys()].find((offer) => offer.toLowerCase() === name.toLowerCase());
      const hint = near === undefined ? "" : `; did you mean "${near}"?`;
      return { property, reason: `must name ${property} permissions of ${api}: there is no "${name}"${hint}` };
    });
}

async function grantsOf(
  tenant: Tenant,
  agentId: string,
  api: Api,
): Promise<{ application: string[]; delegated: string[] }> {
  const [assignments, grant] = await Promise.all([
    roleAssignments(tenant, agentId, api),
    delegatedGrant(tenant, agentId, api),
  ]);
  const nameOf = (roleId: string): string => [...api.roles].find(([, id]) => id === roleId)?.[0] ?? roleId;
  return {
    application: assignments.map(({ appRoleId }) => nameOf(appRoleId)),
    delegated: grant?.scope.split(" ").filter(Boolean) ?? [],
  };
}

async function roleAssignments(tenant: Tenant, agentId: string, api: Api): Promise<RoleAssignment[]> {
  const all = await tenant.list<RoleAssignment>(`/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments`);
  return all.filter(({ resourceId }) => resourceId === api.id);
}

async function delegatedGrant(tenant: Tenant, agentId: string, api: Api): Promise<DelegatedGrant | undefined> {
  return (await delegatedGrants(tenant, agentId)).find(({ resourceId }) => resourceId === api.id);
}

function delegatedGrants(tenant: Tenant, agentId: string): Promise<DelegatedGrant[]> {
  const filter = encodeURIComponent(`clientId eq '${agentId}' and consentType eq 'AllPrincipals'`);
  return tenant.list<DelegatedGrant>(`/oauth2PermissionGrants?$filter=${filter}`);
}

async function assign(tenant: Tenant, agentId: string, api: Api, name: string): Promise<void> {
  const body = { principalId: agentId, resourceId: api.id, appRoleId: api.roles.get(name) ?? name };
  await tenant
    .post(`/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments`, body, { repeatable: true })
    .catch(unlessThere);
}

async function withdraw(tenant: Tenant, agentId: string, api: Api, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const ids = names.map((name) => api.roles.get(name) ?? name);
  for (const { id, appRoleId } of await roleAssignments(tenant, agentId, api)) {
    if (ids.includes(appRoleId))
      await tenant
        .delete(`/servicePrincipals/${encodeURIComponent(agentId)}/appRoleAssignments/${id}`)
        .catch(undefinedWhenGone);
  }
}

/** One grant carries all scopes of an agent at an API, so it is made, changed or deleted as a whole. */
async function setScopes(tenant: Tenant, agentId: string, api: Api, names: readonly string[]): Promise<void> {
  const scope = names.join(" ");
  const grant = await delegatedGrant(tenant, agentId, api);
  if (scope === "") {
    if (grant) await tenant.delete(`/oauth2PermissionGrants/${grant.id}`).catch(undefinedWhenGone);
    return;
  }
  const there =
    grant ?? (await makeGrant(tenant, { clientId: agentId, consentType: "AllPrincipals", resourceId: api.id, scope }));
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
