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

/** Stored, and never read under these names. */
const ours = new Set(["licensedSkus", "licensesAssigned"]);

/** What reads of a user where nothing is selected: few of its properties, in the same order. */
function defaultView(hidden: ReadonlySet<string>): View {
  const names = Object.keys(unset).filter((name) => !hidden.has(name));
  return ({ id, body }) => {
    const shown: Record<string, unknown> = { id };
    for (const name of names) shown[name] = name in body ? body[name] : unset[name];
    for (const name of Object.keys(body)) {
      // Of an annotation: the property that it goes with, which is empty for the whole.
      const [property = ""] = name.split("@");
      const isThere = property === "" || property in body || property in unset;
      if (isThere && !(name in unset) && !hidden.has(property) && !ours.has(property)) shown[name] = body[name];
    }
    return shown;
  };
}

const shared = {
  set: "users",
  alternateKeys: ["userPrincipalName"],
  alsoBare: "userPrincipalName",
  queryable,
  relations: userRelations,
  shows: showsUser,
};

// licensedSkus is ours: the SKUs of the user's licences, to count what a subscription has given away.
const indexed = ["userPrincipalName", "mailNickname", "proxyAddresses", "displayName", "licensedSkus"];

const hidden = new Set(notReadByDefault);

export const user: Entity = {
  ...shared,
  kind: "user",
  indexed,
  onlyOnSelect: hidden,
  showsByDefault: defaultView(hidden),
};

// REF agentuser-post shows what makes it an agent's beside the properties of every user.
const hiddenOfAgent = new Set(
  notReadByDefault.filter((name) => name !== "identityParentId" && name !== "mailNickname"),
);

export const agentUser: Entity = {
  ...shared,
  kind: "agentUser",
  derived: true,
  indexed: [...indexed, "identityParentId"],
  onlyOnSelect: hiddenOfAgent,
  showsByDefault: defaultView(hiddenOfAgent),
};
