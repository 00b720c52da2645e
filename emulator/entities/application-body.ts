/** What a body can say of an application or blueprint, beside what metadata says. */
import { z } from "zod";
import type { BodyRule } from "../body";
import { plainOnlyProperties } from "./application";

const text = (most: number) => z.string().min(1).max(most);
const longText = z.string().max(1024).nullable();

/** A tag: 1 to 256 characters without white space. */
export const tag = z.string().regex(/^\S{1,256}$/);

/** Users and groups, as URLs. */
export const references = z.array(z.string());

/** Entries of a list whose ids, and whose values where they have one, are all different. */
function distinct<Entry extends z.ZodType<{ readonly id: string; readonly value?: string | null | undefined }>>(
  entry: Entry,
) {
  const differ = (all: readonly unknown[]) => new Set(all).size === all.length;
  return z
    .array(entry)
    .refine((all) => differ(all.map(({ id }) => id)))
    .refine((all) => differ(all.flatMap(({ value }) => value ?? [])));
}

const permissionScope = z.looseObject({
  adminConsentDescription: longText.default(null),
  adminConsentDisplayName: longText.default(null),
  id: z.guid(),
  isEnabled: z.boolean().default(true),
  type: z.enum(["User", "Admin"]).default("User"),
  userConsentDescription: longText.default(null),
  userConsentDisplayName: longText.default(null),
  value: text(120),
});

const appRole = z.looseObject({
  allowedMemberTypes: z.array(z.enum(["User", "Application"])).min(1),
  description: text(1024),
  displayName: text(100),
  id: z.guid(),
  isEnabled: z.boolean().default(true),
  value: text(120).nullable().default(null),
});

const api = z.looseObject({
  oauth2PermissionScopes: distinct(permissionScope).optional(),
  requestedAccessTokenVersion: z.union([z.literal(1), z.literal(2)]).nullish(),
});

/** An API the application wants permissions of. */
const wantedApi = z.looseObject({
  resourceAppId: z.guid(),
  resourceAccess: z.array(z.looseObject({ id: z.guid(), type: z.enum(["Scope", "Role"]) })),
});

/** APIs that one application can want permissions of, and permissions in all. */
const mostWantedApis = 50;
const mostWantedPermissions = 400;

const claim = z.looseObject({
  name: text(120),
  source: z.string().nullable().default(null),
  essential: z.boolean().default(false),
  additionalProperties: z.array(z.string()).default([]),
});
const claims = z.array(claim).default([]);

const redirects = z.looseObject({ redirectUris: z.array(text(256)).max(256).optional() });

/** Everything a client can set on any application. */
const writable = {
  displayName: text(256),
  description: longText,
  signInAudience: z.enum([
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
  ]),
  identifierUris: z.array(text(255)),
  api,
  appRoles: distinct(appRole),
  requiredResourceAccess: z
    .array(wantedApi)
    .max(mostWantedApis)
    .refine((all) => all.reduce((sum, one) => sum + one.resourceAccess.length, 0) <= mostWantedPermissions),
  optionalClaims: z.looseObject({ idToken: claims, accessToken: claims, saml2Token: claims }).nullable(),
  info: z.looseObject({ logoUrl: z.null().optional() }),
  tags: z.array(tag),
  web: redirects,
  keyCredentials: z.array(z.looseObject({})),
};

const plain = {
  ...writable,
  notes: longText,
  spa: redirects,
  publicClient: redirects,
};

/** Set by the directory, by actions, or by the address of an upsert. */
const readOnly = [
  "id",
  "appId",
  "applicationTemplateId",
  "createdByAppId",
  "createdDateTime",
  "publisherDomain",
  "disabledByMicrosoftStatus",
  "certification",
  "verifiedPublisher",
  "uniqueName",
  "deletedDateTime",
];

const managerApplications = {
  code: "Request_BadRequest",
  message: "Property 'managerApplications' can only name applications of Microsoft, and only Microsoft can set it.",
} as const;

/** REF's property table is the allow-list of blueprints; the documentation names no blocked set. */
const refusedOnBlueprints: NonNullable<BodyRule["refused"]> = {
  ...Object.fromEntries(
    plainOnlyProperties.map((name) => [
      name,
      {
        code: "AgentBlueprint_IncompatibleProperty",
        message: `Property '${name}' is incompatible with agent identity blueprints and can't be set.`,
      } as const,
    ]),
  ),
  "": {
    code: "AgentBlueprint_IncompatibleProperty_NullPropertyName",
    message: "A property without a name is incompatible with agent identity blueprints and can't be set.",
  },
  managerApplications,
};

const people = { "sponsors@odata.bind": references.optional(), "owners@odata.bind": references.optional() };

const blueprint = { resource: "AgentIdentityBlueprint", type: "agentIdentityBlueprint", refused: refusedOnBlueprints };
const blueprintReadOnly = [...readOnly, "passwordCredentials"];
const partly = z.looseObject({ ...writable, ...people }).partial();

export const blueprintToCreate = {
  ...blueprint,
  readOnly: blueprintReadOnly,
  schema: partly.extend({ displayName: writable.displayName }),
};
export const blueprintToChange = {
  ...blueprint,
  readOnly: blueprintReadOnly,
  schema: z.looseObject(writable).partial(),
};
/** An upsert is either: people can be given when it creates. */
export const blueprintToUpsert = { ...blueprint, readOnly: blueprintReadOnly, schema: partly };

const application = { resource: "Application", type: "application", refused: { managerApplications } };
const plainPartly = z.looseObject({ ...plain, ...people }).partial();

/**
 * `sponsors` of a body that says it is a blueprint are ignored without a refusal. One secret can be asked for at once.
 */
export const applicationToCreate = {
  ...application,
  readOnly,
  schema: plainPartly.extend({
    displayName: plain.displayName,
    passwordCredentials: z.array(z.looseObject({})).max(1).optional(),
  }),
};
export const applicationToChange = {
  ...application,
  readOnly: [...readOnly, "passwordCredentials"],
  schema: z.looseObject(plain).partial(),
};
export const applicationToUpsert = {
  ...application,
  readOnly: [...readOnly, "passwordCredentials"],
  schema: plainPartly,
};
