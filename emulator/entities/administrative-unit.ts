/** administrativeUnit, and scopedRoleMembership: who administers one. */
import { z } from "zod";
import type { Entity, Queryable } from "./entity";
import { membersOf } from "./membership";

const textual: Queryable = { filter: ["eq", "in", "startswith"], advanced: ["ne"], search: true };

export const scopedRoleMembershipKind = "scopedRoleMembership";

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
    scopedRoleMembers: {
      type: scopedRoleMembershipKind,
      of: ({ id }, { store }) =>
        store.find({ kinds: [scopedRoleMembershipKind], where: { property: "administrativeUnitId", value: id } }),
    },
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

export const scopedRoleMembership: Entity = {
  kind: scopedRoleMembershipKind,
  set: "scopedRoleMemberships",
  indexed: ["administrativeUnitId", "member"],
  shows({ id, body: { administrativeUnitId, roleId, member } }, { store }) {
    const found = store.get(String(member), "either");
    const shown = { displayName: found?.body["displayName"] ?? null };
    return { id, administrativeUnitId, roleId, roleMemberInfo: { id: member, ...shown } };
  },
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
  type: scopedRoleMembershipKind,
  readOnly: ["id", "administrativeUnitId"],
  schema: z.looseObject({ roleId: z.guid(), roleMemberInfo: z.looseObject({ id: z.guid() }) }),
};
