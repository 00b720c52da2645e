/** Every kind of object the tenant holds. */
import { agentIdentityBlueprint, application } from "./application";
import { attributeSet, customSecurityAttributeDefinition } from "./custom-security-attributes";
import type { Entity } from "./entity";
import {
  appRoleAssignment,
  conditionalAccessPolicy,
  federatedIdentityCredential,
  group,
  oauth2PermissionGrant,
  user,
} from "./others";
import { agentIdentity, agentIdentityBlueprintPrincipal, servicePrincipal } from "./service-principal";

const entities = [
  application,
  agentIdentityBlueprint,
  servicePrincipal,
  agentIdentityBlueprintPrincipal,
  agentIdentity,
  user,
  group,
  federatedIdentityCredential,
  oauth2PermissionGrant,
  appRoleAssignment,
  conditionalAccessPolicy,
  attributeSet,
  customSecurityAttributeDefinition,
];

const byKind = new Map(entities.map((entity) => [entity.kind, entity]));

export function entityOf(kind: string): Entity {
  const entity = byKind.get(kind);
  if (!entity) throw new Error(`no entity "${kind}"`);
  return entity;
}

/** Kinds that answer at `/applications`. */
export const applicationKinds = [application.kind, agentIdentityBlueprint.kind];

/** Kinds that answer at `/servicePrincipals`. */
export const servicePrincipalKinds = [servicePrincipal.kind, agentIdentityBlueprintPrincipal.kind, agentIdentity.kind];

/** Kinds of Agent ID: some tokens are refused on all of them. */
export const agentKinds = [agentIdentityBlueprint.kind, agentIdentityBlueprintPrincipal.kind, agentIdentity.kind];
