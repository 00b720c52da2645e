/**
 * Agent identity.
 *
 * Graph: /servicePrincipals cast to microsoft.graph.agentIdentity (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/resources/agentidentity
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  bindings,
  changeReferences,
  listedOwners,
  lookUpPermissions,
  missingReferences,
  objectId,
  readReferences,
  references,
  sponsors,
} from "../directory/directory-references";
import { deletedItem } from "../directory/deleted-items";
import { type Listing, oneOf } from "../engine/run/bulk-read";
import type { Lifecycle } from "../engine/lifecycle";
import { markerTag } from "../engine/marker";
import { EntraResource } from "../engine/pulumi/resource";
import { RunMemory } from "../engine/run/run-memory";
import { undefinedWhenGone } from "../graph/errors";

// ---- what a program writes -------------------------------------------------

/** What an agent identity is declared with. */
export interface AgentIdentityArgs {
  /** Name people see in the Entra admin centre, 1 to 256 characters. Changed in place. */
  displayName: pulumi.Input<string>;
  /** The blueprint's appId. Give `principal.blueprintId`, so that the principal is created first. A change replaces. */
  blueprintId: pulumi.Input<string>;
  /** Who answers for this agent: user principal names or object ids of users, Microsoft 365 groups or dynamic groups. At least one. Changed in place. */
  sponsors: pulumi.Input<pulumi.Input<string>[]>;
  /** Who may operate it: user principal names or object ids. Not managed when left out. Changed in place. */
  owners?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether the agent may sign in. @default true. Changed in place. */
  enabled?: pulumi.Input<boolean>;
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
 * @throws FORBIDDEN when a permission is missing, or the tenant or the caller holds as many objects as it may
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
  /** Who answers for this agent, sorted, in lower case. */
  declare readonly sponsors: pulumi.Output<string[]>;
  /** Whether the agent may sign in. */
  declare readonly enabled: pulumi.Output<boolean>;

  constructor(name: string, args: AgentIdentityArgs, opts?: pulumi.CustomResourceOptions) {
    super(agentIdentity, name, args, ["enabled"], opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  displayName: string;
  blueprintId: string;
  sponsors: string[];
  owners?: string[] | undefined;
  enabled: boolean;
}

const properties = {
  displayName: z.string().min(1, "must not be empty").max(256, "must be at most 256 characters"),
  blueprintId: objectId,
  sponsors,
  owners: references.optional(),
  enabled: z.boolean().default(true),
};

// ---- what it is in the tenant ----------------------------------------------

interface Identity {
  readonly id: string;
  readonly displayName: string;
  readonly agentIdentityBlueprintId: string;
  readonly accountEnabled: boolean;
  readonly tags: string[];
}

const collection = "/servicePrincipals/microsoft.graph.agentIdentity";
const path = (id: string): string => `/servicePrincipals/${encodeURIComponent(id)}/microsoft.graph.agentIdentity`;

/** What a refresh needs to know of each. */
const shown = "$select=id,displayName,agentIdentityBlueprintId,accountEnabled,tags";

const ofBlueprint = (blueprintId: string): string =>
  `${collection}?$filter=${encodeURIComponent(`agentIdentityBlueprintId eq '${blueprintId}'`)}`;

/** The identities of each blueprint, by its appId. */
const identitiesOf = new RunMemory<readonly Identity[]>();

export const agentIdentity: Lifecycle<Inputs> = {
  kind: "AgentIdentity",
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
  },
  duplicateCreate: "allowed",

  async questions(tenant, inputs) {
    return [
      ...(await missingReferences(tenant, "sponsors", inputs.sponsors)),
      ...(await missingReferences(tenant, "owners", inputs.owners)),
    ];
  },

  refersTo: ({ blueprintId }) => [blueprintId],

  async find(tenant, { blueprintId, marker }, after) {
    const list = () => tenant.list<Identity>(`${ofBlueprint(blueprintId)}&$top=100`);
    const identities = await identitiesOf.of(tenant, blueprintId, list, after);
    return identities
      .filter(({ tags }) => tags.includes(markerTag(agentIdentity.kind, marker)))
      .map(({ id, displayName }) => ({ id, label: `agent identity "${displayName}" (${id})` }));
  },

  async create(tenant, wanted) {
    const made = await tenant.post<Identity>(collection, {
      displayName: wanted.displayName,
      agentIdentityBlueprintId: wanted.blueprintId,
      accountEnabled: wanted.enabled,
      tags: [markerTag(agentIdentity.kind, wanted.marker)],
      "sponsors@odata.bind": await bindings(tenant, wanted.sponsors),
      ...(wanted.owners ? { "owners@odata.bind": await bindings(tenant, wanted.owners) } : {}),
    });
    return { id: made.id };
  },

  async read(tenant, id, declared, _outputs, bulk) {
    const siblings = ofBlueprint(declared.blueprintId ?? "");
    const listing: Listing<Identity> = { collection: siblings, shows: shown };
    const owners = (names: readonly string[]) =>
      readReferences(tenant, `${path(id)}/owners`, names, listedOwners(bulk, siblings, id, path(id)));
    const [found, sponsorsNow, ownersNow] = await Promise.all([
      oneOf(tenant, bulk, listing, id, `${path(id)}?${shown}`).catch(undefinedWhenGone),
      readReferences(tenant, `${path(id)}/sponsors`, declared.sponsors).catch(undefinedWhenGone),
      declared.owners && owners(declared.owners).catch(undefinedWhenGone),
    ]);
    if (!found || !sponsorsNow) return undefined;
    return {
      inputs: {
        displayName: found.displayName,
        blueprintId: found.agentIdentityBlueprintId,
        sponsors: sponsorsNow,
        owners: ownersNow,
        enabled: found.accountEnabled,
      },
      outputs: {},
      marked: found.tags.includes(markerTag(agentIdentity.kind, declared.marker)),
    };
  },

  async change(tenant, id, wanted, { inputs, marked }) {
    if (wanted.displayName !== inputs.displayName || wanted.enabled !== inputs.enabled || !marked) {
      const tags = marked ? {} : { tags: [markerTag(agentIdentity.kind, wanted.marker)] };
      const body = { displayName: wanted.displayName, accountEnabled: wanted.enabled, ...tags };
      await tenant.patch(path(id), body, { serial: id });
    }
    for (const relation of ["sponsors", "owners"] as const) {
      const who = wanted[relation];
      if (who) await changeReferences(tenant, `${path(id)}/${relation}`, who, inputs[relation] ?? [], id);
    }
  },

  deletedPath: deletedItem,

  remove: (tenant, id) => tenant.delete(path(id)),
};
