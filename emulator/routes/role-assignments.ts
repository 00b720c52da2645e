/** /roleManagement/directory: role definitions, and who holds which. */
import {
  assignmentToCreate,
  builtInDefinitions,
  definitionOf,
  definitionToChange,
  definitionToCreate,
  rolesRead,
  rolesWrite,
  unifiedRoleAssignment,
  unifiedRoleDefinition,
} from "../entities/directory-role";
import { listAnswer, objectAnswer, relatedAnswer } from "../odata/collection";
import { collectionOf, oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import { newId } from "../rules/people";
import { assignRole, checkCustomRole } from "../rules/role-assignment";
import type { StoredObject } from "../state/store";

const definitions = "/roleManagement/directory/roleDefinitions";
const assignments = "/roleManagement/directory/roleAssignments";

const withoutActions = "The permissions of built-in roles are not listed.";
const delegated = "A person who calls needs the permission only, not the role Privileged Role Administrator.";

function knownDefinition(context: Context): StoredObject {
  const id = keyOf(context, "definition");
  const found = definitionOf(context, id);
  if (found) return found;
  throw notFound(id);
}

function customDefinition(context: Context): StoredObject {
  const found = knownDefinition(context);
  if (found.body["isBuiltIn"] !== true) return found;
  throw badRequest(`The role '${String(found.body["displayName"])}' is built-in and cannot be changed.`);
}

function known(context: Context, kind: string, key: string): StoredObject {
  const id = keyOf(context, key);
  const found = context.store.get(id);
  if (found?.kind === kind) return found;
  throw notFound(id);
}

const definitionRoutes: Route[] = [
  route({
    method: "GET",
    path: definitions,
    permissions: rolesRead,
    basis: "prose",
    source: "REF rbacapplication-list-roledefinitions; the ids are those of the built-in roles",
    differs: [withoutActions],
    answers: unifiedRoleDefinition.kind,
    query: collectionOf(unifiedRoleDefinition),
    answer(context) {
      const custom = context.store.find({ kinds: [unifiedRoleDefinition.kind] });
      return relatedAnswer(context, [...builtInDefinitions, ...custom], unifiedRoleDefinition.kind);
    },
  }),
  route({
    method: "GET",
    path: `${definitions}/{definition}`,
    permissions: rolesRead,
    basis: "prose",
    source: "REF unifiedroledefinition-get",
    differs: [withoutActions],
    answers: unifiedRoleDefinition.kind,
    query: oneObjectOf(unifiedRoleDefinition),
    answer: (context) => objectAnswer(context, knownDefinition(context)),
  }),
  route({
    method: "POST",
    path: definitions,
    permissions: rolesWrite,
    basis: "prose",
    source: "REF rbacapplication-post-roledefinitions; ENT: actions that manage agents cannot be in custom roles",
    differs: [delegated, "The names of actions are not checked."],
    body: definitionToCreate,
    answers: unifiedRoleDefinition.kind,
    answer(context) {
      const { body, store } = context;
      checkCustomRole(context, body);
      const id = newId();
      return objectAnswer(context, store.insert(unifiedRoleDefinition.kind, id, { templateId: id, ...body }), 201);
    },
  }),
  route({
    method: "PATCH",
    path: `${definitions}/{definition}`,
    permissions: rolesWrite,
    basis: "prose",
    source: "REF unifiedroledefinition-update",
    differs: [delegated, "The names of actions are not checked."],
    body: definitionToChange,
    answer(context) {
      const custom = customDefinition(context);
      checkCustomRole(context, context.body, custom.id);
      context.store.replace(custom, { ...custom.body, ...context.body });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: `${definitions}/{definition}`,
    permissions: rolesWrite,
    basis: "prose",
    source: "REF unifiedroledefinition-delete",
    differs: ["Refused while the role is assigned; no page says what Graph does then."],
    answer(context) {
      const custom = customDefinition(context);
      const where = { property: "roleDefinitionId", value: custom.id };
      if (context.store.count({ kinds: [unifiedRoleAssignment.kind], where }) > 0)
        throw badRequest("The role definition cannot be deleted: it is assigned.");
      context.store.purge(custom);
      return { status: 204 };
    },
  }),
];

const assignmentRoutes: Route[] = [
  route({
    method: "GET",
    path: assignments,
    permissions: rolesRead,
    basis: "example",
    source: "REF rbacapplication-list-roleassignments",
    answers: unifiedRoleAssignment.kind,
    query: collectionOf(unifiedRoleAssignment),
    answer: (context) => listAnswer(context, { kinds: [unifiedRoleAssignment.kind] }),
  }),
  route({
    method: "GET",
    path: `${assignments}/{assignment}`,
    permissions: rolesRead,
    basis: "example",
    source: "REF unifiedroleassignment-get",
    answers: unifiedRoleAssignment.kind,
    query: oneObjectOf(unifiedRoleAssignment),
    answer: (context) => objectAnswer(context, known(context, unifiedRoleAssignment.kind, "assignment")),
  }),
  route({
    method: "POST",
    path: assignments,
    permissions: rolesWrite,
    basis: "example",
    source: "REF rbacapplication-post-roleassignments; ENT authorization-agent-id: roles that agents can hold",
    differs: [
      delegated,
      "The refusal of a role that agents cannot hold is not documented: 400 Request_BadRequest here.",
      "Scopes are the tenant and administrative units; a scope of one application or group is 400.",
    ],
    body: assignmentToCreate,
    answers: unifiedRoleAssignment.kind,
    answer: (context) => objectAnswer(context, assignRole(context, context.body), 201),
  }),
  route({
    method: "DELETE",
    path: `${assignments}/{assignment}`,
    permissions: rolesWrite,
    basis: "example",
    source: "REF unifiedroleassignment-delete",
    answer(context) {
      context.store.purge(known(context, unifiedRoleAssignment.kind, "assignment"));
      return { status: 204 };
    },
  }),
];

export const roleAssignmentRoutes: Route[] = [...definitionRoutes, ...assignmentRoutes];
