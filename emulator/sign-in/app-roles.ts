/** The app roles a service principal holds on an API. */
import type { Surroundings } from "../entities/entity";
import type { AppRole } from "../permissions";
import { automationAppId, defaultPermissions } from "../seed";
import type { Store, StoredObject } from "../state/store";
import type { Switches } from "../switches/switches";
import { microsoftGraphAppId } from "../permissions";
import { view } from "../view";

const metaKey = "granted";

/** What `grant` says that the automation application holds on Microsoft Graph. */
export function granted(store: Store): readonly string[] {
  const text = store.meta(metaKey);
  return text === undefined ? defaultPermissions : (JSON.parse(text) as string[]);
}

/** Runs inside a write transaction. */
export const keepGranted = (store: Store, permissions: readonly string[]): void =>
  store.setMeta(metaKey, JSON.stringify(permissions));

/** The assignments of `principal` on `resource`, roles or not, that new tokens know of. */
export function assignmentsOf(
  store: Store,
  principal: StoredObject,
  resource: StoredObject,
  { permissionsLagMs }: Switches,
  now: Date,
): readonly StoredObject[] {
  const where = { property: "principalId", value: principal.id };
  return store.find({ kinds: ["appRoleAssignment"], where }).filter(({ body }) => {
    const known = Date.parse(String(body["createdDateTime"])) + permissionsLagMs <= now.getTime();
    return known && body["resourceId"] === resource.id;
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
  const roles = (view(resource, around)["appRoles"] ?? []) as readonly Pick<AppRole, "id" | "value" | "isEnabled">[];
  const assigned = assignmentsOf(around.store, principal, resource, switches, now).flatMap(
    ({ body }) => roles.find(({ id, isEnabled }) => isEnabled && id === body["appRoleId"])?.value ?? [],
  );
  const own =
    principal.body["appId"] === automationAppId && resource.body["appId"] === microsoftGraphAppId
      ? granted(around.store)
      : [];
  return [...new Set([...own, ...assigned])];
}
