/** What can be written on groups. */
import { z } from "zod";
import { longestRule } from "./membership-rule";

const displayName = z.string().min(1).max(256);
/** ASCII without `@ ( ) \ [ ] " ; : < > ,` and space. The dot is allowed by the newer pages and by the service. */
const mailNickname = z
  .string()
  .regex(/^[\x21-\x7e]+$/)
  .regex(/^[^@()\\[\]";:<>,]+$/)
  .max(64);
const references = z.array(z.string());

const optional = {
  description: z.string().max(1024).nullable().optional(),
  /** `Unified`, `DynamicMembership`, or both. */
  groupTypes: z
    .array(z.enum(["Unified", "DynamicMembership"]))
    .max(2)
    .optional(),
  membershipRule: z.string().max(longestRule).nullable().optional(),
  membershipRuleProcessingState: z.enum(["On", "Paused"]).nullable().optional(),
  visibility: z
    .string()
    .regex(/^(Public|Private|HiddenMembership)$/i)
    .nullable()
    .optional(),
  theme: z.enum(["Teal", "Purple", "Green", "Blue", "Pink", "Orange", "Red"]).nullable().optional(),
};

/** REF group: what the directory or Exchange computes. */
const readOnly = [
  "id",
  "assignedLabels",
  "assignedLicenses",
  "createdDateTime",
  "deletedDateTime",
  "expirationDateTime",
  "hasMembersWithLicenseErrors",
  "infoCatalogs",
  "isArchived",
  "isManagementRestricted",
  "licenseProcessingState",
  "mail",
  "onPremisesDomainName",
  "onPremisesLastSyncDateTime",
  "onPremisesNetBiosName",
  "onPremisesProvisioningErrors",
  "onPremisesSamAccountName",
  "onPremisesSecurityIdentifier",
  "onPremisesSyncEnabled",
  "organizationId",
  "proxyAddresses",
  "renewedDateTime",
  "securityIdentifier",
  "serviceProvisioningErrors",
];

/** REF group-post-groups: Exchange keeps these, so they can only be set on a group that is there, and on their own. */
export const keptByExchange = [
  "allowExternalSenders",
  "autoSubscribeNewMembers",
  "hideFromAddressLists",
  "hideFromOutlookClients",
  "isSubscribedByMail",
  "unseenCount",
];

const group = { resource: "Group", type: "group" };
const required = { displayName, mailNickname, mailEnabled: z.boolean(), securityEnabled: z.boolean() };

export const groupToCreate = {
  ...group,
  readOnly: [...readOnly, ...keptByExchange],
  schema: z.looseObject({
    ...optional,
    ...required,
    "members@odata.bind": references.optional(),
    "owners@odata.bind": references.optional(),
  }),
};

export const groupToChange = {
  ...group,
  readOnly: [...readOnly, "isAssignableToRole", "resourceBehaviorOptions", "resourceProvisioningOptions"],
  schema: z.looseObject({ ...optional, ...required, "members@odata.bind": references }).partial(),
};

/** Either: what only a new group can have is checked when it turns out to be one. */
export const groupToUpsert = {
  ...group,
  readOnly: [...readOnly, ...keptByExchange],
  schema: z
    .looseObject({ ...optional, ...required, ...{ "members@odata.bind": references, "owners@odata.bind": references } })
    .partial(),
};
