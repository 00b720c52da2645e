/**
 * What `__provider` in users' state requires: one provider per kind, by the kind's name. Frozen: names may be added,
 * never changed or taken away. Anything incompatible is a `dynamic/v2` beside it.
 */
import { agentIdentity } from "./agent-identity";
import { agentIdentityBlueprint } from "./agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "./agent-identity-blueprint-principal";
import { conditionalAccessPolicy } from "./conditional-access-policy";
import { dynamicProvider } from "./engine/dynamic";
import { federatedIdentityCredential } from "./federated-identity-credential";
import { permissionGrant } from "./permission-grant";

export const AgentIdentity = dynamicProvider(agentIdentity);
export const AgentIdentityBlueprint = dynamicProvider(agentIdentityBlueprint);
export const AgentIdentityBlueprintPrincipal = dynamicProvider(agentIdentityBlueprintPrincipal);
export const ConditionalAccessPolicy = dynamicProvider(conditionalAccessPolicy);
export const FederatedIdentityCredential = dynamicProvider(federatedIdentityCredential);
export const PermissionGrant = dynamicProvider(permissionGrant);
