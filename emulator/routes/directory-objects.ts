/** /directoryObjects: objects of the directory whatever their type. */
import { z } from "zod";
import { directoryObjectKinds } from "../entities";
import { group } from "../entities/group";
import { isA } from "../metadata/metadata";
import { objectAnswer, wholeListAnswer } from "../odata/collection";
import { oneObject } from "../odata/query-rule";
import { badRequest, denied, GraphRefusal, notFound } from "../refusal";
import { type Context, keyOf, permitted, type Permission, type Route, route } from "../route";
import { checkReachOf } from "../rules/agent-user";
import { softDelete } from "../rules/deletion";
import { checkRoleAssignable } from "../rules/group";
import type { StoredObject } from "../state/store";
import { view } from "../view";
import { remove, writeAgentUser } from "./user-permissions";

/** Ids that one request can name. */
export const mostIds = 1_000;

const read: readonly Permission[] = ["Directory.Read.All", "Directory.ReadWrite.All"];

/** What deleting needs, by kind; kinds that are not here are deleted at their own address. */
const deleters: Readonly<Record<string, readonly Permission[]>> = {
  user: remove,
  agentUser: writeAgentUser,
  group: ["Group.ReadWrite.All"],
};

function objectAt(context: Context): StoredObject {
  const id = keyOf(context, "object");
  const found = context.store.get(id);
  if (found && directoryObjectKinds.includes(found.kind)) return found;
  throw notFound(id);
}

/** Types without `microsoft.graph.`, in any letter case; an object is of every type it derives from. */
function ofTypes(context: Context, object: StoredObject, types: readonly string[]): boolean {
  if (types.length === 0) return true;
  const wanted = types.map((type) => type.replace(/^#?microsoft\.graph\./i, "").toLowerCase());
  return ["directoryObject", "application", "servicePrincipal", "user", object.kind].some(
    (type) => wanted.includes(type.toLowerCase()) && isA(context.version, object.kind, type),
  );
}

const naming = z.strictObject({
  entityType: z.string().optional(),
  displayName: z.string().nullable().optional(),
  mailNickname: z.string().nullable().optional(),
  onBehalfOfUserId: z.guid().nullable().optional(),
});

export const directoryObjectRoutes: Route[] = [
  route({
    method: "GET",
    path: "/directoryObjects/{object}",
    permissions: read,
    basis: "prose",
    source: "REF directoryobject-get",
    query: oneObject,
    answers: "directoryObject",
    answer: (context) => objectAnswer(context, objectAt(context), 200, true),
  }),
  route({
    method: "DELETE",
    path: "/directoryObjects/{object}",
    permissions: Object.values(deleters).flat(),
    basis: "prose",
    source: "REF directoryobject-delete",
    differs: ["Only users and groups are deleted here; other kinds at their own address."],
    answer(context) {
      const object = objectAt(context);
      const needed = deleters[object.kind];
      if (!needed) throw new GraphRefusal(501, "NotEmulated", `Delete the ${object.kind} at its own address.`);
      if (!permitted(needed, context.caller, [])) throw denied();
      checkReachOf(context, object);
      if (object.kind === group.kind) checkRoleAssignable(context, object.body["isAssignableToRole"] === true);
      softDelete(context, object);
      return { status: 204 };
    },
  }),
  route({
    method: "POST",
    path: "/directoryObjects/getByIds",
    permissions: read,
    basis: "prose",
    source: "REF directoryobject-getbyids: whole objects; ids of objects that are not there are left out",
    body: {
      resource: "DirectoryObject",
      schema: z.strictObject({ ids: z.array(z.string()).max(mostIds), types: z.array(z.string()).default([]) }),
    },
    query: oneObject,
    answers: "directoryObject",
    answer(context) {
      const { ids, types } = context.body;
      const found = [...new Set(ids.map((id) => id.toLowerCase()))].flatMap((id) => context.store.get(id) ?? []);
      const shown = found.filter(({ kind }) => directoryObjectKinds.includes(kind));
      const fitting = shown.filter((object) => ofTypes(context, object, types));
      if (context.query.select) return wholeListAnswer(context, fitting, "directoryObjects", true);
      const value = fitting.map((object) => view(object, context, true));
      return { status: 200, body: { "@odata.context": `${context.base}/$metadata#directoryObjects`, value } };
    },
  }),
  route({
    method: "POST",
    path: "/directoryObjects/validateProperties",
    permissions: ["Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    basis: "prose",
    source: "REF directoryobject-validateproperties; the tenant has no naming policy, so only aliases can be taken",
    body: { resource: "DirectoryObject", schema: naming },
    answer(context) {
      const { entityType, displayName, mailNickname } = context.body;
      if (entityType !== undefined && entityType.toLowerCase() !== "group")
        throw badRequest("Group is the only entity type that can be validated.");
      if (displayName === undefined && mailNickname === undefined)
        throw badRequest("At least one of displayName and mailNickname is required.");
      const where = { property: "mailNickname", value: mailNickname ?? "" };
      if (context.store.count({ kinds: [group.kind], where }) > 0) {
        throw new GraphRefusal(
          422,
          "Request_UnprocessableEntity",
          "The values provided contain one or more validation errors.",
        );
      }
      return { status: 204 };
    },
  }),
];
