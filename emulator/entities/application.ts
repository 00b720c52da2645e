/** application, and agentIdentityBlueprint, which is one. */
import type { Directory, Json, Store, StoredObject } from "../state/store";
import { applicationQueries } from "./application-queries";
import { shownCredentials } from "./credential";
import type { Entity, Relation, Surroundings, View } from "./entity";
import { named } from "./membership";

/** Blueprint of an app id; a soft-deleted one still lends its properties. */
export function blueprintOf(store: Store, appId: unknown): StoredObject | undefined {
  return applicationOf(store, appId, ["agentIdentityBlueprint"]);
}

/** Application of an app id in this tenant; a soft-deleted one when no other is there. */
export function applicationOf(
  store: Directory,
  appId: unknown,
  kinds: readonly string[] = ["application", "agentIdentityBlueprint"],
): StoredObject | undefined {
  const where = { property: "appId", value: String(appId) };
  const found = store.find({ kinds, where, deleted: "either" });
  return found.find(({ deletedDateTime }) => deletedDateTime === null) ?? found.at(-1);
}

const emptyApi = {
  acceptMappedClaims: null,
  knownClientApplications: [],
  oauth2PermissionScopes: [],
  preAuthorizedApplications: [],
  requestedAccessTokenVersion: null,
};
/** REF agentidentityblueprint-get shows it of blueprints only. */
const emptyTokenEncryption = {
  tokenEncryptionSetting: { scheme: null, audience: null, automatedTokenVersion: { current: null, available: [] } },
};
const emptyInfo = {
  termsOfServiceUrl: null,
  supportUrl: null,
  privacyStatementUrl: null,
  marketingUrl: null,
  logoUrl: null,
};
const emptyImplicitGrant = { enableIdTokenIssuance: false, enableAccessTokenIssuance: false };
const emptyWeb = { redirectUris: [], homePageUrl: null, logoutUrl: null };

const nested = (body: Json, name: string) => body[name] as Json | undefined;

function webOf(body: Json): Json {
  const web: Json = { ...emptyWeb, ...nested(body, "web") };
  const uris = web["redirectUris"] as readonly string[];
  return {
    ...web,
    implicitGrantSettings: { ...emptyImplicitGrant, ...nested(web, "implicitGrantSettings") },
    redirectUriSettings: web["redirectUriSettings"] ?? uris.map((uri) => ({ uri, index: null })),
  };
}

/** What reads the same on every application: REF agentidentityblueprint, the properties a blueprint has too. */
const showsCommon: View = ({ id, kind, body, deletedDateTime }, { domain }) => ({
  id,
  deletedDateTime,
  appId: body["appId"],
  identifierUris: body["identifierUris"] ?? [],
  certification: null,
  createdByAppId: body["createdByAppId"] ?? null,
  createdDateTime: body["createdDateTime"],
  description: body["description"] ?? null,
  disabledByMicrosoftStatus: null,
  displayName: body["displayName"],
  groupMembershipClaims: body["groupMembershipClaims"] ?? null,
  isDisabled: body["isDisabled"] ?? null,
  managerApplications: [],
  optionalClaims: body["optionalClaims"] ?? null,
  publisherDomain: domain,
  requiredResourceAccess: body["requiredResourceAccess"] ?? [],
  serviceManagementReference: body["serviceManagementReference"] ?? null,
  signInAudience: body["signInAudience"] ?? "AzureADMyOrg",
  tags: body["tags"] ?? [],
  tokenEncryptionKeyId: body["tokenEncryptionKeyId"] ?? null,
  uniqueName: body["uniqueName"] ?? null,
  verifiedPublisher: body["verifiedPublisher"] ?? {
    displayName: null,
    verifiedPublisherId: null,
    addedDateTime: null,
  },
  api: {
    ...emptyApi,
    ...(kind === "agentIdentityBlueprint" ? emptyTokenEncryption : {}),
    ...nested(body, "api"),
  },
  appRoles: body["appRoles"] ?? [],
  info: { ...emptyInfo, ...nested(body, "info") },
  web: webOf(body),
  ...shownCredentials(body),
});

/** What only plain applications have, as it reads when nobody set it. */
const plainOnly = {
  addIns: [],
  applicationTemplateId: null,
  authenticationBehaviors: null,
  defaultRedirectUri: null,
  isDeviceOnlyAuthSupported: null,
  isFallbackPublicClient: null,
  nativeAuthenticationApisEnabled: null,
  notes: null,
  oauth2RequirePostResponse: false,
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" },
  publicClient: { redirectUris: [] },
  requestSignatureVerification: null,
  samlMetadataUrl: null,
  servicePrincipalLockConfiguration: null,
  spa: { redirectUris: [] },
};

/** Names of the properties that blueprints do not have. */
export const plainOnlyProperties: readonly string[] = Object.keys(plainOnly);

/** How applications read. */
export const showsApplication: View = (object, around) => {
  const own = Object.fromEntries(plainOnlyProperties.flatMap((name) => pair(object.body, name)));
  const windows = around.version === "beta" ? { windows: object.body["windows"] ?? null } : {};
  return { ...showsCommon(object, around), ...plainOnly, ...own, ...windows };
};

const pair = (body: Json, name: string): (readonly [string, unknown])[] =>
  name in body ? [[name, body[name]] as const] : [];

/** Objects of a kind that name the application they belong to. */
export const belongingTo = (kind: string, { id }: StoredObject, { store }: { readonly store: Store }): StoredObject[] =>
  store.find({ kinds: [kind], where: { property: "application", value: id } });

/** The federated credentials of an application that a list shows. */
export function listedCredentials(application: StoredObject, around: Surroundings): StoredObject[] {
  const all = belongingTo("federatedIdentityCredential", application, around);
  const { unlistedMs } = around.switches;
  if (unlistedMs === 0) return all;
  const listedFrom = around.now.getTime() - unlistedMs;
  return all.filter(({ body: { createdDateTime: at } }) => typeof at !== "string" || Date.parse(at) <= listedFrom);
}

/** What can be expanded: REF application, its table of relationships. */
const relations: Readonly<Record<string, Relation>> = {
  owners: { type: "directoryObject", of: (object, around) => named("owners", object, around), expandable: true },
  federatedIdentityCredentials: {
    type: "federatedIdentityCredential",
    of: listedCredentials,
    expandable: true,
  },
  extensionProperties: {
    type: "extensionProperty",
    of: (object, around) => belongingTo("extensionProperty", object, around),
    expandable: true,
  },
};

const shared = {
  set: "applications",
  alternateKeys: ["appId", "uniqueName"],
  queryable: applicationQueries,
};

export const application: Entity = {
  ...shared,
  kind: "application",
  indexed: ["appId", "uniqueName", "identifierUris", "displayName"],
  onlyOnSelect: new Set(["authenticationBehaviors", "managerApplications"]),
  relations,
  shows: showsApplication,
};

export const agentIdentityBlueprint: Entity = {
  ...shared,
  kind: "agentIdentityBlueprint",
  derived: true,
  // madeAppOnly is ours: only blueprints that an application made count toward the limit.
  indexed: ["appId", "uniqueName", "identifierUris", "displayName", "madeAppOnly"],
  // The rest of an application's properties are there, unset: REF agentidentityblueprint.
  onlyOnSelect: new Set([...plainOnlyProperties, "windows", "managerApplications"]),
  relations: {
    ...relations,
    sponsors: { type: "directoryObject", of: (object, around) => named("sponsors", object, around) },
    inheritablePermissions: {
      type: "inheritablePermission",
      of: (object, around) => belongingTo("inheritablePermission", object, around),
    },
  },
  shows: (object, around) => ({
    ...plainOnly,
    ...(around.version === "beta" ? { windows: null } : {}),
    ...showsCommon(object, around),
  }),
};
