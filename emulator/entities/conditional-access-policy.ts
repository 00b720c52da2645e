/** conditionalAccessPolicy: how it reads, and what a body can say. v1.0 has less of both. */
import { z } from "zod";
import { typeNamed } from "../metadata/metadata";
import { visible } from "../metadata/visible";
import type { Json } from "../state/store";
import type { Entity, Queryable } from "./entity";

const kind = "conditionalAccessPolicy";
const any: Queryable = { filter: ["any"] };
const dates: Queryable = { filter: ["eq", "ge", "gt", "le", "lt"], orderBy: "default" };
const nullable: Queryable = { filter: ["eq", "ne"] };

export const conditionalAccessPolicy: Entity = {
  kind,
  set: "identity/conditionalAccess/policies",
  indexed: ["displayName", "state"],
  queryable: {
    id: { filter: ["eq", "in"] },
    displayName: { filter: ["eq", "startswith"], orderBy: "default" },
    state: { filter: ["eq"] },
    createdDateTime: dates,
    modifiedDateTime: dates,
    "conditions/applications/includeApplications": any,
    "conditions/applications/excludeApplications": any,
    "conditions/users/includeUsers": any,
    "conditions/users/excludeUsers": any,
    "conditions/users/includeGroups": any,
    "conditions/users/includeRoles": any,
    "conditions/clientApplications/includeAgentIdServicePrincipals": any,
    "conditions/clientApplications/excludeAgentIdServicePrincipals": any,
    "conditions/clientApplications/agentIdServicePrincipalFilter": nullable,
    "conditions/clientApplications/includeServicePrincipals": any,
    "conditions/agentIdRiskLevels": nullable,
  },
  shows({ id, body, deletedDateTime }, { version = "beta", switches }) {
    const shown = switches.profiles.agentUsersInPolicies === "agents" ? withAgents(body) : body;
    return visible({ id, ...shown, deletedDateTime }, kind, { version, newMembers: true }) as Record<string, unknown>;
  },
};

/** Agent users in a member of their own, as newer exports show them. */
function withAgents(body: Json): Json {
  const conditions = body["conditions"] as { readonly users?: { readonly includeUsers?: readonly string[] } };
  if (!conditions.users?.includeUsers?.includes("AllAgentIdUsers")) return body;
  const users = { ...conditions.users, includeUsers: ["None"] };
  const agents = { includeAgentUsers: ["All"], excludeAgentUsers: [], agentFilter: null };
  return { ...body, conditions: { ...conditions, users, agents } };
}

/** Enumerations are read in any letter case and written in Graph's. */
function oneOf<const Member extends string>(...members: readonly Member[]) {
  return z.string().transform((text, context): Member => {
    const member = members.find((known) => known.toLowerCase() === text.toLowerCase());
    if (member !== undefined) return member;
    context.addIssue({ code: "custom", message: "not a member" });
    return z.NEVER;
  });
}

/** Flags travel as one comma-separated string; Graph answers them in the order of the enumeration. */
function flags(...members: readonly string[]) {
  return z.string().transform((text, context): string => {
    const given = text.split(",").map((flag) => flag.trim().toLowerCase());
    if (given.every((flag) => members.some((member) => member.toLowerCase() === flag))) {
      return members.filter((member) => given.includes(member.toLowerCase())).join(",");
    }
    context.addIssue({ code: "custom", message: "not a member" });
    return z.NEVER;
  });
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What it says: in one spelling of GUIDs, and without annotations, which may say of which type a member is. */
function said(value: unknown): unknown {
  if (typeof value === "string") return guid.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([name, one]: [string, unknown]) => !isAnnotation(name, one));
  return Object.fromEntries(members.map(([name, one]: [string, unknown]) => [name, said(one)]));
}

/** The type of external tenants decides how they are read, so it is content. */
function isAnnotation(name: string, value: unknown): boolean {
  if (name.endsWith("@odata.context")) return true;
  const type = name === "@odata.type" ? /^#?microsoft\.graph\.(.+)$/i.exec(String(value))?.[1] : undefined;
  return type !== undefined && typeNamed("beta", type) !== undefined && !/ExternalTenants$/i.test(type);
}

const strings = z.array(z.string().min(1));
const maybeStrings = strings.optional();
const riskLevels = z.array(oneOf("low", "medium", "high", "hidden", "none")).optional();
const platforms = z.array(oneOf("android", "iOS", "windows", "windowsPhone", "macOS", "all", "linux"));
const filter = z.strictObject({ mode: oneOf("include", "exclude"), rule: z.string().min(1).max(3072) });
const guests = z.strictObject({
  guestOrExternalUserTypes: flags(
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
  ),
  externalTenants: z
    .strictObject({
      "@odata.type": z.string().optional(),
      membershipKind: oneOf("all", "enumerated"),
      members: maybeStrings,
    })
    // Members belong to the type, and without it nobody reads them.
    .refine(({ "@odata.type": type, members }) => !members || /EnumeratedExternalTenants$/i.test(type ?? ""))
    .nullable()
    .optional(),
});

const applications = z.strictObject({
  includeApplications: maybeStrings,
  excludeApplications: maybeStrings,
  includeUserActions: z.array(z.enum(["urn:user:registersecurityinfo", "urn:user:registerdevice"])).optional(),
  includeAuthenticationContextClassReferences: maybeStrings,
  applicationFilter: filter.nullable().optional(),
});

const users = z.strictObject({
  includeUsers: maybeStrings,
  excludeUsers: maybeStrings,
  includeGroups: maybeStrings,
  excludeGroups: maybeStrings,
  includeRoles: maybeStrings,
  excludeRoles: maybeStrings,
  includeGuestsOrExternalUsers: guests.nullable().optional(),
  excludeGuestsOrExternalUsers: guests.nullable().optional(),
});

const clientApplications = z.strictObject({
  includeServicePrincipals: maybeStrings,
  excludeServicePrincipals: maybeStrings,
  servicePrincipalFilter: filter.nullable().optional(),
  includeAgentIdServicePrincipals: maybeStrings,
  excludeAgentIdServicePrincipals: maybeStrings,
  agentIdServicePrincipalFilter: filter.nullable().optional(),
});

/** Read as null, and nothing else can be written. */
const always = z.null().optional();

const theConditions = z.strictObject({
  times: always,
  // Metadata of beta alone knows it, and v1.0 shows null.
  deviceStates: z
    .object({ includeStates: z.array(z.string()).optional(), excludeStates: z.array(z.string()).optional() })
    .nullable()
    .optional(),
  applications: applications.optional(),
  users: users.nullable().optional(),
  clientApplications: clientApplications.nullable().optional(),
  clientAppTypes: z
    .array(oneOf("all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"))
    .optional(),
  agentIdRiskLevels: flags("low", "medium", "high").nullable().optional(),
  userRiskLevels: riskLevels,
  signInRiskLevels: riskLevels,
  servicePrincipalRiskLevels: riskLevels.nullable(),
  agentContext: z
    .strictObject({ includeAgentContexts: maybeStrings, excludeAgentContexts: maybeStrings })
    .nullable()
    .optional(),
  insiderRiskLevels: flags("minor", "moderate", "elevated").nullable().optional(),
  platforms: z
    .strictObject({ includePlatforms: platforms, excludePlatforms: platforms.optional() })
    .nullable()
    .optional(),
  locations: z.strictObject({ includeLocations: strings, excludeLocations: maybeStrings }).nullable().optional(),
  devices: z.strictObject({ deviceFilter: filter.nullable().optional() }).nullable().optional(),
  authenticationFlows: z
    .strictObject({ transferMethods: flags("deviceCodeFlow", "authenticationTransfer") })
    .nullable()
    .optional(),
});

const conditions = z.preprocess(said, theConditions);

const theGrantControls = z.strictObject({
  operator: oneOf("AND", "OR"),
  builtInControls: z
    .array(
      oneOf(
        "block",
        "mfa",
        "compliantDevice",
        "domainJoinedDevice",
        "approvedApplication",
        "compliantApplication",
        "passwordChange",
        "riskRemediation",
      ),
    )
    .optional(),
  customAuthenticationFactors: maybeStrings,
  termsOfUse: maybeStrings,
  // The whole of it may come back as it was read.
  authenticationStrength: z.object({ id: z.guid() }).nullable().optional(),
});
const grantControls = z.preprocess(said, theGrantControls.nullable()).optional();

const isEnabled = z.boolean().default(true);
const theSessionControls = z.strictObject({
  applicationEnforcedRestrictions: z.strictObject({ isEnabled }).nullable().optional(),
  cloudAppSecurity: z
    .strictObject({ isEnabled, cloudAppSecurityType: oneOf("mcasConfigured", "monitorOnly", "blockDownloads") })
    .nullable()
    .optional(),
  continuousAccessEvaluation: z
    .strictObject({ mode: oneOf("strictEnforcement", "disabled", "strictLocation") })
    .nullable()
    .optional(),
  disableResilienceDefaults: z.boolean().nullable().optional(),
  globalSecureAccessFilteringProfile: z.strictObject({ isEnabled, profileId: z.guid() }).nullable().optional(),
  persistentBrowser: z
    .strictObject({ isEnabled, mode: oneOf("always", "never") })
    .nullable()
    .optional(),
  secureSignInSession: z.strictObject({ isEnabled }).nullable().optional(),
  signInFrequency: z
    .strictObject({
      isEnabled,
      value: z.int().min(1).max(365).nullable().optional(),
      type: oneOf("days", "hours").nullable().optional(),
      frequencyInterval: oneOf("timeBased", "everyTime").optional(),
      authenticationType: oneOf("primaryAndSecondaryAuthentication", "secondaryAuthentication").optional(),
    })
    .nullable()
    .optional(),
});

const sessionControls = z.preprocess(said, theSessionControls.nullable()).optional();

const writable = {
  displayName: z.string().min(1).max(256),
  /** Accepted and not stored: the documentation calls it "not used". */
  description: z.string().nullable().optional(),
  state: oneOf("enabled", "disabled", "enabledForReportingButNotEnforced"),
  conditions,
  grantControls,
  sessionControls,
  // Read as null, and nothing else can be written.
  templateId: always,
  partialEnablementStrategy: always,
  deletedDateTime: always,
};

const rule = {
  resource: "ConditionalAccessPolicy",
  code: "BadRequest" as const,
  mismatch:
    "1007: Incoming ConditionalAccessPolicy object is null or does not match the schema of ConditionalAccessPolicy type.",
  ignored: ["@odata.context", "id", "createdDateTime", "modifiedDateTime"],
};

export const policyToCreate = { ...rule, schema: z.strictObject(writable) };
export const policyToChange = { ...rule, schema: z.strictObject(writable).partial() };

export type Policy = z.infer<typeof policyToCreate.schema>;
export type PolicyChange = z.infer<typeof policyToChange.schema>;
