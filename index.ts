/** Everything a program may import. Nothing else of this package is public. */
export {
  AgentFleet,
  type AgentFleetArgs,
  type FleetAgent,
  type FleetAgentOptions,
  type FleetFederation,
  type FleetPermissions,
} from "./components/agent-fleet";
export { AgentIdentity, type AgentIdentityArgs } from "./provider/identities/agent-identity";
export {
  AgentIdentityBlueprint,
  type AgentIdentityBlueprintArgs,
} from "./provider/identities/agent-identity-blueprint";
export {
  AgentIdentityBlueprintPrincipal,
  type AgentIdentityBlueprintPrincipalArgs,
} from "./provider/identities/agent-identity-blueprint-principal";
export type { ConditionsArgs, GrantControlsArgs } from "./provider/conditional-access/conditional-access-conditions";
export {
  ConditionalAccessPolicy,
  type ConditionalAccessPolicyArgs,
} from "./provider/conditional-access/conditional-access-policy";
export { NamedLocation, type NamedLocationArgs } from "./provider/conditional-access/named-location";
export {
  FederatedIdentityCredential,
  type FederatedIdentityCredentialArgs,
} from "./provider/credentials/federated-identity-credential";
export type { InheritedPermissions, UserConsent } from "./provider/permissions/effective-permissions";
export { microsoftGraph, PermissionGrant, type PermissionGrantArgs } from "./provider/permissions/permission-grant";
