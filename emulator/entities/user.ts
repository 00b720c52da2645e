/** user, and agentUser, which is one. */
import type { Json, StoredObject } from "../state/store";
import { tenantInitialDomain } from "../seed";
import type { Entity, View } from "./entity";
import { assignedPlansOf, licenseAssignmentStatesOf, licensesOf, provisionedPlansOf } from "./license";
import { restrictedBy } from "./membership";
import { securityIdentifierOf } from "./security-identifier";
import { queryable, readByDefault, unset } from "./user-properties";
import { userRelations } from "./user-relations";

/** Derived from the two properties that administrators set. */
function legalAgeGroup({ ageGroup, consentProvidedForMinor: consent }: Json): string | null {
  if (ageGroup === "adult" || ageGroup === "notAdult") return ageGroup;
  if (ageGroup !== "minor") return null;
  if (consent === "granted") return "minorWithParentalConsent";
  return consent === "notRequired" ? "minorNoParentalConsentRequired" : "minorWithoutParentalConsent";
}

/** The sign-in name is an identity too, beside those that were given. */
function identitiesOf({ identities, userPrincipalName }: Json): unknown[] {
  const own = { signInType: "userPrincipalName", issuer: tenantInitialDomain, issuerAssignedId: userPrincipalName };
  return [...((identities as unknown[] | undefined) ?? []), own];
}

const showsUser: View = (object, around) => {
  const { id, body, deletedDateTime } = object;
  const { licensedSkus: _licensedSkus, licensesAssigned: _licensesAssigned, ...written } = body;
  const attributes = body["onPremisesExtensionAttributes"] as Json | undefined;
  return {
    id,
    deletedDateTime,
    ...unset,
    ...written,
    assignedLicenses: licensesOf(object),
    get assignedPlans() {
      return assignedPlansOf(object, around);
    },
    identities: identitiesOf(body),
    get isManagementRestricted() {
      return restrictedBy(object, around) ? true : null;
    },
    legalAgeGroupClassification: legalAgeGroup(body),
    licenseAssignmentStates: licenseAssignmentStatesOf(object),
    onPremisesExtensionAttributes: { ...(unset["onPremisesExtensionAttributes"] as Json), ...attributes },
    get provisionedPlans() {
      return provisionedPlansOf(object, around);
    },
    get securityIdentifier() {
      return securityIdentifierOf(id);
    },
    ...(object.kind === "agentUser" || around.version === "beta" ? onlySometimes(object) : {}),
  };
};

/** What REF agentuser lists on v1.0 too, and the page of users on beta alone. */
const onlySometimes = ({ kind, body }: StoredObject): Json => ({
  infoCatalogs: [],
  refreshTokensValidFromDateTime: body["signInSessionsValidFromDateTime"] ?? null,
  ...(kind === "agentUser" ? { isLicenseReconciliationNeeded: false } : {}),
});

/** What is computed, and so stands in no list of unset values. */
const computed = [
  "assignedLicenses",
  "assignedPlans",
  "createdDateTime",
  "deletedDateTime",
  "identities",
  "infoCatalogs",
  "isLicenseReconciliationNeeded",
  "isManagementRestricted",
  "legalAgeGroupClassification",
  "licenseAssignmentStates",
  "provisionedPlans",
  "refreshTokensValidFromDateTime",
  "securityIdentifier",
];

const notReadByDefault = [...Object.keys(unset), ...computed].filter((name) => !readByDefault.includes(name));

const shared = {
  set: "users",
  alternateKeys: ["userPrincipalName"],
  alsoBare: "userPrincipalName",
  onlyOnSelect: new Set(notReadByDefault),
  queryable,
  relations: userRelations,
  shows: showsUser,
};

// licensedSkus is ours: the SKUs of the user's licences, to count what a subscription has given away.
const indexed = ["userPrincipalName", "mailNickname", "proxyAddresses", "displayName", "licensedSkus"];

export const user: Entity = { ...shared, kind: "user", indexed };

export const agentUser: Entity = {
  ...shared,
  kind: "agentUser",
  derived: true,
  indexed: [...indexed, "identityParentId"],
  // REF agentuser-post shows what makes it an agent's beside the properties of every user.
  onlyOnSelect: new Set(notReadByDefault.filter((name) => name !== "identityParentId" && name !== "mailNickname")),
};
