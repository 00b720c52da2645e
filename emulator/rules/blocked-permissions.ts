/** Permissions of Microsoft Graph that agent identities cannot hold. */
import blocked from "../data/blocked-permissions.json";
import { apiOf, type AppRole, microsoftGraphAppId } from "../permissions";
import { badRequest } from "../refusal";
import type { Json } from "../state/store";

const names = {
  delegated: new Set([...blocked.both, ...blocked.delegated]),
  application: new Set([...blocked.both, ...blocked.application]),
};

/** @throws {GraphRefusal} naming the first that is blocked; the documentation says neither status nor wording */
export function checkNotBlocked(
  resourceAppId: unknown,
  kind: "delegated" | "application",
  permissions: readonly string[],
): void {
  if (resourceAppId !== microsoftGraphAppId) return;
  const found = permissions.find((name) => names[kind].has(name));
  if (found !== undefined) throw isBlocked(found);
}

const isBlocked = (name: string) => badRequest(`Permission '${name}' is blocked for agent identities.`);

/** Ids of Microsoft Graph's permissions that are blocked, by the kind a manifest asks for. */
const blockedIds = {
  Scope: idsOf(apiOf(microsoftGraphAppId)?.oauth2PermissionScopes, names.delegated),
  Role: idsOf(apiOf(microsoftGraphAppId)?.appRoles, names.application),
};

function idsOf(published: readonly Pick<AppRole, "id" | "value">[] = [], blockedNames: ReadonlySet<string>) {
  return new Map(published.filter(({ value }) => blockedNames.has(value)).map(({ id, value }) => [id, value]));
}

interface Asked {
  readonly resourceAppId?: unknown;
  readonly resourceAccess?: readonly { readonly id?: unknown; readonly type?: unknown }[];
}

/**
 * For what a blueprint lists in `requiredResourceAccess`.
 *
 * @throws {GraphRefusal} 400 naming the first that is blocked
 */
export function checkNothingBlocked(blueprint: Json): void {
  const apis = blueprint["requiredResourceAccess"];
  if (!Array.isArray(apis)) return;
  for (const { resourceAppId, resourceAccess = [] } of apis as readonly Asked[]) {
    if (String(resourceAppId).toLowerCase() !== microsoftGraphAppId) continue;
    for (const { id, type } of resourceAccess) {
      const name = blockedIds[type === "Role" ? "Role" : "Scope"].get(String(id).toLowerCase());
      if (name !== undefined) throw isBlocked(name);
    }
  }
}
