/**
 * Federated identity credential.
 *
 * Graph: /applications/{object id}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { blueprints } from "../identities/agent-lists";
import { blueprintPath, missingBlueprint, objectIdOf } from "../identities/blueprint-application";
import { deletedPlace } from "../directory/deleted-items";
import { objectId } from "../directory/directory-references";
import type { Inventory } from "../engine/inventory";
import { same, textOf } from "../engine/json";
import type { Lifecycle } from "../engine/lifecycle";
import { type Listing, selectOf } from "../engine/listing";
import { EntraResource } from "../engine/pulumi/resource";
import type { BulkRead } from "../engine/run/bulk-read";
import { allOf } from "../engine/run/shared-list";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

// ---- what a program writes -------------------------------------------------

/** What a federated identity credential is declared with. */
export interface FederatedIdentityCredentialArgs {
  /** `id` (appId) of the blueprint. A change replaces. */
  blueprintId: pulumi.Input<string>;
  /** Key within the blueprint, 3 to 120 letters, digits, hyphens or underscores. A change replaces. */
  name: pulumi.Input<string>;
  /** `iss` of the outside token, an https URL of up to 600 characters. Changed in place. */
  issuer: pulumi.Input<string>;
  /** `sub` of the outside token, case-sensitive, up to 600 characters. Issuer and subject together are unique on a blueprint. Changed in place. */
  subject: pulumi.Input<string>;
  /** `aud` of the outside token: exactly one, up to 600 characters. @default ["api://AzureADTokenExchange"]. Changed in place. */
  audiences?: pulumi.Input<pulumi.Input<string>[]>;
  /** What it is for, up to 600 characters. Not managed when left out. Changed in place. */
  description?: pulumi.Input<string>;
}

/**
 * Lets a workload outside Entra (GitHub Actions, Kubernetes, another cloud) or a managed identity sign in as the blueprint, without a secret.
 *
 * - **Id:** `<blueprint's appId>/<name>`.
 * - **Replaced:** when `blueprintId` or `name` changes.
 * - **Deleted:** permanently. With its blueprint it is deleted softly: it stays in the state until the blueprint is permanently deleted, and
 *   the next `up` checks whether it was restored.
 *
 * @see https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
 * @throws INPUT_INVALID when a value is outside its limits
 * @throws OWNERSHIP_UNCLEAR when a credential of this name trusts another workload, or one of another name trusts this workload
 * @throws REFUSED when the blueprint already has 20 credentials, the maximum
 * @throws NOT_FOUND when the blueprint is not in the tenant
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import { AgentIdentityBlueprint, FederatedIdentityCredential } from "pulumi-entra-agent-id";
 *
 * const sponsors = ["johanna.lorenz@contoso.com"];
 * const blueprint = new AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors });
 * new FederatedIdentityCredential("github", {
 *   blueprintId: blueprint.id,
 *   name: "github",
 *   issuer: "https://token.actions.githubusercontent.com",
 *   subject: "repo:contoso/payroll-agents:ref:refs/heads/main",
 * });
 * ```
 */
export class FederatedIdentityCredential extends EntraResource {
  /** appId of the blueprint that the workload signs in as. */
  declare readonly blueprintId: pulumi.Output<string>;
  /** Key within the blueprint. */
  declare readonly name: pulumi.Output<string>;
  /** `iss` of the outside token. */
  declare readonly issuer: pulumi.Output<string>;
  /** `sub` of the outside token. */
  declare readonly subject: pulumi.Output<string>;
  /** `aud` of the outside token: exactly one. */
  declare readonly audiences: pulumi.Output<string[]>;
  /** Graph's GUID of the credential. */
  declare readonly credentialId: pulumi.Output<string>;

  constructor(name: string, args: FederatedIdentityCredentialArgs, opts?: pulumi.CustomResourceOptions) {
    super(federatedIdentityCredential, name, args, ["audiences", "credentialId", "blueprintObjectId"], opts);
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  blueprintId: string;
  name: string;
  issuer: string;
  subject: string;
  audiences: string[];
  description?: string | undefined;
}

const upTo600 = z.string().min(1, "must not be empty").max(600, "must be at most 600 characters");

const properties = {
  blueprintId: objectId,
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/, "must be 3 to 120 letters, digits, hyphens or underscores"),
  issuer: upTo600.regex(/^https:\/\/\S+$/, "must be an https URL"),
  subject: upTo600,
  audiences: z.array(upTo600).length(1, "must hold exactly one audience").default(["api://AzureADTokenExchange"]),
  description: z.string().max(600, "must be at most 600 characters").optional(),
};

// ---- what it is in the tenant ----------------------------------------------

interface Credential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: string[];
  readonly description: string | null;
}

const collection = (blueprintObjectId: string): string =>
  `${blueprintPath(blueprintObjectId)}/federatedIdentityCredentials`;

const ofBlueprint = (blueprintObjectId: string): Listing<Credential> => ({
  collection: collection(blueprintObjectId),
  select: ["id", "name", "issuer", "subject", "audiences", "description"],
  top: 100,
  keyOf: ({ name }) => name,
});

interface WithCredentials {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly federatedIdentityCredentials?: readonly Credential[];
}

/** Of every blueprint: a blueprint has no more of them than `$expand` shows. */
const ofAllBlueprints: Listing<WithCredentials> = {
  ...(blueprints as Listing<WithCredentials>),
  select: ["id", "appId", "displayName"],
  expand: "federatedIdentityCredentials",
};

const inventory: Inventory<[WithCredentials]> = {
  lists: [ofAllBlueprints],
  marker: "none",
  idIsKept: true,
  describe: ([all]) =>
    all.flatMap(({ id, appId, displayName, federatedIdentityCredentials: credentials = [] }) =>
      credentials.map(({ id: key, name, issuer, subject }) => ({
        id: `${appId}/${name}`,
        label: name,
        parents: [appId],
        gives: `lets ${subject} of ${issuer} sign in as "${displayName}"`,
        deletePaths: [{ path: `${collection(id)}/${key}` }],
      })),
    ),
};

export const federatedIdentityCredential: Lifecycle<Inputs> = {
  kind: "FederatedIdentityCredential",
  noun: "federated identity credential",
  plural: "federated identity credentials",
  properties,
  nameOf: ({ name }) => name ?? "",
  replacedBy: ["blueprintId", "name"],
  permissions: {
    read: ["AgentIdentityBlueprint.Read.All"],
    create: ["AgentIdentityBlueprint.AddRemoveCreds.All"],
    change: ["AgentIdentityBlueprint.AddRemoveCreds.All"],
    remove: ["AgentIdentityBlueprint.AddRemoveCreds.All"],
  },
  inventory,
  duplicateCreate: "refused",

  referents: { blueprintId: missingBlueprint },
  refersTo: ({ blueprintId }) => [blueprintId],

  // A credential has no place for a marker: one with the same content is recovered, one with other content never.
  async find(tenant, wanted, after) {
    const objectId = await objectIdOf(tenant, wanted.blueprintId);
    const credentials = await allOf(tenant, ofBlueprint(objectId), after);
    return credentials
      .filter((found) => found.name === wanted.name || trustsTheSame(found, wanted))
      .map((found) => ({
        // Its own, not the wanted one's: a list may still show the credential that was deleted to be replaced.
        id: idOf({ ...wanted, name: found.name }),
        label: `federated identity credential "${found.name}" of blueprint ${wanted.blueprintId} (for ${found.issuer}, ${found.subject})`,
        notOurs: notOurs(found, wanted),
      }));
  },

  async create(tenant, wanted) {
    const blueprintObjectId = await objectIdOf(tenant, wanted.blueprintId);
    await tenant.post(
      collection(blueprintObjectId),
      { name: wanted.name, ...body(wanted) },
      { serial: blueprintObjectId },
    );
    return { id: idOf(wanted) };
  },

  async read(tenant, id, _declared, outputs, bulk) {
    const [blueprintId = "", name = ""] = id.split("/");
    const blueprintObjectId =
      textOf(outputs["blueprintObjectId"]) || (await objectIdOf(tenant, blueprintId).catch(undefinedWhenGone));
    if (blueprintObjectId === undefined) return undefined;
    const found =
      (await listed(bulk, blueprintObjectId, name)) ??
      (await byName(tenant, blueprintObjectId, name).catch(undefinedWhenGone));
    if (!found) return undefined;
    const { issuer, subject, audiences, description } = found;
    return {
      inputs: { blueprintId, name: found.name, issuer, subject, audiences, description: description ?? "" },
      outputs: { credentialId: found.id, blueprintObjectId },
    };
  },

  async change(tenant, _id, wanted, { outputs }) {
    const blueprintObjectId = textOf(outputs["blueprintObjectId"]);
    const path = `${collection(blueprintObjectId)}/${textOf(outputs["credentialId"])}`;
    await tenant.patch(path, body(wanted), { serial: blueprintObjectId });
  },

  // A blueprint that comes back is trusted by the same outsiders as before.
  deletedWith: ({ blueprintObjectId }) =>
    typeof blueprintObjectId === "string" ? deletedPlace(blueprintObjectId) : undefined,

  async remove(tenant, id, _declared, outputs) {
    const [blueprintId = "", name = ""] = id.split("/");
    const blueprintObjectId = textOf(outputs["blueprintObjectId"]) || (await objectIdOf(tenant, blueprintId));
    const credentialId = textOf(outputs["credentialId"]) || (await byName(tenant, blueprintObjectId, name)).id;
    await tenant.delete(`${collection(blueprintObjectId)}/${credentialId}`, { serial: blueprintObjectId });
  },
};

const trustsTheSame = (found: Credential, { issuer, subject }: Inputs): boolean =>
  found.issuer === issuer && found.subject === subject;

function notOurs(found: Credential, wanted: Inputs): string | undefined {
  if (found.name !== wanted.name) {
    return "it trusts the same issuer and subject, which a blueprint allows once. To rename a credential, deploy once without it";
  }
  if (trustsTheSame(found, wanted) && same(found.audiences, wanted.audiences)) return undefined;
  return "it trusts somebody else. Declare another name, or delete that credential";
}

const idOf = ({ blueprintId, name }: Inputs): string => `${blueprintId}/${name}`;

const pathByName = (blueprintObjectId: string, name: string): string => {
  const siblings = ofBlueprint(blueprintObjectId);
  return `${siblings.collection}(name='${encodeURIComponent(name)}')?${selectOf(siblings)}`;
};

const byName = (tenant: Tenant, blueprintObjectId: string, name: string): Promise<Credential> =>
  tenant.get<Credential>(pathByName(blueprintObjectId, name));

/** The credential out of the list of its blueprint's, where a blueprint has several, or of all blueprints', where it has one. */
async function listed(
  bulk: BulkRead | undefined,
  blueprintObjectId: string,
  name: string,
): Promise<Credential | undefined> {
  const alone = pathByName(blueprintObjectId, name);
  const found = await bulk?.one(ofBlueprint(blueprintObjectId), name, alone);
  if (found) return found;
  const blueprint = await bulk?.one(ofAllBlueprints, blueprintObjectId, alone);
  return blueprint?.federatedIdentityCredentials?.find((credential) => credential.name === name);
}

function body({ issuer, subject, audiences, description }: Inputs): object {
  return { issuer, subject, audiences, ...(description === undefined ? {} : { description }) };
}
