/** Managers and sponsors of users. */
import { named } from "../entities/membership";
import { userKinds } from "../entities";
import { badRequest, notFound } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { checkReachOf } from "./agent-user";
import { idIn } from "./people";

function referenced(context: Context, url: string): StoredObject {
  const id = idIn(context, url);
  const found = context.store.get(id);
  if (!found) throw notFound(id);
  return found;
}

/** `PUT …/manager/$ref`: there is at most one, and no circle. */
export function setManager(context: Context, user: StoredObject, url: string): void {
  const { store } = context;
  checkReachOf(context, user);
  const manager = referenced(context, url);
  if (!userKinds.includes(manager.kind))
    throw badRequest(`Object '${manager.id}' cannot be a manager: only users and organizational contacts can.`);
  for (let at: StoredObject | undefined = manager; at; at = named("manager", at, context)[0]) {
    if (at.id === user.id) throw badRequest("A user cannot be its own manager, directly or through others.");
  }
  for (const before of store.targets("manager", user.id)) store.unlink("manager", user.id, before);
  store.link("manager", user.id, manager.id);
}

/** `DELETE …/manager/$ref` */
export function removeManager(context: Context, user: StoredObject): void {
  checkReachOf(context, user);
  const [manager] = context.store.targets("manager", user.id);
  if (manager === undefined) throw notFound("manager");
  context.store.unlink("manager", user.id, manager);
}

/** `POST …/sponsors/$ref`: users and groups, and no agents. */
export function addSponsor(context: Context, user: StoredObject, url: string): void {
  const { store, switches } = context;
  checkReachOf(context, user);
  const sponsor = referenced(context, url);
  if (sponsor.kind !== "user" && sponsor.kind !== "group")
    throw badRequest(`Object '${sponsor.id}' cannot be a sponsor: only users and groups can.`);
  if (!store.link("sponsors", user.id, sponsor.id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'sponsors'.",
    );
  }
  const most = switches.limits.sponsors;
  if (store.targets("sponsors", user.id).length > most) throw badRequest(`A user can have at most ${most} sponsors.`);
}

/** `DELETE …/sponsors/{sponsor}/$ref` */
export function removeSponsor(context: Context, user: StoredObject, id: string): void {
  checkReachOf(context, user);
  if (!context.store.unlink("sponsors", user.id, id.toLowerCase())) throw notFound(id);
}
