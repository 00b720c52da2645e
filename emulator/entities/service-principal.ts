/** servicePrincipal, and its two agent kinds: agentIdentityBlueprintPrincipal and agentIdentity. */
import { z } from "zod";
import type { BodyRule } from "../body";
import { references, tag } from "./application";
import type { Entity } from "./entity";

export const servicePrincipal: Entity = {
  kind: "servicePrincipal",
  set: "servicePrincipals",
  indexed: ["appId"],
  filter: { appId: ["eq", "in"], displayName: ["eq", "startswith"], servicePrincipalType: ["eq"], tags: ["any"] },
};

export const agentIdentityBlueprintPrincipal: Entity = {
  kind: "agentIdentityBlueprintPrincipal",
  set: "servicePrincipals",
  derived: true,
  indexed: ["appId"],
  filter: { appId: ["eq", "in"], displayName: ["eq", "startswith"], tags: ["any"] },
};

export const agentIdentity: Entity = {
  kind: "agentIdentity",
  set: "servicePrincipals",
  derived: true,
  indexed: ["appId", "agentIdentityBlueprintId", "displayName"],
  filter: { agentIdentityBlueprintId: ["eq"], tags: ["any"], displayName: ["eq", "startswith"] },
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
