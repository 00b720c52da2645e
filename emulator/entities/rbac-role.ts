/** Roles of other services than the directory that share its shapes: entitlement management and Cloud PC. */
import { z } from "zod";
import type { BodyRule } from "../body";
import rolesData from "../data/rbac-roles.json";
import type { StoredObject } from "../state/store";
import { unifiedRoleDefinition } from "./directory-role";
import type { Entity } from "./entity";

export type RbacApplication = "entitlementManagement" | "cloudPC";

type RoleRow = readonly [displayName: string, id: string, description: string, actions: readonly string[]];

/** Beyond the positions of what is stored: pages are cut along them. */
const firstSeq = 2_000_000_000_000;

/** The built-in roles of a service, which nobody can change. */
export const rolesOfService = (application: RbacApplication): readonly StoredObject[] =>
  (rolesData[application] as unknown as readonly RoleRow[]).map(([displayName, id, description, actions], at) => ({
    seq: firstSeq + at,
    id,
    kind: unifiedRoleDefinition.kind,
    body: {
      displayName,
      description,
      isBuiltIn: true,
      isEnabled: true,
      templateId: id,
      rolePermissions: [{ allowedResourceActions: actions, condition: null }],
    },
    deletedDateTime: null,
  }));

/** Kept apart from the assignments of the directory: who holds a role there is asked by kind. */
export const entitlementManagementRoleAssignment: Entity = {
  kind: "entitlementManagementRoleAssignment",
  set: "roleManagement/entitlementManagement/roleAssignments",
  indexed: ["principalId", "roleDefinitionId"],
  queryable: { principalId: { filter: ["eq"] }, roleDefinitionId: { filter: ["eq"] }, appScopeId: { filter: ["eq"] } },
  shows: ({ id, body }) => ({
    id,
    principalId: body["principalId"],
    roleDefinitionId: body["roleDefinitionId"],
    appScopeId: body["appScopeId"],
  }),
};

export const serviceAssignmentToCreate = {
  resource: "UnifiedRoleAssignment",
  type: "unifiedRoleAssignment",
  readOnly: ["id", "principalOrganizationId"],
  schema: z.looseObject({
    principalId: z.guid(),
    roleDefinitionId: z.guid(),
    /** A catalog, or all of them. */
    appScopeId: z.string().regex(/^\/(?:AccessPackageCatalog\/[0-9a-f-]{36})?$/i),
  }),
} satisfies BodyRule;
