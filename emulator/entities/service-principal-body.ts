/** What a body can say of a service principal, beside what metadata says. */
import { z } from "zod";
import type { BodyRule } from "../body";
import { references, tag } from "./application-body";

const name = z.string().min(1).max(256);
const longText = z.string().max(1024).nullable();

/** Comes from the application, or from the directory itself. */
const synced = [
  "id",
  "appDisplayName",
  "appDescription",
  "applicationTemplateId",
  "appOwnerOrganizationId",
  "appRoles",
  "createdByAppId",
  "createdDateTime",
  "deletedDateTime",
  "disabledByMicrosoftStatus",
  "errorUrl",
  "info",
  "isDisabled",
  "oauth2PermissionScopes",
  "publishedPermissionScopes",
  "publisherName",
  "resourceSpecificApplicationPermissions",
  "samlMetadataUrl",
  "servicePrincipalType",
  "signInAudience",
  "verifiedPublisher",
];

const writable = {
  description: longText,
  displayName: name,
  keyCredentials: z.array(z.looseObject({})),
  notes: longText,
  preferredSingleSignOnMode: z.enum(["password", "saml", "notSupported", "oidc", ""]).nullable(),
  tags: z.array(tag),
};

const plain = {
  resource: "ServicePrincipal",
  type: "servicePrincipal",
  schema: z.looseObject(writable).partial(),
};

const owners = { "owners@odata.bind": references.optional() };

export const servicePrincipalToCreate = {
  ...plain,
  readOnly: [...synced, "passwordCredentials"],
  schema: plain.schema.extend({ appId: z.guid(), ...owners }),
};
/** An upsert is either: owners can be given when it creates. */
export const servicePrincipalToUpsert = {
  ...plain,
  readOnly: [...synced, "appId", "passwordCredentials"],
  schema: plain.schema.extend(owners),
};
export const servicePrincipalToChange = { ...plain, readOnly: [...synced, "appId", "passwordCredentials"] };

const incompatible = (code: "AgentBlueprintPrincipal_IncompatibleProperty", names: readonly string[], when: string) =>
  Object.fromEntries(
    names.map((property) => [
      property,
      {
        code,
        message: `Property '${property}' is incompatible with agent identity blueprint principals and can't be set${when}.`,
      },
    ]),
  );

/** Credentials and sign-in belong to the blueprint. */
const neverOnPrincipals = [
  "addIns",
  "alternativeNames",
  "homepage",
  "keyCredentials",
  "loginUrl",
  "logoutUrl",
  "passwordCredentials",
  "preferredSingleSignOnMode",
  "preferredTokenSigningKeyThumbprint",
  "replyUrls",
  "samlSingleSignOnSettings",
  "servicePrincipalNames",
  "tokenEncryptionKeyId",
];

const principal = { resource: "AgentIdentityBlueprintPrincipal", type: "agentIdentityBlueprintPrincipal" };

export const principalToCreate = {
  ...principal,
  readOnly: [...synced, "displayName", "description"],
  refused: incompatible(
    "AgentBlueprintPrincipal_IncompatibleProperty",
    [
      ...neverOnPrincipals,
      "accountEnabled",
      "appRoleAssignmentRequired",
      "customSecurityAttributes",
      "managerApplications",
      "notes",
      "notificationEmailAddresses",
      "owners@odata.bind",
      "sponsors@odata.bind",
      "tags",
    ],
    " when one is made",
  ),
  schema: z.looseObject({ appId: z.guid() }),
};

export const principalToChange = {
  ...principal,
  readOnly: [...synced, "appId", "displayName", "description", "managerApplications"],
  refused: incompatible("AgentBlueprintPrincipal_IncompatibleProperty", neverOnPrincipals, ""),
  schema: z.looseObject({ notes: longText, tags: z.array(tag) }).partial(),
};

/** A credential in the body of an agent identity: the rule has a code that a profile chooses. */
export const identityCredentials = ["passwordCredentials", "keyCredentials"];

const refusedOnIdentities: NonNullable<BodyRule["refused"]> = Object.fromEntries(
  [
    "addIns",
    "alternativeNames",
    "appRoleAssignmentRequired",
    "appRoles",
    "homepage",
    "loginUrl",
    "logoutUrl",
    "oauth2PermissionScopes",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "replyUrls",
    "samlSingleSignOnSettings",
    "servicePrincipalNames",
    "tokenEncryptionKeyId",
  ].map((property) => [
    property,
    {
      code: "AgentBlueprintPrincipal_AgentIdentity_IncompatibleProperty",
      message: `Property '${property}' is incompatible with agent identities and can't be set.`,
    } as const,
  ]),
);

const fixed = [...synced.filter((property) => !(property in refusedOnIdentities)), "appId", "managerApplications"];

const identity = {
  resource: "AgentIdentity",
  type: "agentIdentity",
  refused: refusedOnIdentities,
};
const identityWritable = { displayName: name, notes: longText, tags: z.array(tag) };

export const identityToCreate = {
  ...identity,
  readOnly: fixed,
  schema: z
    .looseObject({
      ...identityWritable,
      accountEnabled: z.boolean(),
      "sponsors@odata.bind": references,
      "owners@odata.bind": references,
    })
    .partial()
    .extend({ displayName: name, agentIdentityBlueprintId: z.string().min(1) }),
};

export const identityToChange = {
  ...identity,
  readOnly: [...fixed, "agentIdentityBlueprintId"],
  schema: z.looseObject(identityWritable).partial(),
};
