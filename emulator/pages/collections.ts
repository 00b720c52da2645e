/** What a person can browse: collections of Microsoft Graph, and what is worth a column. */
import type { Version } from "../odata/address";

export interface Browsable {
  /** In the address of the page. */
  readonly name: string;
  readonly title: string;
  /** Of the collection, below the version. */
  readonly path: string;
  /** @default "v1.0" */
  readonly version?: Version;
  /** Properties shown in a list, most telling first. */
  readonly columns: readonly string[];
  /** What an object is connected to: paths below the object's own. */
  readonly relations?: readonly string[];
  /** Property a search compares the beginning of. @default none */
  readonly search?: string;
}

const principal = ["owners", "appRoleAssignments", "appRoleAssignedTo", "oauth2PermissionGrants", "memberOf"];

export const browsables: readonly Browsable[] = [
  {
    name: "blueprints",
    title: "Agent identity blueprints",
    path: "/applications/microsoft.graph.agentIdentityBlueprint",
    columns: ["displayName", "appId", "uniqueName", "createdDateTime"],
    relations: ["sponsors", "owners", "federatedIdentityCredentials", "inheritablePermissions"],
    search: "displayName",
  },
  {
    name: "blueprint-principals",
    title: "Blueprint principals",
    path: "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal",
    columns: ["displayName", "appId", "accountEnabled", "createdDateTime"],
    relations: ["sponsors", ...principal],
    search: "displayName",
  },
  {
    name: "agent-identities",
    title: "Agent identities",
    path: "/servicePrincipals/microsoft.graph.agentIdentity",
    columns: ["displayName", "agentIdentityBlueprintId", "accountEnabled", "createdDateTime"],
    relations: ["sponsors", ...principal],
    search: "displayName",
  },
  {
    name: "users",
    title: "Users",
    path: "/users",
    columns: ["displayName", "userPrincipalName", "jobTitle"],
    relations: ["manager", "memberOf", "ownedObjects"],
    search: "displayName",
  },
  {
    name: "groups",
    title: "Groups",
    path: "/groups",
    columns: ["displayName", "description", "groupTypes"],
    relations: ["members", "owners"],
    search: "displayName",
  },
  {
    name: "applications",
    title: "Applications",
    path: "/applications",
    columns: ["displayName", "appId", "createdDateTime"],
    relations: ["owners"],
    search: "displayName",
  },
  {
    name: "service-principals",
    title: "Service principals",
    path: "/servicePrincipals",
    columns: ["displayName", "servicePrincipalType", "appId"],
    relations: principal,
    search: "displayName",
  },
  {
    name: "delegated-grants",
    title: "Delegated permission grants",
    path: "/oauth2PermissionGrants",
    columns: ["clientId", "scope", "consentType", "resourceId"],
  },
  {
    name: "conditional-access",
    title: "Conditional Access policies",
    path: "/identity/conditionalAccess/policies",
    version: "beta",
    columns: ["displayName", "state", "createdDateTime"],
  },
  {
    name: "named-locations",
    title: "Named locations",
    path: "/identity/conditionalAccess/namedLocations",
    columns: ["displayName", "createdDateTime"],
  },
  {
    name: "role-assignments",
    title: "Directory role assignments",
    path: "/roleManagement/directory/roleAssignments",
    columns: ["principalId", "roleDefinitionId", "directoryScopeId"],
  },
  {
    name: "deleted-applications",
    title: "Deleted applications",
    path: "/directory/deletedItems/microsoft.graph.application",
    columns: ["displayName", "appId", "deletedDateTime"],
  },
  {
    name: "deleted-service-principals",
    title: "Deleted service principals",
    path: "/directory/deletedItems/microsoft.graph.servicePrincipal",
    columns: ["displayName", "servicePrincipalType", "deletedDateTime"],
  },
];

/** What the page's own token holds: it looks, and can do nothing else. */
export const permissionsToBrowse: readonly string[] = [
  "AgentIdentity.Read.All",
  "AgentIdentityBlueprint.Read.All",
  "AgentIdentityBlueprintPrincipal.Read.All",
  "Application.Read.All",
  "DelegatedPermissionGrant.Read.All",
  "Group.Read.All",
  "GroupMember.Read.All",
  "Policy.Read.All",
  "RoleManagement.Read.Directory",
  "User.Read.All",
];
