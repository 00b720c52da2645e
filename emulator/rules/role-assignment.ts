/** What Graph lets be assigned to whom, and where. */
import { servicePrincipalKinds } from "../entities";
import { definitionOf, directoryRole, unifiedRoleAssignment } from "../entities/directory-role";
import { badRequest, notFound } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { newId } from "./people";
import { builtInRole, builtInRoles, implicitRoles } from "./roles";

const userKinds = ["user", "agentUser"];
const holderKinds = [...userKinds, ...servicePrincipalKinds, "group"];

/** An agent's own accounts. Blueprint principals hold roles as any application. */
const agentHolders = ["agentIdentity", "agentUser"];

export interface NewAssignment {
  readonly principalId: string;
  readonly roleDefinitionId: string;
  /** `/`, or `/administrativeUnits/{id}`. */
  readonly directoryScopeId: string;
}

/** @throws {GraphRefusal} when principal, role or scope are not there, do not fit each other, or hold already */
export function assignRole(context: Context, wanted: NewAssignment): StoredObject {
  const { store } = context;
  const principal = store.get(wanted.principalId);
  if (!principal || !holderKinds.includes(principal.kind)) throw notFound(wanted.principalId);
  const definition = definitionOf(context, wanted.roleDefinitionId);
  if (!definition) throw notFound(wanted.roleDefinitionId);
  checkHolder(context, principal, definition);
  const scope = scopeOf(context, wanted.directoryScopeId);
  const id = assignmentId(definition.id, principal.id, scope);
  if (store.primary.get(id, "either"))
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
  if (definition.body["isBuiltIn"] === true) activateRole(context, definition.id);
  return store.insert(unifiedRoleAssignment.kind, id, {
    principalId: principal.id,
    roleDefinitionId: definition.id,
    directoryScopeId: scope === undefined ? "/" : `/administrativeUnits/${scope}`,
  });
}

function checkHolder({ switches }: Context, principal: StoredObject, { body, id }: StoredObject): void {
  if (implicitRoles.some(({ templateId }) => templateId === id))
    throw badRequest(`The role '${String(body["displayName"])}' is implicit and cannot be assigned.`);
  if (body["isEnabled"] === false)
    throw badRequest(`The role '${String(body["displayName"])}' is not enabled for assignment.`);
  if (principal.kind === "group" && principal.body["isAssignableToRole"] !== true)
    throw badRequest("The group cannot hold a role: its 'isAssignableToRole' is not true.");
  if (!agentHolders.includes(principal.kind)) return;
  const allowed = builtInRole(id)?.allowedForAgents ?? switches.profiles.customRolesForAgents === "allowed";
  if (!allowed) throw badRequest(`The role '${String(body["displayName"])}' cannot be assigned to an agent identity.`);
}

/** Id of the administrative unit; undefined for the whole tenant. */
function scopeOf({ store }: Context, directoryScopeId: string): string | undefined {
  if (directoryScopeId === "/") return undefined;
  const unit = /^\/administrativeUnits\/([0-9a-f-]{36})$/i.exec(directoryScopeId)?.[1];
  if (unit === undefined)
    throw badRequest(`Invalid value specified for property 'directoryScopeId': '${directoryScopeId}'.`);
  const found = store.get(unit);
  if (found?.kind !== "administrativeUnit") throw notFound(unit);
  return found.id;
}

/** Graph's ids are made of the ids of role, principal and scope, so one assignment cannot exist twice. */
function assignmentId(...guids: readonly (string | undefined)[]): string {
  const bytes = guids.map((guid) => (guid === undefined ? Buffer.alloc(0) : bytesOf(guid)));
  return `${Buffer.concat(bytes).toString("base64url")}-1`;
}

/** The first three groups of a GUID stand in reverse order of bytes. */
function bytesOf(guid: string): Buffer {
  const [a = "", b = "", c = "", d = "", e = ""] = guid.split("-");
  const reversed = [a, b, c].map((group) => Buffer.from(group, "hex").reverse());
  return Buffer.concat([...reversed, Buffer.from(d + e, "hex")]);
}

/** A built-in role appears among the directory roles once it is used. */
export function activateRole({ store }: Context, templateId: string): StoredObject {
  const role = builtInRole(templateId);
  if (!role) throw notFound(templateId);
  const where = { property: "roleTemplateId", value: role.templateId };
  const [active] = store.find({ kinds: [directoryRole.kind], where });
  const { displayName } = role;
  return active ?? store.insert(directoryRole.kind, newId(), { displayName, roleTemplateId: role.templateId });
}

/**
 * @param id of the role that is changed
 * @throws {GraphRefusal} when the name is taken, or an action would manage agents
 */
export function checkCustomRole({ store }: Context, given: Json, id?: string): void {
  const { displayName, rolePermissions = [] } = given as {
    readonly displayName?: string;
    readonly rolePermissions?: readonly { readonly allowedResourceActions: readonly string[] }[];
  };
  const actions = rolePermissions.flatMap(({ allowedResourceActions }) => allowedResourceActions);
  const forbidden = actions.find((action) => /^microsoft\.directory\/agent/i.test(action));
  if (forbidden !== undefined) throw badRequest(`The action '${forbidden}' cannot be part of a custom role.`);
  if (displayName === undefined) return;
  const same = store.find({ kinds: ["unifiedRoleDefinition"], where: { property: "displayName", value: displayName } });
  const builtIn = builtInRoles.some((role) => role.displayName.toLowerCase() === displayName.toLowerCase());
  if (builtIn || same.some((role) => role.id !== id))
    throw badRequest(
      "A conflicting object with one or more of the specified property values is present in the directory.",
    );
}
