/** What can be written on users and agent users. */
import { z } from "zod";
import type { BodyRule } from "../body";

const text = (most: number) => z.string().max(most).nullable().optional();

/** Lengths as REF user and REF agentuser give them, in characters. */
const lengths = {
  city: text(128),
  companyName: text(64),
  country: text(128),
  department: text(64),
  employeeId: text(16),
  givenName: text(64),
  jobTitle: text(128),
  mobilePhone: text(64),
  officeLocation: text(128),
  postalCode: text(40),
  state: text(128),
  streetAddress: text(1024),
  surname: text(64),
  /** Only one number can be kept. */
  businessPhones: z.array(z.string()).max(1).optional(),
  otherMails: z.array(z.string().min(1).max(250)).max(250).optional(),
  /** ISO 3166, two letters. */
  usageLocation: z
    .string()
    .regex(/^[A-Za-z]{2}$/)
    .optional(),
  ageGroup: z.enum(["Minor", "NotAdult", "Adult", "minor", "notAdult", "adult"]).nullable().optional(),
  consentProvidedForMinor: z
    .enum(["Granted", "Denied", "NotRequired", "granted", "denied", "notRequired"])
    .nullable()
    .optional(),
  /** `DisablePasswordExpiration`, `DisableStrongPassword`, `None`, or several of them. */
  passwordPolicies: z
    .string()
    .regex(
      /^(None|DisablePasswordExpiration|DisableStrongPassword)(,\s*(DisablePasswordExpiration|DisableStrongPassword))?$/,
    )
    .nullable()
    .optional(),
  /** Neither `$` nor `_`. */
  onPremisesImmutableId: z
    .string()
    .regex(/^[^$_]*$/)
    .nullable()
    .optional(),
  userType: z.enum(["Member", "Guest"]).nullable().optional(),
  mail: z.email().optional(),
};

const displayName = z.string().min(1).max(256);
/** Characters a mail alias can have. */
const mailNickname = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .regex(/^[^@()\\[\]";:<>,]+$/)
  .max(64);
const userPrincipalName = z.string().min(3);
const accountEnabled = z.boolean();

const passwordProfile = z.looseObject({
  password: z.string(),
  forceChangePasswordNextSignIn: z.boolean().nullable().optional(),
  forceChangePasswordNextSignInWithMfa: z.boolean().nullable().optional(),
});

/** REF user: what Graph computes, or takes from elsewhere. */
const readOnly = [
  "id",
  "assignedPlans",
  "createdDateTime",
  "creationType",
  "deletedDateTime",
  "externalUserState",
  "externalUserStateChangeDateTime",
  "imAddresses",
  "infoCatalogs",
  "isLicenseReconciliationNeeded",
  "isManagementRestricted",
  "lastPasswordChangeDateTime",
  "legalAgeGroupClassification",
  "licenseAssignmentStates",
  "mailboxSettings",
  "onPremisesDistinguishedName",
  "onPremisesDomainName",
  "onPremisesLastSyncDateTime",
  "onPremisesProvisioningErrors",
  "onPremisesSamAccountName",
  "onPremisesSecurityIdentifier",
  "onPremisesSyncEnabled",
  "onPremisesUserPrincipalName",
  "print",
  "provisionedPlans",
  "proxyAddresses",
  "refreshTokensValidFromDateTime",
  "securityIdentifier",
  "serviceProvisioningErrors",
  "signInActivity",
  "signInSessionsValidFromDateTime",
];

const notYet = (what: string) =>
  ({ status: 501, code: "NotEmulated", message: `The emulated tenant has no ${what} on users.` }) as const;
/** `deviceEnrollmentLimit` belongs to Intune. */
const refused: NonNullable<BodyRule["refused"]> = { deviceEnrollmentLimit: notYet("device enrolment") };

const user = { resource: "User", type: "user", refused };

/** Of a new user, null says no more than nothing does. */
const orNothing = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullable().transform((value) => value ?? undefined);

const created = { ...lengths, usageLocation: orNothing(lengths.usageLocation), mail: orNothing(lengths.mail) };

export const userToCreate = {
  ...user,
  readOnly: [...readOnly, "assignedLicenses", "identityParentId"],
  schema: z.looseObject({ ...created, accountEnabled, displayName, mailNickname, userPrincipalName, passwordProfile }),
};

/** An account that signs in with an identity of its own and not with a user principal name. */
export const localAccountToCreate = {
  ...user,
  readOnly: [...readOnly, "assignedLicenses", "identityParentId"],
  schema: z.looseObject({
    ...created,
    displayName,
    accountEnabled: accountEnabled.default(true),
    passwordProfile,
    identities: z
      .array(z.looseObject({ signInType: z.string(), issuer: z.string(), issuerAssignedId: z.string() }))
      .min(1),
  }),
};

const changeable = { accountEnabled, displayName, mailNickname, userPrincipalName };

export const userToChange = {
  ...user,
  readOnly: [...readOnly, "assignedLicenses", "identityParentId"],
  schema: z.looseObject({ ...lengths, ...changeable, passwordProfile: passwordProfile.partial() }).partial(),
};

const noPassword = {
  code: "Request_BadRequest",
  message: "Agent users have no password: they sign in through their agent identity.",
} as const;

const agentUser = {
  resource: "AgentUser",
  type: "agentUser",
  refused: { ...refused, passwordProfile: noPassword, passwordPolicies: noPassword },
};

export const agentUserToCreate = {
  ...agentUser,
  readOnly: [...readOnly, "assignedLicenses"],
  schema: z.looseObject({
    ...created,
    accountEnabled,
    displayName,
    mailNickname,
    userPrincipalName,
    identityParentId: z.string().min(1),
  }),
};

/** REF agentuser-update lists `assignedLicenses` as a property that can be written. */
export const agentUserToChange = {
  ...agentUser,
  readOnly: [...readOnly, "identityParentId"],
  schema: z
    .looseObject({ ...lengths, ...changeable, assignedLicenses: z.array(z.looseObject({})).optional() })
    .partial(),
};
