/** servicePrincipal, and its two agent kinds: agentIdentityBlueprintPrincipal and agentIdentity. */
import { z } from "zod";
import type { BodyRule } from "../body";
import { apiOf } from "../permissions";
import type { Json } from "../state/store";
import { blueprintOf, references, showsApplication, tag } from "./application";
import type { Entity, View } from "./entity";

/** Graph shows the tags of the blueprint and of the object as one set. */
function tagsWith(body: Json, blueprint: Json | undefined): unknown[] {
  return [...new Set([...list(blueprint?.["tags"]), ...list(body["tags"])])];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const showsServicePrincipal: View = ({ id, body, deletedDateTime }) => {
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

const showsBlueprintPrincipal: View = ({ id, body, deletedDateTime }, around) => {
  const blueprint = blueprintOf(around.store, body["appId"]);
  const shown = blueprint ? showsApplication(blueprint, around) : {};
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

const showsAgentIdentity: View = ({ id, body, deletedDateTime }, { store, tenantId }) => ({
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

export const servicePrincipal: Entity = {
  kind: "servicePrincipal",
  set: "servicePrincipals",
  alternateKeys: ["appId"],
  indexed: ["appId"],
  filter: { appId: ["eq", "in"], displayName: ["eq", "startswith"], servicePrincipalType: ["eq"], tags: ["any"] },
  shows: showsServicePrincipal,
};

export const agentIdentityBlueprintPrincipal: Entity = {
  kind: "agentIdentityBlueprintPrincipal",
  set: "servicePrincipals",
  alternateKeys: ["appId"],
  derived: true,
  ownRoutes: true,
  indexed: ["appId"],
  filter: { appId: ["eq", "in"], displayName: ["eq", "startswith"], tags: ["any"] },
  shows: showsBlueprintPrincipal,
};

export const agentIdentity: Entity = {
  kind: "agentIdentity",
  set: "servicePrincipals",
  alternateKeys: ["appId"],
  derived: true,
  ownRoutes: true,
  indexed: ["appId", "agentIdentityBlueprintId", "displayName"],
  filter: { agentIdentityBlueprintId: ["eq"], tags: ["any"], displayName: ["eq", "startswith"] },
  shows: showsAgentIdentity,
};

const synced = [
  "appDisplayName",
  "appDescription",
  "appOwnerOrganizationId",
  "appRoles",
  "createdByAppId",
  "createdDateTime",
  "deletedDateTime",
  "disabledByMicrosoftStatus",
  "displayName",
  "description",
  "id",
  "info",
  "oauth2PermissionScopes",
  "servicePrincipalNames",
  "servicePrincipalType",
  "signInAudience",
  "verifiedPublisher",
];

export const principalToCreate = {
  resource: "AgentIdentityBlueprintPrincipal",
  readOnly: synced,
  refused: Object.fromEntries(
    [
      "accountEnabled",
      "appRoleAssignmentRequired",
      "tags",
      "sponsors@odata.bind",
      "passwordCredentials",
      "keyCredentials",
    ].map((name) => [
      name,
      {
        code: "AgentBlueprintPrincipal_IncompatibleProperty",
        message: `Property '${name}' cannot be set when an agent identity blueprint principal is made.`,
      } as const,
    ]),
  ),
  schema: z.strictObject({ appId: z.guid() }),
};

export const principalToChange = {
  resource: "AgentIdentityBlueprintPrincipal",
  readOnly: [...synced, "appId"],
  schema: z
    .strictObject({ accountEnabled: z.boolean(), appRoleAssignmentRequired: z.boolean(), tags: z.array(tag) })
    .partial(),
};

const credentialsNotSupported = {
  code: "AgentIdentity_CredentialsNotSupported",
  message: "Agent identities have no credentials of their own: add them to the agent identity blueprint.",
} as const;

const refused: NonNullable<BodyRule["refused"]> = {
  passwordCredentials: credentialsNotSupported,
  keyCredentials: credentialsNotSupported,
  customSecurityAttributes: {
    status: 501,
    code: "NotEmulated",
    message: "The emulated tenant has no custom security attributes yet.",
  },
  ...Object.fromEntries(
    ["appRoles", "oauth2PermissionScopes", "replyUrls", "preferredSingleSignOnMode", "samlSingleSignOnSettings"].map(
      (name) => [
        name,
        {
          code: "AgentBlueprintPrincipal_AgentIdentity_IncompatibleProperty",
          message: `Property '${name}' is not supported on agent identities.`,
        } as const,
      ],
    ),
  ),
};

const fixed = [
  "id",
  "appId",
  "createdByAppId",
  "createdDateTime",
  "deletedDateTime",
  "servicePrincipalType",
  "disabledByMicrosoftStatus",
  "managerApplications",
];

const writable = { displayName: z.string().min(1).max(256), accountEnabled: z.boolean(), tags: z.array(tag) };

export const identityToCreate = {
  resource: "AgentIdentity",
  readOnly: fixed,
  refused,
  schema: z.strictObject({
    displayName: writable.displayName,
    agentIdentityBlueprintId: z.string().min(1),
    accountEnabled: writable.accountEnabled.default(true),
    tags: writable.tags.default([]),
    "sponsors@odata.bind": references.optional(),
    "owners@odata.bind": references.optional(),
  }),
};

export const identityToChange = {
  resource: "AgentIdentity",
  readOnly: [...fixed, "agentIdentityBlueprintId"],
  refused,
  schema: z.strictObject(writable).partial(),
};
