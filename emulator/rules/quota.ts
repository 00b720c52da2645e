/** How many objects the directory can hold, and how many of them a person can make. */
import { agentKinds } from "../entities";
import { directoryObjects } from "../entities/organization";
import { GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { builtInRole, rolesOf } from "./roles";

/** Agents leave this part of the directory to others, in percent. */
const shareOfAgents = 95;

/**
 * Every new directory object comes into the store here.
 *
 * @throws {GraphRefusal} 403 when there is no room for it
 */
export function insertObject(context: Context, kind: string, id: string, body: Json): StoredObject {
  checkRoom(context, kind);
  checkOwnRoom(context);
  return context.store.insert(kind, id, body);
}

/** Deleted objects that can come back take room. */
function checkRoom({ store, switches }: Context, kind: string): void {
  const most = switches.limits.directoryObjects;
  const isFull = (room: number) => store.reaches(directoryObjects, Math.floor(room));
  if (agentKinds.includes(kind) && isFull((most * shareOfAgents) / 100)) {
    throw new GraphRefusal(
      403,
      "Agent_Directory_QuotaExceeded",
      `Agent identity blueprints and agent identities have exceeded ${shareOfAgents}% of the tenant resource quota.`,
    );
  }
  if (isFull(most)) throw exceeded("Tenant");
}

/** A person who is no administrator can make so many; those that are deleted but not purged count. */
function checkOwnRoom({ store, caller, switches }: Context): void {
  if (caller.idtyp !== "user") return;
  const made = store.targets("createdObjects", caller.oid).length;
  if (made >= switches.limits.objectsOfAPerson && !isAdministrator(rolesOf({ store }, caller.oid)))
    throw exceeded("Principal");
}

/** Developers are none: what they make is their own. Custom roles are not looked at. */
const isAdministrator = (roles: ReadonlySet<string>): boolean =>
  [...roles].some((id) => builtInRole(id)?.displayName.endsWith("Administrator"));

const exceeded = (whose: "Tenant" | "Principal") =>
  new GraphRefusal(
    403,
    "Directory_QuotaExceeded",
    `The directory object quota limit for the ${whose} has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.`,
  );
