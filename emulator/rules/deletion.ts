/** Deleting softly, bringing back, deleting for good. */
import { applicationKinds, servicePrincipalKinds } from "../entities";
import { conflict } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";

/** Kinds that spend 30 days among the deleted items. */
export const restorableKinds = [...applicationKinds, ...servicePrincipalKinds];

/**
 * Children are not touched: Graph cleans up later, and so long the emulated tenant leaves them. What a service principal
 * was granted, and what others were granted on it, goes with it.
 */
export function softDelete({ store, now }: Context, object: StoredObject): void {
  if (servicePrincipalKinds.includes(object.kind)) dropGrants(store, object);
  store.setDeleted(object, now.toISOString());
}

function dropGrants(store: Context["store"], { id }: StoredObject): void {
  for (const [kind, properties] of [
    ["appRoleAssignment", ["principalId", "resourceId"]],
    ["oAuth2PermissionGrant", ["clientId", "resourceId"]],
  ] as const) {
    for (const property of properties) {
      for (const grant of store.find({ kinds: [kind], where: { property, value: id } })) store.purge(grant);
    }
  }
}

/** @throws {GraphRefusal} when another object has taken its place */
export function restore({ store }: Context, object: StoredObject): StoredObject {
  const appId = String(object.body["appId"]);
  if (
    object.kind === "agentIdentityBlueprintPrincipal" &&
    store.count({ kinds: [object.kind], where: { property: "appId", value: appId } }) > 0
  ) {
    throw conflict(`The service principal cannot be restored: another one with the appId '${appId}' is in use.`);
  }
  return store.setDeleted(object, null);
}

export function purge({ store }: Context, object: StoredObject): void {
  const where = { property: "application", value: object.id };
  for (const credential of store.find({ kinds: ["federatedIdentityCredential"], where })) store.purge(credential);
  store.purge(object);
}
