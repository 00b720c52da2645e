/** Every kind of object the tenant holds. */
import { administrativeUnit, scopedRoleMembership } from "./administrative-unit";
import { appRoleAssignment } from "./app-role-assignment";
import { agentIdentityBlueprint, application } from "./application";
import { conditionalAccessPolicy } from "./conditional-access-policy";
import { attributeSet, customSecurityAttributeDefinition } from "./custom-security-attributes";
import { directoryRole, unifiedRoleAssignment, unifiedRoleDefinition } from "./directory-role";
import type { Entity } from "./entity";
import { familiesOf, type Family } from "./family";
import { federatedIdentityCredential } from "./federated-identity-credential";
import { group } from "./group";
import { inheritablePermission } from "./inheritable-permission";
import { directoryAudit, signIn } from "./log";
import { countryNamedLocation, ipNamedLocation } from "./named-location";
import { oauth2PermissionGrant } from "./oauth2-permission-grant";
import { domain, organization, subscribedSku } from "./organization";
import { agentUser, user } from "./user";
import {
  agentRiskDetection,
  riskyAgentIdentity,
  riskyAgentIdentityBlueprintPrincipal,
  riskyAgentUser,
} from "./risky-agent";
import { entitlementManagementRoleAssignment } from "./rbac-role";
import { agentIdentity, agentIdentityBlueprintPrincipal, servicePrincipal } from "./service-principal";

const entities = [
  application,
  agentIdentityBlueprint,
  servicePrincipal,
  agentIdentityBlueprintPrincipal,
  agentIdentity,
  user,
  agentUser,
  group,
  administrativeUnit,
  scopedRoleMembership,
  organization,
  domain,
  subscribedSku,
  federatedIdentityCredential,
  inheritablePermission,
  oauth2PermissionGrant,
  appRoleAssignment,
  conditionalAccessPolicy,
  attributeSet,
  customSecurityAttributeDefinition,
  directoryAudit,
  signIn,
  directoryRole,
  unifiedRoleAssignment,
  unifiedRoleDefinition,
  entitlementManagementRoleAssignment,
  riskyAgentIdentity,
  riskyAgentIdentityBlueprintPrincipal,
  riskyAgentUser,
  agentRiskDetection,
  ipNamedLocation,
  countryNamedLocation,
];

const byKind = new Map(entities.map((entity) => [entity.kind, entity]));

export function entityOf(kind: string): Entity {
  const entity = byKind.get(kind);
  if (!entity) throw new Error(`no entity "${kind}"`);
  return entity;
}

export const hasEntity = (kind: string): boolean => byKind.has(kind);

const families = familiesOf(entities);

/** The kinds of a collection, by its name in any letter case. */
export const familyOf = (set: string): Family | undefined => families.get(set.toLowerCase());

/** Kinds that answer at `/applications`. */
export const applicationKinds = [application.kind, agentIdentityBlueprint.kind];

/** Kinds that answer at `/servicePrincipals`. */
export const servicePrincipalKinds = [servicePrincipal.kind, agentIdentityBlueprintPrincipal.kind, agentIdentity.kind];

/** Kinds that answer at `/users`. */
export const userKinds = [user.kind, agentUser.kind];

/** Kinds of Agent ID: some tokens are refused on all of them. */
export const agentKinds = [
  agentIdentityBlueprint.kind,
  agentIdentityBlueprintPrincipal.kind,
  agentIdentity.kind,
  agentUser.kind,
];

/** Kinds that are directoryObjects: `/directoryObjects/{id}` reads them. */
export const directoryObjectKinds = [
  ...applicationKinds,
  ...servicePrincipalKinds,
  ...userKinds,
  group.kind,
  administrativeUnit.kind,
  organization.kind,
];
