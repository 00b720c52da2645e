/** Who may do what. */
import { agentKinds } from "./entities";
import { permitted } from "./route";
import type { Found } from "./router";
import type { Caller } from "./sign-in/token";
import type { Store } from "./state/store";

/**
 * Whether a request may pass. It needs one of the documented permissions of the operation, and where an agent is
 * concerned, a token that does not carry too much.
 *
 * @param properties what the body sets
 */
export function mayPass(found: Found, caller: Caller, properties: readonly string[], store: Store): boolean {
  const { route, keys, target } = found;
  const [key] = Object.values(keys);
  const addressed = target ?? (key && store.get(key.value, "either"));
  const kind = addressed?.kind ?? "";
  if (isTooMighty(caller) && concernsAgents(found.route, kind)) return false;
  const { permissions, permissionsByKind = {} } = route;
  // Who might do it to some kind of object learns that this one is not there.
  const tables = addressed
    ? [permissionsByKind[kind] ?? permissions]
    : [permissions, ...Object.values(permissionsByKind)];
  return tables.some((table) => permitted(table, caller, properties));
}

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
