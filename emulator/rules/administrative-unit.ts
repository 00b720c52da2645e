/** What holds of administrative units. */
import type { z } from "zod";
import {
  asScopedRole,
  scopedRolesOf,
  type scopedRoleMemberToAdd,
  type unitToCreate,
} from "../entities/administrative-unit";
import { userKinds } from "../entities";
import { badRequest, notFound } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { idIn, newId } from "./people";
import { insertObject } from "./quota";
import { assignRole } from "./role-assignment";

/** Kinds that a unit can hold. Agent identities, blueprints and their principals cannot be in one. */
const memberKinds = [...userKinds, "group", "device"];

export function makeUnit(context: Context, body: z.infer<typeof unitToCreate.schema>): StoredObject {
  return insertObject(context, "administrativeUnit", newId(), { ...body });
}

/** `POST …/members/$ref` */
export function addToUnit(context: Context, unit: StoredObject, url: string): void {
  const id = idIn(context, url);
  const member = context.store.get(id);
  if (!member) throw notFound(id);
  if (!memberKinds.includes(member.kind)) {
    throw badRequest(
      `Object '${id}' cannot be a member of an administrative unit: only users, groups and devices can.`,
    );
  }
  if (!context.store.link("members", unit.id, member.id)) {
    throw badRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  }
}

/** `DELETE …/members/{member}/$ref` */
export function removeFromUnit({ store }: Context, unit: StoredObject, id: string): void {
  if (!store.unlink("members", unit.id, id.toLowerCase())) throw notFound(id);
}

/** Gives a directory role whose scope is the unit. The role is named by its directoryRole, or by its template. */
export function addScopedRole(
  context: Context,
  unit: StoredObject,
  { roleId, roleMemberInfo, administrativeUnitId }: z.infer<typeof scopedRoleMemberToAdd.schema>,
): StoredObject {
  if (administrativeUnitId && administrativeUnitId.toLowerCase() !== unit.id)
    throw badRequest(`The administrative unit '${administrativeUnitId}' is not the one that is addressed.`);
  const role = context.store.get(roleId);
  const template = role?.kind === "directoryRole" ? String(role.body["roleTemplateId"]) : roleId.toLowerCase();
  const wanted = { principalId: roleMemberInfo.id.toLowerCase(), roleDefinitionId: template };
  return asScopedRole(assignRole(context, { ...wanted, directoryScopeId: `/administrativeUnits/${unit.id}` }));
}

/** @throws {GraphRefusal} 404 */
export function scopedRoleAt(context: Context, unit: StoredObject, id: string): StoredObject {
  const found = scopedRolesOf(unit, context).find((one) => one.id === id);
  if (found) return found;
  throw notFound(id);
}

export function removeScopedRole(context: Context, unit: StoredObject, id: string): void {
  const assignment = context.store.get(scopedRoleAt(context, unit, id).id);
  if (assignment) context.store.purge(assignment);
}
