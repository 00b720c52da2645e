/** /directoryRoles and /directoryRoleTemplates: the older view of role assignments. */
import {
  directoryRole,
  roleMembers,
  rolesRead,
  rolesWrite,
  roleTemplates,
  roleToActivate,
  unifiedRoleAssignment,
} from "../entities/directory-role";
import { reference } from "../entities/reference";
import { listAnswer, objectAnswer, relatedAnswer } from "../odata/collection";
import { project } from "../odata/projection";
import { collectionOf, oneObject, relationOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import { idIn } from "../rules/people";
import { activateRole, assignRole } from "../rules/role-assignment";
import type { StoredObject } from "../state/store";

/** By its id, or by `roleTemplateId='…'`; members may be added by the template id in place of the id as well. */
function knownRole({ store, keys }: Context): StoredObject {
  const { value = "" } = keys["role"] ?? {};
  const byId = store.get(value);
  if (byId?.kind === directoryRole.kind) return byId;
  const [byTemplate] = store.find({ kinds: [directoryRole.kind], where: { property: "roleTemplateId", value } });
  if (byTemplate) return byTemplate;
  throw notFound(value);
}

const templateOf = ({ body }: StoredObject) => String(body["roleTemplateId"]);

const activeRoleRoutes: Route[] = [
  route({
    method: "GET",
    path: "/directoryRoles",
    permissions: rolesRead,
    basis: "prose",
    source: "REF directoryrole-list: only roles that were activated",
    answers: directoryRole.kind,
    query: collectionOf(directoryRole),
    answer: (context) => listAnswer(context, { kinds: [directoryRole.kind] }),
  }),
  route({
    method: "POST",
    path: "/directoryRoles",
    permissions: rolesWrite,
    basis: "prose",
    source: "REF directoryrole-post-directoryroles",
    differs: ["A role that is active already is refused with 400; no page says what Graph does then."],
    body: roleToActivate,
    answers: directoryRole.kind,
    answer(context) {
      const { roleTemplateId } = context.body;
      const where = { property: "roleTemplateId", value: roleTemplateId };
      if (context.store.count({ kinds: [directoryRole.kind], where }) > 0)
        throw badRequest(
          "A conflicting object with one or more of the specified property values is present in the directory.",
        );
      return objectAnswer(context, activateRole(context, roleTemplateId), 201);
    },
  }),
  route({
    method: "GET",
    path: "/directoryRoles/{role}",
    permissions: rolesRead,
    basis: "prose",
    source: "REF directoryrole-get",
    answers: directoryRole.kind,
    query: oneObject,
    answer: (context) => objectAnswer(context, knownRole(context)),
  }),
  route({
    method: "GET",
    path: "/directoryRoles/{role}/members",
    permissions: rolesRead,
    basis: "prose",
    source: "REF directoryrole-list-members",
    answers: "directoryObject",
    query: relationOf(roleMembers),
    answer: (context) => relatedAnswer(context, roleMembers.of(knownRole(context), context), roleMembers.type),
  }),
  route({
    method: "POST",
    path: "/directoryRoles/{role}/members/$ref",
    permissions: rolesWrite,
    basis: "prose",
    source: "REF directoryrole-post-members",
    differs: ["A person who calls needs the permission only, not the role Privileged Role Administrator."],
    body: reference,
    answer(context) {
      const roleDefinitionId = templateOf(knownRole(context));
      const principalId = idIn(context, context.body["@odata.id"]);
      assignRole(context, { principalId, roleDefinitionId, directoryScopeId: "/" });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: "/directoryRoles/{role}/members/{member}/$ref",
    permissions: rolesWrite,
    basis: "prose",
    source: "REF directoryrole-delete-member",
    answer(context) {
      const value = keyOf(context, "member");
      const template = templateOf(knownRole(context));
      const [held] = context.store
        .find({ kinds: [unifiedRoleAssignment.kind], where: { property: "principalId", value } })
        .filter(({ body }) => body["roleDefinitionId"] === template && body["directoryScopeId"] === "/");
      if (!held) throw notFound(value);
      context.store.purge(held);
      return { status: 204 };
    },
  }),
];

const templateType = "directoryRoleTemplate";

const templateRoutes: Route[] = [
  route({
    method: "GET",
    path: "/directoryRoleTemplates",
    permissions: rolesRead,
    basis: "prose",
    source: "REF directoryroletemplate-list",
    answers: templateType,
    query: oneObject,
    answer: ({ base, query }) => ({
      status: 200,
      body: {
        "@odata.context": `${base}/$metadata#directoryRoleTemplates`,
        value: roleTemplates.map((template) => project(template, query.select, templateType)),
      },
    }),
  }),
  route({
    method: "GET",
    path: "/directoryRoleTemplates/{template}",
    permissions: rolesRead,
    basis: "prose",
    source: "REF directoryroletemplate-get",
    answers: templateType,
    query: oneObject,
    answer(context) {
      const id = keyOf(context, "template");
      const found = roleTemplates.find((template) => template.id === id.toLowerCase());
      if (!found) throw notFound(id);
      const { base, query } = context;
      const shown = project(found, query.select, templateType);
      return { status: 200, body: { "@odata.context": `${base}/$metadata#directoryRoleTemplates/$entity`, ...shown } };
    },
  }),
];

export const directoryRoleRoutes: Route[] = [...activeRoleRoutes, ...templateRoutes];
