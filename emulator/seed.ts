/** The company every emulated tenant starts with. Ids are the same in every tenant, so that programs can name them. */
import { createHash } from "node:crypto";
import subscriptionData from "./data/subscriptions.json";
import { apis } from "./permissions";
import { implicitRoles, roleIds } from "./rules/roles";
import type { Store } from "./state/store";

export const tenantName = "Contoso (emulated)";

/** Verified domain of every emulated tenant. */
export const tenantDomain = "contoso.com";

/** The domain a tenant is created with, and the issuer of its users' sign-in names. */
export const tenantInitialDomain = "contoso.onmicrosoft.com";

/** Client id of the application Pulumi signs in as when nobody says otherwise. */
export const automationAppId = seedId("application Pulumi automation appId");

/** Application permissions the automation application holds until `grant` says otherwise: what this package needs. */
export const defaultPermissions: readonly string[] = [
  "AgentIdentity.Create.All",
  "AgentIdentity.DeleteRestore.All",
  "AgentIdentity.ReadWrite.All",
  "AgentIdentityBlueprint.AddRemoveCreds.All",
  "AgentIdentityBlueprint.DeleteRestore.All",
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprintPrincipal.DeleteRestore.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "Application.Read.All",
  "AuditLog.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Group.Read.All",
  "Organization.Read.All",
  "Policy.Read.All",
  "Policy.ReadWrite.ConditionalAccess",
  "RoleManagement.Read.Directory",
  "User.Read.All",
];

const people: readonly (readonly [givenName: string, surname: string, jobTitle: string, department: string])[] = [
  ["Adele", "Vance", "Retail Manager", "Retail"],
  ["Alex", "Wilber", "Marketing Assistant", "Marketing"],
  ["Amara", "Okafor", "Platform Engineer", "Engineering"],
  ["Diego", "Siciliani", "HR Manager", "Human Resources"],
  ["Grady", "Archie", "Designer", "Engineering"],
  ["Henrietta", "Mueller", "Developer", "Engineering"],
  ["Isaiah", "Langer", "Sales Representative", "Sales"],
  ["Johanna", "Lorenz", "Payroll Lead", "Finance"],
  ["Lee", "Gu", "Director", "Operations"],
  ["Miriam", "Graham", "Director", "Sales and Marketing"],
  ["Nestor", "Wilke", "Security Officer", "Security"],
  ["Patti", "Fernandez", "President", "Executive Management"],
];

const groups = [
  {
    displayName: "Finance Operations",
    description: "Everybody in finance",
    groupTypes: ["Unified"],
    mailEnabled: true,
    securityEnabled: false,
  },
  {
    displayName: "All Engineering",
    description: "Everybody whose department is Engineering",
    groupTypes: ["DynamicMembership"],
    membershipRule: 'user.department -eq "Engineering"',
  },
  { displayName: "Office Munich", description: "Assigned security group" },
  { displayName: "Directory Operators", description: "Can hold directory roles", isAssignableToRole: true },
];

/** The same id for the same words, in every tenant. */
function seedId(words: string): string {
  const hex = createHash("sha256").update(`pulumi-entra-agent-id ${words}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** Creation time of everything in the seed. */
const createdDateTime = "2025-01-06T08:00:00.000Z";

/** Fills an empty store. Runs inside a transaction. */
export function seed(store: Store, tenantId: string): void {
  seedOrganization(store, tenantId);
  for (const [givenName, surname, jobTitle, department] of people) {
    const mailNickname = `${givenName}.${surname}`.toLowerCase();
    const userPrincipalName = `${mailNickname}@${tenantDomain}`;
    const displayName = `${givenName} ${surname}`;
    const properties = {
      displayName,
      givenName,
      surname,
      jobTitle,
      department,
      mailNickname,
      userPrincipalName,
      mail: userPrincipalName,
      proxyAddresses: [`SMTP:${userPrincipalName}`],
      accountEnabled: true,
      usageLocation: "DE",
      userType: "Member",
      createdDateTime,
      lastPasswordChangeDateTime: createdDateTime,
      signInSessionsValidFromDateTime: createdDateTime,
    };
    store.insert("user", seedId(`user ${userPrincipalName}`), properties);
  }
  for (const group of groups) {
    const mailNickname = group.displayName.toLowerCase().replaceAll(" ", "-");
    store.insert("group", seedId(`group ${mailNickname}`), {
      groupTypes: [],
      mailEnabled: false,
      securityEnabled: true,
      isAssignableToRole: null,
      membershipRule: null,
      visibility: null,
      mail: group.mailEnabled ? `${mailNickname}@${tenantDomain}` : null,
      proxyAddresses: group.mailEnabled ? [`SMTP:${mailNickname}@${tenantDomain}`] : [],
      ...group,
      mailNickname,
      createdDateTime,
      renewedDateTime: createdDateTime,
    });
  }
  for (const role of activeRoles) store.insert("directoryRole", seedId(`directoryRole ${role.roleTemplateId}`), role);
  const automation = { appId: automationAppId, displayName: "Pulumi automation", createdDateTime };
  store.insert("application", seedId("application Pulumi automation"), automation);
  store.insert("servicePrincipal", seedId("servicePrincipal Pulumi automation"), {
    ...automation,
    appOwnerOrganizationId: tenantId,
  });
  for (const { appId, displayName } of apis) {
    // The tenant of Microsoft's own services.
    const appOwnerOrganizationId = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
    store.insert("servicePrincipal", seedId(`servicePrincipal ${appId}`), {
      appId,
      displayName,
      appOwnerOrganizationId,
      createdDateTime,
    });
  }
}

/** REF directoryrole-post-directoryroles: the roles that are active in every tenant. */
const activeRoles = [
  { displayName: "Global Administrator", roleTemplateId: roleIds.globalAdministrator },
  ...implicitRoles.map(({ displayName, templateId }) => ({ displayName, roleTemplateId: templateId })),
];

/** The organization with its domains and subscriptions. */
export function seedOrganization(store: Store, tenantId: string): void {
  store.insert("organization", tenantId, { createdDateTime });
  for (const name of [tenantDomain, tenantInitialDomain]) {
    store.insert("domain", name, { isDefault: name === tenantDomain, isInitial: name === tenantInitialDomain });
  }
  for (const subscription of subscriptionData.subscriptions) {
    const subscriptionIds = [seedId(`subscription ${subscription.skuPartNumber}`)];
    store.insert("subscribedSku", `${tenantId}_${subscription.skuId}`, { ...subscription, subscriptionIds });
  }
}
