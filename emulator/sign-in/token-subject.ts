/** Whose token it is that a tenant gives without a sign-in. */
import type { Surroundings } from "../entities/entity";
import { servicePrincipalKinds } from "../entities";
import { checkPermissionNames, microsoftGraphAppId } from "../permissions";
import { automationAppId } from "../seed";
import type { Store, StoredObject } from "../state/store";
import { rolesOf } from "./app-roles";
import type { TokenSubject } from "./token";

/** What a token is to say. */
export interface TokenRequest {
  /** Microsoft Graph permissions in the token, whoever holds them. @default what the application holds */
  readonly permissions?: readonly string[];
  /** Client id of an application in the tenant, an agent identity included. @default the automation application */
  readonly app?: string;
  /**
   * User principal name of a person in the tenant: the token is a delegated one. @default an application's own token
   */
  readonly user?: string;
}

/** @throws {TypeError} for an unknown permission, application or user */
export function tokenSubject(
  around: Surroundings,
  { permissions, app = automationAppId, user }: TokenRequest,
): TokenSubject {
  checkPermissionNames(permissions ?? []);
  const { store } = around;
  const principal = principalOf(store, app);
  if (!principal)
    throw new TypeError(`cannot issue a token: no service principal of the emulated tenant has the appId "${app}".`);
  const held = permissions ?? heldBy(principal, around);
  if (user === undefined) return { appId: app, oid: principal.id, permissions: held };
  const [person] = store.find({ kinds: ["user"], where: { property: "userPrincipalName", value: user } });
  if (!person) throw new TypeError(`cannot issue a token: the emulated tenant has no user "${user}".`);
  return {
    appId: app,
    oid: person.id,
    userPrincipalName: String(person.body["userPrincipalName"]),
    permissions: held,
  };
}

const principalOf = (store: Store, appId: string): StoredObject | undefined =>
  store.find({ kinds: servicePrincipalKinds, where: { property: "appId", value: appId } })[0];

/**
 * Application permissions on Microsoft Graph: its app role assignments, and what `grant` says of the automation
 * application.
 */
function heldBy(principal: StoredObject, around: Surroundings): readonly string[] {
  const graph = principalOf(around.store, microsoftGraphAppId);
  return graph ? rolesOf(around, principal, graph, around.switches, around.now) : [];
}
