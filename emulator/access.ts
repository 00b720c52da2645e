/** Who may do what. */
import { agentKinds } from "./entities";
import { permitted } from "./route";
import type { Found } from "./router";
import { personMay } from "./rules/calling-person";
import type { Caller } from "./sign-in/token";
import type { Json, Store, StoredObject } from "./state/store";
import type { Switches } from "./switches/values";

interface Asking {
  readonly caller: Caller;
  readonly body: unknown;
  readonly switches: Switches;
}

/**
 * Whether a request may pass. It needs one of the documented permissions of the operation; where an agent is concerned,
 * a token that does not carry too much; and a person who writes to an agent also needs a role or a relation to it.
 */
export function mayPass(found: Found, { caller, body, switches }: Asking, store: Store): boolean {
  const { route, keys, target } = found;
  const [key] = Object.values(keys);
  const addressed = target ?? (key && store.get(key.value, "either"));
  const kind = addressed?.kind ?? "";
  const kinds = [kind, ...holdersOf(found, body, store).map((holder) => holder.kind)];
  if (isTooMighty(caller) && kinds.some((one) => concernsAgents(route, one))) return false;
  if (addressed && !personMay({ route, caller, object: addressed, body }, store, switches.profiles)) return false;
  const properties = isJson(body) ? Object.keys(body).filter((name) => name !== "@odata.type") : [];
  const { permissions, permissionsByKind = {} } = route;
  // 404 only for a caller who may do this to some kind of object.
  const tables = addressed
    ? [permissionsByKind[kind] ?? permissions]
    : [permissions, ...Object.values(permissionsByKind)];
  return tables.some((table) => permitted(table, caller, properties));
}

/** Permissions that are granted: the address may name the grant, or only the API at its other end. */
const grants = /^\/oauth2PermissionGrants\b|\/appRoleAssign(ments|edTo)\b/;

/** Who holds the permission that an operation is about, and for whom, as its body or the stored grant says. */
function holdersOf({ route, keys }: Found, body: unknown, store: Store): StoredObject[] {
  if (!grants.test(route.path)) return [];
  const key = keys["grant"] ?? keys["assignment"];
  const grant = key ? store.get(key.value)?.body : body;
  if (!isJson(grant)) return [];
  return [grant["clientId"], grant["principalId"]].flatMap((id) =>
    typeof id === "string" ? (store.get(id, "either") ?? []) : [],
  );
}

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** Tokens with one of these are refused wherever Agent ID is concerned, whatever else they hold. */
const tooMighty = ["Directory.AccessAsUser.All", "Directory.ReadWrite.All"];

const isTooMighty = ({ permissions }: Caller): boolean => tooMighty.some((name) => permissions.has(name));

const agentType = /microsoft\.graph\.agent(Identity|User)/i;

/**
 * Whether an operation is one on an agent: on a blueprint, its principal, an identity, an agent user, or anything below
 * them. Lists of all applications or users are not.
 *
 * @param kind of the object that the first key of the address names, deleted or not; empty when there is none
 */
export function concernsAgents(route: Pick<Found["route"], "path" | "forAgents">, kind: string): boolean {
  return route.forAgents === true || agentType.test(route.path) || agentKinds.includes(kind);
}
