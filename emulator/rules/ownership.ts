/** What a caller may do because an object is its own. */
import { denied } from "../refusal";
import type { Context } from "../route";
import type { Store, StoredObject } from "../state/store";
import { roleIds, rolesOf } from "./roles";

export const isOwner = ({ caller, store }: Context, object: StoredObject): boolean =>
  store.targets("owners", object.id).includes(caller.oid);

/** Roles that administer every agent. */
const agentAdministrators = [roleIds.agentIdAdministrator, roleIds.globalAdministrator];

/** A person with a role that administers agents. */
export function administersAgents({ caller, store }: Pick<Context, "caller" | "store">): boolean {
  if (caller.idtyp !== "user") return false;
  const held = rolesOf({ store }, caller.oid);
  return agentAdministrators.some((role) => held.has(role));
}

/** With `narrow` as its only permission, an application reaches what it owns and nothing else. */
export function checkOwned(context: Context, object: StoredObject, narrow: string, wide: readonly string[]): void {
  const { permissions } = context.caller;
  if (!permissions.has(narrow) || wide.some((name) => permissions.has(name)) || isOwner(context, object)) return;
  throw denied();
}

/**
 * Whoever makes an application without administering any becomes its owner: a person, and an application that may only
 * touch its own.
 */
export function ownCreated(context: Context, object: StoredObject): void {
  const { caller, store } = context;
  const owns =
    caller.idtyp === "user"
      ? !administersAgents(context)
      : caller.permissions.has("Application.ReadWrite.OwnedBy") && !caller.permissions.has("Application.ReadWrite.All");
  if (owns && store.get(caller.oid)) store.link("owners", object.id, caller.oid);
}

/** Whoever makes a blueprint or its principal becomes its owner, applications too. */
export function ownCreatedAgent(context: Context, object: StoredObject): void {
  const { caller, store, switches } = context;
  const owns =
    switches.profiles.creatorOwns === "everybody" || (caller.idtyp === "user" && !administersAgents(context));
  if (owns && store.get(caller.oid)) store.link("owners", object.id, caller.oid);
}

/** Remembers who made an object, for `createdObjects`. */
export function rememberCreator({ caller, store }: Context, object: StoredObject): void {
  const creator = livingPrincipal(store, caller.oid);
  if (creator) store.link("createdObjects", creator.id, object.id);
}

const livingPrincipal = (store: Store, id: string) => store.get(id);
