/**
 * What this package has in a tenant: the objects that bear its markers, and what hangs from them without a place for one.
 *
 * It costs one list per kind, in pages; credentials and application permissions come with the objects that hold them.
 *
 * Graph: /applications, /servicePrincipals and their agent casts, /oauth2PermissionGrants, /directory/deletedItems (v1.0),
 *        /identity/conditionalAccess/policies and its deletedItems (beta)
 */
import { blueprintPath } from "../provider/identities/blueprint-application";
import { markerIn, markerTagPrefix } from "../provider/engine/marker";
import { cited, EntraError } from "../provider/graph/errors";
import type { Tenant } from "../provider/graph/tenant";
import { heldBy, type Holder } from "./live-permissions";

/** An object in the tenant. Its kind and id are what a resource in a state would have. */
export interface LiveObject {
  readonly kind: string;
  readonly id: string;
  readonly displayName: string;
  /** Of a Conditional Access policy only the first eight characters; undefined where the object bears none. */
  readonly marker?: string | undefined;
  /** ISO 8601, where Graph says. */
  readonly created?: string | undefined;
  /** Id of what it is deleted with: the blueprint, or the agent that holds a permission. */
  readonly belongsTo?: string;
  /** What it gives, in words: whom a credential trusts, what a permission allows. */
  readonly gives?: string;
  /** Requests that delete it, as `DELETE /v1.0/…`. */
  readonly deletedBy: readonly string[];
}

export interface DeletedObject extends Pick<LiveObject, "kind" | "id" | "displayName"> {
  readonly marker: string;
  /** ISO 8601. */
  readonly deleted: string;
}

export interface LiveObjects {
  readonly objects: readonly LiveObject[];
  readonly deleted: readonly DeletedObject[];
}

interface DirectoryObject extends Holder {
  readonly appId: string;
  readonly createdDateTime?: string;
  readonly deletedDateTime: string;
  readonly agentIdentityBlueprintId: string;
  readonly tags: readonly string[];
  readonly federatedIdentityCredentials?: readonly Credential[];
}

interface Credential {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
}

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly createdDateTime?: string;
  readonly deletedDateTime: string;
}

export const kinds = {
  blueprint: "AgentIdentityBlueprint",
  principal: "AgentIdentityBlueprintPrincipal",
  identity: "AgentIdentity",
  credential: "FederatedIdentityCredential",
  grant: "PermissionGrant",
  policy: "ConditionalAccessPolicy",
} as const;

/** Kinds that have no place for a marker. */
export const unmarkedKinds: readonly string[] = [kinds.credential, kinds.grant];

const marked = encodeURIComponent(`tags/any(tag:startswith(tag,'${markerTagPrefix}'))`);
const beta = { version: "beta" } as const;

/**
 * @param markedOnly leave out credentials and permissions
 * @throws EntraError
 */
export async function liveObjects(tenant: Tenant, markedOnly: boolean): Promise<LiveObjects> {
  const expand = (relation: string): string => (markedOnly ? "" : `&$expand=${relation}`);
  const list = <T>(what: string, permission: string, path: string, options = {}): Promise<T[]> =>
    tenant.list<T>(path, options).catch((error: unknown) => refused(error, what, permission));
  const bin = "/directory/deletedItems/microsoft.graph";
  const [blueprints, principals, identities, policies, applicationBin, principalBin, policyBin] = await Promise.all([
    list<DirectoryObject>(
      "agent identity blueprints",
      "AgentIdentityBlueprint.Read.All",
      `/applications/microsoft.graph.agentIdentityBlueprint?$filter=${marked}` +
        `&$select=id,appId,displayName,createdDateTime,tags${expand("federatedIdentityCredentials")}`,
    ),
    // Not filtered: an interrupted run may have left one without its marker.
    list<DirectoryObject>(
      "agent identity blueprint principals",
      "AgentIdentityBlueprintPrincipal.Read.All",
      "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal" +
        `?$select=id,appId,displayName,createdDateTime,tags${expand("appRoleAssignments")}`,
    ),
    list<DirectoryObject>(
      "agent identities",
      "AgentIdentity.Read.All",
      `/servicePrincipals/microsoft.graph.agentIdentity?$filter=${marked}&$top=100` +
        `&$select=id,displayName,createdDateTime,tags,agentIdentityBlueprintId${expand("appRoleAssignments")}`,
    ),
    list<Policy>(
      "Conditional Access policies",
      "Policy.Read.All",
      "/identity/conditionalAccess/policies?$select=id,displayName,createdDateTime",
      beta,
    ),
    list<DirectoryObject>("deleted applications", "Application.Read.All", `${bin}.application?${deletedShown}`),
    list<DirectoryObject>(
      "deleted service principals",
      "Application.Read.All",
      `${bin}.servicePrincipal?${deletedShown}`,
    ),
    list<Policy>(
      "deleted Conditional Access policies",
      "Policy.Read.All",
      "/identity/conditionalAccess/deletedItems/policies?$select=id,displayName,deletedDateTime",
      beta,
    ),
  ]);
  const holders = [...principals, ...identities];
  const grants = markedOnly
    ? []
    : await heldBy(tenant, holders).catch((error: unknown) =>
        refused(error, "permissions", "Application.Read.All and DelegatedPermissionGrant.Read.All"),
      );
  return {
    objects: [
      ...blueprints.flatMap(blueprint),
      ...principals.map(principal),
      ...identities.map(identity),
      ...policies.flatMap(policy),
      ...grants,
    ],
    deleted: [
      ...applicationBin.flatMap((one) => inBin(one, kinds.blueprint, one.appId)),
      // An identity does not show the tags of its principal, so at most one of the two holds.
      ...principalBin.flatMap((one) => [kinds.identity, kinds.principal].flatMap((kind) => inBin(one, kind, one.id))),
      ...policyBin.flatMap(({ id, displayName, deletedDateTime: deleted }) =>
        policyMarkers(displayName).map((marker) => ({ kind: kinds.policy, id, displayName, marker, deleted })),
      ),
    ],
  };
}

const deletedShown = "$select=id,appId,displayName,deletedDateTime,tags";

function blueprint(found: DirectoryObject): LiveObject[] {
  const { id, appId, displayName, createdDateTime: created, tags } = found;
  const path = blueprintPath(id);
  const credentials = (found.federatedIdentityCredentials ?? []).map(({ id: key, name, issuer, subject }) => ({
    kind: kinds.credential,
    id: `${appId}/${name}`,
    displayName: name,
    belongsTo: appId,
    gives: `lets ${subject} of ${issuer} sign in as "${displayName}"`,
    deletedBy: [`DELETE /v1.0${path}/federatedIdentityCredentials/${key}`],
  }));
  const marker = markerIn(kinds.blueprint, tags);
  return [
    { kind: kinds.blueprint, id: appId, displayName, marker, created, deletedBy: [`DELETE /v1.0${path}`] },
    ...credentials,
  ];
}

const principal = ({ id, appId, displayName, createdDateTime: created, tags }: DirectoryObject): LiveObject => ({
  kind: kinds.principal,
  id,
  displayName,
  marker: markerIn(kinds.principal, tags),
  created,
  belongsTo: appId,
  deletedBy: [`DELETE /v1.0/servicePrincipals/${id}/microsoft.graph.agentIdentityBlueprintPrincipal`],
});

const identity = (found: DirectoryObject): LiveObject => ({
  kind: kinds.identity,
  id: found.id,
  displayName: found.displayName,
  marker: markerIn(kinds.identity, found.tags),
  created: found.createdDateTime,
  belongsTo: found.agentIdentityBlueprintId,
  deletedBy: [`DELETE /v1.0/servicePrincipals/${found.id}/microsoft.graph.agentIdentity`],
});

const policy = ({ id, displayName, createdDateTime: created }: Policy): LiveObject[] => [
  {
    kind: kinds.policy,
    id,
    displayName,
    marker: policyMarkers(displayName)[0],
    created,
    deletedBy: [`DELETE /beta/identity/conditionalAccess/policies/${id}`],
  },
];

/** What may be the beginning of a marker: people put words in brackets too. */
const policyMarkers = (displayName: string): string[] => / \[([a-z2-7]{8})\]$/.exec(displayName)?.slice(1) ?? [];

/** Nothing where no tag of this kind says that it is one: an identity shows its blueprint's tags as well. */
function inBin(found: DirectoryObject, kind: string, id: string): DeletedObject[] {
  const marker = markerIn(kind, found.tags);
  if (marker === undefined) return [];
  return [{ kind, id, displayName: found.displayName, marker, deleted: found.deletedDateTime }];
}

function refused(error: unknown, what: string, permission: string): never {
  if (!(error instanceof EntraError)) throw error;
  const { answer, code } = error;
  const advice =
    code === "FORBIDDEN" ? ` Grant ${permission} to the application you sign in as, with admin consent.` : "";
  const tail = answer ? ` ${cited(answer)}` : "";
  const said = error.message.replace(/([^.!?])$/, "$1.");
  throw new EntraError(code, `cannot list ${what}: ${said}${advice}${tail}`, { answer, cause: error });
}
