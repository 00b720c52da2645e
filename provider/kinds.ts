/**
 * The one registry: every kind of object that can be declared. The order is that of dependence: what a kind refers to
 * stands before it. Everything that must know all kinds takes them from here: the dynamic providers, the command
 * `entra-agent-id`, the tables of the documentation, the harnesses of the tests.
 */
import { conditionalAccessPolicy } from "./conditional-access/conditional-access-policy";
import { namedLocation } from "./conditional-access/named-location";
import { federatedIdentityCredential } from "./credentials/federated-identity-credential";
import type { Lifecycle } from "./engine/lifecycle";
import { agentIdentity } from "./identities/agent-identity";
import { agentIdentityBlueprint } from "./identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "./identities/agent-identity-blueprint-principal";
import { permissionGrant } from "./permissions/permission-grant";

/** A life cycle whose inputs only itself needs to know. */
export type Kind = Lifecycle<object>;

export const kinds: readonly Kind[] = [
  kind(agentIdentityBlueprint),
  kind(agentIdentityBlueprintPrincipal),
  kind(federatedIdentityCredential),
  kind(agentIdentity),
  kind(permissionGrant),
  kind(namedLocation),
  kind(conditionalAccessPolicy),
];

/** What takes inputs out of a state takes those of this very kind: nobody else has a resource of its type token. */
function kind<Inputs extends object>(lifecycle: Lifecycle<Inputs>): Kind {
  return lifecycle as unknown as Kind;
}
