/**
 * Federated identity credential.
 *
 * Graph: /applications/{object id}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials (v1.0; beta where claims are matched)
 * Docs:  https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { blueprints } from "../identities/agent-lists";
import { missingBlueprint, objectIdOf } from "../identities/blueprint-application";
import { deletedPlace } from "../directory/deleted-items";
import { objectId } from "../directory/directory-references";
import type { Inventory } from "../engine/inventory";
import { textOf } from "../engine/json";
import type { Actual, Lifecycle } from "../engine/lifecycle";
import { type Listing, optionsOf, selectOf } from "../engine/listing";
import { EntraResource } from "../engine/pulumi/resource";
import type { BulkRead } from "../engine/run/bulk-read";
import { allOf } from "../engine/run/shared-list";
import { isInStack } from "../engine/run/stack-objects";
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { faultOf } from "./claims-expression";
import {
  changeCredential,
  type Credential,
  credentialsOf,
  credentialsPath,
  type Expression,
  isEqualTrust,
  isParked,
  isSameTrust,
  makeCredential,
  siblingsOf,
  unmanagedAdvice,
  type Wish,
} from "./trust";

// ---- what a program writes -------------------------------------------------

/** What a federated identity credential is declared with. */
export interface FederatedIdentityCredentialArgs {
  /** `id` (appId) of the blueprint. A change replaces. */
  blueprintId: pulumi.Input<string>;
  /** Key within the blueprint, 3 to 120 letters, digits, hyphens or underscores. A change replaces. */
  name: pulumi.Input<string>;
  /** `iss` of the outside token, an https URL of up to 600 characters. Changed in place. */
  issuer: pulumi.Input<string>;
  /** `sub` of the outside token, case-sensitive, up to 600 characters. Issuer and subject together are unique on a blueprint. @default none: then `claimsMatchingExpression` must be given. Changed in place. */
  subject?: pulumi.Input<string>;
  /** Which outside tokens, by their claims, in place of one subject (preview, beta): of GitHub, GitLab and Terraform Cloud alone. @default none: then `subject` must be given. Changed in place. */
  claimsMatchingExpression?: pulumi.Input<ClaimsMatchingExpressionArgs>;
  /** `aud` of the outside token: exactly one, up to 600 characters. @default ["api://AzureADTokenExchange"]. Changed in place. */
  audiences?: pulumi.Input<pulumi.Input<string>[]>;
  /** What it is for, up to 600 characters. Not managed when not declared. Changed in place. */
  description?: pulumi.Input<string>;
}

/** An expression over the claims of outside tokens. */
export interface ClaimsMatchingExpressionArgs {
  /**
   * Comparisons joined by `and`: `claims['sub'] matches 'repo:contoso/payroll:ref:refs/heads/*' and claims['repository_id'] eq '456789'`. In
   * `matches`, `*` stands for any characters and `?` for one. Of GitHub: `sub` and one of `repository_id` and
   * `repository_owner_id`, and `job_workflow_ref` if wanted; of GitLab and Terraform Cloud: `sub`. Up to 600 characters.
   */
  value: pulumi.Input<string>;
  /** Version of the expression language. @default 1, the only one */
  languageVersion?: pulumi.Input<number>;
}

/**
 * Lets a workload outside Entra (GitHub Actions, Kubernetes, another cloud) or a managed identity sign in as the blueprint, without a secret.
 *
 * - **Id:** `<blueprint's appId>/<name>`.
 * - **Replaced:** when `blueprintId` or `name` changes.
 * - **Deleted:** permanently. With its blueprint it is deleted softly: it stays in the state until the blueprint is permanently deleted, and
 *   the next `up` checks whether it was restored.
 * - **Trusts that move:** credentials of one blueprint may exchange issuer and subject in one `up`: a list from which the first was
 *   taken, two that swap. They exchange them one after the other; between two requests the subject that moves is not trusted.
 *   `pulumi up --refresh` (or `options: { refresh: always }` in Pulumi.yaml) must have read all of them, so that nobody else's is changed.
 *
 * @see https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
 * @throws INPUT_INVALID when a value is outside its limits
 * @throws OWNERSHIP_UNCLEAR when a credential of this name trusts another workload, or one that no resource of the stack manages trusts this workload
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
  /** `sub` of the outside token; undefined where an expression decides. */
  declare readonly subject: pulumi.Output<string | undefined>;
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
  subject?: string | undefined;
  claimsMatchingExpression?: Expression | undefined;
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
  subject: upTo600.optional(),
  claimsMatchingExpression: z
    .strictObject({ value: upTo600, languageVersion: z.literal(1, "must be 1").default(1) })
    .optional(),
  audiences: z.array(upTo600).length(1, "must hold exactly one audience").default(["api://AzureADTokenExchange"]),
  description: z.string().max(600, "must be at most 600 characters").optional(),
};

// ---- what it is in the tenant ----------------------------------------------

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
        gives: `lets ${subject ?? "whatever its expression over claims matches"} of ${issuer} sign in as "${displayName}"`,
        deletePaths: [{ path: `${credentialsPath(id)}/${key}` }],
      })),
    ),
};

const kind = "FederatedIdentityCredential";

export const federatedIdentityCredential: Lifecycle<Inputs> = {
  kind,
  noun: "federated identity credential",
  plural: "federated identity credentials",
  properties,
  alternatives: ["subject", "claimsMatchingExpression"],
  rules({ claimsMatchingExpression: expression, issuer }) {
    const reason = expression && faultOf(expression.value, issuer);
    return reason === undefined ? [] : [{ property: "claimsMatchingExpression.value", reason }];
  },
  exclusive({ blueprintId, issuer, subject, claimsMatchingExpression: expression }) {
    const trusted = subject ?? expression?.value;
    if (blueprintId === undefined || issuer === undefined || trusted === undefined) return undefined;
    return {
      key: JSON.stringify([blueprintId, issuer, trusted]),
      property: subject === undefined ? "claimsMatchingExpression" : "subject",
      reason:
        "must not be the same as of another resource of this program with this issuer: " +
        `a blueprint accepts each issuer and ${subject === undefined ? "expression" : "subject"} once. Change one, or remove one`,
    };
  },
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

  references: ({ blueprintId }) => [{ property: "blueprintId", id: blueprintId, missing: missingBlueprint }],
  refersTo: ({ blueprintId }) => [blueprintId],

  idOf: (wanted) => idOf(wanted),

  // A credential has no place for a marker: one with the same content is recovered, and one that a resource of this stack has;
  // somebody else's with other content never.
  async find(tenant, wanted, after) {
    const wish = wishOf(wanted);
    const objectId = await objectIdOf(tenant, wanted.blueprintId);
    const credentials = await allOf(tenant, credentialsOf(objectId, versionOf(wanted)), after);
    const isOurs = oursIn(tenant, wanted.blueprintId);
    return credentials
      .filter((found) => found.name === wanted.name || (isSameTrust(found, wish) && !isOurs(found.name)))
      .map((found) => ({
        // Its own, not the wanted one's: a list may still show the credential that was deleted to be replaced.
        id: idOf({ ...wanted, name: found.name }),
        label: `federated identity credential "${found.name}" of blueprint ${wanted.blueprintId} (for ${found.issuer}, ${found.subject ?? "by an expression"})`,
        notOurs: isOurs(found.name) ? undefined : notOurs(found, wish),
      }));
  },

  async create(tenant, wanted) {
    const blueprintObjectId = await objectIdOf(tenant, wanted.blueprintId);
    const isOurs = oursIn(tenant, wanted.blueprintId);
    const made = await makeCredential(tenant, blueprintObjectId, wishOf(wanted), isOurs);
    return { id: idOf(wanted), actual: actualOf(made, wanted.blueprintId, blueprintObjectId) };
  },

  async read(tenant, id, declared, outputs, bulk) {
    const [blueprintId = "", name = ""] = id.split("/");
    const blueprintObjectId =
      textOf(outputs["blueprintObjectId"]) || (await objectIdOf(tenant, blueprintId).catch(undefinedWhenGone));
    if (blueprintObjectId === undefined) return undefined;
    const siblings = credentialsOf(blueprintObjectId, versionOf(declared));
    const known = { name, credentialId: textOf(outputs["credentialId"]) };
    const found = (await listed(bulk, siblings, blueprintObjectId, known)) ?? (await alone(tenant, siblings, known));
    return found && actualOf(found, blueprintId, blueprintObjectId);
  },

  async change(tenant, _id, wanted, { inputs, outputs }) {
    const own = {
      ...wishOf({ ...wanted, ...inputs, name: wanted.name }),
      // Empty where an expression decides.
      subject: inputs.subject === "" ? null : (inputs.subject ?? null),
      id: textOf(outputs["credentialId"]),
      description: inputs.description ?? null,
    };
    const isOurs = oursIn(tenant, wanted.blueprintId);
    await changeCredential(tenant, textOf(outputs["blueprintObjectId"]), own, wishOf(wanted), isOurs);
  },

  // A blueprint that comes back is trusted by the same outsiders as before.
  deletedWith: ({ blueprintObjectId }) =>
    typeof blueprintObjectId === "string" ? deletedPlace(blueprintObjectId) : undefined,

  async remove(tenant, id, declared, outputs) {
    const [blueprintId = "", name = ""] = id.split("/");
    const blueprintObjectId = textOf(outputs["blueprintObjectId"]) || (await objectIdOf(tenant, blueprintId));
    const siblings = siblingsOf(tenant, blueprintObjectId);
    const known = { name, credentialId: textOf(outputs["credentialId"]) };
    const found = await alone(tenant, credentialsOf(blueprintObjectId, versionOf(declared)), known);
    if (!found) throw new EntraError("NOT_FOUND", `blueprint ${blueprintId} has no federated credential "${name}"`);
    await siblings.alone(() => siblings.delete(found.id));
  },
};

const idOf = ({ blueprintId, name }: Pick<Inputs, "blueprintId" | "name">): string => `${blueprintId}/${name}`;

/** The stable version does not know expressions. */
const versionOf = ({ claimsMatchingExpression }: Partial<Inputs>) =>
  claimsMatchingExpression === undefined ? "v1.0" : "beta";

const wishOf = ({ name, issuer, subject, claimsMatchingExpression, audiences, description }: Inputs): Wish => ({
  name,
  issuer,
  subject: subject ?? null,
  claimsMatchingExpression: claimsMatchingExpression ?? null,
  audiences,
  description,
});

const oursIn =
  (tenant: Tenant, blueprintId: string) =>
  (name: string): boolean =>
    isInStack(tenant, kind, idOf({ blueprintId, name }));

function notOurs(found: Credential, wish: Wish): string | undefined {
  if (found.name !== wish.name) {
    return (
      "it has the issuer and subject of this resource. A blueprint accepts each issuer and subject once. " +
      unmanagedAdvice
    );
  }
  if (isEqualTrust(found, wish) || isParked(found, wish.name)) return undefined;
  return "it has another issuer, subject or audience than this resource. Declare another name, or delete that credential";
}

function actualOf(found: Credential, blueprintId: string, blueprintObjectId: string): Actual<Inputs> {
  const { id, name, issuer, subject, claimsMatchingExpression: expression, audiences, description } = found;
  return {
    inputs: {
      blueprintId,
      name,
      issuer,
      subject: subject ?? "",
      claimsMatchingExpression: expression
        ? { value: expression.value, languageVersion: expression.languageVersion }
        : undefined,
      audiences: [...audiences],
      description: description ?? "",
    },
    outputs: { credentialId: id, blueprintObjectId },
  };
}

/** What is known of a credential: its name, and, once it was read or created, Graph's id. */
interface Known {
  readonly name: string;
  readonly credentialId: string;
}

const pathOfOne = (siblings: Listing<Credential>, { credentialId }: Known): string =>
  `${siblings.collection}/${credentialId}?${selectOf(siblings)}`;

/**
 * The credential by its id, which is how Graph documents it; where only the name is known, or another one was made of the same
 * name, out of the list of its blueprint's. A new one is missing from that list for a while, and is read by its id.
 */
async function alone(tenant: Tenant, siblings: Listing<Credential>, known: Known): Promise<Credential | undefined> {
  const options = optionsOf(siblings);
  const byId =
    known.credentialId === ""
      ? undefined
      : await tenant.get<Credential>(pathOfOne(siblings, known), options).catch(undefinedWhenGone);
  if (byId) return byId;
  const path = `${siblings.collection}?${selectOf(siblings)}`;
  const all = await tenant.list<Credential>(path, options).catch(undefinedWhenGone);
  return all?.find(({ name }) => name === known.name);
}

/** The credential out of the list of its blueprint's, where a blueprint has several, or of all blueprints', where it has one. */
async function listed(
  bulk: BulkRead | undefined,
  siblings: Listing<Credential>,
  blueprintObjectId: string,
  known: Known,
): Promise<Credential | undefined> {
  const path = pathOfOne(siblings, known);
  const found = await bulk?.one(siblings, known.name, path);
  if (found || siblings.version === "beta") return found;
  const blueprint = await bulk?.one(ofAllBlueprints, blueprintObjectId, path);
  return blueprint?.federatedIdentityCredentials?.find(({ name }) => name === known.name);
}
