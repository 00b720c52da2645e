/**
 * Permission grant: a set of objects of Graph, one app role assignment for each application permission and one delegated
 * permission grant for all delegated ones.
 *
 * Graph: /servicePrincipals/{id}/appRoleAssignments, /oauth2PermissionGrants (v1.0)
 * Docs:  https://learn.microsoft.com/graph/permissions-grant-via-msgraph
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { allWritten } from "./all-written";
import { apiOf } from "./api";
import { deletedPlace } from "../directory/deleted-items";
import { objectId } from "../directory/directory-references";
import { same, sorted } from "../engine/json";
import type { Finding, Lifecycle } from "../engine/lifecycle";
import { EntraResource } from "../engine/pulumi/resource";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import { addScopes, assign, heldPermissions, setScopes, withdraw } from "./held-permissions";
import { permissionInventory } from "./permission-inventory";

// ---- what a program writes -------------------------------------------------

/** appId of Microsoft Graph, the same in every tenant. */
export const microsoftGraph = "00000003-0000-0000-c000-000000000000";

/** What a permission grant is declared with. At least one permission. */
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

/**
 * Everything one agent may do at one API, application and delegated, by permission names.
 *
 * It is complete: a permission of that API which the agent holds and the program does not declare shows as a difference and is removed.
 *
 * - **Id:** `<agent's object id>/<API's appId>`.
 * - **Replaced:** when `agentId` or `api` changes.
 * - **Deleted:** permanently, with everything the agent holds at the API. A token that was issued before keeps its permissions until it expires.
 *
 * @see https://learn.microsoft.com/graph/permissions-grant-via-msgraph
 * @throws INPUT_INVALID when no permission is declared, or the API is not in the tenant or has no permission of that name
 * @throws OWNERSHIP_UNCLEAR when the agent already holds a permission at the API that is not declared, or two resources declare the same grant
 * @throws REFUSED when Entra does not let agents hold the permission
 * @throws NOT_FOUND when the agent is not in the tenant
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import * as agentid from "pulumi-entra-agent-id";
 *
 * const sponsors = ["johanna.lorenz@contoso.com"];
 * const blueprint = new agentid.AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors });
 * const { blueprintId } = new agentid.AgentIdentityBlueprintPrincipal("payroll", { blueprintId: blueprint.id });
 * const helper = new agentid.AgentIdentity("helper", { displayName: "Payslip helper", blueprintId, sponsors });
 * new agentid.PermissionGrant("helper-graph", {
 *   agentId: helper.id,
 *   application: ["User.Read.All"],
 *   delegated: ["Mail.Read"],
 * });
 * ```
 */
export class PermissionGrant extends EntraResource {
  /** Object id of the agent identity or blueprint principal that holds the permissions. */
  declare readonly agentId: pulumi.Output<string>;
  /** appId of the API. */
  declare readonly api: pulumi.Output<string>;
  /** Names of the application permissions, sorted. */
  declare readonly application: pulumi.Output<string[]>;
  /** Names of the delegated permissions, sorted. */
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

// ---- what it is in the tenant ----------------------------------------------

export const permissionGrant: Lifecycle<Inputs> = {
  kind: "PermissionGrant",
  noun: "permission grant",
  plural: "permission grants",
  properties,
  rules: ({ application, delegated }) =>
    application.length + delegated.length > 0
      ? []
      : [{ property: "application", reason: "or delegated must name at least one permission" }],
  nameOf: ({ agentId, api }, called) =>
    `${api === microsoftGraph ? "Microsoft Graph" : (api ?? "")} for ${agentId === undefined ? "agent" : called(agentId)}`,
  replacedBy: ["agentId", "api"],
  permissions: {
    read: ["Application.Read.All", "DelegatedPermissionGrant.Read.All"],
    create: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
    change: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
    remove: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
  },
  inventory: permissionInventory,
  duplicateCreate: "refused",

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
  idOf: (wanted) => idOf(wanted),

  // A grant has no place for a marker. What an earlier, interrupted run granted is part of what is wanted now.
  async find(tenant, wanted) {
    const held = await heldPermissions(tenant, wanted.agentId, await apiOf(tenant, wanted.api));
    if (held.application.length + held.delegated.length === 0) return [];
    const others = [
      ...held.application.filter((name) => !wanted.application.includes(name)),
      ...held.delegated.filter((name) => !wanted.delegated.includes(name)),
    ];
    const notOurs =
      others.length > 0
        ? `the agent already holds ${others.join(", ")}, which is not declared. Declare it too, or remove it first; where another resource of this stack granted it, give this one its name as an alias`
        : undefined;
    return [{ id: idOf(wanted), notOurs }];
  },

  // The first permission makes the grant exist; `change` grants the rest, so that a failure in between is kept and repaired.
  async create(tenant, wanted) {
    const api = await apiOf(tenant, wanted.api);
    const [role] = wanted.application;
    if (role === undefined) await addScopes(tenant, wanted.agentId, api, wanted.delegated);
    else await assign(tenant, wanted.agentId, api, role);
    const held =
      role === undefined ? { application: [], delegated: wanted.delegated } : { application: [role], delegated: [] };
    return { id: idOf(wanted), actual: { inputs: { agentId: wanted.agentId, api: wanted.api, ...held }, outputs: {} } };
  },

  async read(tenant, id, _declared, _outputs, bulk) {
    const [agentId = "", api = ""] = id.split("/");
    // Without the API or the agent there is nothing left to hold.
    const held = await apiOf(tenant, api)
      .then((offer) => heldPermissions(tenant, agentId, offer, bulk))
      .catch(undefinedWhenGone);
    if (!held || held.application.length + held.delegated.length === 0) return undefined;
    return {
      inputs: { agentId, api, application: sorted(held.application), delegated: sorted(held.delegated) },
      outputs: {},
    };
  },

  async change(tenant, _id, wanted, { inputs }) {
    const api = await apiOf(tenant, wanted.api);
    const held = inputs.application ?? [];
    const added = wanted.application.filter((name) => !held.includes(name));
    const scopes = async () => {
      if (same(wanted.delegated, inputs.delegated)) return;
      if (inputs.delegated?.length === 0) await addScopes(tenant, wanted.agentId, api, wanted.delegated);
      else await setScopes(tenant, wanted.agentId, api, wanted.delegated);
    };
    await allWritten([...added.map((name) => assign(tenant, wanted.agentId, api, name)), scopes()]);
    await withdraw(
      tenant,
      wanted.agentId,
      api,
      held.filter((name) => !wanted.application.includes(name)),
    );
  },

  // A deleted agent takes its permissions with it.
  goneWith: (id) => deletedPlace(id.split("/")[0] ?? ""),
  // Each permission is an object of its own in Graph.
  isWhole: ({ application = [], delegated = [] }, { inputs }) =>
    application.every((name) => inputs.application?.includes(name)) &&
    delegated.every((name) => inputs.delegated?.includes(name)),

  // All of it, as everywhere: also what somebody else has added since.
  async remove(tenant, id) {
    const [agentId = "", appId = ""] = id.split("/");
    const api = await apiOf(tenant, appId);
    const found: boolean[] = [];
    const note = (one: boolean): void => void found.push(one);
    await allWritten([setScopes(tenant, agentId, api, [], note), withdraw(tenant, agentId, api, "all", note)]);
    // What one replica lists another may not find; and where none is listed there may be some all the same.
    if (found.length === 0 || found.includes(false)) throw new EntraError("NOT_FOUND", "a permission was not found");
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
