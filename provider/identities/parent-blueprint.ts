/** Which blueprint an agent identity was created from, asked by its object id. */
import type { Listed, Listing } from "../engine/listing";
import type { BulkRead } from "../engine/run/bulk-read";
import { RunMemory } from "../engine/run/run-memory";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { identities, type Identity, principals } from "./agent-lists";

/** Of an agent identity its blueprint; a blueprint principal has none above it. */
export interface Parent {
  /** appId. */
  readonly blueprintId?: string;
}

/** By object id: it never changes. */
const parents = new RunMemory<Parent | undefined>((found) => found !== undefined);

/** Spares the question for an object that was seen. */
export function keepParent(tenant: Tenant, id: string, parent: Parent): void {
  void parents.of(tenant, id, () => Promise.resolve(parent));
}

const castPath = (id: string, cast: string): string => `/servicePrincipals/${encodeURIComponent(id)}/${cast}`;
const agentPath = (id: string): string =>
  `${castPath(id, "microsoft.graph.agentIdentity")}?$select=id,agentIdentityBlueprintId`;
const principalPath = (id: string): string =>
  `${castPath(id, "microsoft.graph.agentIdentityBlueprintPrincipal")}?$select=id`;

/** Undefined where it is neither: it is gone, or a replica does not know it yet. */
export async function parentOf(tenant: Tenant, id: string, bulk?: BulkRead): Promise<Parent | undefined> {
  const listing = await bulk?.listingOf(id);
  if (listing?.collection === principals.collection) return {};
  if (listing?.collection === identities.collection) {
    // Some lists of agents show their ids alone.
    const agents = listing as Listing<Listed & Partial<Identity>>;
    const listed = await bulk?.one(agents, id, agentPath(id));
    if (listed?.agentIdentityBlueprintId !== undefined) return { blueprintId: listed.agentIdentityBlueprintId };
  }
  return parents.of(tenant, id, () => ask(tenant, id));
}

async function ask(tenant: Tenant, id: string): Promise<Parent | undefined> {
  const agent = await tenant.get<Identity>(agentPath(id)).catch(undefinedWhenGone);
  if (agent) return { blueprintId: agent.agentIdentityBlueprintId };
  const principal = await tenant.get<Listed>(principalPath(id)).catch(undefinedWhenGone);
  return principal && {};
}
