/**
 * Permissions of Microsoft Graph that agent identities cannot hold. Microsoft says that the list grows: what is missing here is
 * refused by Graph when it is granted.
 *
 * Source: https://learn.microsoft.com/graph/api/resources/agentid-platform-overview (2026-11-21)
 */

const graphAppId = "00000003-0000-0000-c000-000000000000";

const both = [
  "CustomSecAttributeAssignment.ReadWrite.All",
  "CustomSecAttributeDefinition.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Device.Write.Restricted",
  "Directory.ReadWrite.All",
  "Directory.Write.Restricted",
  "Domain.ReadWrite.All",
  "Group.ReadWrite.All",
  "GroupMember.ReadWrite.All",
  "RoleManagement.ReadWrite.Directory",
  "User-PasswordProfile.ReadWrite.All",
  "User.DeleteRestore.All",
  "User.EnableDisableAccount.All",
  "User.ReadWrite.All",
  "UserAuthenticationMethod.ReadWrite.All",
];

const delegated = [
  "Directory.AccessAsUser.All",
  "Group.Write.Restricted",
  "RoleManagement.ReadWrite.All",
  "UserAuthenticationMethod.Read.All",
];

const application = [
  "AgentIdentity.Create",
  "AgentIdentity.Create.All",
  "AgentIdentity.CreateAsManager",
  "AgentIdentityBlueprint.Create",
  "AgentIdentityBlueprint.CreateAsManager",
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprintPrincipal.Create",
  "Application.ReadWrite.All",
  "Application.ReadWrite.OwnedBy",
  "AppRoleAssignment.ReadWrite.All",
  "BitlockerKey.Read.All",
  "Calendars.Read",
  "ChannelMessage.Read.All",
  "ChannelMessage.Read.Group",
  "Chat.Read.All",
  "Chat.ReadWrite.All",
  "ConsentRequest.ReadWrite.All",
  "Device.ReadWrite.All",
  "DeviceManagementConfiguration.Read.All",
  "EduRoster.ReadWrite.All",
  "EntitlementManagement.ReadWrite.All",
  "Files.Read.All",
  "Files.ReadWrite.All",
  "Group.Create",
  "IdentityProvider.ReadWrite.All",
  "LifecycleManagement.ReadWrite.All",
  "Organization.ReadWrite.All",
  "Policy.ReadWrite.AuthenticationMethod",
  "Policy.ReadWrite.CrossTenantAccess",
  "Policy.ReadWrite.PermissionGrant",
  "Policy.ReadWrite.SecurityDefaults",
  "PrintJob.ReadWrite.All",
  "PrivilegedAccess.ReadWrite.AzureAD",
  "PrivilegedAccess.ReadWrite.AzureResources",
  "Sites.FullControl.All",
  "Sites.Manage.All",
  "Sites.Read.All",
  "Sites.ReadWrite.All",
  "Tasks.ReadWrite.All",
  "User.Invite.All",
];

const blocked = { application: new Set([...both, ...application]), delegated: new Set([...both, ...delegated]) };
const none: ReadonlySet<string> = new Set();

/** Names of an API's permissions that agents cannot hold. */
export const blockedForAgents = (apiAppId: string, level: "application" | "delegated"): ReadonlySet<string> =>
  apiAppId === graphAppId ? blocked[level] : none;
