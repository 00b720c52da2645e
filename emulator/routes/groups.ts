/** /groups */
import { group } from "../entities/group";
import { groupToChange, groupToCreate, groupToUpsert } from "../entities/group-bodies";
import type { RequestHeaders } from "../exchange";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, countOnly, oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Context, type Permission, type Route, route } from "../route";
import { softDelete } from "../rules/deletion";
import { changeGroup, checkRoleAssignable, makeGroup, makeMissingGroup } from "../rules/group";
import type { StoredObject } from "../state/store";

const read: readonly Permission[] = [
  "GroupMember.Read.All",
  "Group.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const write: readonly Permission[] = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
const create = { application: ["Group.Create", ...write], delegated: write };

/** The group that is addressed. @throws {GraphRefusal} 404 */
export function groupOf({ target, keys }: Context): StoredObject {
  if (target?.kind === group.kind) return target;
  throw notFound(keys["id"]?.value ?? "");
}

const byUniqueName = (headers: RequestHeaders) =>
  (headers.get("prefer") ?? "").split(",").some((wish) => wish.trim().toLowerCase() === "create-if-missing");

const one = "/groups/{id}";

const asks = "Permissions to read the owners and members that Group.Create names are not asked for.";

export const groupRoutes: Route[] = [
  route({
    method: "GET",
    path: "/groups",
    permissions: read,
    basis: "prose",
    source: "REF group-list",
    query: collectionOf(group),
    answers: "group",
    answer: (context) => listAnswer(context, { kinds: [group.kind] }),
  }),
  route({
    method: "GET",
    path: "/groups/$count",
    permissions: read,
    basis: "prose",
    source: "REF group-list, example of $count",
    query: { ...collectionOf(group), ...countOnly },
    answers: "Edm.String",
    answer: (context) => listAnswer(context, { kinds: [group.kind] }),
  }),
  route({
    method: "POST",
    path: "/groups",
    permissions: create,
    basis: "example",
    source: "REF group-post-groups",
    differs: [
      asks,
      "The mail address of a group is its alias at the tenant's domain; Graph may add digits to it.",
      "Wordings of refused combinations of groupTypes, mailEnabled and securityEnabled are the emulated tenant's own.",
    ],
    body: groupToCreate,
    answers: "group",
    answer: (context) => objectAnswer(context, makeGroup(context, context.body), 201),
  }),
  route({
    method: "GET",
    path: one,
    permissions: read,
    basis: "prose",
    source: "REF group-get",
    query: oneObjectOf(group),
    answers: "group",
    answer: (context) => objectAnswer(context, groupOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    when: (_body, headers) => byUniqueName(headers),
    makesMissing: true,
    permissions: create,
    basis: "example",
    source: "REF group-upsert",
    differs: [asks],
    body: groupToUpsert,
    answers: "group",
    answer(context) {
      const { property, value } = context.keys["id"] ?? { property: "id", value: "" };
      if (context.target) {
        const { "owners@odata.bind": owners, ...change } = context.body;
        if (owners) throw badRequest("Owners of an existing object are changed by their references.");
        changeGroup(context, groupOf(context), change);
        return { status: 204 };
      }
      if (property !== "uniqueName") throw notFound(value);
      return objectAnswer(context, makeMissingGroup(context, context.body, value), 201);
    },
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: [{ name: "GroupMember.ReadWrite.All", only: ["members@odata.bind"] }, ...write],
    basis: "example",
    source: "REF group-update; group-post-members, example 2: members in a PATCH",
    body: groupToChange,
    answer(context) {
      changeGroup(context, groupOf(context), context.body);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: write.slice(0, 1),
    basis: "prose",
    source: "REF group-delete; the profile deletedSecurityGroups chooses what becomes of security groups",
    answer(context) {
      const found = groupOf(context);
      checkRoleAssignable(context, found.body["isAssignableToRole"] === true);
      softDelete(context, found);
      return { status: 204 };
    },
  }),
];
