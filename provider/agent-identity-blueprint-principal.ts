/**
 * Agent identity blueprint principal: the blueprint's presence in this tenant. Without it no identity can be made from
 * the blueprint; disabled, none of them gets a token. Graph does not make it with the blueprint.
 *
 * Graph:    /servicePrincipals cast to microsoft.graph.agentIdentityBlueprintPrincipal (v1.0)
 * Docs:     https://learn.microsoft.com/graph/api/resources/agentidentityblueprintprincipal
 * Id:       the object id of the service principal.
 * Replaced: when the blueprint changes.
 * Deleted:  softly, for 30 days. Entra then deletes the identities made from it, within about a day.
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { objectId } from "./directory-references";
import type { Lifecycle } from "./engine/lifecycle";
import { EntraResource } from "./engine/resource";
import { undefinedWhenGone } from "./graph/errors";

// ---- what a program writes -------------------------------------------------

export interface AgentIdentityBlueprintPrincipalArgs {
  /** `id` (appId) of the blueprint. A change replaces. */
  blueprintId: pulumi.Input<string>;
  /** The kill switch: when false, no identity of this blueprint gets a token. @default true. Changed in place. */
  enabled?: pulumi.Input<boolean>;
}

export class AgentIdentityBlueprintPrincipal extends EntraResource {
  /** Give this, not the blueprint's own id, to an AgentIdentity: it is made after the principal then, and deleted before it. */
  declare readonly blueprintId: pulumi.Output<string>;
  declare readonly enabled: pulumi.Output<boolean>;

  constructor(name: string, args: AgentIdentityBlueprintPrincipalArgs, opts?: pulumi.CustomResourceOptions) {
    super(agentIdentityBlueprintPrincipal, name, args, ["enabled"], opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  blueprintId: string;
  enabled: boolean;
}

const properties = {
  blueprintId: objectId,
  enabled: z.boolean().default(true),
};

// ---- how it lives in the tenant --------------------------------------------

interface BlueprintPrincipal {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
}

const cast = "microsoft.graph.agentIdentityBlueprintPrincipal";
const path = (id: string): string => `/servicePrincipals/${encodeURIComponent(id)}/${cast}`;

export const agentIdentityBlueprintPrincipal: Lifecycle<Inputs> = {
  kind: "AgentIdentityBlueprintPrincipal",
  noun: "agent identity blueprint principal",
  properties,
  nameOf: ({ blueprintId }) => blueprintId ?? "",
  replacedBy: ["blueprintId"],
  permissions: {
    read: "AgentIdentityBlueprintPrincipal.Read.All",
    create: "AgentIdentityBlueprintPrincipal.Create",
    change: "AgentIdentityBlueprintPrincipal.EnableDisable.All",
    remove: "AgentIdentityBlueprintPrincipal.DeleteRestore.All",
  },

  refersTo: ({ blueprintId }) => [blueprintId],

  // A tenant has one principal per blueprint, so whoever declares the blueprint's principal means this one.
  async find(tenant, { blueprintId }) {
    const found = await tenant
      .get<BlueprintPrincipal>(`/servicePrincipals(appId='${blueprintId}')`)
      .catch(undefinedWhenGone);
    if (!found) return [];
    const isBlueprint =
      found["@odata.type"] === undefined || /agentIdentityBlueprintPrincipal$/i.test(found["@odata.type"]);
    const notOurs = isBlueprint
      ? undefined
      : "it is the principal of an application that is not a blueprint. Declare the appId of a blueprint";
    return [{ id: found.id, label: `service principal "${found.displayName}" (${found.id})`, notOurs }];
  },

  async create(tenant, { blueprintId }) {
    return (await tenant.post<BlueprintPrincipal>(`/servicePrincipals/${cast}`, { appId: blueprintId })).id;
  },

  async read(tenant, id) {
    const found = await tenant.get<BlueprintPrincipal>(path(id)).catch(undefinedWhenGone);
    return found && { inputs: { blueprintId: found.appId, enabled: found.accountEnabled }, outputs: {} };
  },

  async change(tenant, id, { enabled }) {
    await tenant.patch(path(id), { accountEnabled: enabled });
  },

  remove: (tenant, id) => tenant.delete(path(id)),
};
