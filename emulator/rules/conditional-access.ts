/** What Conditional Access makes of a policy that is written. */
import { checkBody } from "../body";
import { type Policy, type PolicyChange, policyToCreate } from "../entities/conditional-access-policy";
import { authenticationStrengths } from "../entities/authentication-strength";
import { problemsOf } from "../metadata/check";
import type { Version } from "../odata/address";
import { plainBadRequest } from "../refusal";
import type { Json } from "../state/store";
import type { Profiles } from "../switches/profiles";

/** The members of a policy that clients can write, in the form they read. */
export function normalised({ displayName, state, conditions, grantControls, sessionControls }: Policy): Json {
  return {
    displayName,
    state,
    templateId: null,
    partialEnablementStrategy: null,
    deletedDateTime: null,
    conditions: conditionsRead(conditions),
    grantControls: grantControls ? grantControlsRead(grantControls) : null,
    sessionControls: sessionControls ? sessionControlsRead(sessionControls) : null,
  };
}

type Conditions = Policy["conditions"];

function conditionsRead(conditions: Conditions): Json {
  const { applications, users, clientApplications, platforms, locations, devices } = conditions;
  return {
    userRiskLevels: conditions.userRiskLevels ?? [],
    signInRiskLevels: conditions.signInRiskLevels ?? [],
    clientAppTypes: conditions.clientAppTypes ?? ["all"],
    agentIdRiskLevels: conditions.agentIdRiskLevels ?? null,
    ...(conditions.agentContext ? { agentContext: { ...noContexts, ...conditions.agentContext } } : {}),
    platforms: platforms ? { excludePlatforms: [], ...platforms } : null,
    locations: locations ? { excludeLocations: [], ...locations } : null,
    times: null,
    deviceStates: conditions.deviceStates ?? null,
    devices: devices ?? null,
    applications: {
      includeApplications: applications?.includeApplications ?? [],
      excludeApplications: applications?.excludeApplications ?? [],
      includeUserActions: applications?.includeUserActions ?? [],
      includeAuthenticationContextClassReferences: applications?.includeAuthenticationContextClassReferences ?? [],
      applicationFilter: applications?.applicationFilter ?? null,
    },
    // Policies for agents read with this whether or not they were written with it.
    users: usersRead(users ?? { includeUsers: ["None"] }),
    clientApplications: clientApplications ? clientApplicationsRead(clientApplications) : null,
    ...present({
      servicePrincipalRiskLevels: conditions.servicePrincipalRiskLevels,
      insiderRiskLevels: conditions.insiderRiskLevels,
      authenticationFlows: conditions.authenticationFlows,
    }),
  };
}

const noContexts = { includeAgentContexts: [], excludeAgentContexts: [] };

function usersRead(users: NonNullable<Conditions["users"]>): Json {
  const lists = [
    "includeUsers",
    "excludeUsers",
    "includeGroups",
    "excludeGroups",
    "includeRoles",
    "excludeRoles",
  ] as const;
  return {
    ...Object.fromEntries(lists.map((name) => [name, users[name] ?? []])),
    includeGuestsOrExternalUsers: users.includeGuestsOrExternalUsers ?? null,
    excludeGuestsOrExternalUsers: users.excludeGuestsOrExternalUsers ?? null,
  };
}

function clientApplicationsRead(given: NonNullable<Conditions["clientApplications"]>): Json {
  const excluded = given.excludeAgentIdServicePrincipals ?? [];
  return {
    includeServicePrincipals: given.includeServicePrincipals ?? [],
    excludeServicePrincipals: given.excludeServicePrincipals ?? [],
    includeAgentIdServicePrincipals: given.includeAgentIdServicePrincipals ?? [],
    ...(excluded.length > 0 ? { excludeAgentIdServicePrincipals: excluded } : {}),
    ...present({
      servicePrincipalFilter: given.servicePrincipalFilter,
      agentIdServicePrincipalFilter: given.agentIdServicePrincipalFilter,
    }),
  };
}

function grantControlsRead(given: NonNullable<Policy["grantControls"]>): Json {
  const { builtInControls = [], customAuthenticationFactors = [], termsOfUse = [], authenticationStrength } = given;
  const strength = authenticationStrength
    ? authenticationStrengths.find(({ id }) => id === authenticationStrength.id)
    : undefined;
  const controls =
    builtInControls.length + customAuthenticationFactors.length + termsOfUse.length + (authenticationStrength ? 1 : 0);
  const single = controls === 1 && customAuthenticationFactors.length + termsOfUse.length === 0;
  return {
    operator: single ? "OR" : given.operator,
    builtInControls,
    customAuthenticationFactors,
    termsOfUse,
    authenticationStrength: strength ? { ...strength, combinationConfigurations: [] } : null,
  };
}

function sessionControlsRead(given: NonNullable<Policy["sessionControls"]>): Json {
  const members = [
    "disableResilienceDefaults",
    "applicationEnforcedRestrictions",
    "cloudAppSecurity",
    "continuousAccessEvaluation",
    "persistentBrowser",
    "secureSignInSession",
  ] as const;
  const { signInFrequency: frequency, globalSecureAccessFilteringProfile } = given;
  const everyMember = {
    value: null,
    type: null,
    authenticationType: "primaryAndSecondaryAuthentication",
    frequencyInterval: "timeBased",
  };
  return {
    ...Object.fromEntries(members.map((name) => [name, given[name] ?? null])),
    signInFrequency: frequency ? { ...everyMember, ...frequency } : null,
    ...present({ globalSecureAccessFilteringProfile }),
  };
}

/** Drops what is null or absent: Graph does not show these members then. */
const present = (members: Json): Json =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));

/** A policy as it reads, with a change: objects are merged member by member, lists are replaced. */
export function changed(policy: Json, change: PolicyChange): Policy {
  const { displayName, state, conditions, grantControls, sessionControls } = merge(policy, change);
  return checkBody(
    policyToCreate,
    {
      displayName,
      state,
      conditions,
      grantControls: grantWritten(grantControls),
      sessionControls,
    },
    "beta",
  );
}

function merge(before: Json, change: Json): Json {
  const merged: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    const old = merged[name];
    merged[name] = isObject(value) && isObject(old) ? merge(old, value) : value;
  }
  return merged;
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function grantWritten(controls: unknown): unknown {
  if (!isObject(controls)) return controls;
  const strength = controls["authenticationStrength"];
  return { ...controls, authenticationStrength: isObject(strength) ? { id: strength["id"] } : null };
}

/** Seen in September 2026 for a policy about agents: what a read shows was refused without an explanation. */
export function checkNotReposted(body: PolicyChange, { emptyServicePrincipalList }: Profiles): void {
  if (
    emptyServicePrincipalList === "refused" &&
    body.conditions?.clientApplications?.includeServicePrincipals?.length === 0
  )
    throw plainBadRequest("Bad Request");
}

/**
 * A version takes the members it has: v1.0 has none of those for agents.
 *
 * @throws {GraphRefusal} naming the first that it lacks
 */
export function checkMembers(version: Version, body: PolicyChange): void {
  const { grantControls, ...rest } = body;
  // By metadata the strength is a relation, and yet it is written with the policy.
  const { authenticationStrength: _strength, ...controls } = grantControls ?? {};
  const written = { ...rest, ...(grantControls ? { grantControls: controls } : {}) };
  const [problem] = problemsOf(version, "conditionalAccessPolicy", written, "request");
  if (problem) throw plainBadRequest(`Invalid property '${problem.path}'.`);
}
