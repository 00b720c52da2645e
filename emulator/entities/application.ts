/** application, and agentIdentityBlueprint, which is one. */
import { z } from "zod";
import type { BodyRule } from "../body";
import type { Json, Store, StoredObject } from "../state/store";
import type { Entity, View } from "./entity";

/** Blueprint of an app id; a soft-deleted one still lends its properties. */
export function blueprintOf(store: Store, appId: unknown): StoredObject | undefined {
  const where = { property: "appId", value: String(appId) };
  const found = store.find({ kinds: ["agentIdentityBlueprint"], where, deleted: "either" });
  return found.find((blueprint) => blueprint.deletedDateTime === null) ?? found.at(-1);
}

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

/** How applications read; blueprints add to it. */
export const showsApplication: View = ({ id, body, deletedDateTime }, { domain }) => ({
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

export const application: Entity = {
  kind: "application",
  set: "applications",
  alternateKeys: ["appId", "uniqueName"],
  indexed: ["appId", "uniqueName", "identifierUris"],
  shows: showsApplication,
};

export const agentIdentityBlueprint: Entity = {
  kind: "agentIdentityBlueprint",
  set: "applications",
  alternateKeys: ["appId", "uniqueName"],
  derived: true,
  ownRoutes: true,
  // madeAppOnly is ours: only blueprints that an application made count toward the limit.
  indexed: ["appId", "uniqueName", "identifierUris", "madeAppOnly"],
  onlyOnSelect: ["managerApplications"],
  filter: { appId: ["eq", "in"], displayName: ["eq", "startswith"], uniqueName: ["eq"], tags: ["any"] },
  shows: (object, around) => ({ ...showsApplication(object, around), managerApplications: [] }),
};

const text = (most: number) => z.string().min(1).max(most);
const nullableText = z.string().max(1024).nullable();
const appPermission = z.strictObject({ id: z.guid(), type: z.enum(["Scope", "Role"]) });

/** A tag: 1 to 256 characters without white space. */
export const tag = z.string().regex(/^\S{1,256}$/);

/** Users and groups, as URLs. */
export const references = z.array(z.string());

const permissionScope = z.strictObject({
  id: z.guid(),
  value: text(120),
  type: z.enum(["User", "Admin"]).default("User"),
  isEnabled: z.boolean().default(true),
  adminConsentDisplayName: nullableText.default(null),
  adminConsentDescription: nullableText.default(null),
  userConsentDisplayName: nullableText.default(null),
  userConsentDescription: nullableText.default(null),
});

const appRole = z.strictObject({
  id: z.guid(),
  value: text(120).nullable().default(null),
  displayName: text(100),
  description: text(1024),
  allowedMemberTypes: z.array(z.enum(["User", "Application"])).min(1),
  isEnabled: z.boolean().default(true),
});

const web = z.strictObject({
  redirectUris: z.array(z.string()).default([]),
  homePageUrl: z.string().nullable().default(null),
  logoutUrl: z.string().nullable().default(null),
  implicitGrantSettings: z
    .strictObject({
      enableIdTokenIssuance: z.boolean().default(false),
      enableAccessTokenIssuance: z.boolean().default(false),
    })
    .prefault({}),
});

const claim = z.strictObject({
  name: text(120),
  source: z.string().nullable().default(null),
  essential: z.boolean().default(false),
  additionalProperties: z.array(z.string()).default([]),
});

/** Everything a client can set on a blueprint after its creation, and nothing else. */
const writable = {
  displayName: text(256),
  description: z.string().max(1024).nullable(),
  signInAudience: z.enum([
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
  ]),
  identifierUris: z.array(text(255)),
  api: z.strictObject({
    acceptMappedClaims: z.boolean().nullable().default(null),
    knownClientApplications: z.array(z.guid()).default([]),
    oauth2PermissionScopes: z.array(permissionScope).default([]),
    preAuthorizedApplications: z
      .array(z.strictObject({ appId: z.guid(), delegatedPermissionIds: z.array(z.guid()) }))
      .default([]),
    requestedAccessTokenVersion: z
      .union([z.literal(1), z.literal(2)])
      .nullable()
      .default(null),
  }),
  appRoles: z.array(appRole),
  requiredResourceAccess: z
    .array(z.strictObject({ resourceAppId: z.guid(), resourceAccess: z.array(appPermission) }))
    .max(50)
    .refine((apis) => apis.reduce((sum, api) => sum + api.resourceAccess.length, 0) <= 400),
  optionalClaims: z
    .strictObject({
      idToken: z.array(claim).default([]),
      accessToken: z.array(claim).default([]),
      saml2Token: z.array(claim).default([]),
    })
    .nullable(),
  info: z.strictObject({
    termsOfServiceUrl: nullableText.default(null),
    supportUrl: nullableText.default(null),
    privacyStatementUrl: nullableText.default(null),
    marketingUrl: nullableText.default(null),
  }),
  tags: z.array(tag),
  web,
  groupMembershipClaims: z.string().nullable(),
  serviceManagementReference: z.string().nullable(),
  tokenEncryptionKeyId: z.guid().nullable(),
};

const readOnly = [
  "id",
  "appId",
  "createdByAppId",
  "createdDateTime",
  "publisherDomain",
  "disabledByMicrosoftStatus",
  "certification",
  "verifiedPublisher",
  "uniqueName",
  "deletedDateTime",
  "passwordCredentials",
];

/** Properties of applications that blueprints do not have. REF's property table is the allow-list; the documentation names no blocked set. */
const incompatible = [
  "addIns",
  "authenticationBehaviors",
  "defaultRedirectUri",
  "isDeviceOnlyAuthSupported",
  "isFallbackPublicClient",
  "nativeAuthenticationApisEnabled",
  "notes",
  "oauth2RequirePostResponse",
  "parentalControlSettings",
  "publicClient",
  "requestSignatureVerification",
  "samlMetadataUrl",
  "servicePrincipalLockConfiguration",
  "spa",
];

const refused: NonNullable<BodyRule["refused"]> = {
  ...Object.fromEntries(
    incompatible.map((name) => [
      name,
      {
        code: "AgentBlueprint_IncompatibleProperty",
        message: `Property '${name}' is not supported on agent identity blueprints.`,
      } as const,
    ]),
  ),
  managerApplications: {
    code: "Request_BadRequest",
    message: "Property 'managerApplications' can only name applications of Microsoft, and only Microsoft can set it.",
  },
  keyCredentials: { status: 501, code: "NotEmulated", message: "The emulated tenant does not take certificates yet." },
};

const resource = "AgentIdentityBlueprint";
const { displayName, ...optional } = writable;
const people = { "sponsors@odata.bind": references.optional(), "owners@odata.bind": references.optional() };
const partly = z.strictObject(optional).partial().shape;

export const blueprintToCreate = {
  resource,
  readOnly,
  refused,
  schema: z.strictObject({ displayName, ...partly, ...people }),
};
export const blueprintToChange = { resource, readOnly, refused, schema: z.strictObject(writable).partial() };
/** An upsert is either: people can be given when it creates. */
export const blueprintToUpsert = {
  resource,
  readOnly,
  refused,
  schema: z.strictObject({ ...writable, ...people }).partial(),
};

/** A plain application, as far as the tenant needs one. `sponsors` and `owners` are swallowed: that is the trap. */
export const applicationToCreate = {
  resource: "Application",
  readOnly,
  schema: z.strictObject({ displayName, ...partly, ...people }),
};
