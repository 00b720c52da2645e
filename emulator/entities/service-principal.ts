/** servicePrincipal, and its two agent kinds: agentIdentityBlueprintPrincipal and agentIdentity. */
import { apiOf } from "../permissions";
import type { Json } from "../state/store";
import { applicationOf, blueprintOf, showsApplication } from "./application";
import { agentIdentityQueries, servicePrincipalQueries } from "./application-queries";
import { shownCredentials } from "./credential";
import type { Entity, Surroundings, View } from "./entity";
import { identityRelations, principalRelations, servicePrincipalRelations } from "./service-principal-relations";

/** Graph shows the tags of the application and of the object as one set. */
function tagsWith(body: Json, application: Json | undefined): unknown[] {
  return [...new Set([...list(application?.["tags"]), ...list(body["tags"])])];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Every property of a service principal, where nothing was written. */
const unset: Json = {
  accountEnabled: true,
  addIns: [],
  alternativeNames: [],
  appDescription: null,
  appDisplayName: null,
  applicationTemplateId: null,
  appOwnerOrganizationId: null,
  appRoleAssignmentRequired: false,
  appRoles: [],
  createdByAppId: null,
  customSecurityAttributes: null,
  description: null,
  disabledByMicrosoftStatus: null,
  homepage: null,
  info: { termsOfServiceUrl: null, supportUrl: null, privacyStatementUrl: null, marketingUrl: null, logoUrl: null },
  isDisabled: null,
  loginUrl: null,
  logoutUrl: null,
  notes: null,
  notificationEmailAddresses: [],
  oauth2PermissionScopes: [],
  preferredSingleSignOnMode: null,
  preferredTokenSigningKeyThumbprint: null,
  publisherName: null,
  replyUrls: [],
  resourceSpecificApplicationPermissions: [],
  samlSingleSignOnSettings: null,
  servicePrincipalNames: [],
  signInAudience: null,
  tags: [],
  tokenEncryptionKeyId: null,
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
};

/** What only beta has, and nothing of this tenant sets. */
const onBeta = ({ version }: Surroundings): Json =>
  version === "beta" ? { errorUrl: null, samlMetadataUrl: null } : {};

/** What a service principal reads of its application, when that is in this tenant. */
function synced(shown: Record<string, unknown>, { tenantId, tenantName }: Surroundings): Json {
  const api = shown["api"] as Json;
  const web = shown["web"] as Json;
  const [publicClient, spa] = [shown["publicClient"], shown["spa"]] as [Json, Json];
  return {
    appDescription: shown["description"],
    appDisplayName: shown["displayName"],
    appOwnerOrganizationId: tenantId,
    appRoles: shown["appRoles"],
    displayName: shown["displayName"],
    homepage: web["homePageUrl"],
    info: shown["info"],
    isDisabled: shown["isDisabled"],
    logoutUrl: web["logoutUrl"],
    oauth2PermissionScopes: api["oauth2PermissionScopes"],
    publisherName: tenantName,
    replyUrls: [web, publicClient, spa].flatMap(({ redirectUris }) => redirectUris),
    servicePrincipalNames: [shown["appId"], ...list(shown["identifierUris"])],
    signInAudience: shown["signInAudience"],
    verifiedPublisher: shown["verifiedPublisher"],
  };
}

/** The same of an application that is not here: what its service principal was given. */
function foreign({ body }: { readonly body: Json }): Json {
  const api = apiOf(body["appId"]);
  return {
    appDisplayName: api?.displayName ?? body["displayName"],
    appRoles: api?.appRoles ?? [],
    // A replica may have the principal and not its application yet.
    displayName: null,
    oauth2PermissionScopes: (api?.oauth2PermissionScopes ?? []).map((scope) => ({
      ...scope,
      userConsentDescription: null,
      userConsentDisplayName: null,
    })),
    publisherName: api ? "Microsoft Services" : null,
    servicePrincipalNames: [body["appId"], ...(api?.identifiers ?? [])],
    signInAudience: "AzureADMultipleOrgs",
  };
}

const showsServicePrincipal: View = (object, around) => {
  const { id, body, deletedDateTime } = object;
  const application = applicationOf(around.store, body["appId"]);
  const names = [...list(body["servicePrincipalNames"])];
  const of = application ? synced(showsApplication(application, around), around) : foreign(object);
  return {
    id,
    deletedDateTime,
    ...unset,
    ...of,
    ...body,
    servicePrincipalNames: [...new Set([...list(of["servicePrincipalNames"]), ...names])],
    servicePrincipalType: "Application",
    tags: tagsWith(body, application?.body),
    ...shownCredentials(body),
    ...onBeta(around),
    publishedPermissionScopes: of["oauth2PermissionScopes"],
  };
};

/** REF agentidentityblueprintprincipal: what reads without being asked for. */
const principalShows = [
  "accountEnabled",
  "appDescription",
  "appDisplayName",
  "appOwnerOrganizationId",
  "appRoleAssignmentRequired",
  "appRoles",
  "createdByAppId",
  "disabledByMicrosoftStatus",
  "info",
  "oauth2PermissionScopes",
  "servicePrincipalNames",
  "signInAudience",
  "tags",
  "verifiedPublisher",
];

const showsBlueprintPrincipal: View = ({ id, body, deletedDateTime }, around) => {
  const blueprint = blueprintOf(around.store, body["appId"]);
  const of = blueprint ? synced(showsApplication(blueprint, around), around) : {};
  return {
    id,
    deletedDateTime,
    ...unset,
    createdDateTime: body["createdDateTime"],
    // A replica may have the principal and not its blueprint yet.
    displayName: null,
    ...body,
    ...of,
    ...onBeta(around),
    publishedPermissionScopes: of["oauth2PermissionScopes"] ?? [],
    servicePrincipalType: "Application",
    tags: tagsWith(body, blueprint?.body),
    managerApplications: [],
    keyCredentials: [],
    passwordCredentials: [],
  };
};

/** REF agentidentity: what reads without being asked for, and what OBS shows beside it. */
const identityShows = [
  "accountEnabled",
  "appOwnerOrganizationId",
  "appRoles",
  "createdByAppId",
  "disabledByMicrosoftStatus",
  "oauth2PermissionScopes",
  "servicePrincipalNames",
  "tags",
];

const showsAgentIdentity: View = ({ id, body, deletedDateTime }, around) => {
  const { store, tenantId } = around;
  const { countsTowardLimitOf: _ours, ...written } = body;
  return {
    id,
    deletedDateTime,
    ...unset,
    ...written,
    // An agent's client id is its object id: seen by third parties, documented nowhere.
    appId: id,
    appOwnerOrganizationId: tenantId,
    servicePrincipalNames: [id],
    servicePrincipalType: "ServiceIdentity",
    publishedPermissionScopes: [],
    ...onBeta(around),
    get tags() {
      return tagsWith(body, blueprintOf(store, body["agentIdentityBlueprintId"])?.body);
    },
    managerApplications: [],
    keyCredentials: [],
    passwordCredentials: [],
  };
};

/** What reads only when `$select` names it, where a type shows less than all. */
const hidden = (shown: readonly string[]): string[] => [
  ...Object.keys(unset).filter((name) => !shown.includes(name)),
  "errorUrl",
  "samlMetadataUrl",
  "keyCredentials",
  "passwordCredentials",
];

const shared = { set: "servicePrincipals", alternateKeys: ["appId"] };

/** What `synced` makes them read, as far as it is indexed. */
const borrows = { properties: ["displayName"], from: ["application", "agentIdentityBlueprint"], by: "appId" };

export const servicePrincipal: Entity = {
  ...shared,
  kind: "servicePrincipal",
  indexed: ["appId", "displayName"],
  borrows,
  queryable: servicePrincipalQueries,
  onlyOnSelect: new Set(["customSecurityAttributes", "publishedPermissionScopes"]),
  relations: servicePrincipalRelations,
  shows: showsServicePrincipal,
};

export const agentIdentityBlueprintPrincipal: Entity = {
  ...shared,
  kind: "agentIdentityBlueprintPrincipal",
  derived: true,
  indexed: ["appId", "displayName"],
  borrows,
  queryable: servicePrincipalQueries,
  onlyOnSelect: new Set([...hidden(principalShows), "managerApplications"]),
  relations: principalRelations,
  shows: showsBlueprintPrincipal,
};

export const agentIdentity: Entity = {
  ...shared,
  kind: "agentIdentity",
  derived: true,
  // countsTowardLimitOf is ours: the blueprint of an agent identity that an application made.
  indexed: ["appId", "agentIdentityBlueprintId", "displayName", "countsTowardLimitOf"],
  queryable: agentIdentityQueries,
  onlyOnSelect: new Set([...hidden(identityShows), "managerApplications", "publishedPermissionScopes"]),
  relations: identityRelations,
  shows: showsAgentIdentity,
};
