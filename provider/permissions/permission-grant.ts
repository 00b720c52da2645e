/**
 * Permission grant: a set of objects of Graph, one app role assignment for each application permission and one delegated
 * permission grant for all delegated ones. What individual users consented to, and what an agent inherits, is read beside it.
 *
 * Graph: /servicePrincipals/{id}/appRoleAssignments, /oauth2PermissionGrants (v1.0)
 * Docs:  https://learn.microsoft.com/graph/permissions-grant-via-msgraph
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { allWritten } from "./all-written";
import { type Api, apiOf, defaultAccess } from "./api";
import { deletedPlace } from "../directory/deleted-items";
import { beside, leftBehind } from "./beside-the-grant";
import {
  type EffectivePermissions,
  effectivePermissions,
  type InheritedPermissions,
  named,
  type UserConsent,
} from "./effective-permissions";
import { missingIn } from "../directory/missing-objects";
import { objectId } from "../directory/directory-references";
import { same, sorted } from "../engine/json";
import type { Lifecycle } from "../engine/lifecycle";
import { EntraResource } from "../engine/pulumi/resource";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Parent } from "../identities/parent-blueprint";
import {
  addScopes,
  assign,
  delegatedGrants,
  deleteGrants,
  isForAll,
  isOfUser,
  setScopes,
  userConsentsTo,
  withdraw,
} from "./held-permissions";
import { permissionInventory } from "./permission-inventory";
import { sourcesIn } from "./sources";
import { unsuitablePermissions } from "./suitability";

// ---- what a program writes -------------------------------------------------

/** appId of Microsoft Graph, the same in every tenant. */
export const microsoftGraph = "00000003-0000-0000-c000-000000000000";

/** What a permission grant is declared with. At least one permission. */
export interface PermissionGrantArgs {
  /** `id` of the agent identity, or of a blueprint principal. A change replaces. */
  agentId: pulumi.Input<string>;
  /** appId of the API. @default Microsoft Graph. A change replaces. */
  api?: pulumi.Input<string>;
  /**
   * Application permissions by name (`User.Read.All`): what the agent may do as itself. An app role without a name is declared
   * by its id. `Default Access`, as the admin centre calls it, is access without a role, to an API that publishes no roles.
   * @default none. Changed in place.
   */
  application?: pulumi.Input<pulumi.Input<string>[]>;
  /** Delegated permissions by name (`Mail.Read`), with consent for all users, 3,850 characters together: what it may do for whoever it acts for. @default none. Changed in place. */
  delegated?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * What becomes of what individual users have consented to for this agent at this API. `report`: it stays, also when the grant is
   * deleted; it is the output `consentedByUsers` and a warning. `withdraw`: it is drift, and is removed; an agent user then
   * needs its delegated permissions from `delegated`. @default report. Changed in place.
   */
  userConsents?: pulumi.Input<"report" | "withdraw">;
}

/**
 * What is granted to one agent at one API, as itself and for all users, by permission names.
 *
 * Permissions granted to the agent at this API that the program does not declare are shown as a difference and removed. Two other sources
 * of permissions are outputs, with a warning at each refresh:
 *
 * - `consentedByUsers`: what individual users have consented to. It counts for these users alone. `userConsents: "withdraw"` removes it.
 * - `inherited`: what the agent inherits from its blueprint. It is removed at the blueprint, not at the agent.
 *
 * - **Id:** `<agent's object id>/<API's appId>`.
 * - **Replaced:** when `agentId` or `api` changes.
 * - **Deleted:** permanently, with everything that was granted to the agent at the API. What individual users consented to stays, unless
 *   `userConsents` is `withdraw`, and so does what the agent inherits; the run names both. A token that was issued before keeps its
 *   permissions until it expires.
 *
 * @see https://learn.microsoft.com/graph/permissions-grant-via-msgraph
 * @throws INPUT_INVALID when no permission is declared, the agent or the API is not in the tenant or has no permission of that name, or it is added and is
 *   disabled there or blocked for agents
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
  /** What individual users have consented to at the API, beside what is declared: `principalId` (object id of the user) and `delegated` (names) of each, sorted. */
  declare readonly consentedByUsers: pulumi.Output<UserConsent[]>;
  /**
   * What the agent inherits at the API, whether it is declared here or not: `application` and `delegated` (names, or "unknown"
   * where Graph does not show them), and `blueprintId`. To show them it wants AgentIdentityBlueprint.Read.All, or beta.
   */
  declare readonly inherited: pulumi.Output<InheritedPermissions>;

  constructor(name: string, args: PermissionGrantArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = ["api", "application", "delegated", "consentedByUsers", "inherited"];
    super(permissionGrant, name, args, outputs, opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  agentId: string;
  api: string;
  application: string[];
  delegated: string[];
  userConsents?: "report" | "withdraw" | undefined;
}

const isOneWord = (name: string): boolean => /^\S+$/.test(name);
const names = (isName: (name: string) => boolean) =>
  z
    .array(z.string().refine(isName, "must be the name of one permission, such as User.Read.All"))
    .transform(sorted)
    .default([]);

/** Graph's limit for the scopes of one grant, in characters. */
const longestScope = 3_850;

const properties = {
  agentId: objectId,
  api: objectId.default(microsoftGraph),
  application: names((name) => isOneWord(name) || name === defaultAccess),
  delegated: names(isOneWord).refine(
    (all) => all.join(" ").length <= longestScope,
    `must be at most ${longestScope.toLocaleString("en")} characters together, with a space between them: Graph keeps them in one grant`,
  ),
  userConsents: z.enum(["report", "withdraw"], 'must be "report" or "withdraw"').optional(),
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
  role: "Agent ID Administrator, and for application permissions of Microsoft Graph Privileged Role Administrator",
  permissions: {
    read: ["Application.Read.All", "DelegatedPermissionGrant.Read.All"],
    create: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
    change: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
    remove: ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"],
  },
  inventory: permissionInventory,
  duplicateCreate: "refused",

  questions: unsuitablePermissions,
  references: ({ agentId }) => [{ property: "agentId", id: agentId, missing: missingAgent }],

  refersTo: ({ agentId }) => [agentId],
  idOf: (wanted) => idOf(wanted),

  // A grant has no place for a marker. What an earlier, interrupted run granted is part of what is wanted now.
  async find(tenant, wanted) {
    const api = await apiOf(tenant, wanted.api);
    const held = named(await sourcesIn(tenant, api).holdingsOf(wanted.agentId), api);
    if (held.application.length + held.delegated.length === 0) return [];
    const others = {
      application: held.application.filter((name) => !wanted.application.includes(name)),
      delegated: held.delegated.filter((name) => !wanted.delegated.includes(name)),
    };
    return [{ id: idOf(wanted), notOurs: whyNotOurs(api, others) }];
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

  async read(tenant, id, declared, { inherited }, bulk) {
    const [agentId = "", api = ""] = id.split("/");
    // Without the API or the agent there is nothing left to hold.
    const seen = await apiOf(tenant, api)
      .then((offer) =>
        effectivePermissions(tenant, agentId, offer, sourcesIn(tenant, offer, parentSeen(inherited), bulk)),
      )
      .catch(undefinedWhenGone);
    if (!seen || seen.application.length + seen.delegated.length === 0) return undefined;
    const { application, delegated, consentedByUsers } = seen;
    return {
      inputs: {
        agentId,
        api,
        application: [...application],
        delegated: [...delegated],
        userConsents: declared.userConsents === "withdraw" && consentedByUsers.length === 0 ? "withdraw" : "report",
      },
      outputs: { consentedByUsers, inherited: seen.inherited },
    };
  },

  async warnings({ tenant, id, declared, actual }) {
    const [agentId = "", api = ""] = id.split("/");
    return actual ? beside(tenant, agentId, await apiOf(tenant, api), actual.outputs, declared) : [];
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
    if (wanted.userConsents === "withdraw" && inputs.userConsents !== "withdraw")
      await deleteGrants(tenant, await userConsentsTo(tenant, wanted.agentId, api));
  },

  // A deleted agent takes its permissions with it.
  goneWith: (id) => deletedPlace(id.split("/")[0] ?? ""),
  // Each permission is an object of its own in Graph.
  isWhole: ({ application = [], delegated = [] }, { inputs }) =>
    application.every((name) => inputs.application?.includes(name)) &&
    delegated.every((name) => inputs.delegated?.includes(name)),

  // All that was granted, as everywhere: also what somebody else has added since.
  async remove(tenant, id, { userConsents }, { inherited }, warn) {
    const [agentId = "", appId = ""] = id.split("/");
    const api = await apiOf(tenant, appId);
    const grants = await delegatedGrants(tenant, agentId, api);
    const [doomed, left] =
      userConsents === "withdraw" ? [grants, []] : [grants.filter(isForAll), grants.filter(isOfUser)];
    const found: boolean[] = [];
    const note = (one: boolean): void => void found.push(one);
    await allWritten([deleteGrants(tenant, doomed, note), withdraw(tenant, agentId, api, "all", note)]);
    // What one replica lists another may not find; and where none is listed there may be some all the same.
    if (found.length === 0 || found.includes(false)) throw new EntraError("NOT_FOUND", "a permission was not found");
    for (const warning of leftBehind(tenant, api, left, inherited)) warn(warning);
  },
};

const missingAgent = missingIn(
  "servicePrincipals",
  "must be the object id of an agent identity or of a blueprint principal",
);

const idOf = ({ agentId, api }: Inputs): string => `${agentId}/${api}`;

/** What an earlier read has found out, which does not change. */
function parentSeen(inherited: unknown): Parent | undefined {
  const { application, blueprintId } = (inherited ?? {}) as Partial<InheritedPermissions>;
  if (blueprintId !== undefined) return { blueprintId };
  return Array.isArray(application) ? {} : undefined;
}

function whyNotOurs(
  api: Api,
  { application, delegated }: Pick<EffectivePermissions, "application" | "delegated">,
): string | undefined {
  // What is not published any more cannot be declared.
  const gone = application.filter((name) => !api.roles.has(name));
  const declarable = [...application.filter((name) => api.roles.has(name)), ...delegated];
  const advice = [
    ...(declarable.length > 0
      ? [
          `the agent already holds ${declarable.join(", ")}, which is not declared. Declare it too, or remove it first; ` +
            "where another resource of this stack granted it, give this one its name as an alias",
        ]
      : []),
    ...(gone.length > 0
      ? [
          `the agent already holds ${gone.join(", ")}, which ${api.name} does not publish any more: it cannot be declared. Remove it first`,
        ]
      : []),
  ];
  return advice.length === 0 ? undefined : advice.join(". ");
}
