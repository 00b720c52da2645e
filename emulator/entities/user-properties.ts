/** What is known of every property of a user: its value while unset, whether it reads by default, what lists can ask of it. */
import type { Json } from "../state/store";
import type { Queryable } from "./entity";

/** What a user reads where nothing was written. */
export const unset: Json = {
  businessPhones: [],
  displayName: null,
  givenName: null,
  jobTitle: null,
  mail: null,
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: null,
  userPrincipalName: null,
  accountEnabled: null,
  ageGroup: null,
  authorizationInfo: { certificateUserIds: [] },
  city: null,
  companyName: null,
  consentProvidedForMinor: null,
  country: null,
  creationType: null,
  customSecurityAttributes: null,
  department: null,
  employeeHireDate: null,
  employeeId: null,
  employeeLeaveDateTime: null,
  employeeOrgData: null,
  employeeType: null,
  externalUserState: null,
  externalUserStateChangeDateTime: null,
  faxNumber: null,
  identityParentId: null,
  imAddresses: [],
  isResourceAccount: null,
  lastPasswordChangeDateTime: null,
  mailNickname: null,
  onPremisesDistinguishedName: null,
  onPremisesDomainName: null,
  onPremisesExtensionAttributes: Object.fromEntries(
    Array.from({ length: 15 }, (_, at) => [`extensionAttribute${at + 1}`, null]),
  ),
  onPremisesImmutableId: null,
  onPremisesLastSyncDateTime: null,
  onPremisesProvisioningErrors: [],
  onPremisesSamAccountName: null,
  onPremisesSecurityIdentifier: null,
  onPremisesSyncEnabled: null,
  onPremisesUserPrincipalName: null,
  otherMails: [],
  passwordPolicies: null,
  passwordProfile: null,
  postalCode: null,
  preferredDataLocation: null,
  proxyAddresses: [],
  serviceProvisioningErrors: [],
  showInAddressList: null,
  signInActivity: null,
  signInSessionsValidFromDateTime: null,
  state: null,
  streetAddress: null,
  usageLocation: null,
  userType: "Member",
  // Kept by SharePoint. Its dates cannot be null.
  aboutMe: null,
  birthday: "0001-01-01T00:00:00Z",
  hireDate: "0001-01-01T00:00:00Z",
  interests: [],
  mySite: null,
  pastProjects: [],
  preferredName: null,
  responsibilities: [],
  schools: [],
  skills: [],
};

/** REF user: what reads without being asked for. Everything else needs `$select`. */
export const readByDefault = [
  "businessPhones",
  "displayName",
  "givenName",
  "id",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
];

/** Compared, ordered, and by their beginnings; what is not set is found by advanced queries alone. */
const textual: Queryable = { filter: ["eq", "ge", "le", "in", "startswith"], nulls: "advanced" };
const exact: Queryable = { filter: ["eq", "in"] };
const ordered: Queryable = { filter: ["eq", "ge", "le"], advanced: ["in"], orderBy: "advanced" };
const advanced: Queryable = { advanced: ["eq", "ge", "le", "in"] };
const advancedText: Queryable = { advanced: ["eq", "ge", "le", "in", "startswith"] };
const listed: Queryable = { filter: ["any", "ge", "le", "startswith"] };
const addresses: Queryable = { ...listed, advanced: ["endswith"] };

const extensionAttributes = Array.from({ length: 15 }, (_, at) => `extensionAttribute${at + 1}`);

/**
 * The table of aad-advanced-queries, and REF user for what that table lacks. `ne` and `not` are there for advanced queries
 * wherever `eq` is.
 */
export const queryable: Readonly<Record<string, Queryable>> = {
  id: { filter: ["eq"] },
  accountEnabled: { ...exact, advanced: ["ge", "le"] },
  ageGroup: exact,
  "assignedLicenses/skuId": { filter: ["any"] },
  "assignedPlans/servicePlanId": { filter: ["any"] },
  // REF user-list, Get a user account using a sign-in name.
  "identities/issuer": { filter: ["any"] },
  "identities/issuerAssignedId": { filter: ["any"] },
  "identities/signInType": { filter: ["any"] },
  businessPhones: listed,
  city: textual,
  companyName: advancedText,
  consentProvidedForMinor: exact,
  country: textual,
  createdDateTime: ordered,
  creationType: exact,
  deletedDateTime: ordered,
  department: textual,
  displayName: { filter: ["eq", "in", "startswith"], nulls: "advanced", orderBy: "default", search: true },
  employeeHireDate: advanced,
  employeeId: { filter: ["eq", "in", "startswith"], advanced: ["le"], nulls: "advanced" },
  employeeType: advancedText,
  externalUserState: exact,
  faxNumber: advancedText,
  givenName: textual,
  identityParentId: { filter: ["eq"] },
  imAddresses: listed,
  jobTitle: textual,
  mail: { filter: ["eq", "ge", "le", "in", "startswith"], advanced: ["endswith"] },
  mailNickname: textual,
  mobilePhone: { ...advancedText, search: true },
  officeLocation: advancedText,
  ...Object.fromEntries(extensionAttributes.map((name) => [`onPremisesExtensionAttributes/${name}`, advanced])),
  onPremisesImmutableId: advanced,
  onPremisesLastSyncDateTime: advanced,
  onPremisesSamAccountName: advancedText,
  onPremisesSecurityIdentifier: { ...exact, nulls: "advanced" },
  onPremisesSyncEnabled: { ...exact, advanced: ["ge", "le"] },
  onPremisesUserPrincipalName: { filter: ["eq", "ge", "le", "in", "startswith"] },
  otherMails: addresses,
  passwordPolicies: { advanced: ["eq"] },
  postalCode: advancedText,
  preferredLanguage: advancedText,
  proxyAddresses: addresses,
  showInAddressList: advanced,
  state: textual,
  streetAddress: advancedText,
  surname: textual,
  usageLocation: { filter: ["eq", "ge", "le", "in", "startswith"] },
  userPrincipalName: { filter: ["eq", "le", "in", "startswith"], advanced: ["endswith"], orderBy: "default" },
  userType: { ...exact, nulls: "advanced" },
};
