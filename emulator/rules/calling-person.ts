/**
 * What a person may do to agents. The permission of the client is not enough: a person also needs a directory role, or
 * must answer for the object.
 */
import { agentKinds, applicationKinds, servicePrincipalKinds } from "../entities";
import { denied } from "../refusal";
import type { Context, Route } from "../route";
import type { Caller } from "../sign-in/token";
import type { Store, StoredObject } from "../state/store";
import type { Switches } from "../switches/values";
import { administersAgents } from "./ownership";
import { roleIds, rolesOf } from "./roles";

/** A write on an agent, or on something below one. */
export interface Write {
  readonly route: Pick<Route, "method" | "path">;
  readonly caller: Caller;
  /** The agent. */
  readonly object: StoredObject;
  readonly body: unknown;
}

/**
 * Actions that only read, and writes for which the documentation of Agent ID names no role: what an agent is granted,
 * and its licenses.
 */
const permissionSuffices =
  /\/(check|get)Member(Groups|Objects)$|\/validateProperties$|\/appRoleAssign(ments|edTo)\b|\/assignLicense$/i;

/**
 * Whether a caller with the permission for it may do this. Applications may; a person as its roles and relations say.
 */
export function personMay(write: Write, store: Store, profiles: Switches["profiles"]): boolean {
  const { caller, object, route, body } = write;
  if (caller.idtyp !== "user" || route.method === "GET" || !agentKinds.includes(object.kind)) return true;
  // Who may assign attributes is a question of its own.
  if (permissionSuffices.test(route.path) || setsOnly(body, ["customSecurityAttributes"])) return true;
  if (administersAgents({ caller, store }) || rolePermits(write, store)) return true;
  return (
    [object, ...above(store, object)].some((one) => isOwnedBy(store, one, caller)) || sponsorMay(write, store, profiles)
  );
}

function rolePermits({ caller, route, object }: Write, store: Store): boolean {
  const held = rolesOf({ store }, caller.oid);
  if (
    held.has(roleIds.agentIdDeveloper) &&
    route.method === "POST" &&
    /\/federatedIdentityCredentials$/.test(route.path)
  )
    return true;
  const isOnObject = onObject.test(route.path) && object.kind !== "agentUser";
  return held.has(roleIds.cloudApplicationAdministrator) && route.method === "DELETE" && isOnObject;
}

/** The address of an object, with or without its type, and of nothing below it. */
const onObject = /^\/(applications|servicePrincipals|users|directoryObjects)\/\{\w+\}(\/microsoft\.graph\.\w+)?$/i;

const isOwnedBy = (store: Store, { id }: StoredObject, { oid }: Caller): boolean =>
  store.targets("owners", id).includes(oid);

/** What an agent belongs to, deleted or not: its parent, the principal and the blueprint. */
function above(store: Store, { kind, body }: StoredObject): StoredObject[] {
  if (kind === "agentUser") {
    const parent = store.get(String(body["identityParentId"]), "either");
    return parent ? [parent, ...above(store, parent)] : [];
  }
  const appId = kind === "agentIdentity" ? body["agentIdentityBlueprintId"] : body["appId"];
  const where = { property: "appId", value: String(appId) };
  return store
    .find({ kinds: [...applicationKinds, ...servicePrincipalKinds], where, deleted: "either" })
    .filter((one) => one.kind !== "agentIdentity");
}

function setsOnly(body: unknown, names: readonly string[]): body is Readonly<Record<string, unknown>> {
  if (typeof body !== "object" || body === null) return false;
  const set = Object.keys(body).filter((name) => !name.startsWith("@odata."));
  return set.length > 0 && set.every((name) => names.includes(name));
}

/** Sponsors switch an agent on and off; the documentation contradicts itself about more. */
function sponsorMay({ route, caller, object, body }: Write, store: Store, profiles: Switches["profiles"]): boolean {
  if (!isSponsoredBy(store, object, caller) || !onObject.test(route.path)) return false;
  const { sponsorRights } = profiles;
  if (route.method === "DELETE") return sponsorRights === "enableDisableDelete";
  if (route.method !== "PATCH" || !setsOnly(body, ["accountEnabled", "isDisabled"])) return false;
  const enables = body["accountEnabled"] === true || body["isDisabled"] === false;
  return !enables || sponsorRights !== "disable";
}

/** Of a group that is a sponsor, the direct members count. */
const isSponsoredBy = (store: Store, { id }: StoredObject, { oid }: Caller): boolean =>
  store.targets("sponsors", id).some((sponsor) => sponsor === oid || store.targets("members", sponsor).includes(oid));

/**
 * For a new agent, that nobody can own yet.
 *
 * @param roles that suffice beside those that administer agents
 * @param parents whose owners may make it
 * @throws {GraphRefusal} 403
 */
export function checkCreator(
  { caller, store }: Pick<Context, "caller" | "store">,
  roles: readonly string[],
  parents: readonly StoredObject[] = [],
): void {
  if (caller.idtyp !== "user" || administersAgents({ caller, store })) return;
  const held = rolesOf({ store }, caller.oid);
  if (roles.some((role) => held.has(role))) return;
  const line = parents.flatMap((parent) => [parent, ...above(store, parent)]);
  if (!line.some((one) => isOwnedBy(store, one, caller))) throw denied();
}
