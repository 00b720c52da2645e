/**
 * Agent identity blueprint.
 *
 * Graph: /applications cast to microsoft.graph.agentIdentityBlueprint (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/resources/agentidentityblueprint
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  answerable,
  boundPeople,
  changePeople,
  listedOwners,
  lookUpPermissions,
  owners,
  readReferences,
  sponsors,
} from "../directory/directory-references";
import { toReadAuditLog } from "../directory/audit-log";
import { whoDeleted } from "./disabled-agent";
import { creatorBecameOwner, ownersFirst, readOwners } from "../directory/owners";
import { unsuitablePeople } from "../directory/suitable-people";
import {
  blueprints,
  deletedApplications,
  type DeletedBlueprint,
  type Principal,
  principals,
  toReadDeleted,
} from "./agent-lists";
import {
  type Blueprint,
  blueprintByName,
  blueprintCollection,
  blueprintKind,
  blueprintPath,
  keepObjectId,
  objectIdOf,
  requireBlueprint,
} from "./blueprint-application";
import { alreadyThere, defaultName, isDefaultName, namesakes, refuseTaken, takenName } from "./blueprint-unique-name";
import { deletedPlace } from "../directory/deleted-items";
import type { Inventory } from "../engine/inventory";
import { same, sorted, textOf } from "../engine/json";
import type { Lifecycle } from "../engine/lifecycle";
import { selectOf } from "../engine/listing";
import { markerIn, markerTag, markerTagPrefix, unmarkedIn } from "../engine/marker";
import { EntraResource } from "../engine/pulumi/resource";
import { oneOf } from "../engine/run/bulk-read";
import { allOf } from "../engine/run/shared-list";
import { type EntraError, undefinedWhenGone } from "../graph/errors";

// ---- what a program writes -------------------------------------------------

/** What a blueprint is declared with. */
export interface AgentIdentityBlueprintArgs {
  /** Name people see in the Entra admin centre, 1 to 256 characters. Changed in place. */
  displayName: pulumi.Input<string>;
  /** Who is responsible for this kind of agent: user principal names or object ids of users, Microsoft 365 groups or dynamic groups. At least one, at most 100, of them 5 groups. Changed in place. */
  sponsors: pulumi.Input<pulumi.Input<string>[]>;
  /** Who may operate it: user principal names or object ids of users or service principals, at most 100. The account that created it, and the one Pulumi signs in as, stay owners besides. Not managed when not declared. Changed in place. */
  owners?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether those two accounts are removed as well where `owners` does not name them. Without an Agent ID role they cannot change the blueprint any more. @default false. Changed in place. */
  removeCreatorAsOwner?: pulumi.Input<boolean>;
  /** What this kind of agent does, up to 1024 characters. Not managed when not declared. Changed in place. */
  description?: pulumi.Input<string>;
  /** Which tenants may use it: `AzureADMyOrg` or `AzureADMultipleOrgs`. @default "AzureADMyOrg". Changed in place. */
  signInAudience?: pulumi.Input<string>;
  /** Labels, 1 to 256 characters without spaces each. They show on the identities too. Not managed when not declared. Changed in place. */
  tags?: pulumi.Input<pulumi.Input<string>[]>;
  /** Key within the tenant, and how a later run finds the blueprint again. One of your own needs AgentIdentityBlueprint.ReadWrite.All to be set. @default `agentid-<marker>`, computed once. A rename of the resource (with an alias) keeps it. A change replaces. */
  uniqueName?: pulumi.Input<string>;
}

/**
 * The template of one kind of agent: it holds the credentials, and the agent identities created from it hold none.
 *
 * - **Id:** the appId. Everything that refers to a blueprint wants it as `blueprintId`.
 * - **Replaced:** when `uniqueName` changes.
 * - **Without a `uniqueName` of its own,** `AgentIdentityBlueprint.Create` is enough to create it. Graph then sets no uniqueName, also not later: a
 *   warning says so, and a later run finds the blueprint by its marker tag. The same happens in a tenant that takes no sponsors together with a
 *   uniqueName.
 * - **Deleted:** softly, for 30 days, and it keeps its `uniqueName` meanwhile. An `up` that declares it again restores it, and warns
 *   of the credentials that come back with it.
 *
 * @see https://learn.microsoft.com/graph/api/resources/agentidentityblueprint
 * @throws INPUT_INVALID when a value is outside its limits, or a sponsor or owner is not in the tenant
 * @throws OWNERSHIP_UNCLEAR when a blueprint without this resource's marker has the `uniqueName`
 * @throws UNEXPECTED_ANSWER when a plain application has the `uniqueName`
 * @throws FORBIDDEN when a permission is missing, or the tenant or the caller has reached its limit of objects
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import { AgentIdentityBlueprint } from "pulumi-entra-agent-id";
 *
 * const blueprint = new AgentIdentityBlueprint("payroll", {
 *   displayName: "Payroll agents",
 *   sponsors: ["johanna.lorenz@contoso.com"],
 * });
 * export const blueprintId = blueprint.id;
 * ```
 */
export class AgentIdentityBlueprint extends EntraResource {
  /** Name people see in the Entra admin centre. */
  declare readonly displayName: pulumi.Output<string>;
  /** Who is responsible for this kind of agent, sorted, in lower case. */
  declare readonly sponsors: pulumi.Output<string[]>;
  /** Which tenants may use it: `AzureADMyOrg` or `AzureADMultipleOrgs`. */
  declare readonly signInAudience: pulumi.Output<string>;
  /** Key within the tenant, by which a later run finds the blueprint again. Where only the marker tag could be set (see above), the name that it would have. */
  declare readonly uniqueName: pulumi.Output<string>;
  /** Object id of the application object; `id` is the appId. */
  declare readonly objectId: pulumi.Output<string>;
  /** When Graph created it, ISO 8601. In a stack of version 0.1.0 from the next refresh on. */
  declare readonly createdDateTime: pulumi.Output<string>;
  /** Object id of the account that became an owner by creating it, and is not declared in `owners`. Without `owners`: as it was right after the create. */
  declare readonly creatorOwner: pulumi.Output<string | undefined>;

  constructor(name: string, args: AgentIdentityBlueprintArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      agentIdentityBlueprint,
      name,
      args,
      ["createdDateTime", "creatorOwner", "objectId", "signInAudience", "uniqueName"],
      opts,
    );
  }
}

// ---- what is allowed -------------------------------------------------------

interface Inputs {
  displayName: string;
  sponsors: string[];
  owners?: string[] | undefined;
  removeCreatorAsOwner?: boolean | undefined;
  description?: string | undefined;
  signInAudience: string;
  tags?: string[] | undefined;
  uniqueName: string;
}

const tag = z
  .string()
  .regex(/^\S{1,256}$/, "must be 1 to 256 characters without spaces")
  .refine(
    (text) => !text.startsWith(markerTagPrefix),
    `must not start with "${markerTagPrefix}", which marks what Pulumi manages`,
  );

const properties = {
  displayName: z.string().min(1, "must not be empty").max(256, "must be at most 256 characters"),
  sponsors,
  owners: owners.optional(),
  removeCreatorAsOwner: z.boolean().optional(),
  description: z.string().max(1024, "must be at most 1024 characters").optional(),
  signInAudience: z
    .enum(["AzureADMyOrg", "AzureADMultipleOrgs"], `must be "AzureADMyOrg" or "AzureADMultipleOrgs"`)
    .default("AzureADMyOrg"),
  tags: z.array(tag).transform(sorted).optional(),
  uniqueName: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,120}$/, "must be 1 to 120 letters, digits, dots, hyphens or underscores"),
};

// ---- what it is in the tenant ----------------------------------------------

const inventory: Inventory<[Blueprint, Principal]> = {
  lists: [blueprints, principals],
  marker: "tag",
  idIsKept: false,
  describe([all, principalsThere], { tenant, inDetail }) {
    const present = new Set(principalsThere.map(({ appId }) => appId));
    return Promise.all(
      all.map(async ({ id, appId, displayName, uniqueName, createdDateTime, tags }) => ({
        id: appId,
        label: displayName,
        marker: markerIn(blueprintKind, tags),
        created: createdDateTime,
        details: {
          objectId: id,
          ...(uniqueName ? { uniqueName } : {}),
          ...(present.has(appId) ? {} : { principal: "none: it cannot have identities in this tenant" }),
          ...(inDetail ? { sponsors: await answerable(tenant, `${blueprintPath(id)}/sponsors`) } : {}),
        },
        deletePaths: [{ path: blueprintPath(id) }],
      })),
    );
  },
  deleted: {
    list: deletedApplications,
    permissions: toReadDeleted,
    keepsKey: true,
    describe({ "@odata.type": type = "", appId, displayName, tags, deletedDateTime }: DeletedBlueprint) {
      const marker = markerIn(blueprintKind, tags);
      if (marker === undefined && !/agentIdentityBlueprint$/i.test(type)) return undefined;
      return { id: appId, label: displayName, marker, deleted: deletedDateTime };
    },
  },
};

export const agentIdentityBlueprint: Lifecycle<Inputs> = {
  kind: blueprintKind,
  noun: "agent identity blueprint",
  plural: "agent identity blueprints",
  properties,
  defaults: (marker) => ({ uniqueName: defaultName(marker) }),
  nameOf: ({ displayName, uniqueName }) => displayName ?? uniqueName ?? "",
  replacedBy: ["uniqueName"],
  role: "Agent ID Administrator, or must own the object; to delete a blueprint, Cloud Application Administrator",
  permissions: {
    check: lookUpPermissions,
    read: ["AgentIdentityBlueprint.Read.All"],
    find: ["AgentIdentityBlueprint.Read.All", "Application.Read.All"],
    // Setting uniqueName, the key that makes the create repeatable, is an upsert and needs more than .Create.
    create: ["AgentIdentityBlueprint.ReadWrite.All"],
    change: ["AgentIdentityBlueprint.ReadWrite.All"],
    remove: ["AgentIdentityBlueprint.DeleteRestore.All"],
    explain: toReadAuditLog,
  },
  inventory,
  duplicateCreate: "refused",

  instructions: { removeCreatorAsOwner: "always" },
  rules: ownersFirst,
  async questions(tenant, inputs, about) {
    const [people, name] = await Promise.all([unsuitablePeople(tenant, inputs), takenName(tenant, inputs, about)]);
    return [...people, ...name];
  },
  warnings: async (about) => [
    ...creatorBecameOwner("blueprint", about),
    // The audit log knows the application object.
    ...(await whoDeleted(about, textOf(about.outputs["objectId"]), "`pulumi up` restores it, or creates another one")),
  ],

  find: namesakes,

  async namesakes(tenant, { marker }) {
    const others = unmarkedIn(await allOf(tenant, blueprints, 0), blueprintKind, marker);
    return others.map(({ appId, displayName }) => ({ id: appId, name: displayName }));
  },

  async create(tenant, wanted) {
    // A name of the program's own choosing may be somebody else's since the list was read, and an upsert would change theirs.
    // A name made of the marker is nobody else's.
    if (wanted.uniqueName !== defaultName(wanted.marker)) await refuseTaken(tenant, wanted);
    const made = await tenant.patch<Blueprint>(
      blueprintByName(wanted.uniqueName),
      {
        ...writable(wanted, []),
        ...(await boundPeople(tenant, wanted)),
      },
      { headers: { Prefer: "create-if-missing" }, repeatable: false },
    );
    // Graph answers 204 without a body when an earlier attempt, whose answer was lost, has made it already. A replica may
    // not know it yet: the search that follows waits for it.
    if (!made) throw alreadyThere(wanted);
    const blueprint = requireBlueprint(made);
    keepObjectId(tenant, blueprint);
    return { id: blueprint.appId };
  },

  // A POST makes a blueprint each time it is sent, without a uniqueName, which can never be set later: it is found by its tag.
  otherCreate: {
    duplicateCreate: "allowed",
    consequence: (refusal) =>
      `was created without a uniqueName, because Graph refused it: ${refusal}. ` +
      "No action is needed: later runs find the blueprint by its tag. Do not remove that tag",
    isFor: (refusal, { uniqueName }) => isDefaultName(uniqueName) && rulesOutUpsert(refusal),
    async create(tenant, wanted) {
      const body = { ...writable(wanted, []), ...(await boundPeople(tenant, wanted)) };
      const blueprint = requireBlueprint(await tenant.post<Blueprint>(blueprintCollection, body));
      keepObjectId(tenant, blueprint);
      return { id: blueprint.appId };
    },
  },

  async read(tenant, id, declared, outputs, bulk) {
    const objectId = textOf(outputs["objectId"]) || (await objectIdOf(tenant, id).catch(undefinedWhenGone));
    if (objectId === undefined) return undefined;
    const path = blueprintPath(objectId);
    const listed = () => listedOwners(bulk, blueprints, objectId, path);
    const [found, sponsorsNow, ownersNow] = await Promise.all([
      oneOf(tenant, bulk, blueprints, objectId, `${path}?${selectOf(blueprints)}`).catch(undefinedWhenGone),
      readReferences(tenant, `${path}/sponsors`, declared.sponsors).catch(undefinedWhenGone),
      readOwners(tenant, path, declared, outputs, listed).catch(undefinedWhenGone),
    ]);
    if (!found || !sponsorsNow) return undefined;
    requireBlueprint(found);
    return {
      inputs: {
        displayName: found.displayName,
        sponsors: sponsorsNow,
        owners: ownersNow?.owners,
        description: found.description ?? "",
        signInAudience: found.signInAudience,
        tags: sorted(found.tags.filter((text) => !text.startsWith(markerTagPrefix))),
        uniqueName: found.uniqueName ?? unsetName(declared.uniqueName),
      },
      outputs: { objectId, createdDateTime: found.createdDateTime, creatorOwner: ownersNow?.creatorOwner },
      marked: found.tags.includes(markerTag(blueprintKind, declared.marker)),
    };
  },

  async change(tenant, _id, wanted, actual) {
    const objectId = textOf(actual.outputs["objectId"]);
    const serial = objectId;
    const scalar = ["displayName", "description", "signInAudience", "tags"] as const;
    const differs = scalar.some((key) => wanted[key] !== undefined && !same(wanted[key], actual.inputs[key]));
    if (differs || !actual.marked) {
      await tenant.patch(blueprintPath(objectId), writable(wanted, actual.inputs.tags ?? []), { serial });
    }
    await changePeople(tenant, blueprintPath(objectId), wanted, actual.inputs, serial);
  },

  deletedPath: (_id, outputs) => deletedPlace(textOf(outputs["objectId"])),

  async remove(tenant, id, _declared, outputs) {
    const objectId = textOf(outputs["objectId"]) || (await objectIdOf(tenant, id));
    await tenant.delete(blueprintPath(objectId));
  },
};

/** The name that a blueprint would have which was made where none can be set. */
const unsetName = (declared = ""): string => (isDefaultName(declared) ? declared : "");

/**
 * Whether an upsert cannot make a blueprint here: it is not permitted, or, where it is said twice, the tenant binds no sponsors in
 * it. Graph's general 400 has no code that tells the second from a name that is taken: words of that only keep from a second one.
 */
function rulesOutUpsert({ code, answer, message }: EntraError): boolean {
  if (code === "FORBIDDEN") return answer?.code.endsWith("QuotaExceeded") !== true;
  const isGeneral = answer?.status === 400 && /^(?:Request_)?BadRequest$/.test(answer.code);
  return code === "REFUSED" && isGeneral && !/uniqueName|already exists/i.test(message);
}

/** What a PATCH carries. Tags that the program does not manage are kept, and the marker is always among them. */
function writable(wanted: Inputs & { marker: string }, tagsNow: readonly string[]): object {
  const { displayName, description, signInAudience, tags = tagsNow, marker } = wanted;
  return {
    displayName,
    signInAudience,
    ...(description === undefined ? {} : { description }),
    tags: [...tags, markerTag(blueprintKind, marker)],
  };
}
