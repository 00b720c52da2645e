// @ts-check
/**
 * Why a documented answer is known to differ from the tenant's: by operations, kind of difference and properties, never by
 * row, file or id. Every row that needs one of these is counted, and at most a tenth of the rows may.
 *
 * @typedef {object} Explanation
 * @property {readonly string[]} operations as the replay prints them
 * @property {import("./compare.mjs").Kind} kind
 * @property {readonly string[]} properties
 * @property {string} reason
 */

/** Properties that the page of the user resource says are read only when $select names them. */
const readOnSelect = [
  "accountEnabled",
  "ageGroup",
  "assignedLicenses",
  "assignedPlans",
  "city",
  "companyName",
  "country",
  "createdDateTime",
  "creationType",
  "customSecurityAttributes",
  "deletedDateTime",
  "department",
  "employeeId",
  "employeeType",
  "externalUserState",
  "identities",
  "imAddresses",
  "mailNickname",
  "onPremisesSyncEnabled",
  "otherMails",
  "passwordPolicies",
  "postalCode",
  "proxyAddresses",
  "signInActivity",
  "signInSessionsValidFromDateTime",
  "state",
  "streetAddress",
  "usageLocation",
  "userType",
];

const selected =
  "The page of the user resource says that this is read only when $select names it; the example shows more than the call answers.";

const agentUsersRead = ["GET /users/microsoft.graph.agentUser", "GET /users/{id}/microsoft.graph.agentUser"];
const fromTemplate =
  "The example is the resource's template with every name of beta and no values; metadata of v1.0 and the resource page know fewer.";
const firstBeta = "The example kept names from the first beta; the resource page of today has others in their place.";

/** @type {readonly Explanation[]} */
export const explanations = [
  {
    operations: ["GET /applications/delta"],
    kind: "missing",
    properties: [
      "allowPublicClient",
      "api.acceptedAccessTokenVersion",
      "api.publishedPermissionScopes",
      "applicationAliases",
      "installedClients",
    ],
    reason:
      "The example kept names from before v1.0; the resource page has isFallbackPublicClient, identifierUris, publicClient and others in their place.",
  },
  {
    operations: ["GET /roleManagement/directory/roleAssignments/{id}"],
    kind: "missing",
    properties: ["roleDefinition.rolePermissions.excludedResourceActions"],
    reason: "The page is of 2021; the examples of role definitions since then show no excluded actions.",
  },
  {
    operations: ["GET /roleManagement/directory/roleAssignments/{id}"],
    kind: "blank",
    properties: ["directoryScope"],
    reason:
      "The page is of 2021, when a scope was a bare id; today it is an address, and that of the tenant is no object.",
  },
  {
    operations: [
      "GET /roleManagement/directory/roleAssignments/{id}",
      "GET /roleManagement/directory/roleDefinitions",
      "GET /roleManagement/directory/roleDefinitions/{id}",
    ],
    kind: "blank",
    properties: ["description", "rolePermissions", "roleDefinition.description", "roleDefinition.rolePermissions"],
    reason: "What built-in roles allow and how they are described is not among the data the tenant was made of.",
  },
  {
    operations: ["GET /organization", "GET /organization/{id}"],
    kind: "blank",
    properties: ["businessPhones", "countryLetterCode", "partnerTenantType", "technicalNotificationMails"],
    reason: "Every emulated tenant is the same company, and that company has not said these.",
  },
  {
    operations: ["GET /servicePrincipals/{id}"],
    kind: "missing",
    properties: ["endpoints"],
    reason: "A relation by metadata: answers have it only where $expand names it; the example shows it without.",
  },
  {
    operations: [
      "GET /users",
      "GET /users/{id}",
      "POST /users",
      "GET /users/{id}/manager",
      "GET /users/{id}/directReports",
      "GET /applications/{id}/owners",
      "GET /applications/{id}/microsoft.graph.agentIdentityBlueprint/owners",
      "GET /applications/{id}/microsoft.graph.agentIdentityBlueprint/sponsors",
      "GET /servicePrincipals/{id}/owners",
      "GET /servicePrincipals/{id}/microsoft.graph.agentIdentity/owners",
      "GET /servicePrincipals/{id}/microsoft.graph.agentIdentity/sponsors",
      "GET /servicePrincipals/{id}/microsoft.graph.agentIdentityBlueprintPrincipal/owners",
      "GET /servicePrincipals/{id}/microsoft.graph.agentIdentityBlueprintPrincipal/sponsors",
      "GET /groups/{id}/members",
      "GET /groups/{id}/owners",
      "GET /groups/{id}/transitiveMembers",
      "GET /directory/administrativeUnits/{id}/members",
      "GET /directoryRoles/{id}/members",
      "POST /directoryObjects/getByIds",
    ],
    kind: "missing",
    properties: readOnSelect,
    reason: selected,
  },
  {
    operations: [
      "GET /roleManagement/directory/roleDefinitions",
      "GET /roleManagement/directory/roleDefinitions/{id}",
      "POST /roleManagement/directory/roleDefinitions",
    ],
    kind: "missing",
    properties: ["inheritsPermissionsFrom"],
    reason: "A relation by metadata: answers have it only where $expand names it; the example shows it without.",
  },
  {
    operations: ["GET /roleManagement/directory/roleAssignments", "GET /roleManagement/directory/roleAssignments/{id}"],
    kind: "missing",
    properties: ["resourceScope"],
    reason: "The name of directoryScopeId before v1.0, which metadata of beta alone still has.",
  },
  {
    operations: ["GET /roleManagement/directory/roleAssignments", "GET /roleManagement/directory/roleAssignments/{id}"],
    kind: "missing",
    properties: readOnSelect.map((name) => `principal.${name}`),
    reason: selected,
  },
  {
    operations: ["GET /auditLogs/directoryAudits", "GET /auditLogs/directoryAudits/{id}"],
    kind: "unknown",
    properties: ["targetResources.Type"],
    reason: "The example of 2018 writes the name with a capital; metadata and the other examples write type.",
  },
  {
    operations: ["GET /auditLogs/directoryAudits", "GET /auditLogs/directoryAudits/{id}"],
    kind: "missing",
    properties: ["targetResources", "targetResources.Type"],
    reason: "The example of 2018 writes the name with a capital; metadata and the other examples write type.",
  },
  {
    operations: agentUsersRead,
    kind: "unknown",
    properties: ["cloudLicensing", "cloudRealtimeCommunicationInfo", "infoCatalogs", "onPremisesSipInfo"],
    reason: fromTemplate,
  },
  {
    operations: agentUsersRead,
    kind: "missing",
    properties: [
      "deletedDateTime",
      "signInActivity",
      "cloudLicensing",
      "accountEnabled",
      "ageGroup",
      "assignedLicenses",
      "assignedPlans",
      "authorizationInfo",
      "city",
      "cloudRealtimeCommunicationInfo",
      "companyName",
      "consentProvidedForMinor",
      "country",
      "createdDateTime",
      "creationType",
      "department",
      "employeeHireDate",
      "employeeId",
      "employeeOrgData",
      "employeeType",
      "employeeLeaveDateTime",
      "faxNumber",
      "identities",
      "imAddresses",
      "infoCatalogs",
      "isLicenseReconciliationNeeded",
      "isManagementRestricted",
      "isResourceAccount",
      "lastPasswordChangeDateTime",
      "legalAgeGroupClassification",
      "licenseAssignmentStates",
      "onPremisesDistinguishedName",
      "onPremisesExtensionAttributes",
      "onPremisesImmutableId",
      "onPremisesLastSyncDateTime",
      "onPremisesProvisioningErrors",
      "onPremisesSecurityIdentifier",
      "onPremisesSipInfo",
      "onPremisesSyncEnabled",
      "onPremisesDomainName",
      "onPremisesSamAccountName",
      "onPremisesUserPrincipalName",
      "otherMails",
      "passwordPolicies",
      "passwordProfile",
      "postalCode",
      "preferredDataLocation",
      "provisionedPlans",
      "proxyAddresses",
      "refreshTokensValidFromDateTime",
      "securityIdentifier",
      "serviceProvisioningErrors",
      "showInAddressList",
      "signInSessionsValidFromDateTime",
      "state",
      "streetAddress",
      "usageLocation",
      "externalUserState",
      "externalUserStateChangeDateTime",
      "userType",
      "mailboxSettings",
      "aboutMe",
      "birthday",
      "interests",
      "mySite",
      "pastProjects",
      "preferredName",
      "responsibilities",
      "schools",
      "skills",
      "mailNickname",
      "identityParentId",
      "hireDate",
      "deviceEnrollmentLimit",
    ],
    reason: fromTemplate,
  },
  {
    operations: agentUsersRead,
    kind: "documented-type",
    properties: ["serviceProvisioningErrors.@odata.type"],
    reason: fromTemplate,
  },
  {
    operations: ["PATCH /servicePrincipals/{appId}"],
    kind: "unknown",
    properties: ["api", "preferredTokenSigningKeyEndDateTime"],
    reason: firstBeta,
  },
  {
    operations: ["PATCH /servicePrincipals/{appId}"],
    kind: "missing",
    properties: [
      "api",
      "errorUrl",
      "preferredTokenSigningKeyEndDateTime",
      "samlMetadataUrl",
      "publishedPermissionScopes",
    ],
    reason: firstBeta,
  },
  {
    operations: ["GET /groups/{id}"],
    kind: "missing",
    properties: ["id"],
    reason: "The example selects without id and shows it; the other examples of $select show what it names.",
  },
  {
    operations: ["PATCH /groups/{uniqueName}"],
    kind: "unknown",
    properties: ["createdByAppId", "writebackConfiguration"],
    reason: "The page of v1.0 shows an answer of beta.",
  },
  {
    operations: ["PATCH /groups/{uniqueName}"],
    kind: "missing",
    properties: ["createdByAppId", "infoCatalogs", "isManagementRestricted", "writebackConfiguration"],
    reason: "The page of v1.0 shows an answer of beta.",
  },
  {
    operations: ["POST /directoryObjects/validateProperties"],
    kind: "status",
    properties: [""],
    reason: "The refusal needs a naming policy for groups, which the emulated tenant does not have.",
  },
  {
    operations: ["POST /directory/customSecurityAttributeDefinitions/{id}/allowedValues"],
    kind: "documented-type",
    properties: ["isActive"],
    reason:
      "The example writes the Boolean as text; metadata and the other examples of the resource write it as a Boolean.",
  },
  {
    operations: ["POST /directory/customSecurityAttributeDefinitions/{id}/allowedValues"],
    kind: "type",
    properties: ["isActive"],
    reason:
      "The example writes the Boolean as text; metadata and the other examples of the resource write it as a Boolean.",
  },
];

/** @param {string} operation @param {import("./compare.mjs").Difference} difference @returns {string | undefined} */
export const reasonOf = (operation, { kind, property }) =>
  explanations.find(
    (one) => one.kind === kind && one.operations.includes(operation) && one.properties.includes(property),
  )?.reason;
