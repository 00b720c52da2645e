/** Where it is looked up what agents and blueprint principals hold: by requests of their own, or out of lists that many share. */
import type { Api } from "./api";
import {
  type DelegatedGrant,
  delegatedGrants,
  permissionsWrittenAt,
  type RoleAssignment,
  roleAssignments,
  type WithAssignments,
} from "./held-permissions";
import type { Listing } from "../engine/listing";
import { type BulkRead, whole } from "../engine/run/bulk-read";
import { RunMemory } from "../engine/run/run-memory";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { principals } from "../identities/agent-lists";
import { type Parent, parentOf } from "../identities/parent-blueprint";

/** What a service principal itself holds. Permissions at other APIs may be among them. */
export interface Holdings {
  readonly roles: readonly RoleAssignment[];
  readonly grants: readonly DelegatedGrant[];
}

export interface PrincipalHoldings extends Holdings {
  /** Object id. */
  readonly id: string;
}

export interface Sources {
  /** What is granted to an agent or a principal. NOT_FOUND when it is gone. */
  holdingsOf(holderId: string): Promise<Holdings>;
  /** Undefined where nobody can tell. */
  parentOf(holderId: string): Promise<Parent | undefined>;
  /** The principal of the blueprint with this appId; undefined when there is none. */
  principalOf(blueprintId: string): Promise<PrincipalHoldings | undefined>;
}

/**
 * For one holder at one API.
 *
 * @param parent where an earlier read has seen it
 */
export const sourcesIn = (tenant: Tenant, api: Api, parent?: Parent, bulk?: BulkRead): Sources => ({
  async holdingsOf(holderId) {
    const [roles, grants] = await Promise.all([
      roleAssignments(tenant, holderId, bulk),
      delegatedGrants(tenant, holderId, api, bulk),
    ]);
    return { roles, grants };
  },
  parentOf: async (holderId) => parent ?? parentOf(tenant, holderId, bulk),
  principalOf: (blueprintId) => principalOf(tenant, blueprintId, api, bulk),
});

interface Principal extends WithAssignments {
  readonly appId: string;
}

const principalsByBlueprint: Listing<Principal> = {
  collection: principals.collection,
  select: ["id", "appId"],
  expand: "appRoleAssignments",
  top: 100,
  keyOf: ({ appId }) => appId,
};

const principalsSeen = new RunMemory<Principal | undefined>((found) => found !== undefined);
const holdingsSeen = new RunMemory<Holdings>();

/** Asked once per process for all agents of the blueprint, unless this process changes what the principal holds. */
async function principalOf(
  tenant: Tenant,
  blueprintId: string,
  api: Api,
  bulk: BulkRead | undefined,
): Promise<PrincipalHoldings | undefined> {
  const alone = `/servicePrincipals(appId='${encodeURIComponent(blueprintId)}')?$select=id,appId&$expand=appRoleAssignments`;
  const principal = await principalsSeen.of(
    tenant,
    blueprintId,
    async () =>
      (await bulk?.one(principalsByBlueprint, blueprintId, alone)) ??
      (await tenant.get<Principal>(alone).catch(undefinedWhenGone)),
  );
  if (!principal) return undefined;
  const { id, appRoleAssignments } = principal;
  const writtenAt = permissionsWrittenAt(tenant, id);
  const holdings = await holdingsSeen.of(
    tenant,
    `${id} ${api.id}`,
    async () => {
      const listed = writtenAt === 0 ? whole(appRoleAssignments) : undefined;
      const [roles, grants] = await Promise.all([
        listed ?? roleAssignments(tenant, id),
        delegatedGrants(tenant, id, api, writtenAt === 0 ? bulk : undefined),
      ]);
      return { roles, grants };
    },
    writtenAt,
  );
  return { id, ...holdings };
}
