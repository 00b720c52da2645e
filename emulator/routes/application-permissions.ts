/** Who may do what to applications, blueprints and service principals, from the permissions reference. */
import type { Permission, Permissions } from "../route";

/** Reaches only what the calling application owns. */
export const ownedBy = "Application.ReadWrite.OwnedBy";
export const writeAll = "Application.ReadWrite.All";

/** REF application-list, application-get, serviceprincipal-list, serviceprincipal-get. */
export const plainRead: Permissions = {
  application: ["Application.Read.All", ownedBy, writeAll, "Directory.Read.All"],
  delegated: ["Application.Read.All", writeAll, "Directory.Read.All"],
};
export const plainWrite: Permissions = { application: [ownedBy, writeAll], delegated: [writeAll] };

export const blueprintRead = ["AgentIdentityBlueprint.Read.All", "AgentIdentityBlueprint.ReadWrite.All"];
export const blueprintCreate = ["AgentIdentityBlueprint.Create", "AgentIdentityBlueprint.ReadWrite.All"];
export const blueprintCredentials = [
  "AgentIdentityBlueprint.AddRemoveCreds.All",
  "AgentIdentityBlueprint.ReadWrite.All",
];
export const blueprintChange: readonly Permission[] = [
  { name: "AgentIdentityBlueprint.UpdateBranding.All", only: ["displayName", "description", "info", "tags"] },
  {
    name: "AgentIdentityBlueprint.UpdateAuthProperties.All",
    only: ["identifierUris", "api", "appRoles", "requiredResourceAccess", "signInAudience"],
  },
  { name: "AgentIdentityBlueprint.AddRemoveCreds.All", only: ["keyCredentials"] },
  "AgentIdentityBlueprint.ReadWrite.All",
];

export const principalRead = [
  "AgentIdentityBlueprintPrincipal.Read.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
];
export const principalWrite = ["AgentIdentityBlueprintPrincipal.ReadWrite.All"];

export const identityRead = ["AgentIdentity.Read.All", "AgentIdentity.ReadWrite.All"];
export const identityWrite = ["AgentIdentity.ReadWrite.All"];

/** Reads of an object of any kind at `/servicePrincipals`, for routes that serve all of them. */
export const servicePrincipalReads: Readonly<Record<string, Permissions>> = {
  agentIdentityBlueprintPrincipal: [...principalRead, "Application.Read.All"],
  agentIdentity: [...identityRead, "Application.Read.All"],
};

/** Reaches one property, whatever else of the object the caller may change. */
export const assigningAttributes = "CustomSecAttributeAssignment.ReadWrite.All";
const attributes: Permission = { name: assigningAttributes, only: ["customSecurityAttributes"] };

/** Those permissions, or the one for custom security attributes where the body has nothing else. */
export function writeOrAttributes(write: Permissions): Permissions {
  return "application" in write
    ? { application: [...write.application, attributes], delegated: [...write.delegated, attributes] }
    : [...write, attributes];
}
