/** /roleManagement of other services than the directory: entitlement management and Cloud PC. */
import { unifiedRoleDefinition } from "../entities/directory-role";
import {
  entitlementManagementRoleAssignment,
  type RbacApplication,
  rolesOfService,
  serviceAssignmentToCreate,
} from "../entities/rbac-role";
import { listAnswer, objectAnswer, wholeListAnswer } from "../odata/collection";
import { collectionOf, oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Basis, type Context, keyOf, type Route, route } from "../route";
import { newId } from "../rules/people";
import type { StoredObject } from "../state/store";

/** The pages of v1.0 know entitlement management, those of beta Cloud PC too. */
const versionsOf = { entitlementManagement: ["v1.0", "beta"], cloudPC: ["beta"] } as const;
const readers: Readonly<Record<RbacApplication, readonly string[]>> = {
  entitlementManagement: ["EntitlementManagement.Read.All", "EntitlementManagement.ReadWrite.All"],
  cloudPC: [
    "RoleManagement.Read.CloudPC",
    "CloudPC.Read.All",
    "RoleManagement.ReadWrite.CloudPC",
    "CloudPC.ReadWrite.All",
    "RoleManagement.Read.All",
  ],
};

const definitionsRoute = (application: RbacApplication, basis: Basis): Route => {
  const path = `/roleManagement/${application}/roleDefinitions`;
  return route({
    method: "GET",
    path,
    versions: versionsOf[application],
    permissions: readers[application],
    basis,
    source: "REF rbacapplication-list-roledefinitions",
    differs: ["The built-in roles only; custom ones are not emulated."],
    answers: unifiedRoleDefinition.kind,
    query: collectionOf(unifiedRoleDefinition),
    answer: (context) => wholeListAnswer(context, rolesOfService(application), path.slice(1)),
  });
};

const assignments = "/roleManagement/entitlementManagement/roleAssignments";
const { kind } = entitlementManagementRoleAssignment;
const holders = ["user", "agentUser", "group", "servicePrincipal"];

const known = (context: Context): StoredObject => {
  const id = keyOf(context, "assignment");
  const found = context.store.get(id);
  if (found?.kind === kind) return found;
  throw notFound(id);
};

const assignmentRoutes: Route[] = [
  route({
    method: "GET",
    path: assignments,
    versions: versionsOf.entitlementManagement,
    permissions: readers.entitlementManagement,
    basis: "prose",
    source: "REF rbacapplication-list-roleassignments",
    answers: "unifiedRoleAssignment",
    query: { ...collectionOf(entitlementManagementRoleAssignment), type: "unifiedRoleAssignment" },
    answer: (context) => listAnswer(context, { kinds: [kind] }),
  }),
  route({
    method: "GET",
    path: `${assignments}/{assignment}`,
    versions: versionsOf.entitlementManagement,
    permissions: readers.entitlementManagement,
    basis: "prose",
    source: "REF unifiedroleassignment-get",
    answers: "unifiedRoleAssignment",
    query: { ...oneObjectOf(entitlementManagementRoleAssignment), type: "unifiedRoleAssignment" },
    answer: (context) => objectAnswer(context, known(context)),
  }),
  route({
    method: "POST",
    path: assignments,
    versions: versionsOf.entitlementManagement,
    permissions: ["EntitlementManagement.ReadWrite.All"],
    basis: "example",
    source: "REF rbacapplication-post-roleassignments",
    differs: ["Catalogs are not emulated: the one that appScopeId names is not looked for."],
    body: serviceAssignmentToCreate,
    answers: "unifiedRoleAssignment",
    answer(context) {
      const { principalId, roleDefinitionId, appScopeId } = context.body;
      const principal = context.store.get(principalId);
      if (!principal || !holders.includes(principal.kind)) throw notFound(principalId);
      const role = rolesOfService("entitlementManagement").find(({ id }) => id === roleDefinitionId.toLowerCase());
      if (!role) throw notFound(roleDefinitionId);
      const wanted = { principalId: principal.id, roleDefinitionId: role.id, appScopeId };
      const where = { property: "principalId", value: principal.id };
      const existing = context.store
        .find({ kinds: [kind], where })
        .some(({ body }) => body["roleDefinitionId"] === role.id && body["appScopeId"] === appScopeId);
      if (existing) throw badRequest("The role assignment already exists.");
      return objectAnswer(context, context.store.insert(kind, newId(), wanted), 201);
    },
  }),
  route({
    method: "DELETE",
    path: `${assignments}/{assignment}`,
    versions: versionsOf.entitlementManagement,
    permissions: ["EntitlementManagement.ReadWrite.All"],
    basis: "prose",
    source: "REF unifiedroleassignment-delete",
    answer(context) {
      context.store.purge(known(context));
      return { status: 204 };
    },
  }),
];

export const rbacRoleRoutes: Route[] = [
  definitionsRoute("entitlementManagement", "prose"),
  definitionsRoute("cloudPC", "example"),
  ...assignmentRoutes,
];
