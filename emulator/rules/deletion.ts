/** Soft delete, restore, and permanent delete. */
import { applicationKinds, servicePrincipalKinds } from "../entities";
import { federatedIdentityCredential } from "../entities/federated-identity-credential";
import { inheritablePermission } from "../entities/inheritable-permission";
import { isUnified } from "../entities/membership";
import { badRequest, conflict, GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { Store, StoredObject } from "../state/store";

/** What rules on deletion need of a request: the clean-up runs without one. */
export type Deleting = Pick<Context, "store" | "now" | "switches">;

/** From the delete of a blueprint principal to the clean-up of its agent identities, in milliseconds. */
export const cleanUpAfterMs = 24 * 60 * 60 * 1_000;

/** Work to do later: see `cleanUp`. */
export const cleanUpKind = "agentCleanUp";

export interface CleanUp {
  readonly principalId: string;
  /** Which of its deletes this follows: a principal can be restored and deleted again. */
  readonly deletedDateTime: string;
}

/** How long an object stays among the deleted items, in milliseconds. */
export const keptForMs = 30 * 24 * 60 * 60 * 1_000;

/** Work to do later: see {@link expire}. */
export const expiryKind = "expiry";

interface Expiry {
  readonly id: string;
  /** Which delete of the object this ends: it may have come back since. */
  readonly deletedDateTime: string;
}

const userKinds = ["user", "agentUser"];

/** Kinds that spend 30 days among the deleted items. Whether security groups do, a profile says. */
export const restorableKinds = [
  ...applicationKinds,
  ...servicePrincipalKinds,
  ...userKinds,
  "group",
  "administrativeUnit",
];

const isRestorable = ({ switches }: Deleting, object: StoredObject) =>
  object.kind !== "group" || isUnified(object) || switches.profiles.deletedSecurityGroups === "restorable";

/**
 * With an application or a blueprint goes its principal, which does not come back with it; the principal's agent identities follow a day later. What an object was granted,
 * and what others were granted on it, is not there while the object is not. What cannot come back is gone permanently.
 */
export function softDelete(context: Deleting, object: StoredObject): void {
  if (!isRestorable(context, object)) {
    purge(context, object);
    return;
  }
  const { store, now, switches } = context;
  const at = now.toISOString();
  for (const grant of grantsOf(store, object)) if (grant.deletedDateTime === null) store.setDeleted(grant, at);
  moveToBin(context, object);
  if (applicationKinds.includes(object.kind)) {
    for (const principal of principalsOf(store, object)) softDelete(context, principal);
  }
  if (object.kind === "agentIdentityBlueprintPrincipal") {
    const payload: CleanUp = { principalId: object.id, deletedDateTime: at };
    store.schedule(new Date(now.getTime() + cleanUpAfterMs), cleanUpKind, payload);
  }
  if (object.kind === "agentIdentity" && switches.profiles.agentUserOfDeletedIdentity === "deleted") {
    for (const user of agentUsersOf(store, object)) softDelete(context, user);
  }
}

/** Any kind that can come back for 30 days. */
export function moveToBin({ store, now }: Pick<Deleting, "store" | "now">, object: StoredObject): void {
  const payload: Expiry = { id: object.id, deletedDateTime: now.toISOString() };
  store.setDeleted(object, payload.deletedDateTime);
  store.schedule(new Date(now.getTime() + keptForMs), expiryKind, payload);
}

/** The 30 days are over. */
export function expire(store: Store, payload: object): void {
  const { id, deletedDateTime } = payload as Expiry;
  const object = store.get(id, true);
  if (object?.deletedDateTime === deletedDateTime) purge({ store }, object);
}

const principalsOf = (store: Store, { body }: StoredObject): StoredObject[] =>
  store.find({ kinds: servicePrincipalKinds, where: { property: "appId", value: String(body["appId"]) } });

export const agentUsersOf = (store: Store, { id }: StoredObject): StoredObject[] =>
  store.find({ kinds: ["agentUser"], where: { property: "identityParentId", value: id } });

/** Kinds that only make sense between living objects, and the properties that name those. */
const ends: Readonly<Record<string, readonly string[]>> = {
  appRoleAssignment: ["principalId", "resourceId"],
  oAuth2PermissionGrant: ["clientId", "resourceId", "principalId"],
  unifiedRoleAssignment: ["principalId"],
};

/** Everything granted to an object or on it, living or not. */
function grantsOf(store: Store, { id }: StoredObject): StoredObject[] {
  const found = Object.entries(ends).flatMap(([kind, properties]) =>
    properties.flatMap((property) => store.find({ kinds: [kind], where: { property, value: id }, deleted: "either" })),
  );
  return [...new Map(found.map((grant) => [grant.seq, grant])).values()];
}

/**
 * @returns the living object
 * @throws {GraphRefusal} when what it belongs to is not there, or another object has taken its place
 */
export function restore({ store }: Pick<Context, "store">, object: StoredObject): StoredObject {
  checkParent(store, object);
  checkPlace(store, object);
  const living = store.setDeleted(object, null);
  for (const grant of grantsOf(store, object)) {
    const others = (ends[grant.kind] ?? []).map((property) => grant.body[property]);
    const complete = others.every((id) => typeof id !== "string" || store.get(id) !== undefined);
    if (grant.deletedDateTime !== null && complete) store.setDeleted(grant, null);
  }
  return living;
}

/** Parents come back before their children; which of them are there says the replica that is asked. */
function checkParent(store: Store, { kind, body }: StoredObject): void {
  const living = (kinds: readonly string[], value: unknown) =>
    store.replica.count({ kinds, where: { property: "appId", value: String(value) } }) > 0;
  if (kind === "agentIdentityBlueprintPrincipal" && !living(["agentIdentityBlueprint"], body["appId"])) {
    throw new GraphRefusal(
      400,
      "AgentBlueprintPrincipal_RequireAgentBlueprint",
      `The agent identity blueprint '${String(body["appId"])}' does not exist.`,
    );
  }
  if (kind === "agentIdentity" && !living(["agentIdentityBlueprintPrincipal"], body["agentIdentityBlueprintId"])) {
    throw new GraphRefusal(
      400,
      "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
      "The Agent Blueprint Principal for the Agent Blueprint does not exist.",
    );
  }
  if (kind !== "agentUser") return;
  const parent = String(body["identityParentId"]);
  if (store.get(parent)?.kind !== "agentIdentity") throw badRequest(`Object with id ${parent} not found.`);
}

/** Properties of which no two living objects of a family have the same value. */
const unique: readonly (readonly [kinds: readonly string[], properties: readonly string[]])[] = [
  [applicationKinds, ["uniqueName", "identifierUris"]],
  [servicePrincipalKinds, ["appId"]],
  [userKinds, ["userPrincipalName", "proxyAddresses", "identityParentId"]],
  [["group"], ["mailNickname"]],
];

function checkPlace(store: Store, object: StoredObject): void {
  for (const [kinds, properties] of unique.filter(([kinds]) => kinds.includes(object.kind))) {
    for (const property of properties) {
      const value = object.body[property];
      const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
      const taken = values.some((one) => store.count({ kinds, where: { property, value: one } }) > 0);
      if (!taken) continue;
      if (property === "appId")
        throw conflict(
          `The service principal cannot be restored: another one with the appId '${values.join()}' is in use.`,
        );
      throw badRequest(`Another object with the same value for property ${property} already exists.`);
    }
  }
}

/** Kinds that are kept beside the application they are part of. */
const partsOfApplication = [federatedIdentityCredential.kind, inheritablePermission.kind];

/** For good, with its parts and what it was granted. Agent identities stay behind as orphans. */
export function purge(context: Pick<Context, "store">, object: StoredObject): void {
  const { store } = context;
  const where = { property: "application", value: object.id };
  for (const part of store.find({ kinds: partsOfApplication, where })) store.purge(part);
  for (const grant of grantsOf(store, object)) store.purge(grant);
  store.purge(object);
}
