/** Who can be a member or an owner of a group. */
import { isDynamic, isUnified, membersOf } from "../entities/membership";
import { servicePrincipalKinds, userKinds } from "../entities";
import { badRequest, denied, notFound } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { idIn } from "./people";
import { unknownPrincipal } from "./unknown-referents";

/** Members that one PATCH of a group can add. */
export const mostMembersAtOnce = 20;

const agents = ["agentIdentity", "agentUser"];

const exists = (relation: string) =>
  badRequest(`One or more added object references already exist for the following modified properties: '${relation}'.`);

/** @throws {GraphRefusal} when one of them cannot be a member; then nobody becomes one */
export function addMembers(context: Context, group: StoredObject, members: readonly StoredObject[]): void {
  if (members.length > mostMembersAtOnce)
    throw badRequest(`At most ${mostMembersAtOnce} members can be added in one request.`);
  // Seen by third parties: a list that a rule keeps is nobody's to write, and that is 403 and not 400.
  if (members.length > 0 && isDynamic(group)) throw denied();
  for (const member of members) {
    checkMember(group, member);
    if (!context.store.link("members", group.id, member.id)) throw exists("members");
  }
}

function checkMember(group: StoredObject, member: StoredObject): void {
  const refuse = (why: string) => badRequest(`Object '${member.id}' cannot be a member of this group: ${why}.`);
  const { kind } = member;
  if (group.body["isAssignableToRole"] === true) {
    if (agents.includes(kind)) throw refuse("agents cannot be members of role-assignable groups");
    if (kind === "group") throw refuse("groups cannot be members of role-assignable groups");
  }
  const user = userKinds.includes(kind);
  if (isUnified(group) && !user) throw refuse("only users can be members of Microsoft 365 groups");
  if (kind === "group") {
    if (isUnified(member)) throw refuse("Microsoft 365 groups cannot be members of groups");
    if (member.id === group.id) throw refuse("a group cannot be its own member");
  } else if (!user && !servicePrincipalKinds.includes(kind)) {
    throw refuse(`objects of type ${kind} cannot be members of groups`);
  }
}

/** `POST /groups/{id}/members/$ref` */
export function addMember(context: Context, group: StoredObject, url: string): void {
  addMembers(context, group, [referenced(context, url)]);
}

function referenced(context: Context, url: string): StoredObject {
  const id = idIn(context, url);
  const found = context.store.get(id);
  if (!found) throw unknownPrincipal(context, id);
  return found;
}

/** `DELETE /groups/{id}/members/{member}/$ref` */
export function removeMember(context: Context, group: StoredObject, id: string): void {
  const inside = membersOf(group, context).find((member) => member.id === id.toLowerCase());
  if (inside && isDynamic(group)) throw denied();
  if (!inside || !context.store.unlink("members", group.id, inside.id)) throw notFound(id);
}

/** `POST /groups/{id}/owners/$ref` */
export function addOwnerByUrl(context: Context, group: StoredObject, url: string): void {
  addOwner(context, group, referenced(context, url));
}

export function addOwner({ store, switches }: Context, group: StoredObject, owner: StoredObject): void {
  if (![...userKinds, ...servicePrincipalKinds].includes(owner.kind))
    throw badRequest(`Object '${owner.id}' cannot be an owner: only users and service principals can.`);
  if (!store.link("owners", group.id, owner.id)) throw exists("owners");
  const most = switches.limits.owners;
  if (store.targets("owners", group.id).length > most) throw badRequest(`An object can have at most ${most} owners.`);
}

/** `DELETE …/owners/{owner}/$ref`. REF group-delete-owners: the last person who owns a group stays. */
export function removeOwner({ store }: Context, group: StoredObject, id: string): void {
  if (!store.unlink("owners", group.id, id.toLowerCase())) throw notFound(id);
  const isUser = (owner: string) => userKinds.includes(store.get(owner)?.kind ?? "");
  if (isUser(id) && !store.targets("owners", group.id).some(isUser))
    throw badRequest("The group must have at least one owner, hence this owner cannot be removed.");
}
