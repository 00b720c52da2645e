/**
 * What all agents may do at which API, as the resource PermissionGrant has it: one object per agent and API. What individual users
 * consented to, and what a blueprint lets its agents inherit, are objects of their own: no resource declares them, and other
 * requests take them away.
 */
import type { Described, Inventory } from "../engine/inventory";
import type { Listed, Listing } from "../engine/listing";
import { BulkRead, newBulkReads, whole } from "../engine/run/bulk-read";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { identities, principals } from "../identities/agent-lists";
import { type Api, apiById } from "./api";
import { type EffectivePermissions, effectivePermissions } from "./effective-permissions";
import {
  delegatedGrants,
  isForAll,
  isOfUser,
  type RoleAssignment,
  roleAssignments,
  scopesIn,
} from "./held-permissions";
import { inheritablePath } from "./inheritance";
import type { Holdings, Sources } from "./sources";

/** A service principal, listed with its `appRoleAssignments`. */
interface Holder extends Listed {
  readonly displayName: string;
  readonly appRoleAssignments?: readonly RoleAssignment[];
}

interface Principal extends Holder {
  readonly appId: string;
}

interface Agent extends Holder {
  readonly agentIdentityBlueprintId: string;
}

const holding = <Item extends Holder>(list: Listing, own: string): Listing<Item> => ({
  ...(list as Listing<Item>),
  select: ["id", "displayName", own],
  expand: "appRoleAssignments",
});

export const permissionInventory: Inventory<[Principal, Agent]> = {
  lists: [holding(principals, "appId"), holding(identities, "agentIdentityBlueprintId")],
  marker: "none",
  idIsKept: true,
  async describe([ofPrincipals, agents], { tenant }) {
    const holders = [...ofPrincipals, ...agents];
    const holdings = await holdingsOfAll(tenant, holders);
    const sources = sourcesOf(ofPrincipals, agents, holdings);
    const apis = await apisIn(tenant, holdings);
    const described = holders.map(async (holder) => {
      const own = holdings.get(holder.id) ?? nothing;
      const parent = await sources.parentOf(holder.id);
      const above = parent?.blueprintId === undefined ? undefined : await sources.principalOf(parent.blueprintId);
      const resources = new Set([...resourcesOf(own), ...resourcesOf(above ?? nothing)]);
      const found = await Promise.all(
        [...resources].map(async (resourceId) => {
          const api = apis.get(resourceId);
          // What an API that is gone once published cannot be used any more.
          if (!api) return [];
          const effective = await effectivePermissions(tenant, holder.id, api, sources);
          return describedAt({ holder, own, api, effective });
        }),
      );
      return found.flat();
    });
    return [
      ...(await Promise.all(described)).flat(),
      ...(await inheritable(tenant, ofPrincipals, agents, apis, sources)),
    ];
  },
};

const nothing: Holdings = { roles: [], grants: [] };

const resourcesOf = ({ roles, grants }: Holdings): string[] =>
  [...roles, ...grants].map(({ resourceId }) => resourceId);

async function holdingsOfAll(tenant: Tenant, holders: readonly Holder[]): Promise<ReadonlyMap<string, Holdings>> {
  const bulk = new BulkRead(newBulkReads(tenant));
  const all = holders.map(async ({ id, appRoleAssignments = [] }) => {
    const [roles, grants] = await Promise.all([
      whole(appRoleAssignments) ?? roleAssignments(tenant, id),
      delegatedGrants(tenant, id, undefined, bulk),
    ]);
    return [id, { roles, grants }] as const;
  });
  return new Map(await Promise.all(all));
}

function sourcesOf(
  ofPrincipals: readonly Principal[],
  agents: readonly Agent[],
  holdings: ReadonlyMap<string, Holdings>,
): Sources {
  const blueprints = new Map(agents.map(({ id, agentIdentityBlueprintId }) => [id, agentIdentityBlueprintId]));
  const principalIds = new Map(ofPrincipals.map(({ appId, id }) => [appId, id]));
  return {
    holdingsOf: (id) => Promise.resolve(holdings.get(id) ?? nothing),
    parentOf(id) {
      const blueprintId = blueprints.get(id);
      return Promise.resolve(blueprintId === undefined ? {} : { blueprintId });
    },
    principalOf(blueprintId) {
      const id = principalIds.get(blueprintId);
      return Promise.resolve(id === undefined ? undefined : { id, ...(holdings.get(id) ?? nothing) });
    },
  };
}

async function apisIn(
  tenant: Tenant,
  holdings: ReadonlyMap<string, Holdings>,
): Promise<ReadonlyMap<string, Api | undefined>> {
  const ids = [...new Set([...holdings.values()].flatMap(resourcesOf))];
  return new Map(
    await Promise.all(ids.map(async (id) => [id, await apiById(tenant, id).catch(undefinedWhenGone)] as const)),
  );
}

interface At {
  readonly holder: Holder;
  readonly own: Holdings;
  readonly api: Api;
  readonly effective: EffectivePermissions;
}

function describedAt({ holder, own, api, effective }: At): Described[] {
  const id = `${holder.id}/${api.appId}`;
  const label = `${api.name} for ${holder.displayName}`;
  const grants = own.grants.filter(({ resourceId }) => resourceId === api.id);
  const { inherited } = effective;
  const inherits = phrase(inherited);
  const granted = phrase(effective);
  const roles = own.roles.filter(({ resourceId }) => resourceId === api.id);
  return [
    ...(granted === undefined
      ? []
      : [
          {
            id,
            label,
            parents: [holder.id],
            gives: `allows ${granted}`,
            ...(inherits === undefined ? {} : { details: { inherits } }),
            deletePaths: [
              ...roles.map((role) => ({ path: `/servicePrincipals/${holder.id}/appRoleAssignments/${role.id}` })),
              ...grants.filter(isForAll).map((grant) => ({ path: `/oauth2PermissionGrants/${grant.id}` })),
            ],
          },
        ]),
    ...grants.filter(isOfUser).map((grant) => ({
      id: `${id}/${grant.principalId ?? ""}`,
      label: `${label}, consented to by one user`,
      parents: [holder.id],
      gives: `allows ${scopesIn(grant).join(", ")} for user ${grant.principalId ?? ""} alone`,
      ifWanted: "do nothing (a program cannot declare the consent of one user)",
      deletePaths: [{ path: `/oauth2PermissionGrants/${grant.id}` }],
    })),
    ...(granted !== undefined || inherits === undefined
      ? []
      : [
          {
            id: `${id}/inherited`,
            label: `${label}, inherited`,
            parents: [holder.id],
            gives: `inherits ${inherits} from blueprint ${inherited.blueprintId ?? ""}`,
            isComputed: true as const,
            deletePaths: [],
          },
        ]),
  ];
}

/** What blueprints let their agents inherit, one for each API; what no agent inherits lets nobody do anything. */
async function inheritable(
  tenant: Tenant,
  ofPrincipals: readonly Principal[],
  agents: readonly Agent[],
  apis: ReadonlyMap<string, Api | undefined>,
  sources: Sources,
): Promise<readonly Described[]> {
  const all = ofPrincipals.map(async ({ id, appId, displayName }) => {
    // All agents of a blueprint inherit the same.
    const agent = agents.find(({ agentIdentityBlueprintId }) => agentIdentityBlueprintId === appId);
    if (!agent) return [];
    const resources = [...new Set(resourcesOf(await sources.holdingsOf(id)))];
    const found = await Promise.all(
      resources.map(async (resourceId): Promise<Described[]> => {
        const api = apis.get(resourceId);
        if (!api) return [];
        const { inherited } = await effectivePermissions(tenant, agent.id, api, sources);
        const passed = phrase(inherited);
        if (passed === undefined || passed === unknown) return [];
        return [
          {
            id: `${id}/${api.appId}/inheritable`,
            label: `${api.name} for the agents of ${displayName}, inherited`,
            parents: [id],
            gives: `lets the agents of the blueprint inherit ${passed}`,
            ifWanted: "do nothing (a program cannot declare what a blueprint lets its agents inherit)",
            deletePaths: [{ path: await inheritablePath(tenant, appId, api) }],
            deleteNeeds: ["AgentIdentityBlueprint.ReadWrite.All"],
          },
        ];
      }),
    );
    return found.flat();
  });
  return (await Promise.all(all)).flat();
}

const unknown = "what Microsoft Graph does not show to this application";

/** `User.Read.All (application), Mail.Read (delegated)`; undefined where there is nothing. */
function phrase({
  application,
  delegated,
}: {
  readonly application: readonly string[] | "unknown";
  readonly delegated: readonly string[] | "unknown";
}): string | undefined {
  if (application === "unknown" || delegated === "unknown") return unknown;
  const all = [
    ...application.map((name) => `${name} (application)`),
    ...delegated.map((name) => `${name} (delegated)`),
  ];
  return all.length === 0 ? undefined : all.join(", ");
}
