/** How each kind of object reads. */
import { entityOf } from "./entities";
import { apiOf } from "./permissions";
import type { Json, Store, StoredObject } from "./store";

/** What a view needs to know beside the object. */
export interface Surroundings {
  readonly store: Store;
  readonly tenantId: string;
  readonly tenantName: string;
  /** Verified domain of the tenant. */
  readonly domain: string;
}

type View = (object: StoredObject, around: Surroundings) => Record<string, unknown>;

/** Blueprint of an app id; a soft-deleted one still lends its properties. */
export function blueprintOf(store: Store, appId: unknown): StoredObject | undefined {
  const where = { property: "appId", value: String(appId) };
  const found = store.find({ kinds: ["agentIdentityBlueprint"], where, deleted: "either" });
  return found.find((blueprint) => blueprint.deletedDateTime === null) ?? found.at(-1);
}

/** Graph shows the tags of the blueprint and of the object as one set. */
function tagsWith(body: Json, blueprint: Json | undefined): unknown[] {
  return [...new Set([...list(blueprint?.["tags"]), ...list(body["tags"])])];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const emptyApi = {
  acceptMappedClaims: null,
  knownClientApplications: [],
  oauth2PermissionScopes: [],
  preAuthorizedApplications: [],
  requestedAccessTokenVersion: null,
};
const emptyInfo = {
  termsOfServiceUrl: null,
  supportUrl: null,
  privacyStatementUrl: null,
  marketingUrl: null,
  logoUrl: null,
};
const emptyWeb = {
  redirectUris: [],
  homePageUrl: null,
  logoutUrl: null,
  implicitGrantSettings: { enableIdTokenIssuance: false, enableAccessTokenIssuance: false },
};

const application: View = ({ id, body, deletedDateTime }, { domain }) => ({
  id,
  deletedDateTime,
  appId: body["appId"],
  identifierUris: body["identifierUris"] ?? [],
  createdByAppId: body["createdByAppId"] ?? null,
  createdDateTime: body["createdDateTime"],
  description: body["description"] ?? null,
  disabledByMicrosoftStatus: null,
  displayName: body["displayName"],
  groupMembershipClaims: body["groupMembershipClaims"] ?? null,
  optionalClaims: body["optionalClaims"] ?? null,
  publisherDomain: domain,
  requiredResourceAccess: body["requiredResourceAccess"] ?? [],
  serviceManagementReference: body["serviceManagementReference"] ?? null,
  signInAudience: body["signInAudience"] ?? "AzureADMyOrg",
  tags: body["tags"] ?? [],
  tokenEncryptionKeyId: body["tokenEncryptionKeyId"] ?? null,
  uniqueName: body["uniqueName"] ?? null,
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  api: body["api"] ?? emptyApi,
  appRoles: body["appRoles"] ?? [],
  info: { ...emptyInfo, ...(body["info"] as Json | undefined) },
  keyCredentials: [],
  passwordCredentials: [],
  web: body["web"] ?? emptyWeb,
});

const servicePrincipal: View = ({ id, body, deletedDateTime }) => {
  const api = apiOf(body["appId"]);
  return {
    id,
    deletedDateTime,
    accountEnabled: true,
    appDisplayName: body["displayName"],
    appId: body["appId"],
    appOwnerOrganizationId: body["appOwnerOrganizationId"],
    appRoleAssignmentRequired: false,
    appRoles: api?.appRoles ?? [],
    createdDateTime: body["createdDateTime"],
    displayName: body["displayName"],
    oauth2PermissionScopes: api?.oauth2PermissionScopes ?? [],
    servicePrincipalNames: [body["appId"]],
    servicePrincipalType: "Application",
    tags: [],
  };
};

const blueprintPrincipal: View = ({ id, body, deletedDateTime }, around) => {
  const blueprint = blueprintOf(around.store, body["appId"]);
  const shown = blueprint ? application(blueprint, around) : {};
  const api = shown["api"] as Json | undefined;
  return {
    id,
    deletedDateTime,
    accountEnabled: body["accountEnabled"] ?? true,
    appDescription: shown["description"] ?? null,
    appDisplayName: shown["displayName"],
    appId: body["appId"],
    appOwnerOrganizationId: around.tenantId,
    appRoleAssignmentRequired: body["appRoleAssignmentRequired"] ?? false,
    appRoles: shown["appRoles"] ?? [],
    createdByAppId: body["createdByAppId"] ?? null,
    createdDateTime: body["createdDateTime"],
    disabledByMicrosoftStatus: null,
    displayName: shown["displayName"],
    info: shown["info"],
    oauth2PermissionScopes: api?.["oauth2PermissionScopes"] ?? [],
    servicePrincipalNames: [body["appId"], ...list(shown["identifierUris"])],
    servicePrincipalType: "Application",
    signInAudience: shown["signInAudience"],
    tags: tagsWith(body, blueprint?.body),
    verifiedPublisher: shown["verifiedPublisher"],
  };
};

const agentIdentity: View = ({ id, body, deletedDateTime }, { store, tenantId }) => ({
  id,
  deletedDateTime,
  accountEnabled: body["accountEnabled"],
  agentIdentityBlueprintId: body["agentIdentityBlueprintId"],
  // An agent's client id is its object id: seen by third parties, documented nowhere.
  appId: id,
  appOwnerOrganizationId: tenantId,
  appRoles: [],
  createdByAppId: body["createdByAppId"] ?? null,
  createdDateTime: body["createdDateTime"],
  disabledByMicrosoftStatus: null,
  displayName: body["displayName"],
  oauth2PermissionScopes: [],
  servicePrincipalNames: [id],
  servicePrincipalType: "ServiceIdentity",
  tags: tagsWith(body, blueprintOf(store, body["agentIdentityBlueprintId"])?.body),
});

const user: View = ({ id, body }) => ({
  id,
  businessPhones: [],
  displayName: body["displayName"],
  givenName: body["givenName"],
  jobTitle: body["jobTitle"],
  mail: body["userPrincipalName"],
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: body["surname"],
  userPrincipalName: body["userPrincipalName"],
  accountEnabled: true,
  createdDateTime: body["createdDateTime"],
  department: body["department"],
  mailNickname: body["mailNickname"],
  userType: "Member",
});

/** Stored as it reads. */
const asStored: View = ({ id, body }) => ({ id, ...body });

const views: Readonly<Record<string, View>> = {
  application,
  agentIdentityBlueprint: (object, around) => ({ ...application(object, around), managerApplications: [] }),
  servicePrincipal,
  agentIdentityBlueprintPrincipal: blueprintPrincipal,
  agentIdentity,
  user,
  group: asStored,
  federatedIdentityCredential: ({ id, body: { application: _application, ...shown } }) => ({ id, ...shown }),
  oAuth2PermissionGrant: asStored,
  appRoleAssignment: asStored,
  conditionalAccessPolicy: asStored,
};

/**
 * Every readable property of an object.
 *
 * @param typed whether to say the type even when the address implies it
 */
export function view(object: StoredObject, around: Surroundings, typed = false): Record<string, unknown> {
  const shown = views[object.kind]?.(object, around) ?? {};
  const says = typed || entityOf(object.kind).derived;
  return says ? { "@odata.type": `#microsoft.graph.${object.kind}`, ...shown } : shown;
}
