/** A group of the directory: security group or Microsoft 365 group, with assigned or dynamic membership. */
import type { Json } from "../state/store";
import type { Entity, Queryable, Relation } from "./entity";
import { memberOf, membersOf, named, restrictedBy, transitiveMemberOf, transitiveMembersOf } from "./membership";
import { securityIdentifierOf } from "./security-identifier";

/** What a group reads where nothing was written; REF group-post-groups and group-upsert show this list. */
const unset: Json = {
  classification: null,
  createdDateTime: null,
  creationOptions: [],
  description: null,
  displayName: null,
  expirationDateTime: null,
  groupTypes: [],
  isAssignableToRole: null,
  mail: null,
  mailEnabled: null,
  mailNickname: null,
  membershipRule: null,
  membershipRuleProcessingState: null,
  onPremisesDomainName: null,
  onPremisesLastSyncDateTime: null,
  onPremisesNetBiosName: null,
  onPremisesProvisioningErrors: [],
  onPremisesSamAccountName: null,
  onPremisesSecurityIdentifier: null,
  onPremisesSyncEnabled: null,
  organizationId: null,
  preferredDataLocation: null,
  preferredLanguage: null,
  proxyAddresses: [],
  renewedDateTime: null,
  resourceBehaviorOptions: [],
  resourceProvisioningOptions: [],
  securityEnabled: null,
  serviceProvisioningErrors: [],
  theme: null,
  uniqueName: null,
  visibility: null,
};

/** Read on `$select` alone. Those of Exchange are only there on one group, which the emulated tenant does not insist on. */
const onSelect: Json = {
  allowExternalSenders: false,
  assignedLabels: [],
  assignedLicenses: [],
  autoSubscribeNewMembers: false,
  hideFromAddressLists: false,
  hideFromOutlookClients: false,
  infoCatalogs: [],
  isArchived: null,
  isFavorite: null,
  isSubscribedByMail: true,
  licenseProcessingState: null,
  unseenConversationsCount: null,
  unseenCount: null,
  unseenMessagesCount: null,
  welcomeMessageEnabled: null,
};

const textual: Queryable = { filter: ["eq", "in", "startswith"], advanced: ["ne"] };
const exact: Queryable = { filter: ["eq", "in"], advanced: ["ne"] };
const listed: Queryable = { filter: ["any"] };

/** REF group, its property table. */
const queryable: Readonly<Record<string, Queryable>> = {
  id: exact,
  "assignedLicenses/skuId": listed,
  classification: textual,
  createdDateTime: exact,
  description: { ...textual, search: true },
  displayName: { ...textual, orderBy: "default", search: true },
  expirationDateTime: exact,
  groupTypes: listed,
  isAssignableToRole: exact,
  mail: textual,
  mailEnabled: exact,
  mailNickname: textual,
  membershipRule: textual,
  membershipRuleProcessingState: exact,
  onPremisesLastSyncDateTime: exact,
  onPremisesSamAccountName: textual,
  onPremisesSecurityIdentifier: { filter: ["eq"] },
  onPremisesSyncEnabled: exact,
  preferredLanguage: textual,
  proxyAddresses: listed,
  renewedDateTime: exact,
  resourceProvisioningOptions: listed,
  securityEnabled: exact,
  uniqueName: { filter: ["eq"] },
};

const directoryObjects = (of: Relation["of"], expandable?: true): Relation => ({
  type: "directoryObject",
  of,
  ...(expandable ? { expandable } : {}),
});

export const group: Entity = {
  kind: "group",
  set: "groups",
  alternateKeys: ["uniqueName"],
  indexed: ["displayName", "mailNickname", "proxyAddresses", "uniqueName", "groupTypes"],
  onlyOnSelect: new Set([...Object.keys(onSelect), "isManagementRestricted"]),
  queryable,
  relations: {
    members: directoryObjects(membersOf, true),
    transitiveMembers: directoryObjects(transitiveMembersOf),
    owners: directoryObjects((object, around) => named("owners", object, around), true),
    memberOf: directoryObjects(memberOf, true),
    transitiveMemberOf: directoryObjects(transitiveMemberOf),
    appRoleAssignments: {
      type: "appRoleAssignment",
      of: ({ id }, { store }) =>
        store.find({ kinds: ["appRoleAssignment"], where: { property: "principalId", value: id } }),
      expandable: true,
    },
  },
  shows: (object, around) => ({
    id: object.id,
    deletedDateTime: object.deletedDateTime,
    ...unset,
    ...onSelect,
    ...object.body,
    get isManagementRestricted() {
      return restrictedBy(object, around) ? true : null;
    },
    organizationId: around.tenantId,
    securityIdentifier: securityIdentifierOf(object.id),
  }),
};
