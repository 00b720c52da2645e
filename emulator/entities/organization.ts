/** The tenant itself: organization, its domains, its subscriptions. */
import { servicePlansOf } from "./license";
import type { Json, Selection } from "../state/store";
import type { Entity, Surroundings } from "./entity";

/** Every domain of an emulated tenant is verified. */
export const verifiedDomains = ({ store }: Pick<Surroundings, "store">): readonly Json[] =>
  store.find({ kinds: ["domain"] }).map(({ id, body }) => ({ id, ...body }));

export const organization: Entity = {
  kind: "organization",
  set: "organization",
  indexed: [],
  onlyOnSelect: new Set(["mobileDeviceManagementAuthority"]),
  shows: ({ id, body, deletedDateTime }, around) => ({
    id,
    deletedDateTime,
    businessPhones: [],
    city: null,
    country: null,
    countryLetterCode: null,
    createdDateTime: body["createdDateTime"],
    defaultUsageLocation: null,
    directorySizeQuota: { used: around.store.count(directoryObjects), total: around.switches.limits.directoryObjects },
    displayName: around.tenantName,
    isMultipleDataLocationsForServicesEnabled: null,
    marketingNotificationEmails: body["marketingNotificationEmails"] ?? [],
    mobileDeviceManagementAuthority: "unknown",
    onPremisesLastSyncDateTime: null,
    onPremisesSyncEnabled: null,
    partnerTenantType: null,
    postalCode: null,
    preferredLanguage: "en",
    privacyProfile: body["privacyProfile"] ?? null,
    securityComplianceNotificationMails: body["securityComplianceNotificationMails"] ?? [],
    securityComplianceNotificationPhones: body["securityComplianceNotificationPhones"] ?? [],
    state: null,
    street: null,
    technicalNotificationMails: body["technicalNotificationMails"] ?? [],
    tenantType: "AAD",
    assignedPlans: plans(around).map(({ service, servicePlanId }) => ({
      assignedDateTime: body["createdDateTime"],
      capabilityStatus: "Enabled",
      service,
      servicePlanId,
    })),
    provisionedPlans: [...new Set(plans(around).map(({ service }) => service))].map((service) => ({
      capabilityStatus: "Enabled",
      provisioningStatus: "Success",
      service,
    })),
    verifiedDomains: verifiedDomains(around).map(({ id: name, isDefault, isInitial }) => ({
      capabilities: "Email, OfficeCommunicationsOnline",
      isDefault,
      isInitial,
      name,
      type: "Managed",
    })),
  }),
};

/** What counts toward the quota of the directory; deleted objects that can come back do. */
export const directoryObjects: Selection = {
  kinds: [
    "application",
    "agentIdentityBlueprint",
    "servicePrincipal",
    "agentIdentityBlueprintPrincipal",
    "agentIdentity",
    "user",
    "agentUser",
    "group",
    "administrativeUnit",
  ],
  deleted: "either",
};

/** Service plans of all subscriptions, each once. */
const plans = ({ store }: Surroundings) => {
  const all = store.find({ kinds: ["subscribedSku"] }).flatMap(servicePlansOf);
  return all.filter(({ servicePlanId }, at) => all.findIndex((one) => one.servicePlanId === servicePlanId) === at);
};

/** Its id is its name. */
export const domain: Entity = {
  kind: "domain",
  set: "domains",
  indexed: [],
  queryable: { id: { filter: ["eq"] } },
  shows: ({ id, body }) => ({
    id,
    authenticationType: "Managed",
    availabilityStatus: null,
    isAdminManaged: true,
    isDefault: body["isDefault"],
    isInitial: body["isInitial"],
    isRoot: true,
    isVerified: true,
    manufacturer: null,
    model: null,
    passwordNotificationWindowInDays: null,
    passwordValidityPeriodInDays: null,
    state: null,
    supportedServices: ["Email", "OfficeCommunicationsOnline"],
  }),
};

/** Kept with the name of each plan's service, which `servicePlans` does not show. */
export const subscribedSku: Entity = {
  kind: "subscribedSku",
  set: "subscribedSkus",
  indexed: ["skuId"],
  shows(object, { store, tenantId, tenantName }) {
    const { id, body } = object;
    const skuId = String(body["skuId"]);
    const users = store.find({ kinds: ["user", "agentUser"], where: { property: "licensedSkus", value: skuId } });
    return {
      id,
      accountId: tenantId,
      accountName: tenantName,
      appliesTo: "User",
      capabilityStatus: "Enabled",
      consumedUnits: users.length,
      prepaidUnits: { enabled: body["units"], lockedOut: 0, suspended: 0, warning: 0 },
      servicePlans: servicePlansOf(object).map(({ servicePlanId, servicePlanName }) => ({
        servicePlanId,
        servicePlanName,
        provisioningStatus: "Success",
        appliesTo: "User",
      })),
      skuId,
      skuPartNumber: body["skuPartNumber"],
      subscriptionIds: body["subscriptionIds"],
    };
  },
};
