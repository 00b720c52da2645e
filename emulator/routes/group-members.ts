/** Members and owners of groups, and what groups are members of. */
import { group } from "../entities/group";
import { reference } from "../entities/reference";
import { denied } from "../refusal";
import { type Context, keyOf, type Permission, type Route, route } from "../route";
import { checkRoleAssignable } from "../rules/group";
import { addMember, addOwnerByUrl, removeMember, removeOwner } from "../rules/group-members";
import type { StoredObject } from "../state/store";
import { groupOf } from "./groups";
import { relationRoutes } from "./relations";

const one = "/groups/{id}";

const read: readonly Permission[] = [
  "GroupMember.Read.All",
  "Group.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
];
const writeMembers: readonly Permission[] = [
  "GroupMember.ReadWrite.All",
  "Group.ReadWrite.All",
  "Directory.ReadWrite.All",
];
const writeOwners: readonly Permission[] = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];

/** @throws {GraphRefusal} 403 when the membership is hidden and the caller may not see hidden ones */
function seen(context: Context): StoredObject {
  const found = groupOf(context);
  const hidden = found.body["visibility"] === "HiddenMembership";
  if (hidden && !context.caller.permissions.has("Member.Read.Hidden")) throw denied();
  return found;
}

/** The group that is addressed, for somebody who may change its people. */
function changed(context: Context): StoredObject {
  const found = groupOf(context);
  checkRoleAssignable(context, found.body["isAssignableToRole"] === true);
  return found;
}

const casts = ["user", "group", "servicePrincipal"];

const lists: readonly (readonly [relation: string, source: string, at: typeof groupOf, casts: readonly string[]])[] = [
  ["members", "REF group-list-members", seen, casts],
  ["transitiveMembers", "REF group-list-transitivemembers", seen, casts],
  ["owners", "REF group-list-owners", groupOf, ["user", "servicePrincipal"]],
  ["memberOf", "REF group-list-memberof", groupOf, ["group", "administrativeUnit"]],
  ["transitiveMemberOf", "REF group-list-transitivememberof", groupOf, ["group", "administrativeUnit"]],
];

export const groupMemberRoutes: Route[] = [
  ...lists.flatMap(([relation, source, at, casts]) =>
    relationRoutes({
      path: one,
      entity: group,
      relation,
      at,
      casts,
      permissions: read,
      basis: relation === "members" ? "example" : "prose",
      source,
      ...(at === seen
        ? { differs: ["A hidden membership is refused without Member.Read.Hidden; no page says how Graph hides it."] }
        : {}),
    }),
  ),
  route({
    method: "POST",
    path: `${one}/members/$ref`,
    permissions: writeMembers,
    basis: "prose",
    source: "REF group-post-members; a dynamic group refuses with 403, as third parties have seen",
    differs: [
      "Permissions on the kind of member, which REF lists beside those on groups, are not asked for.",
      "A token with Directory.ReadWrite.All adds agents as well: it is refused on agents, and this writes to a group.",
      "Wordings for members of a kind that the group cannot have are the emulated tenant's own.",
    ],
    body: reference,
    answer(context) {
      addMember(context, changed(context), context.body["@odata.id"]);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: `${one}/members/{member}/$ref`,
    permissions: writeMembers,
    basis: "example",
    source: "REF group-delete-members",
    answer(context) {
      removeMember(context, changed(context), keyOf(context, "member"));
      return { status: 204 };
    },
  }),
  route({
    method: "POST",
    path: `${one}/owners/$ref`,
    permissions: writeOwners,
    basis: "prose",
    source: "REF group-post-owners",
    body: reference,
    answer(context) {
      addOwnerByUrl(context, changed(context), context.body["@odata.id"]);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: `${one}/owners/{owner}/$ref`,
    permissions: writeOwners,
    basis: "prose",
    source: "REF group-delete-owners",
    answer(context) {
      removeOwner(context, changed(context), keyOf(context, "owner"));
      return { status: 204 };
    },
  }),
];
