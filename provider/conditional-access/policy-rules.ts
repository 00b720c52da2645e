/**
 * What conditions and controls of a policy say about each other: what Graph refuses, what agents cannot satisfy, and what
 * would keep everybody out of the tenant.
 *
 * Source: https://learn.microsoft.com/graph/api/conditionalaccessroot-post-policies?view=graph-rest-beta, and for agents
 * https://learn.microsoft.com/entra/identity/conditional-access/policy-autonomous-agents and .../policy-agent-user
 */
import {
  agentsOnDevices,
  type Conditions,
  type GrantControls,
  type SessionControls,
} from "./conditional-access-conditions";
import type { Finding } from "../engine/lifecycle";
import { same } from "../engine/json";
import { UNKNOWN } from "../engine/unknown";

interface Policy {
  readonly conditions: Conditions;
  readonly grantControls?: GrantControls | undefined;
  readonly sessionControls: SessionControls;
  readonly acceptLockout?: boolean | undefined;
}

const agentUsers = "AllAgentIdUsers";
const block = ["block"];

/** Agents can be blocked and little else, so that is what happens to them. People are never blocked because nothing was said. */
export function defaultControls({ conditions }: { readonly conditions?: unknown }): { grantControls?: GrantControls } {
  const about = isAboutAgents(conditions);
  if (about === undefined) return { grantControls: UNKNOWN as unknown as GrantControls };
  return about ? { grantControls: { operator: "OR", builtInControls: block } } : {};
}

/** As the program says it, before anything is checked; undefined where it is not known yet. */
function isAboutAgents(conditions: unknown): boolean | undefined {
  if (conditions === UNKNOWN) return undefined;
  const clients = member(conditions, "clientApplications");
  const users = member(conditions, "users");
  if (clients === UNKNOWN || users === UNKNOWN) return undefined;
  if (typeof clients === "object" && clients !== null && Object.keys(clients).some(isOfAgents)) return true;
  const included = member(users, "includeUsers");
  if (included === UNKNOWN) return undefined;
  return Array.isArray(included) && included.some((one) => String(one).toLowerCase() === agentUsers.toLowerCase());
}

/** `includeAgentIdServicePrincipals` and its neighbours. */
const isOfAgents = (name: string): boolean => name.toLowerCase().includes("agentid");

const member = (of: unknown, name: string): unknown =>
  typeof of === "object" && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined;

/** What is wrong with a policy whose members are right by themselves. */
export function policyFindings(policy: Policy): Finding[] {
  return [...subjects(policy), ...targets(policy), ...controls(policy), ...frequency(policy), ...lockout(policy)];
}

function* subjects({ conditions, grantControls }: Policy): Generator<Finding> {
  const { users, clientApplications: clients, agentContext } = conditions;
  const there = grantControls?.builtInControls ?? [];
  if (!users && !clients) yield { property: "conditions", reason: "must name agents in clientApplications, or users" };
  for (const side of ["include", "exclude"] as const) {
    if (users?.[`${side}Users`]?.includes("GuestsOrExternalUsers") && users[`${side}GuestsOrExternalUsers`])
      yield {
        property: `conditions.users.${side}GuestsOrExternalUsers`,
        reason: `must not be declared: "GuestsOrExternalUsers" in ${side}Users means all guests already`,
      };
  }
  if (clients && !isOnly(grantControls, block))
    yield {
      property: "grantControls.builtInControls",
      reason: `must be ["block"]: agents cannot meet any other control`,
    };
  const isForAgentUsers = users?.includeUsers?.includes(agentUsers) === true;
  if (agentContext && !isForAgentUsers)
    yield {
      property: "conditions.agentContext",
      reason: `must not be declared: only a policy for "${agentUsers}" has an execution environment`,
    };
  if (!isForAgentUsers || clients) return;
  const needsDevice = isOnly(grantControls, ["compliantDevice"]);
  if (!needsDevice && !isOnly(grantControls, block))
    yield {
      property: "grantControls.builtInControls",
      reason: `must be ["block"] or ["compliantDevice"]: agents cannot meet any other control`,
    };
  const isForDevices = same(agentContext?.includeAgentContexts, [agentsOnDevices]);
  if (there.includes("compliantDevice") && !isForDevices)
    yield {
      property: "conditions.agentContext.includeAgentContexts",
      reason: `must be ["${agentsOnDevices}"] if the control is compliantDevice: agents in the cloud have no device, so this policy would always block them`,
    };
  for (const name of notOfAgentUsers) {
    if (conditions[name] === undefined) continue;
    yield {
      property: `conditions.${name}`,
      reason: `must not be declared: "${agentUsers}" can be narrowed by agentIdRiskLevels, agentContext, platforms, devices and locations only`,
    };
  }
}

const notOfAgentUsers = [
  "userRiskLevels",
  "signInRiskLevels",
  "servicePrincipalRiskLevels",
  "insiderRiskLevels",
  "authenticationFlows",
] as const;

const isOnly = (controls: GrantControls | undefined, names: readonly string[]): boolean =>
  same(controls, { operator: "OR", builtInControls: names });

function* targets({ conditions: { applications } }: Policy): Generator<Finding> {
  const {
    includeApplications = [],
    includeUserActions = [],
    includeAuthenticationContextClassReferences: contexts = [],
    applicationFilter,
  } = applications;
  const given = [includeApplications, includeUserActions, contexts].filter(({ length }) => length > 0).length;
  const property = "conditions.applications";
  if (given > 1)
    yield {
      property,
      reason: "must name one of the three: applications, user actions or authentication contexts exclude each other",
    };
  const all = includeApplications.find((one) => ["All", "None", "AllAgentIdResources"].includes(one));
  if (applicationFilter && all !== undefined)
    yield { property: `${property}.applicationFilter`, reason: `must not be declared beside "${all}"` };
}

function* controls({ grantControls, sessionControls }: Policy): Generator<Finding> {
  if (!grantControls) {
    if (Object.keys(sessionControls).length === 0)
      yield { property: "grantControls", reason: "must be given, or sessionControls: a policy says what happens" };
    return;
  }
  const {
    builtInControls = [],
    authenticationStrength,
    termsOfUse = [],
    customAuthenticationFactors = [],
  } = grantControls;
  const others = [...termsOfUse, ...customAuthenticationFactors, ...(authenticationStrength ? ["strength"] : [])];
  if (builtInControls.length + others.length === 0)
    yield { property: "grantControls", reason: "must have at least one control" };
  if (builtInControls.includes("block") && builtInControls.length + others.length > 1)
    yield {
      property: "grantControls.builtInControls",
      reason: `must be ["block"] alone, or not contain it: no other control counts for somebody who is blocked`,
    };
  if (builtInControls.includes("mfa") && authenticationStrength)
    yield {
      property: "grantControls.authenticationStrength",
      reason: `cannot be combined with the control "mfa": remove one of the two`,
    };
}

function* frequency({ sessionControls: { signInFrequency } }: Policy): Generator<Finding> {
  if (typeof signInFrequency !== "object" || signInFrequency === null) return;
  const { value, type, frequencyInterval, authenticationType } = signInFrequency as Readonly<Record<string, unknown>>;
  const property = "sessionControls.signInFrequency";
  const isTimed = frequencyInterval !== "everyTime";
  if (!isTimed && (value !== undefined || type !== undefined))
    yield { property, reason: `must have neither value nor type where frequencyInterval is "everyTime"` };
  if (isTimed && (value === undefined || type === undefined))
    yield { property, reason: `must have a value and a type, or frequencyInterval "everyTime"` };
  if (isTimed && (authenticationType ?? bothFactors) !== bothFactors)
    yield {
      property: `${property}.authenticationType`,
      reason: `must be "${bothFactors}" unless frequencyInterval is "everyTime"`,
    };
}

const bothFactors = "primaryAndSecondaryAuthentication";

// ---- everybody -------------------------------------------------------------

function* lockout({ conditions, grantControls, acceptLockout }: Policy): Generator<Finding> {
  if (acceptLockout || !grantControls || !hitsEverybody(conditions) || !keepsOut(grantControls)) return;
  yield {
    property: "conditions.users",
    reason:
      `must exclude somebody: ${nameOf(grantControls)} for all users and all applications can lock everybody out of the tenant, including you. ` +
      "Add an emergency access account to excludeUsers, or set acceptLockout: true",
  };
}

const nameOf = ({ builtInControls = [], authenticationStrength }: GrantControls): string =>
  builtInControls.length > 0
    ? builtInControls.map((control) => `"${control}"`).join(" and ")
    : authenticationStrength
      ? "an authentication strength"
      : "a custom control";

/** All people, wherever and however they sign in to whatever it is. */
function hitsEverybody({ users, applications, locations, platforms, ...others }: Conditions): boolean {
  // Guests are excluded in words, and no guest is an emergency access account.
  const isSomebodyExcluded =
    [...(users?.excludeUsers ?? []), ...(users?.excludeGroups ?? []), ...(users?.excludeRoles ?? [])].filter(
      (id) => id !== "GuestsOrExternalUsers",
    ).length > 0;
  const isNarrowed =
    Object.entries(others).some(([name, condition]) => name !== "clientApplications" && !isAll(name, condition)) ||
    (locations && !same(locations, { includeLocations: ["All"] })) ||
    (platforms && !same(platforms, { includePlatforms: ["all"] }));
  return (
    users?.includeUsers?.includes("All") === true &&
    !isSomebodyExcluded &&
    applications.includeApplications?.includes("All") === true &&
    !isNarrowed
  );
}

const everyClient = ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];

const isAll = (name: string, condition: unknown): boolean =>
  name === "clientAppTypes" &&
  Array.isArray(condition) &&
  (condition.includes("all") || everyClient.every((type) => condition.includes(type)));

/** Everybody can do MFA, change a password or accept terms; a device that is managed, or a certain method, not everybody has. */
const obtainable = ["mfa", "passwordChange", "riskRemediation"];
const anyMfa = "00000000-0000-0000-0000-000000000002";

function keepsOut(controls: GrantControls): boolean {
  const { operator, builtInControls = [], authenticationStrength: strength } = controls;
  const { termsOfUse = [], customAuthenticationFactors = [] } = controls;
  const canBeDone = [
    ...builtInControls.map((control) => obtainable.includes(control)),
    ...(strength ? [strength.id === anyMfa] : []),
    ...termsOfUse.map(() => true),
    ...customAuthenticationFactors.map(() => false),
  ];
  return operator === "AND" ? canBeDone.includes(false) : !canBeDone.includes(true);
}
