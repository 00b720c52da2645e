/**
 * Agent identity blueprint principal. Graph does not create it with the blueprint.
 *
 * Graph: /servicePrincipals cast to microsoft.graph.agentIdentityBlueprintPrincipal (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/resources/agentidentityblueprintprincipal
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { objectId } from "../directory/directory-references";
import { creatorBecameOwner, readOwners } from "../directory/owners";
import { missingBlueprint } from "./blueprint-application";
import { confirmReenabling, disabledBy, whoDeleted, whoDisabled } from "./disabled-agent";
import { toReadAuditLog } from "../directory/audit-log";
import { deletedPlace, restoreDeleted } from "../directory/deleted-items";
import type { Inventory } from "../engine/inventory";
import type { Lifecycle, Match } from "../engine/lifecycle";
import { selectOf } from "../engine/listing";
import { markerIn, markerTag } from "../engine/marker";
import { EntraResource } from "../engine/pulumi/resource";
import { oneOf } from "../engine/run/bulk-read";
import { keyHolders } from "../engine/run/key-holders";
import { undefinedWhenGone } from "../graph/errors";
import { restoredPermissions } from "../permissions/restored-permissions";
import {
  type DeletedPrincipal,
  deletedServicePrincipals,
  type Principal,
  principals,
  toReadDeleted,
} from "./agent-lists";
import { keepParent } from "./parent-blueprint";

// ---- what a program writes -------------------------------------------------

/** What a blueprint principal is declared with. */
export interface AgentIdentityBlueprintPrincipalArgs {
  /** `id` (appId) of the blueprint. A change replaces. */
  blueprintId: pulumi.Input<string>;
  /** The kill switch: when false, no identity of this blueprint gets a token. @default true. Changed in place. */
  enabled?: pulumi.Input<boolean>;
  /** Confirms that a principal is enabled again which Microsoft or another application has disabled (outputs `disabledByMicrosoftStatus`, `disabledByApplication`). Counts in a run whose program has it; take it out afterwards. @default false. No difference to an object that exists. */
  reenable?: pulumi.Input<boolean>;
}

/**
 * The blueprint's presence in this tenant, and the kill switch for its agents.
 *
 * Without it no agent identity can be created from the blueprint. While it is disabled, none of them gets a token.
 *
 * - **Id:** the object id of the service principal.
 * - **Replaced:** when `blueprintId` changes.
 * - **Deleted:** softly, for 30 days. Entra then deletes the identities created from it, within about a day. An `up` that declares it
 *   again restores it, and warns of the permissions that come back with it.
 *
 * @see https://learn.microsoft.com/graph/api/resources/agentidentityblueprintprincipal
 * @throws INPUT_INVALID when `blueprintId` is not a GUID
 * @throws OWNERSHIP_UNCLEAR when the principal has another resource's marker, or `blueprintId` is the appId of a plain application
 * @throws REFUSED when `blueprintId` is the appId of no blueprint
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import { AgentIdentityBlueprint, AgentIdentityBlueprintPrincipal } from "pulumi-entra-agent-id";
 *
 * const sponsors = ["johanna.lorenz@contoso.com"];
 * const blueprint = new AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors });
 * // `enabled: false` switches every agent of this kind off.
 * new AgentIdentityBlueprintPrincipal("payroll", { blueprintId: blueprint.id, enabled: true });
 * ```
 */
export class AgentIdentityBlueprintPrincipal extends EntraResource {
  /** Give this, not the blueprint's own id, to an AgentIdentity: it is created after the principal then, and deleted before it. */
  declare readonly blueprintId: pulumi.Output<string>;
  /** Whether identities of this blueprint get tokens. */
  declare readonly enabled: pulumi.Output<boolean>;
  /** When Graph created it, ISO 8601. In a stack of version 0.1.0 from the next refresh on. */
  declare readonly createdDateTime: pulumi.Output<string>;
  /** Why Microsoft has disabled it, as Graph says: `DisabledDueToViolationOfServicesAgreement`. Undefined where it has not. */
  declare readonly disabledByMicrosoftStatus: pulumi.Output<string | undefined>;
  /** Name of the application that has disabled it against the program, as the audit log says. Undefined where a person did, or the log cannot be read. */
  declare readonly disabledByApplication: pulumi.Output<string | undefined>;
  /** Object id of the account that became its owner by creating it, as it was right after the create. */
  declare readonly creatorOwner: pulumi.Output<string | undefined>;

  constructor(name: string, args: AgentIdentityBlueprintPrincipalArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = [
      "createdDateTime",
      "creatorOwner",
      "disabledByApplication",
      "disabledByMicrosoftStatus",
      "enabled",
    ];
    super(agentIdentityBlueprintPrincipal, name, args, outputs, opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  blueprintId: string;
  enabled: boolean;
  reenable?: boolean | undefined;
}

const properties = {
  blueprintId: objectId,
  enabled: z.boolean().default(true),
  reenable: z.boolean().optional(),
};

// ---- what it is in the tenant ----------------------------------------------

const kind = "AgentIdentityBlueprintPrincipal";
const cast = "microsoft.graph.agentIdentityBlueprintPrincipal";

const path = (id: string): string => `/servicePrincipals/${encodeURIComponent(id)}/${cast}`;

const inventory: Inventory<[Principal]> = {
  lists: [principals],
  marker: "tag",
  idIsKept: false,
  describe: ([all]) =>
    all.map(({ id, appId, displayName, accountEnabled, createdDateTime, tags }) => ({
      id,
      label: displayName,
      marker: markerIn(kind, tags),
      created: createdDateTime,
      parents: [appId],
      ...(accountEnabled ? {} : { details: { disabled: "no identity of this blueprint gets a token" } }),
      deletePaths: [{ path: path(id) }],
    })),
  deleted: {
    list: deletedServicePrincipals,
    permissions: toReadDeleted,
    keepsKey: true,
    describe({ "@odata.type": type = "", id, displayName, tags, deletedDateTime }: DeletedPrincipal) {
      const marker = markerIn(kind, tags);
      if (marker === undefined && !isPrincipal(type)) return undefined;
      return { id, label: displayName, marker, deleted: deletedDateTime };
    },
  },
};

export const agentIdentityBlueprintPrincipal: Lifecycle<Inputs> = {
  kind,
  noun: "agent identity blueprint principal",
  plural: "agent identity blueprint principals",
  properties,
  nameOf: ({ blueprintId }, called) => (blueprintId === undefined ? "" : called(blueprintId)),
  replacedBy: ["blueprintId"],
  permissions: {
    read: ["AgentIdentityBlueprintPrincipal.Read.All"],
    find: ["AgentIdentityBlueprintPrincipal.Read.All", "Application.Read.All"],
    create: ["AgentIdentityBlueprintPrincipal.ReadWrite.All"],
    change: ["AgentIdentityBlueprintPrincipal.ReadWrite.All"],
    remove: ["AgentIdentityBlueprintPrincipal.DeleteRestore.All"],
    explain: toReadAuditLog,
  },
  inventory,
  duplicateCreate: "refused while active",

  instructions: { reenable: "once" },
  warnings: async (about) => [
    ...creatorBecameOwner("blueprint principal", about),
    ...(await whoDisabled(about)),
    ...(await whoDeleted(about, about.id, "`pulumi up` restores it, or creates another one")),
  ],
  mustConfirm: confirmReenabling,
  references: ({ blueprintId }) => [{ property: "blueprintId", id: blueprintId, missing: missingBlueprint }],
  refersTo: ({ blueprintId }) => [blueprintId],
  // "The backing application of the service principal being created must be in the local tenant."
  mayMissReferent: ({ status, code }) => status === 403 && code === "Authorization_RequestDenied",
  completes: ({ blueprintId }) => [blueprintId],

  // Graph keeps one principal per blueprint and tenant, so there is nothing to choose between: whoever has the key is it.
  // Deleting a principal soon costs its identities; restoring it saves them, making another one would not.
  async find(tenant, { blueprintId, marker }, after, isRemoved) {
    const isIts = ({ appId }: Principal) => appId === blueprintId;
    const places = { active: principals, deleted: deletedServicePrincipals };
    const holders = await keyHolders<Principal>(tenant, places, isIts, after, ({ id }) => isRemoved(id));
    // Among the deleted ones there are other service principals too.
    const deleted = holders.deleted.filter(({ "@odata.type": type = cast }) => isPrincipal(type));
    return [
      ...holders.active.map((principal) => match(principal, marker)),
      // Nobody manages it any more, so whose it was does not matter.
      ...deleted.map((principal) => ({
        ...match(principal, marker),
        notOurs: undefined,
        restore: async (isAlive: () => Promise<boolean>) => {
          await restoreDeleted(tenant, principal.id, isAlive);
          return restoredPermissions(tenant, principal.id);
        },
      })),
    ];
  },

  // Graph takes nothing but the appId here: the marker follows in `change`.
  async create(tenant, { blueprintId, marker }) {
    const made = await tenant.post<Principal>(`/servicePrincipals/${cast}`, { appId: blueprintId });
    return { id: made.id, actual: { ...actual(made, marker), outputs: {} } };
  },

  async read(tenant, id, declared, outputs, bulk) {
    const [found, owners] = await Promise.all([
      oneOf(tenant, bulk, principals, id, `${path(id)}?${selectOf(principals)}`).catch(undefinedWhenGone),
      readOwners(tenant, path(id), {}, outputs).catch(undefinedWhenGone),
    ]);
    if (!found) return undefined;
    keepParent(tenant, id, {});
    return {
      ...actual(found, declared.marker),
      outputs: {
        createdDateTime: found.createdDateTime,
        creatorOwner: owners?.creatorOwner,
        ...(await disabledBy(tenant, found, declared, outputs)),
      },
    };
  },

  async change(tenant, id, { enabled, marker }, { marked }) {
    await tenant.patch(path(id), { accountEnabled: enabled, ...(marked ? {} : { tags: [markerTag(kind, marker)] }) });
  },

  deletedPath: deletedPlace,

  remove: (tenant, id) => tenant.delete(path(id)),
};

const actual = (found: Principal, marker: string) => ({
  inputs: { blueprintId: found.appId, enabled: found.accountEnabled },
  marked: found.tags.includes(markerTag(kind, marker)),
});

const isPrincipal = (type: string): boolean => /agentIdentityBlueprintPrincipal$/i.test(type);

function match({ "@odata.type": type = cast, id, displayName, tags }: Principal, marker: string): Match {
  const marks = tags.filter((tag) => tag.startsWith(markerTag(kind, "")));
  const notOurs = !isPrincipal(type)
    ? "it belongs to an application that is not a blueprint. Declare the appId of a blueprint"
    : marks.length > 0 && !marks.includes(markerTag(kind, marker))
      ? "it has the marker of another resource, which manages it. Declare the principal once; if its resource was renamed, give it an alias"
      : undefined;
  return { id, label: `blueprint principal "${displayName}" (${id})`, notOurs };
}
