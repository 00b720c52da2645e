/**
 * Agent identity.
 *
 * Graph: /servicePrincipals cast to microsoft.graph.agentIdentity (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/resources/agentidentity
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  answerable,
  boundPeople,
  changePeople,
  listedOwners,
  lookUpPermissions,
  objectId,
  owners,
  readReferences,
  sponsors,
} from "../directory/directory-references";
import { ownersFirst, readOwners } from "../directory/owners";
import { unsuitablePeople } from "../directory/suitable-people";
import { missingBlueprint } from "./blueprint-application";
import { confirmReenabling, disabledBy, whoDeleted, whoDisabled } from "./disabled-agent";
import { toReadAuditLog } from "../directory/audit-log";
import { deletedPlace } from "../directory/deleted-items";
import type { Inventory } from "../engine/inventory";
import type { Lifecycle } from "../engine/lifecycle";
import { selectOf } from "../engine/listing";
import { markerIn, markerTag, unmarkedIn } from "../engine/marker";
import { EntraResource } from "../engine/pulumi/resource";
import { oneOf } from "../engine/run/bulk-read";
import { allOf } from "../engine/run/shared-list";
import { undefinedWhenGone } from "../graph/errors";
import {
  type DeletedPrincipal,
  deletedServicePrincipals,
  identities,
  identitiesOf,
  type Identity,
  type Principal,
  principals,
  toReadDeleted,
} from "./agent-lists";
import { keepParent } from "./parent-blueprint";

// ---- what a program writes -------------------------------------------------

/** What an agent identity is declared with. */
export interface AgentIdentityArgs {
  /** Name people see in the Entra admin centre, 1 to 256 characters. Changed in place. */
  displayName: pulumi.Input<string>;
  /** The blueprint's appId. Give `principal.blueprintId`, so that the principal is created first. A change replaces. */
  blueprintId: pulumi.Input<string>;
  /** Who is responsible for this agent: user principal names or object ids of users, Microsoft 365 groups or dynamic groups. At least one, at most 100, of them 5 groups. Changed in place. */
  sponsors: pulumi.Input<pulumi.Input<string>[]>;
  /** Who may operate it: user principal names or object ids of users or service principals, at most 100. Where the account Pulumi signs in as is one, it stays one. Not managed when not declared. Changed in place. */
  owners?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether that account is removed as well where `owners` does not name it. @default false. Changed in place. */
  removeCreatorAsOwner?: pulumi.Input<boolean>;
  /** Whether the agent may sign in. @default true. Changed in place. */
  enabled?: pulumi.Input<boolean>;
  /** Confirms that an agent is enabled again which Microsoft or another application has disabled (outputs `disabledByMicrosoftStatus`, `disabledByApplication`). Counts in a run whose program has it; take it out afterwards. @default false. No difference to an object that exists. */
  reenable?: pulumi.Input<boolean>;
}

/**
 * The account one agent signs in with: it is created from a blueprint and holds no credential.
 *
 * - **Id:** the object id, which is the agent's client id as well.
 * - **Replaced:** when `blueprintId` changes.
 * - **Deleted:** softly, for 30 days. Deleted ones count toward the 250 identities that an application may create from one blueprint.
 *
 * @see https://learn.microsoft.com/graph/api/resources/agentidentity
 * @throws INPUT_INVALID when a value is outside its limits, or a sponsor or owner is not in the tenant
 * @throws OWNERSHIP_UNCLEAR when two identities of the blueprint have this resource's marker
 * @throws REFUSED when the blueprint has no principal in the tenant
 * @throws FORBIDDEN when a permission is missing, or the tenant or the caller has reached its limit of objects
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import { AgentIdentity, AgentIdentityBlueprint, AgentIdentityBlueprintPrincipal } from "pulumi-entra-agent-id";
 *
 * const sponsors = ["johanna.lorenz@contoso.com"];
 * const blueprint = new AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors });
 * const principal = new AgentIdentityBlueprintPrincipal("payroll", { blueprintId: blueprint.id });
 * const helper = new AgentIdentity("payslip-helper", {
 *   displayName: "Payslip helper",
 *   blueprintId: principal.blueprintId,
 *   sponsors,
 * });
 * export const clientId = helper.id;
 * ```
 */
export class AgentIdentity extends EntraResource {
  /** Name people see in the Entra admin centre. */
  declare readonly displayName: pulumi.Output<string>;
  /** appId of its blueprint. */
  declare readonly blueprintId: pulumi.Output<string>;
  /** Who is responsible for this agent, sorted, in lower case. */
  declare readonly sponsors: pulumi.Output<string[]>;
  /** Whether the agent may sign in. */
  declare readonly enabled: pulumi.Output<boolean>;
  /** When Graph created it, ISO 8601. In a stack of version 0.1.0 from the next refresh on. */
  declare readonly createdDateTime: pulumi.Output<string>;
  /** Why Microsoft has disabled it, as Graph says: `DisabledDueToViolationOfServicesAgreement`. Undefined where it has not. */
  declare readonly disabledByMicrosoftStatus: pulumi.Output<string | undefined>;
  /** Name of the application that has disabled it against the program, such as that of a lifecycle policy, as the audit log says. Undefined where a person did, or the log cannot be read. */
  declare readonly disabledByApplication: pulumi.Output<string | undefined>;

  constructor(name: string, args: AgentIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = ["createdDateTime", "disabledByApplication", "disabledByMicrosoftStatus", "enabled"];
    super(agentIdentity, name, args, outputs, opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  displayName: string;
  blueprintId: string;
  sponsors: string[];
  owners?: string[] | undefined;
  removeCreatorAsOwner?: boolean | undefined;
  enabled: boolean;
  reenable?: boolean | undefined;
}

const properties = {
  displayName: z.string().min(1, "must not be empty").max(256, "must be at most 256 characters"),
  blueprintId: objectId,
  sponsors,
  owners: owners.optional(),
  removeCreatorAsOwner: z.boolean().optional(),
  enabled: z.boolean().default(true),
  reenable: z.boolean().optional(),
};

// ---- what it is in the tenant ----------------------------------------------

const kind = "AgentIdentity";

const path = (id: string): string => `/servicePrincipals/${encodeURIComponent(id)}/microsoft.graph.agentIdentity`;

const inventory: Inventory<[Identity, Principal]> = {
  lists: [identities, principals],
  marker: "tag",
  idIsKept: false,
  describe([all, principalsThere], { tenant, inDetail }) {
    const principalOf = new Map(principalsThere.map(({ appId, id }) => [appId, id]));
    return Promise.all(
      all.map(async (identity) => {
        const { id, displayName, agentIdentityBlueprintId: blueprintId, createdDateTime, tags } = identity;
        const principal = principalOf.get(blueprintId);
        return {
          id,
          label: displayName,
          marker: markerIn(kind, tags),
          created: createdDateTime,
          // Entra deletes the identities of a blueprint with the blueprint, and with its principal.
          parents: [blueprintId, ...(principal === undefined ? [] : [principal])],
          details: {
            ...(identity.accountEnabled ? {} : { disabled: "it gets no token" }),
            ...(inDetail ? { sponsors: await answerable(tenant, `${path(id)}/sponsors`) } : {}),
          },
          deletePaths: [{ path: path(id) }],
        };
      }),
    );
  },
  deleted: {
    list: deletedServicePrincipals,
    permissions: toReadDeleted,
    keepsKey: false,
    describe({ "@odata.type": type = "", id, displayName, tags, deletedDateTime }: DeletedPrincipal) {
      // It does not show the tags of its principal, and its blueprint's are of another kind.
      const marker = markerIn(kind, tags);
      if (marker === undefined && !/agentIdentity$/i.test(type)) return undefined;
      return { id, label: displayName, marker, deleted: deletedDateTime };
    },
  },
};

export const agentIdentity: Lifecycle<Inputs> = {
  kind,
  noun: "agent identity",
  plural: "agent identities",
  properties,
  nameOf: ({ displayName }) => displayName ?? "",
  replacedBy: ["blueprintId"],
  permissions: {
    check: lookUpPermissions,
    read: ["AgentIdentity.Read.All"],
    create: ["AgentIdentity.Create.All"],
    change: ["AgentIdentity.ReadWrite.All"],
    remove: ["AgentIdentity.DeleteRestore.All"],
    explain: toReadAuditLog,
  },
  inventory,
  duplicateCreate: "allowed",

  instructions: { removeCreatorAsOwner: "always", reenable: "once" },
  rules: ownersFirst,
  questions: unsuitablePeople,
  mustConfirm: confirmReenabling,
  warnings: async (about) => [
    ...(await whoDisabled(about)),
    ...(await whoDeleted(about, about.id, "`pulumi up` creates another one, with another id")),
  ],
  references: ({ blueprintId }) => [{ property: "blueprintId", id: blueprintId, missing: missingBlueprint }],

  refersTo: ({ blueprintId }) => [blueprintId],

  async find(tenant, { blueprintId, marker }, after) {
    const siblings = await allOf(tenant, identitiesOf(blueprintId), after);
    return siblings
      .filter(({ tags }) => tags.includes(markerTag(kind, marker)))
      .map(({ id, displayName }) => ({ id, label: `agent identity "${displayName}" (${id})` }));
  },

  async namesakes(tenant, { blueprintId, marker }) {
    const siblings = blueprintId === undefined ? [] : await allOf(tenant, identitiesOf(blueprintId), 0);
    return unmarkedIn(siblings, kind, marker).map(({ id, displayName }) => ({ id, name: displayName }));
  },

  async create(tenant, wanted) {
    const made = await tenant.post<Identity>(identities.collection, {
      displayName: wanted.displayName,
      agentIdentityBlueprintId: wanted.blueprintId,
      accountEnabled: wanted.enabled,
      tags: [markerTag(kind, wanted.marker)],
      ...(await boundPeople(tenant, wanted)),
    });
    return { id: made.id };
  },

  async read(tenant, id, declared, outputs, bulk) {
    const siblings = identitiesOf(declared.blueprintId ?? "");
    const listed = () => listedOwners(bulk, siblings, id, path(id));
    const [found, sponsorsNow, ownersNow] = await Promise.all([
      oneOf(tenant, bulk, siblings, id, `${path(id)}?${selectOf(siblings)}`).catch(undefinedWhenGone),
      readReferences(tenant, `${path(id)}/sponsors`, declared.sponsors).catch(undefinedWhenGone),
      declared.owners && readOwners(tenant, path(id), declared, outputs, listed).catch(undefinedWhenGone),
    ]);
    if (!found || !sponsorsNow) return undefined;
    keepParent(tenant, id, { blueprintId: found.agentIdentityBlueprintId });
    return {
      inputs: {
        displayName: found.displayName,
        blueprintId: found.agentIdentityBlueprintId,
        sponsors: sponsorsNow,
        owners: ownersNow?.owners,
        enabled: found.accountEnabled,
      },
      outputs: {
        createdDateTime: found.createdDateTime,
        ...(await disabledBy(tenant, found, declared, outputs)),
      },
      marked: found.tags.includes(markerTag(kind, declared.marker)),
    };
  },

  async change(tenant, id, wanted, { inputs, marked }) {
    if (wanted.displayName !== inputs.displayName || wanted.enabled !== inputs.enabled || !marked) {
      const tags = marked ? {} : { tags: [markerTag(kind, wanted.marker)] };
      const body = { displayName: wanted.displayName, accountEnabled: wanted.enabled, ...tags };
      await tenant.patch(path(id), body, { serial: id });
    }
    await changePeople(tenant, path(id), wanted, inputs, id);
  },

  deletedPath: deletedPlace,

  remove: (tenant, id) => tenant.delete(path(id)),
};
