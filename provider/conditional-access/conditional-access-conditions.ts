/**
 * Conditions and controls of a Conditional Access policy, in one canonical form: what Graph rewrites when it stores a policy
 * (order, empty lists, nulls, letter case, the operator of a single control, defaults of what was left out) is no difference.
 *
 * Source: https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset?view=graph-rest-beta
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { same, sorted } from "../engine/json";
import { UNKNOWN } from "../engine/unknown";

type Names = pulumi.Input<pulumi.Input<string>[]>;
type Some<Member extends string> = pulumi.Input<pulumi.Input<Member>[]>;

// ---- what a program writes -------------------------------------------------

/** A rule over attributes, and whether it includes or excludes what fits it. */
export interface PolicyFilterArgs {
  /** Whether the policy applies to what fits the rule, or to all else. */
  mode: pulumi.Input<"include" | "exclude">;
  /** The rule, in the syntax of Entra's filters. */
  rule: pulumi.Input<string>;
}

/** Guests and other people from outside, by kind and by tenant. */
export interface GuestsArgs {
  /** Which kinds of them. At least one. */
  readonly guestOrExternalUserTypes: Some<(typeof guestTypes)[number]>;
  /** From which tenants. @default from all */
  readonly externalTenants?: pulumi.Input<{
    /** `enumerated`: those in `members`. */
    membershipKind: pulumi.Input<"all" | "enumerated">;
    /** GUIDs of tenants. */
    members?: Names;
  }>;
}

/** Whom and what a policy is about. GUIDs are compared without regard to letter case. */
export interface ConditionsArgs {
  /** Agents, or other service principals, as the ones who sign in. */
  readonly clientApplications?: pulumi.Input<{
    /** Object ids of agent identities, or of blueprint principals for all their identities, or `All`. */
    readonly includeAgentIdServicePrincipals?: Names;
    /** Object ids of agent identities and blueprint principals that the policy excludes. */
    readonly excludeAgentIdServicePrincipals?: Names;
    /** Agents by custom security attribute, such as `CustomSecurityAttribute.Agents_Stage -eq "pilot"`. */
    readonly agentIdServicePrincipalFilter?: pulumi.Input<PolicyFilterArgs>;
    /** Object ids of service principals that are no agents, or `ServicePrincipalsInMyTenant`. Needs Workload Identities Premium. */
    readonly includeServicePrincipals?: Names;
    /** Object ids of service principals that the policy excludes. */
    readonly excludeServicePrincipals?: Names;
    /** Service principals by custom security attribute. */
    readonly servicePrincipalFilter?: pulumi.Input<PolicyFilterArgs>;
  }>;
  /** People, and `AllAgentIdUsers` for agent users. */
  readonly users?: pulumi.Input<{
    /** Object ids of users, `All`, `None`, `GuestsOrExternalUsers` or `AllAgentIdUsers`. */
    readonly includeUsers?: Names;
    /** Object ids of users that the policy excludes, or `GuestsOrExternalUsers`. */
    readonly excludeUsers?: Names;
    /** Object ids of groups. */
    readonly includeGroups?: Names;
    /** Object ids of groups that the policy excludes. */
    readonly excludeGroups?: Names;
    /** Template ids of directory roles. */
    readonly includeRoles?: Names;
    /** Template ids of directory roles that the policy excludes. */
    readonly excludeRoles?: Names;
    /** People from outside. Not beside `GuestsOrExternalUsers` in includeUsers. */
    readonly includeGuestsOrExternalUsers?: pulumi.Input<GuestsArgs>;
    /** People from outside that the policy excludes. Not beside `GuestsOrExternalUsers` in excludeUsers. */
    readonly excludeGuestsOrExternalUsers?: pulumi.Input<GuestsArgs>;
  }>;
  /** What the token is for: applications, user actions or authentication contexts, one of the three. */
  readonly applications: pulumi.Input<{
    /** appIds, `All`, `None`, `AllAgentIdResources`, `Office365` or `MicrosoftAdminPortals`. */
    readonly includeApplications?: Names;
    /** appIds that the policy excludes. */
    readonly excludeApplications?: Names;
    /** `urn:user:registersecurityinfo` or `urn:user:registerdevice`. */
    readonly includeUserActions?: Names;
    /** Ids of authentication contexts: `c1`. */
    readonly includeAuthenticationContextClassReferences?: Names;
    /** Applications by custom security attribute. Not beside `All`, `None` or `AllAgentIdResources`. */
    readonly applicationFilter?: pulumi.Input<PolicyFilterArgs>;
  }>;
  /** Where somebody signs in from. @default anywhere */
  readonly locations?: pulumi.Input<{
    /** Ids of named locations, `All` or `AllTrusted`. At least one. */
    readonly includeLocations: Names;
    /** Ids of named locations that the policy excludes, or `AllTrusted`. */
    readonly excludeLocations?: Names;
  }>;
  /** Risk levels of the agent at which the policy applies. @default at every level, and without risk */
  readonly agentIdRiskLevels?: Some<"low" | "medium" | "high">;
  /** Where agents with a user account run: `agentUserSessionsInitiatedFromEndpoints` for those on devices. For `AllAgentIdUsers` only. Preview. @default everywhere */
  readonly agentContext?: pulumi.Input<{
    /** Execution environments. */
    readonly includeAgentContexts?: Names;
    /** Execution environments that the policy excludes. */
    readonly excludeAgentContexts?: Names;
  }>;
  /** Risk levels of the person. Needs P2. @default at every level, and without risk */
  readonly userRiskLevels?: Some<(typeof riskLevels)[number]>;
  /** Risk levels of the sign-in. Needs P2. @default at every level, and without risk */
  readonly signInRiskLevels?: Some<(typeof riskLevels)[number]>;
  /** Risk levels of the service principal. Needs Workload Identities Premium. @default at every level, and without risk */
  readonly servicePrincipalRiskLevels?: Some<(typeof riskLevels)[number]>;
  /** Levels of insider risk. @default at every level, and without risk */
  readonly insiderRiskLevels?: Some<(typeof insiderLevels)[number]>;
  /** Kinds of client. @default ["all"] */
  readonly clientAppTypes?: Some<(typeof clientTypes)[number]>;
  /** Operating systems of the device. @default all, and unknown ones */
  readonly platforms?: pulumi.Input<{
    /** At least one. */
    readonly includePlatforms: Some<(typeof platformNames)[number]>;
    /** Operating systems that the policy excludes. */
    readonly excludePlatforms?: Some<(typeof platformNames)[number]>;
  }>;
  /** Devices by their properties. @default any device */
  readonly devices?: pulumi.Input<{
    /** A rule such as `device.isCompliant -eq True`. */
    readonly deviceFilter: pulumi.Input<PolicyFilterArgs>;
  }>;
  /** Ways to sign in. @default any */
  readonly authenticationFlows?: pulumi.Input<{
    /** At least one. */
    readonly transferMethods: Some<(typeof transferMethods)[number]>;
  }>;
}

/** What has to be fulfilled when the conditions hold. At least one control. */
export interface GrantControlsArgs {
  /** `block` for agents; for people also `mfa`, `compliantDevice` and the others Graph knows. `block` stands alone. @default none */
  readonly builtInControls?: Some<(typeof controlNames)[number]>;
  /** Whether all controls are needed or one suffices. @default "OR" */
  readonly operator?: pulumi.Input<"AND" | "OR">;
  /** Strength of the sign-in: id of an authentication strength policy. Not beside `mfa`. @default none */
  readonly authenticationStrength?: pulumi.Input<{
    /** GUID: `00000000-0000-0000-0000-000000000004` is phishing-resistant MFA. */
    id: pulumi.Input<string>;
  }>;
  /** Ids of terms of use. @default none */
  readonly termsOfUse?: Names;
  /** Ids of custom controls. @default none */
  readonly customAuthenticationFactors?: Names;
}

// ---- what is allowed -------------------------------------------------------

const agentRiskLevels = ["low", "medium", "high"] as const;
const riskLevels = ["low", "medium", "high", "hidden", "none"] as const;
const insiderLevels = ["minor", "moderate", "elevated"] as const;
const clientTypes = [
  "all",
  "browser",
  "mobileAppsAndDesktopClients",
  "exchangeActiveSync",
  "easSupported",
  "other",
] as const;
const platformNames = ["android", "iOS", "windows", "windowsPhone", "macOS", "all", "linux"] as const;
const transferMethods = ["deviceCodeFlow", "authenticationTransfer"] as const;
const guestTypes = [
  "internalGuest",
  "b2bCollaborationGuest",
  "b2bCollaborationMember",
  "b2bDirectConnectUser",
  "otherExternalUser",
  "serviceProvider",
] as const;
const controlNames = [
  "block",
  "mfa",
  "compliantDevice",
  "domainJoinedDevice",
  "approvedApplication",
  "compliantApplication",
  "passwordChange",
  "riskRemediation",
] as const;
/** The one execution environment of agents that is known. */
export const agentsOnDevices = "agentUserSessionsInitiatedFromEndpoints";
const userActions = ["urn:user:registersecurityinfo", "urn:user:registerdevice"] as const;

/** Ids, and words of Graph beside them. Words are read in any letter case and written in Graph's. */
const idsOr = (...words: readonly string[]) =>
  z.array(
    z
      .string()
      .min(1, "must not be empty")
      .transform((given) => words.find((word) => word.toLowerCase() === given.toLowerCase()) ?? given),
  );
const ids = idsOr();

/** Members of a closed set, in any letter case. What is not known yet is no member of it and is checked later. */
function someOf<const Member extends string>(members: readonly Member[]) {
  const listed = members.map((member) => `"${member}"`);
  const wrong = `must be ${listed.slice(0, -1).join(", ")} or ${String(listed.at(-1))}`;
  return z.array(
    z.string(wrong).transform((given, context): Member => {
      const found = members.find((member) => member.toLowerCase() === given.toLowerCase());
      if (found !== undefined) return found;
      context.addIssue({ code: "custom", message: wrong });
      return z.NEVER;
    }),
  );
}

const filter = z.strictObject({ mode: z.enum(["include", "exclude"]), rule: z.string().min(1, "must not be empty") });

const guests = z.strictObject({
  guestOrExternalUserTypes: someOf(guestTypes).min(1, "must name at least one kind"),
  externalTenants: z
    .strictObject({
      membershipKind: z.enum(["all", "enumerated"], `must be "all" or "enumerated"`),
      members: ids.optional(),
    })
    .optional(),
});

const theConditions = z.strictObject({
  clientApplications: z
    .strictObject({
      includeAgentIdServicePrincipals: idsOr("All").optional(),
      excludeAgentIdServicePrincipals: ids.optional(),
      agentIdServicePrincipalFilter: filter.optional(),
      includeServicePrincipals: idsOr("ServicePrincipalsInMyTenant").optional(),
      excludeServicePrincipals: ids.optional(),
      servicePrincipalFilter: filter.optional(),
    })
    .optional(),
  users: z
    .strictObject({
      includeUsers: idsOr("All", "None", "GuestsOrExternalUsers", "AllAgentIdUsers").optional(),
      excludeUsers: idsOr("GuestsOrExternalUsers").optional(),
      includeGroups: ids.optional(),
      excludeGroups: ids.optional(),
      includeRoles: ids.optional(),
      excludeRoles: ids.optional(),
      includeGuestsOrExternalUsers: guests.optional(),
      excludeGuestsOrExternalUsers: guests.optional(),
    })
    .optional(),
  applications: z
    .strictObject({
      includeApplications: idsOr("All", "None", "AllAgentIdResources", "Office365", "MicrosoftAdminPortals")
        .min(1, `must name at least one application, "All" or "AllAgentIdResources"`)
        .optional(),
      excludeApplications: idsOr("Office365", "MicrosoftAdminPortals").optional(),
      includeUserActions: someOf(userActions).optional(),
      includeAuthenticationContextClassReferences: ids.optional(),
      applicationFilter: filter.optional(),
    })
    .superRefine((given, context) => {
      const isSaid = Object.entries(given).some(
        ([name, target]) => name !== "excludeApplications" && target !== undefined,
      );
      if (!isSaid) context.addIssue({ code: "custom", path: ["includeApplications"], message: "must be given" });
    }),
  locations: z
    .strictObject({
      includeLocations: idsOr("All", "AllTrusted").min(1, `must name at least one location, "All" or "AllTrusted"`),
      excludeLocations: idsOr("AllTrusted").optional(),
    })
    .optional(),
  agentIdRiskLevels: someOf(agentRiskLevels).optional(),
  agentContext: z
    .strictObject({
      includeAgentContexts: idsOr(agentsOnDevices).optional(),
      excludeAgentContexts: idsOr(agentsOnDevices).optional(),
    })
    .optional(),
  userRiskLevels: someOf(riskLevels).optional(),
  signInRiskLevels: someOf(riskLevels).optional(),
  servicePrincipalRiskLevels: someOf(riskLevels).optional(),
  insiderRiskLevels: someOf(insiderLevels).optional(),
  clientAppTypes: someOf(clientTypes).min(1, `must name at least one kind of client, or "all"`).optional(),
  platforms: z
    .strictObject({
      includePlatforms: someOf(platformNames).min(1, `must name at least one platform, or "all"`),
      excludePlatforms: someOf(platformNames).optional(),
    })
    .optional(),
  devices: z.strictObject({ deviceFilter: filter }).optional(),
  authenticationFlows: z
    .strictObject({ transferMethods: someOf(transferMethods).min(1, "must name at least one way to sign in") })
    .optional(),
});

export const conditions = z.preprocess(said, theConditions).transform(canonical);

export const grantControls = z
  .preprocess(
    said,
    z.strictObject({
      builtInControls: someOf(controlNames).min(1, "must name at least one control").optional(),
      operator: z.enum(["AND", "OR"], `must be "AND" or "OR"`).default("OR"),
      authenticationStrength: z
        // A strength that was read is all there, and its id is all that is written.
        .object({ id: z.guid("must be a GUID") })
        .optional(),
      termsOfUse: ids.optional(),
      customAuthenticationFactors: ids.optional(),
    }),
  )
  .transform((given) => canonicalControls(given));

export type Conditions = z.output<typeof theConditions>;

/** Controls in canonical form: `builtInControls` only where there are some. */
export interface GrantControls {
  readonly operator: string;
  readonly builtInControls?: readonly string[] | undefined;
  readonly authenticationStrength?: { readonly id: string } | undefined;
  readonly termsOfUse?: readonly string[] | undefined;
  readonly customAuthenticationFactors?: readonly string[] | undefined;
}

export type SessionControls = Readonly<Record<string, unknown>>;

/** Session controls as a program may write them and as Graph shows them: without what is not set. */
export const sessionControls = z
  .record(z.string(), z.unknown())
  .transform((given) => (pruned(given) ?? {}) as SessionControls)
  .default({});

// ---- what Graph stores -----------------------------------------------------

/** What Graph stores and shows: everything a set of conditions can hold, sets of flags as one string. */
export type GraphConditions = Readonly<Record<string, unknown>>;

/** Sets that are one text on the wire, their members separated by commas. */
const flags = ["agentIdRiskLevels", "insiderRiskLevels", "transferMethods", "guestOrExternalUserTypes"];

/** Types of `externalTenants`, by their `membershipKind`: Graph reads no members without the type. */
const tenantTypes: Readonly<Record<string, string>> = {
  all: "#microsoft.graph.conditionalAccessAllExternalTenants",
  enumerated: "#microsoft.graph.conditionalAccessEnumeratedExternalTenants",
};

/** What stands for nothing said, where a member cannot be emptied. */
const whenLeftOut: Readonly<Record<string, unknown>> = {
  clientAppTypes: ["all"],
  externalTenants: { membershipKind: "all" },
};

/** The wire form of conditions; what stands there and is not wanted is taken away. */
export const conditionsToGraph = (wanted: Conditions, now: object = {}): GraphConditions =>
  onTheWire(replacing(now, wanted)) as GraphConditions;

function onTheWire(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      // One text on the wire; none at all is null there, not an empty list.
      if (flags.includes(key) && Array.isArray(inner)) return [key, inner.length > 0 ? inner.join(",") : null];
      if (key === "externalTenants" && isObject(inner))
        return [
          key,
          {
            "@odata.type": tenantTypes[String(Object.entries(inner).find(([name]) => name === "membershipKind")?.[1])],
            ...inner,
          },
        ];
      return [key, onTheWire(inner)];
    }),
  );
}

type Members = Readonly<Record<string, unknown>>;

/** Everything wanted, and an empty value for whatever stands there besides: a PATCH leaves alone what it does not name. */
function replacing(now: object, wanted: object): Record<string, unknown> {
  const target: Record<string, unknown> = { ...wanted };
  for (const [key, there] of Object.entries(now)) {
    const value = target[key];
    if (value === undefined) target[key] = key in whenLeftOut ? whenLeftOut[key] : Array.isArray(there) ? [] : null;
    else if (isObject(there) && isObject(value)) target[key] = replacing(there, value);
  }
  return target;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The wire form of controls; null where there are none. */
export const grantControlsToGraph = (
  wanted: GrantControls | undefined,
  now: GrantControls | undefined,
): object | null => (wanted ? replacing(now ?? {}, wanted) : null);

/** The canonical form of what Graph shows. Conditions this package does not know stay in it: they show as a difference. */
export const conditionsFromGraph = (shown: GraphConditions): Conditions => canonical(said(shown) as Conditions);

/** The canonical form of controls that Graph shows; undefined where there are none. */
export function grantControlsFromGraph(shown: object | null | undefined): GrantControls | undefined {
  if (!shown) return undefined;
  const controls = canonicalControls(shown);
  return Object.keys(controls).some((key) => key !== "operator") ? controls : undefined;
}

/**
 * One satisfied control satisfies all when there is only one: Graph stores OR then, whatever was sent. Of an authentication
 * strength it shows all there is, and its id is all that is written. Controls this package does not know stay in it: they
 * show as a difference.
 */
function canonicalControls({ operator, authenticationStrength, ...others }: Partial<GrantControls>): GrantControls {
  const kept = (pruned(others) ?? {}) as Members;
  const strength = authenticationStrength ? { authenticationStrength: { id: spelled(authenticationStrength.id) } } : {};
  const controls = Object.values({ ...kept, ...strength }).flat();
  return { ...kept, ...strength, operator: controls.length === 1 || operator === undefined ? "OR" : operator };
}

/** What Graph has where a session control that was written leaves a member out. All other members are Graph's to fill. */
const filledIn: Readonly<Record<string, Members>> = {
  signInFrequency: {
    isEnabled: true,
    value: null,
    type: null,
    authenticationType: "primaryAndSecondaryAuthentication",
    frequencyInterval: "timeBased",
  },
  applicationEnforcedRestrictions: { isEnabled: true },
  cloudAppSecurity: { isEnabled: true },
  persistentBrowser: { isEnabled: true },
  secureSignInSession: { isEnabled: true },
  globalSecureAccessFilteringProfile: { isEnabled: true },
};

/**
 * The canonical form of controls that Graph shows. Controls this package does not know stay in it. Of a declared control
 * what the program left out is no difference, as long as it is what Graph fills in.
 */
export function sessionControlsFromGraph(
  shown: object | null | undefined,
  declared: SessionControls = {},
): SessionControls {
  const controls = (pruned(shown) ?? {}) as Members;
  return Object.fromEntries(
    Object.entries(controls).map(([name, control]) => {
      const own = declared[name];
      if (!isObject(control) || !isObject(own)) return [name, control];
      const filled = filledIn[name] ?? {};
      const kept = Object.entries(control).filter(
        ([key, value]) => key in own || (key in filled && !same(value, filled[key])),
      );
      return [name, Object.fromEntries(kept)];
    }),
  );
}

/** The wire form of session controls; undefined where there is nothing to say, null where all of them go. */
export function sessionControlsToGraph(wanted: SessionControls, now: SessionControls = {}): object | null | undefined {
  if (Object.keys(wanted).length === 0) return Object.keys(now).length === 0 ? undefined : null;
  const controls: Record<string, unknown> = { ...wanted };
  for (const [name, there] of Object.entries(now)) {
    const control = controls[name];
    if (control === undefined) controls[name] = null;
    else if (isObject(there) && isObject(control)) {
      const left = Object.keys(there).filter((key) => !(key in control));
      controls[name] = { ...control, ...Object.fromEntries(left.map((key) => [key, filledIn[name]?.[key] ?? null])) };
    }
  }
  return controls;
}

// ---- the canonical form ----------------------------------------------------

/** What was said: without annotations, which say nothing, and without nulls; sets of flags as lists. */
function said(given: unknown): unknown {
  if (!isObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, inner]: [string, unknown]) => {
      if (key.includes("@") || inner === null) return [];
      const isText = flags.includes(key) && typeof inner === "string" && inner !== UNKNOWN;
      return [[key, isText ? inner.split(",").map((flag) => flag.trim()) : said(inner)]];
    }),
  );
}

function canonical(given: Conditions): Conditions {
  const kept = (pruned(given) ?? {}) as Record<string, unknown>;
  takeAgentUsersFrom(kept);
  // What Graph and the admin centre fill in where nothing was said.
  if (same(kept["users"], { includeUsers: ["None"] })) delete kept["users"];
  if (same(kept["clientAppTypes"], ["all"])) delete kept["clientAppTypes"];
  for (const side of ["includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"]) {
    const guests = (kept["users"] as Members | undefined)?.[side] as Record<string, unknown> | undefined;
    if (same(guests?.["externalTenants"], { membershipKind: "all" })) delete guests?.["externalTenants"];
  }
  const levels = kept["agentIdRiskLevels"];
  if (Array.isArray(levels)) kept["agentIdRiskLevels"] = agentRiskLevels.filter((level) => levels.includes(level));
  return kept as Conditions;
}

/** Some tenants show agent users in a member of their own, and nobody under `users`. */
function takeAgentUsersFrom(conditions: Record<string, unknown>): void {
  if (!same(conditions["agents"], { includeAgentUsers: ["All"] })) return;
  const users = conditions["users"];
  if (users !== undefined && !same(users, { includeUsers: ["None"] })) return;
  delete conditions["agents"];
  conditions["users"] = { includeUsers: ["AllAgentIdUsers"] };
}

/** Without annotations, nulls, empty lists and empty objects; lists as sets; GUIDs in one spelling. */
function pruned(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return spelled(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return value.every((item) => typeof item === "string") ? sorted(value.map(spelled)) : value;
  }
  if (typeof value !== "object") return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const kept = key.includes("@") ? undefined : pruned(inner);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A GUID in lower case; every other text as it is. */
const spelled = (text: string): string => (guid.test(text) ? text.toLowerCase() : text);
