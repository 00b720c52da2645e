/** The app roles a service principal holds on an API. */
import type { Surroundings } from "../entities/entity";
import type { AppRole } from "../permissions";
import { automationAppId, defaultPermissions } from "../seed";
import type { Store, StoredObject } from "../state/store";
import { ownAgentsPermission } from "../rules/agent-identity";
import { permissionsShownAt } from "../switches/permissions-lag";
import type { Switches } from "../switches/values";
import { microsoftGraphAppId } from "../permissions";
import { propertiesOf } from "../view";

const metaKey = "granted";

/** ISO time of the grant by permission. Files of older versions hold a list: granted since ever. */
type Granted = Readonly<Record<string, string>>;

function grants(store: Store): Granted {
  const text = store.meta(metaKey);
  const kept = text === undefined ? defaultPermissions : (JSON.parse(text) as readonly string[] | Granted);
  return isList(kept) ? Object.fromEntries(kept.map((name) => [name, new Date(0).toISOString()])) : kept;
}

const isList = (kept: readonly string[] | Granted): kept is readonly string[] => Array.isArray(kept);

/** What `grant` says that the automation application holds on Microsoft Graph, as far as new tokens know. */
export function granted(store: Store, switches: Switches, now: Date): readonly string[] {
  return Object.entries(grants(store)).flatMap(([name, at]) => (permissionsShownAt(now, switches, at) ? [name] : []));
}

/** What was granted before keeps its time. Runs inside a write transaction. */
export function keepGranted(store: Store, permissions: readonly string[], now: Date): void {
  const before = grants(store);
  const at = now.toISOString();
  store.setMeta(metaKey, JSON.stringify(Object.fromEntries(permissions.map((name) => [name, before[name] ?? at]))));
}

/** The assignments of `principal` on `resource`, roles or not, that new tokens know of. */
export function assignmentsOf(
  store: Store,
  principal: StoredObject,
  resource: StoredObject,
  switches: Switches,
  now: Date,
): readonly StoredObject[] {
  const where = { property: "principalId", value: principal.id };
  return store.find({ kinds: ["appRoleAssignment"], where }).filter(({ body }) => {
    return body["resourceId"] === resource.id && permissionsShownAt(now, switches, String(body["createdDateTime"]));
  });
}

/** Values of the roles; an assignment without a role has none. */
export function rolesOf(
  around: Surroundings,
  principal: StoredObject,
  resource: StoredObject,
  switches: Switches,
  now: Date,
): readonly string[] {
  const roles = (propertiesOf(resource, around)["appRoles"] ?? []) as readonly Pick<
    AppRole,
    "id" | "value" | "isEnabled"
  >[];
  const assigned = assignmentsOf(around.store, principal, resource, switches, now).flatMap(
    ({ body }) => roles.find(({ id, isEnabled }) => isEnabled && id === body["appRoleId"])?.value ?? [],
  );
  const own =
    principal.body["appId"] === automationAppId && resource.body["appId"] === microsoftGraphAppId
      ? granted(around.store, switches, now)
      : [];
  const blueprints =
    principal.kind === "agentIdentityBlueprintPrincipal" && resource.body["appId"] === microsoftGraphAppId
      ? [ownAgentsPermission]
      : [];
  return [...new Set([...own, ...blueprints, ...assigned])];
}
