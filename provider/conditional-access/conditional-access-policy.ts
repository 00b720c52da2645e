/**
 * Conditional Access policy. The suffix of its name is there because policies have no other place for the marker by which an
 * interrupted create is found again.
 *
 * Graph: /identity/conditionalAccess/policies (beta: v1.0 has no agent conditions)
 * Docs:  https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy?view=graph-rest-beta
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  type Conditions,
  conditions,
  type ConditionsArgs,
  conditionsFromGraph,
  conditionsToGraph,
  type GrantControls,
  grantControls,
  type GrantControlsArgs,
  grantControlsFromGraph,
  grantControlsToGraph,
  type GraphConditions,
  type SessionControls,
  sessionControls,
  sessionControlsFromGraph,
  sessionControlsToGraph,
} from "./conditional-access-conditions";
import { defaultControls, policyFindings } from "./policy-rules";
import { policyTargets } from "./policy-targets";
import { agentsToAskAbout, refuseToMissAgents } from "./what-if";
import { policyLicence, withLicence } from "./licences";
import { declaredName, displayName, hasMarker, shownName, unmarkedAmong } from "./name-suffix";
import { permissions } from "./permissions";
import type { Inventory } from "../engine/inventory";
import { same } from "../engine/json";
import type { Lifecycle } from "../engine/lifecycle";
import type { Listing } from "../engine/listing";
import { markerInName } from "../engine/marker";
import { EntraResource } from "../engine/pulumi/resource";
import { oneOf } from "../engine/run/bulk-read";
import { moment } from "../engine/run/run-memory";
import { allOf } from "../engine/run/shared-list";
import { messageOf, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

// ---- what a program writes -------------------------------------------------

/** What a Conditional Access policy is declared with. */
export interface ConditionalAccessPolicyArgs {
  /** Name people see, 1 to 240 characters; the tenant shows a suffix after it, made of the marker. Changed in place. */
  displayName: pulumi.Input<string>;
  /** Whom and what it is about. Changed in place. */
  conditions: pulumi.Input<ConditionsArgs>;
  /** What is required then. Agent identities can only be blocked. @default { builtInControls: ["block"] } for agents, none for people: they need these or sessionControls. Changed in place. */
  grantControls?: pulumi.Input<GrantControlsArgs>;
  /** Session controls as Graph has them; none applies to agents. Members of a control that are not declared have what Graph fills in. @default none. Changed in place. */
  sessionControls?: pulumi.Input<Record<string, unknown>>;
  /** `enabledForReportingButNotEnforced` (report-only), `enabled` or `disabled`. @default report-only. Changed in place. */
  state?: pulumi.Input<"enabled" | "disabled" | "enabledForReportingButNotEnforced">;
  /**
   * Allows a policy that can lock every person out of the tenant, including you. Such a policy is about all users and all
   * applications and excludes nobody. It blocks, or requires what not everybody has. Without this argument, preview refuses
   * such a policy in every state. @default false. Changed in place.
   */
  acceptLockout?: pulumi.Input<boolean>;
}

/**
 * When agents, or people, may get a token and when not; report-only unless `state` is `enabled`.
 *
 * An enforced policy is report-only while it is created and while its conditions or controls change, and enforced once they read back:
 * a condition that Graph dropped must never block everybody. The tenant shows the policy as `<displayName> [xxxxxxxx]`.
 *
 * - **Id:** Graph's GUID of the policy.
 * - **Replaced:** never.
 * - **Deleted:** softly, for 30 days. A new `up` creates another one. A tenant can contain at most 195 policies.
 *
 * @see https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy?view=graph-rest-beta
 * @throws INPUT_INVALID when a policy for agents has a control that they cannot meet, when conditions or controls exclude each other,
 *   when it says neither whom it is about nor what happens then, or when it can lock everybody out and `acceptLockout` is not set
 * @throws INPUT_INVALID when it is to be enforced, names a blueprint principal, and the tenant's What-If says that it misses its agents: one that
 *   is enforced already stays as it was
 * @throws OWNERSHIP_UNCLEAR when two policies have the suffix of this resource's marker
 * @throws REFUSED when Graph refuses a condition, or the tenant already contains 195 policies, the maximum
 * @throws NOT_YET_VISIBLE when the tenant does not show the conditions and controls as declared: it stays report-only
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import { ConditionalAccessPolicy } from "pulumi-entra-agent-id";
 *
 * new ConditionalAccessPolicy("block-risky-agents", {
 *   displayName: "Block agents at high risk",
 *   conditions: {
 *     clientApplications: { includeAgentIdServicePrincipals: ["All"] },
 *     applications: { includeApplications: ["All"] },
 *     agentIdRiskLevels: ["high"],
 *   },
 *   state: "enabledForReportingButNotEnforced",
 * });
 * ```
 */
export class ConditionalAccessPolicy extends EntraResource {
  /** Name people see, without the suffix. */
  declare readonly displayName: pulumi.Output<string>;
  /** Whom and what it is about, in canonical form: lists sorted, nothing empty. */
  declare readonly conditions: pulumi.Output<Conditions>;
  /** What has to be fulfilled then; undefined where there are only session controls. */
  declare readonly grantControls: pulumi.Output<GrantControls | undefined>;
  /** `enabledForReportingButNotEnforced`, `enabled` or `disabled`. */
  declare readonly state: pulumi.Output<string>;
  /** When Graph created it, ISO 8601. In a stack of version 0.1.0 from the next refresh on. */
  declare readonly createdDateTime: pulumi.Output<string>;

  constructor(name: string, args: ConditionalAccessPolicyArgs, opts?: pulumi.CustomResourceOptions) {
    super(conditionalAccessPolicy, name, args, ["createdDateTime", "grantControls", "sessionControls", "state"], opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  displayName: string;
  conditions: Conditions;
  grantControls?: GrantControls | undefined;
  sessionControls: SessionControls;
  state: string;
  acceptLockout?: boolean | undefined;
}

const reportOnly = "enabledForReportingButNotEnforced";

const properties = {
  displayName,
  conditions,
  grantControls: grantControls.optional(),
  sessionControls,
  state: z
    .enum(["enabled", "disabled", reportOnly], `must be "enabled", "disabled" or "${reportOnly}"`)
    .default(reportOnly),
  // Saying no is saying nothing.
  acceptLockout: z
    .boolean()
    .optional()
    .transform((accepted) => accepted || undefined),
};

// ---- what it is in the tenant ----------------------------------------------

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly state: string;
  readonly conditions: GraphConditions;
  readonly grantControls: object | null;
  readonly sessionControls?: object | null;
  readonly createdDateTime?: string;
}

const beta = { version: "beta" } as const;
const guids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** All policies of the tenant, 195 at most. Graph documents no size for its pages. */
const policies: Listing<Policy> = { collection: "/identity/conditionalAccess/policies", ...beta };

/** What this process wrote last of a policy: more than a list shows that a replica answers, which may lag behind. */
const written = new WeakMap<Tenant, Map<string, Conditions | "deleted">>();

function rememberWritten(tenant: Tenant, id: string, now: Conditions | "deleted"): void {
  const policies = written.get(tenant) ?? new Map<string, Conditions | "deleted">();
  written.set(tenant, policies.set(id, now));
}

/** Names of the policies, as the tenant shows them, whose conditions name the location with this id. */
export async function policiesThatName(tenant: Tenant, locationId: string): Promise<readonly string[]> {
  const all = await allOf(tenant, policies, moment());
  return all
    .filter(({ id, conditions }) => namesLocation(written.get(tenant)?.get(id) ?? conditions, locationId))
    .map(({ displayName }) => displayName);
}

const namesLocation = (conditions: object | "deleted", locationId: string): boolean =>
  JSON.stringify(conditions).toLowerCase().includes(locationId.toLowerCase());

/** Conditional Access has deleted items of its own. */
const deletedPolicies: Listing<DeletedPolicy> = {
  collection: "/identity/conditionalAccess/deletedItems/policies",
  ...beta,
};

interface DeletedPolicy extends Policy {
  /** ISO 8601. */
  readonly deletedDateTime: string;
}

const path = (id: string): string => `${policies.collection}/${encodeURIComponent(id)}`;

const inventory: Inventory<[Policy]> = {
  lists: [policies],
  marker: "nameSuffix",
  idIsKept: false,
  describe: ([all]) =>
    all.map(({ id, displayName, state, createdDateTime }) => ({
      id,
      label: displayName,
      marker: markerInName(displayName),
      created: createdDateTime,
      details: { state },
      deletePaths: [{ path: path(id), ...beta }],
    })),
  deleted: {
    list: deletedPolicies,
    permissions: permissions.read,
    keepsKey: false,
    describe: ({ id, displayName, deletedDateTime }: DeletedPolicy) => ({
      id,
      label: displayName,
      marker: markerInName(displayName),
      deleted: deletedDateTime,
    }),
  },
};

/** What decides whom a policy hits. */
const parts = ["conditions", "grantControls", "sessionControls"] as const;

const isAlike = (wanted: Inputs, now: Partial<Inputs>): boolean => parts.every((part) => same(now[part], wanted[part]));

/** Whether an enforced policy becomes report-only while it changes. */
const isOnTheWay = (wanted: Inputs, now: Partial<Inputs>): boolean =>
  now.state === "enabled" && wanted.state === reportOnly && !isAlike(wanted, now);

export const conditionalAccessPolicy: Lifecycle<Inputs> = {
  kind: "ConditionalAccessPolicy",
  noun: "Conditional Access policy",
  plural: "Conditional Access policies",
  properties,
  rules: policyFindings,
  defaultsFor: defaultControls,
  nameOf: ({ displayName }) => displayName ?? "",
  replacedBy: [],
  permissions,
  inventory,
  duplicateCreate: "allowed",

  async find(tenant, { marker }, after) {
    const all = await allOf(tenant, policies, after);
    return all
      .filter(({ displayName }) => hasMarker(displayName, marker))
      .map(({ id, displayName }) => ({ id, label: `Conditional Access policy "${displayName}" (${id})` }));
  },

  namesakes: async (tenant, { marker }) => unmarkedAmong(await allOf(tenant, policies, 0), marker),

  references: ({ conditions }) => (conditions === undefined ? [] : policyTargets(conditions)),

  // A change of its conditions may name what was made moments ago; a policy of before may be there all the same.
  mentions: ({ conditions }) => JSON.stringify(conditions).match(guids) ?? [],
  hasOwnDirectory: true,
  role: "Conditional Access Administrator",
  licence: policyLicence,

  async create(tenant, wanted) {
    const state = wanted.state === "enabled" ? reportOnly : wanted.state;
    const { id } = await tenant.post<Policy>(policies.collection, body({ ...wanted, state }), beta).catch(withLicence);
    return { id };
  },

  instructions: { acceptLockout: "always" },

  async read(tenant, id, { marker, sessionControls: declared }, _outputs, bulk) {
    const found = await oneOf(tenant, bulk, policies, id, path(id)).catch(undefinedWhenGone);
    if (!found) return undefined;
    const { displayName, state, createdDateTime } = found;
    return {
      inputs: {
        displayName: declaredName(displayName, marker),
        conditions: conditionsFromGraph(found.conditions),
        grantControls: grantControlsFromGraph(found.grantControls),
        sessionControls: sessionControlsFromGraph(found.sessionControls, declared),
        state,
      },
      outputs: { createdDateTime },
    };
  },

  // Nothing is enforced before the tenant shows exactly the conditions and controls that were declared. A policy that is
  // enforced already goes back to report-only while they change: see docs/decisions/0003.
  towards(wanted, { inputs: now }) {
    return wanted.state === "enabled" && !isAlike(wanted, now) ? { ...wanted, state: reportOnly } : wanted;
  },

  async change(tenant, id, wanted, { inputs }) {
    if (wanted.state === "enabled" && inputs.state !== "enabled")
      await refuseToMissAgents(tenant, id, wanted.conditions);
    // Nothing is asked while it is report-only that can be asked before.
    if (isOnTheWay(wanted, inputs)) await agentsToAskAbout(tenant, id, wanted.conditions);
    await tenant.patch(path(id), body(wanted, inputs), beta).catch(withLicence);
    rememberWritten(tenant, id, wanted.conditions);
  },

  // Whom it blocked, it goes on to block: no edit that is refused may end that.
  async takeBack(tenant, id, { inputs }, onTheWay) {
    if (inputs.state !== "enabled") return undefined;
    const before = { ...onTheWay, ...inputs };
    try {
      await tenant.patch(path(id), body(before, onTheWay), beta);
    } catch (error) {
      return `Nobody is blocked by it now: it is report-only, because enforcing it again as it was before failed as well: ${messageOf(error)}`;
    }
    rememberWritten(tenant, id, before.conditions);
    return "It is enforced as it was before this update";
  },

  deletedPath: (id) => ({ path: `${deletedPolicies.collection}/${encodeURIComponent(id)}`, ...beta }),

  async remove(tenant, id) {
    await tenant.delete(path(id), beta);
    rememberWritten(tenant, id, "deleted");
  },
};

function body(wanted: Inputs & { marker: string }, now: Partial<Inputs> = {}): object {
  const session = sessionControlsToGraph(wanted.sessionControls, now.sessionControls);
  return {
    displayName: shownName(wanted.displayName, wanted.marker),
    state: wanted.state,
    conditions: conditionsToGraph(wanted.conditions, now.conditions),
    grantControls: grantControlsToGraph(wanted.grantControls, now.grantControls),
    ...(session === undefined ? {} : { sessionControls: session }),
  };
}
