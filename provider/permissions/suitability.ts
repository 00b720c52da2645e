/** Which permissions cannot be granted to an agent at an API: asked at preview, of those that are added. */
import { type Api, apiOf, howToAdd, noSuchApi } from "./api";
import { blockedForAgents } from "./blocked-permissions";
import { named } from "./effective-permissions";
import { sourcesIn } from "./sources";
import type { Asked, Finding } from "../engine/lifecycle";
import { undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { parentOf } from "../identities/parent-blueprint";

interface Wanted {
  readonly agentId?: string;
  readonly api?: string;
  readonly application?: readonly string[];
  readonly delegated?: readonly string[];
}

type Level = "application" | "delegated";
const levels = ["application", "delegated"] as const;

/** What is held already stays declarable, whatever the API publishes now. */
export async function unsuitablePermissions(
  tenant: Tenant,
  { agentId, api: appId, ...wanted }: Wanted,
  { olds }: Pick<Asked, "olds">,
): Promise<readonly Finding[]> {
  if (appId === undefined) return [];
  const api = await apiOf(tenant, appId).catch(undefinedWhenGone);
  if (!api)
    return [
      {
        property: "api",
        reason: `must be the appId of an API in ${tenant.name}: ${noSuchApi(appId)}. ${howToAdd(tenant, appId)}`,
        mayBeMade: true,
      },
    ];
  const before = olds["agentId"] === agentId && olds["api"] === appId ? olds : {};
  const suspects = levels.flatMap((level) =>
    (wanted[level] ?? [])
      .map((name): Suspect => ({ api, level, name, isPublished: published(api, level).has(name) }))
      .filter(isSuspect)
      .filter((one) => !isKept(one, before[level])),
  );
  if (suspects.length === 0) return [];
  const [held, isAgent] = await Promise.all([heldBy(tenant, agentId, api), isAgentIdentity(tenant, agentId)]);
  return suspects.filter((one) => !isKept(one, held[one.level])).flatMap((one) => finding(one, isAgent) ?? []);
}

/** A permission that may not be grantable. */
interface Suspect {
  readonly api: Api;
  readonly level: Level;
  readonly name: string;
  readonly isPublished: boolean;
}

const published = (api: Api, level: Level): ReadonlyMap<string, string> =>
  level === "application" ? api.roles : api.scopes;

const isSuspect = ({ api, level, name, isPublished }: Suspect): boolean =>
  !isPublished || api.closed[level].has(name) || blockedForAgents(api.appId, level).has(name);

/** Held already, so that nothing is asked for it. A scope is kept as a word; a role that is not published any more has no name. */
const isKept = ({ level, name, isPublished }: Suspect, held: unknown): boolean =>
  (isPublished || level === "delegated") && Array.isArray(held) && held.includes(name);

async function heldBy(
  tenant: Tenant,
  agentId: string | undefined,
  api: Api,
): Promise<Readonly<Partial<Record<Level, unknown>>>> {
  if (agentId === undefined) return {};
  const holdings = await sourcesIn(tenant, api).holdingsOf(agentId).catch(undefinedWhenGone);
  return holdings ? named(holdings, api) : {};
}

/** One that is not known yet may be a blueprint principal, which may hold what agents may not: it is asked again when it is. */
async function isAgentIdentity(tenant: Tenant, agentId: string | undefined): Promise<boolean> {
  if (agentId === undefined) return false;
  const parent = await parentOf(tenant, agentId);
  return parent === undefined || parent.blueprintId !== undefined;
}

function finding({ api, level, name, isPublished }: Suspect, isAgent: boolean): Finding | undefined {
  const names = `must name ${level} permissions of ${api.name}`;
  if (!isPublished) {
    const near = [...published(api, level).keys()].find((offer) => offer.toLowerCase() === name.toLowerCase());
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    return { property: level, reason: `${names}: there is no "${name}"${hint}`, mayBeMade: true };
  }
  const closed = api.closed[level].get(name);
  if (closed !== undefined) return { property: level, reason: `names "${name}", ${closed}` };
  return isAgent
    ? { property: level, reason: `${names} that agents may hold: Microsoft blocks "${name}" for agent identities` }
    : undefined;
}
