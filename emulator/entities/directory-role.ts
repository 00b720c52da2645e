/** Directory roles: definitions, who holds them, and the older view of both as directoryRole. */
import { z } from "zod";
import type { BodyRule } from "../body";
import { builtInRoles, implicitRoles } from "../rules/roles";
import type { Json, StoredObject } from "../state/store";
import type { Entity, Relation, Surroundings } from "./entity";

const permission = { read: "RoleManagement.Read.Directory", write: "RoleManagement.ReadWrite.Directory" };

/** As the documentation lists them, least first. */
export const rolesRead = [
  permission.read,
  "RoleManagement.Read.All",
  "Directory.Read.All",
  permission.write,
  "Directory.ReadWrite.All",
];
export const rolesWrite = [permission.write];

/** REF unifiedroledefinition-get: a condition reads null where none was written. */
const permissionsOf = ({ rolePermissions }: Json): readonly Json[] =>
  ((rolePermissions as Json[] | undefined) ?? []).map((one) => ({ condition: null, ...one }));

/** Built-in roles are not stored: every tenant has the same ones. */
export const unifiedRoleDefinition: Entity = {
  kind: "unifiedRoleDefinition",
  set: "roleManagement/directory/roleDefinitions",
  indexed: ["displayName", "templateId"],
  queryable: {
    id: { filter: ["eq", "in"] },
    displayName: { filter: ["eq", "in", "startswith"] },
    templateId: { filter: ["eq"] },
    isBuiltIn: { filter: ["eq", "in"] },
  },
  shows: ({ id, body }) => ({
    id,
    description: body["description"] ?? null,
    displayName: body["displayName"],
    isBuiltIn: body["isBuiltIn"] ?? false,
    isEnabled: body["isEnabled"] ?? true,
    resourceScopes: ["/"],
    templateId: body["templateId"] ?? id,
    version: body["version"] ?? null,
    rolePermissions: permissionsOf(body),
  }),
};

/** Beyond the positions of what is stored: pages are cut along them. */
const firstSeq = 1_000_000_000_000;

export const builtInDefinitions: readonly StoredObject[] = [...builtInRoles, ...implicitRoles].map(
  ({ displayName, templateId }, at) => ({
    seq: firstSeq + at,
    id: templateId,
    kind: unifiedRoleDefinition.kind,
    body: { displayName, templateId, isBuiltIn: true, isEnabled: true, version: "1" },
    deletedDateTime: null,
  }),
);

export function definitionOf({ store }: Pick<Surroundings, "store">, id: string): StoredObject | undefined {
  const custom = store.get(id);
  if (custom?.kind === unifiedRoleDefinition.kind) return custom;
  return builtInDefinitions.find((role) => role.id === id.toLowerCase());
}

export const unifiedRoleAssignment: Entity = {
  kind: "unifiedRoleAssignment",
  set: "roleManagement/directory/roleAssignments",
  indexed: ["principalId", "roleDefinitionId", "directoryScopeId"],
  queryable: {
    id: { filter: ["eq", "in"] },
    principalId: { filter: ["eq", "in"] },
    roleDefinitionId: { filter: ["eq", "in"] },
    directoryScopeId: { filter: ["eq", "in"] },
  },
  relations: {
    principal: {
      type: "directoryObject",
      of: ({ body }, { store }) => [store.get(String(body["principalId"])) ?? []].flat(),
      expandable: true,
    },
    roleDefinition: {
      type: "unifiedRoleDefinition",
      of: ({ body }, around) => [definitionOf(around, String(body["roleDefinitionId"])) ?? []].flat(),
      expandable: true,
    },
    directoryScope: {
      type: "directoryObject",
      of: ({ body }, { store }) => [store.get(String(body["directoryScopeId"]).replace(/^.*\//, "")) ?? []].flat(),
      expandable: true,
    },
  },
  shows: ({ id, body }, { tenantId, version }) => ({
    id,
    condition: null,
    directoryScopeId: body["directoryScopeId"],
    appScopeId: null,
    principalId: body["principalId"],
    principalOrganizationId: tenantId,
    roleDefinitionId: body["roleDefinitionId"],
    ...(version === "beta" ? { resourceScope: body["directoryScopeId"] } : {}),
  }),
};

/** Who holds a role for the whole tenant. */
export const roleMembers: Relation = {
  type: "directoryObject",
  of: ({ body }, around) => holdersOf(around, String(body["roleTemplateId"])),
  expandable: true,
};

/** A built-in role that was used in this tenant, with an id of its own. */
export const directoryRole: Entity = {
  kind: "directoryRole",
  set: "directoryRoles",
  indexed: ["roleTemplateId", "displayName"],
  alternateKeys: ["roleTemplateId"],
  queryable: { displayName: { filter: ["eq"] }, roleTemplateId: { filter: ["eq"] } },
  relations: { members: roleMembers },
  shows: ({ id, body }) => ({
    id,
    deletedDateTime: null,
    description: null,
    displayName: body["displayName"],
    roleTemplateId: body["roleTemplateId"],
  }),
};

/** Living objects that hold a role for the whole tenant. */
function holdersOf({ store }: Surroundings, roleDefinitionId: string): StoredObject[] {
  const where = { property: "roleDefinitionId", value: roleDefinitionId };
  return store
    .find({ kinds: [unifiedRoleAssignment.kind], where })
    .filter(({ body }) => body["directoryScopeId"] === "/")
    .flatMap(({ body }) => store.get(String(body["principalId"])) ?? []);
}

/** Templates are the built-in roles again. Not stored, so no entity. */
export const roleTemplates = [...builtInRoles, ...implicitRoles].map(({ displayName, templateId }) => ({
  id: templateId,
  deletedDateTime: null,
  description: null,
  displayName,
}));

const action = z.looseObject({ allowedResourceActions: z.array(z.string().min(1)) });
const definition = {
  displayName: z.string().min(1).max(256),
  isEnabled: z.boolean(),
  rolePermissions: z.array(action).min(1),
};
/** REF unifiedroledefinition: only the whole tenant is supported. */
const resourceScopes = z.array(z.literal("/")).length(1).optional();

const notYet = (name: string) =>
  ({ status: 501, code: "NotEmulated", message: `The emulated tenant does not take '${name}'.` }) as const;

const definitionRule = {
  resource: "UnifiedRoleDefinition",
  type: "unifiedRoleDefinition",
  readOnly: ["id", "isBuiltIn"],
  refused: { richDescription: notYet("richDescription") },
};

export const definitionToCreate = {
  ...definitionRule,
  schema: z.looseObject({ ...definition, resourceScopes }),
} satisfies BodyRule;
export const definitionToChange = {
  ...definitionRule,
  schema: z.looseObject({ ...definition, resourceScopes }).partial(),
} satisfies BodyRule;

export const assignmentToCreate = {
  resource: "UnifiedRoleAssignment",
  type: "unifiedRoleAssignment",
  readOnly: ["id", "principalOrganizationId", "resourceScope"],
  refused: { appScopeId: notYet("appScopeId"), condition: notYet("condition") },
  schema: z.looseObject({ principalId: z.guid(), roleDefinitionId: z.guid(), directoryScopeId: z.string().min(1) }),
} satisfies BodyRule;

export const roleToActivate = {
  resource: "DirectoryRole",
  readOnly: ["id", "displayName", "description", "deletedDateTime"],
  schema: z.strictObject({ roleTemplateId: z.guid() }),
} satisfies BodyRule;
