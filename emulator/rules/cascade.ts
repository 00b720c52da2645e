/**
 * What follows a deleted blueprint principal: 24 hours later by the tenant's clock, its agent identities and, as the
 * profile `agentUsersInCascade` says, their agent users are deleted softly. Graph's documentation says "approximately".
 */
import { agentIdentity, agentIdentityBlueprintPrincipal } from "../entities/service-principal";
import type { Store, StoredObject } from "../state/store";
import { agentUsersOf, type CleanUp, type Deleting, softDelete } from "./deletion";

/**
 * Does the work that is due. Where the principal was restored, its identities stay; where it was deleted permanently, they
 * stay as orphans. Identities made since the delete, under another principal of the blueprint, are not touched.
 */
export function cleanUp(context: Deleting, payload: object): void {
  const { principalId, deletedDateTime } = payload as CleanUp;
  const { store, switches } = context;
  const principal = store.get(principalId, true);
  if (principal?.kind !== agentIdentityBlueprintPrincipal.kind || principal.deletedDateTime !== deletedDateTime) return;
  const where = { property: "agentIdentityBlueprintId", value: String(principal.body["appId"]) };
  for (const identity of store.find({ kinds: [agentIdentity.kind], where })) {
    if (String(identity.body["createdDateTime"]) > deletedDateTime) continue;
    const users = switches.profiles.agentUsersInCascade === "deleted" ? agentUsersOf(store, identity) : [];
    for (const user of users) softDelete(context, user);
    softDelete(context, identity);
  }
}

/**
 * Whether an agent identity or agent user can get tokens as things are: it lives and is enabled, and so does everything
 * above it. Orphans cannot.
 */
export function canAuthenticate(store: Store, object: StoredObject): boolean {
  if (object.deletedDateTime !== null || object.body["accountEnabled"] === false) return false;
  if (object.kind === "agentUser") {
    const parent = store.get(String(object.body["identityParentId"]));
    return parent !== undefined && canAuthenticate(store, parent);
  }
  if (object.kind !== agentIdentity.kind) return true;
  const where = { property: "appId", value: String(object.body["agentIdentityBlueprintId"]) };
  const [principal] = store.find({ kinds: [agentIdentityBlueprintPrincipal.kind], where });
  const [blueprint] = store.find({ kinds: ["agentIdentityBlueprint"], where });
  if (!principal || !blueprint) return false;
  return principal.body["accountEnabled"] !== false && blueprint.body["isDisabled"] !== true;
}
