/** administrativeUnit, and scopedRoleMembership: who administers one. */
import { z } from "zod";
import type { Entity, Queryable, Surroundings } from "./entity";
import { activeRole, membersOf } from "./membership";
import type { StoredObject } from "../state/store";

const textual: Queryable = { filter: ["eq", "in", "startswith"], advanced: ["ne"], search: true };

/**
 * The older view of role assignments with the scope of an administrative unit. Nothing is stored for it: the role is
 * named by its directoryRole, the member by what it is assigned to.
 */
export const scopedRoleMembership: Entity = {
  kind: "scopedRoleMembership",
  set: "scopedRoleMemberships",
  indexed: [],
  shows({ id, body: { principalId, roleDefinitionId, directoryScopeId } }, { store }) {
    const member = store.get(String(principalId), "either");
    const [role] = activeRole(store, String(roleDefinitionId));
    return {
      id,
      administrativeUnitId: unitOfScope(directoryScopeId),
      roleId: role?.id ?? roleDefinitionId,
      roleMemberInfo: {
        id: principalId,
        displayName: member?.body["displayName"] ?? null,
        userPrincipalName: member?.body["userPrincipalName"] ?? null,
      },
    };
  },
};

const unitOfScope = (scope: unknown) => String(scope).replace("/administrativeUnits/", "");

/** A role assignment, seen from its administrative unit. */
export const asScopedRole = (assignment: StoredObject): StoredObject => ({
  ...assignment,
  kind: scopedRoleMembership.kind,
});

/** Role assignments whose scope is this unit. */
export const scopedRolesOf = ({ id }: StoredObject, { store }: Pick<Surroundings, "store">): StoredObject[] =>
  store
    .find({
      kinds: ["unifiedRoleAssignment"],
      where: { property: "directoryScopeId", value: `/administrativeUnits/${id}` },
    })
    .map(asScopedRole);

export const administrativeUnit: Entity = {
  kind: "administrativeUnit",
  set: "administrativeUnits",
  indexed: ["displayName"],
  queryable: {
    id: { filter: ["eq"] },
    description: textual,
    displayName: { ...textual, orderBy: "default" },
  },
  relations: {
    members: { type: "directoryObject", of: membersOf, expandable: true },
    scopedRoleMembers: { type: scopedRoleMembership.kind, of: scopedRolesOf },
  },
  shows: ({ id, body, deletedDateTime }) => ({
    id,
    deletedDateTime,
    description: null,
    displayName: null,
    isMemberManagementRestricted: null,
    membershipRule: null,
    membershipRuleProcessingState: null,
    membershipType: null,
    visibility: null,
    ...body,
  }),
};

const displayName = z.string().min(1).max(256);
const description = z.string().max(1024).nullable();
/** Everybody sees a unit that is not hidden. */
const visibility = z.enum(["Public", "HiddenMembership"]).nullable();
const unit = { resource: "AdministrativeUnit", type: "administrativeUnit" };
const readOnly = ["id", "deletedDateTime"];

export const unitToCreate = {
  ...unit,
  readOnly,
  schema: z.looseObject({
    displayName,
    description: description.optional(),
    visibility: visibility.optional(),
    isMemberManagementRestricted: z.boolean().nullable().optional(),
  }),
};

/** REF administrativeunit-update: what restricts a unit is fixed when it is made. */
export const unitToChange = {
  ...unit,
  readOnly: [...readOnly, "isMemberManagementRestricted"],
  schema: z.looseObject({ displayName, description, visibility }).partial(),
};

export const scopedRoleMemberToAdd = {
  resource: "ScopedRoleMembership",
  type: scopedRoleMembership.kind,
  readOnly: ["id"],
  schema: z.looseObject({
    roleId: z.guid(),
    roleMemberInfo: z.looseObject({ id: z.guid() }),
    administrativeUnitId: z.guid().nullish(),
  }),
};
