/**
 * Conditions and controls of a Conditional Access policy about agents, in one canonical form: what Graph rewrites when it
 * stores a policy (order, empty lists, nulls, the operator of a single control) is no difference.
 *
 * Source: https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset?view=graph-rest-beta
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { sorted } from "../engine/json";

type Names = pulumi.Input<pulumi.Input<string>[]>;

/** Whom and what a policy is about. */
export interface ConditionsArgs {
  /** Agents as the ones who sign in. */
  readonly clientApplications?: pulumi.Input<{
    /** Object ids of agent identities, or of blueprint principals for all their identities, or `All`. */
    readonly includeAgentIdServicePrincipals?: Names;
    /** Object ids of agent identities and blueprint principals that the policy leaves out. */
    readonly excludeAgentIdServicePrincipals?: Names;
    /** Agents by custom security attribute, such as `CustomSecurityAttribute.Agents_Stage -eq "pilot"`. */
    readonly agentIdServicePrincipalFilter?: pulumi.Input<{
      /** Whether the policy applies to the agents of the rule, or to all others. */
      mode: pulumi.Input<"include" | "exclude">;
      /** The rule, in the syntax of Entra's filters. */
      rule: pulumi.Input<string>;
    }>;
  }>;
  /** People, and `AllAgentIdUsers` for the user accounts of agents. */
  readonly users?: pulumi.Input<{
    /** Object ids of users, `All`, `None` or `AllAgentIdUsers`. */
    readonly includeUsers?: Names;
    /** Object ids of users that the policy leaves out. */
    readonly excludeUsers?: Names;
    /** Object ids of groups. */
    readonly includeGroups?: Names;
    /** Object ids of groups that the policy leaves out. */
    readonly excludeGroups?: Names;
  }>;
  /** What the token is for. */
  readonly applications: pulumi.Input<{
    /** appIds, `All`, `AllAgentIdResources` or `Office365`. At least one. */
    readonly includeApplications: Names;
    /** appIds that the policy leaves out. */
    readonly excludeApplications?: Names;
  }>;
  /** Where somebody signs in from. @default anywhere */
  readonly locations?: pulumi.Input<{
    /** Ids of named locations, `All` or `AllTrusted`. At least one. */
    readonly includeLocations: Names;
    /** Ids of named locations that the policy leaves out, or `AllTrusted`. */
    readonly excludeLocations?: Names;
  }>;
  /** Risk levels of the agent at which the policy applies. @default at every level, and without risk */
  readonly agentIdRiskLevels?: pulumi.Input<pulumi.Input<"low" | "medium" | "high">[]>;
}

/** What happens when the conditions hold. */
export interface GrantControlsArgs {
  /** `block` for agents; for people also `mfa`, `compliantDevice` and the others Graph knows. */
  readonly builtInControls: Names;
  /** Whether all controls are needed or one suffices. @default "OR" */
  readonly operator?: pulumi.Input<"AND" | "OR">;
}

const riskLevels = ["low", "medium", "high"] as const;
const names = z.array(z.string().min(1, "must not be empty"));

export const conditions = z
  .strictObject({
    clientApplications: z
      .strictObject({
        includeAgentIdServicePrincipals: names.optional(),
        excludeAgentIdServicePrincipals: names.optional(),
        agentIdServicePrincipalFilter: z
          .strictObject({ mode: z.enum(["include", "exclude"]), rule: z.string().min(1, "must not be empty") })
          .optional(),
      })
      .optional(),
    users: z
      .strictObject({
        includeUsers: names.optional(),
        excludeUsers: names.optional(),
        includeGroups: names.optional(),
        excludeGroups: names.optional(),
      })
      .optional(),
    applications: z.strictObject({
      includeApplications: names.min(1, `must name at least one application, "All" or "AllAgentIdResources"`),
      excludeApplications: names.optional(),
    }),
    locations: z
      .strictObject({
        includeLocations: names.min(1, `must name at least one location, "All" or "AllTrusted"`),
        excludeLocations: names.optional(),
      })
      .optional(),
    agentIdRiskLevels: z.array(z.enum(riskLevels, `must be "low", "medium" or "high"`)).optional(),
  })
  .transform(canonical);

export const grantControls = z
  .strictObject({
    builtInControls: names.min(1, "must name at least one control"),
    operator: z.enum(["AND", "OR"], `must be "AND" or "OR"`).default("OR"),
  })
  .transform(canonicalControls)
  .default({ operator: "OR", builtInControls: ["block"] });

export type Conditions = z.output<typeof conditions>;
export type GrantControls = z.output<typeof grantControls>;

/** What Graph stores and shows: everything a set of conditions can hold, the risk levels as one string. */
export type GraphConditions = Readonly<Record<string, unknown>>;

/** The wire form of conditions; what stands there and is not wanted is taken away. */
export function conditionsToGraph(wanted: Conditions, now: object = {}): GraphConditions {
  const { agentIdRiskLevels: levels, ...conditions } = replacing(now, wanted);
  // One text on the wire; none at all is null there, not an empty list.
  if (!Array.isArray(levels)) return conditions;
  return { ...conditions, agentIdRiskLevels: levels.length > 0 ? levels.join(",") : null };
}

/** Everything wanted, and an empty value for whatever stands there besides: a PATCH leaves alone what it does not name. */
export function replacing(now: object, wanted: object): Record<string, unknown> {
  const target: Record<string, unknown> = { ...wanted };
  for (const [key, there] of Object.entries(now)) {
    const value = target[key];
    if (value === undefined) target[key] = Array.isArray(there) ? [] : null;
    else if (isObject(there) && isObject(value)) target[key] = replacing(there, value);
  }
  return target;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Session controls as a program may write them and as Graph shows them: without what is not set. */
export const sessionControls = z
  .record(z.string(), z.unknown())
  .transform((given) => (pruned(given) ?? {}) as Record<string, unknown>)
  .default({});

/** The canonical form of controls that Graph shows. Members this package does not know stay in it. */
export const sessionControlsFromGraph = (shown: object | null | undefined): Record<string, unknown> =>
  (pruned(shown) ?? {}) as Record<string, unknown>;

/** The canonical form of what Graph shows. Conditions this package does not know stay in it: they show as a difference. */
export function conditionsFromGraph({ agentIdRiskLevels, ...others }: GraphConditions): Conditions {
  const levels = typeof agentIdRiskLevels === "string" ? { agentIdRiskLevels: agentIdRiskLevels.split(",") } : {};
  return canonical({ ...others, ...levels } as Conditions);
}

interface Controls {
  operator: string;
  builtInControls: string[];
}

/**
 * One satisfied control satisfies all when there is only one: Graph stores OR then, whatever was sent. Controls this package
 * does not know (an authentication strength, terms of use) stay in it: they show as a difference.
 */
export function canonicalControls({ operator, ...controls }: Controls): Controls {
  const kept = { ...((pruned(controls) ?? {}) as Partial<Controls>) };
  const { builtInControls = [] } = kept;
  return { ...kept, operator: builtInControls.length === 1 ? "OR" : operator, builtInControls };
}

function canonical<T extends object>(given: T): T {
  const kept = pruned(given) as Record<string, unknown>;
  // What Graph and the admin centre fill in where nothing was said.
  if (JSON.stringify(kept["users"]) === `{"includeUsers":["None"]}`) delete kept["users"];
  if (JSON.stringify(kept["clientAppTypes"]) === `["all"]`) delete kept["clientAppTypes"];
  const levels = kept["agentIdRiskLevels"];
  if (Array.isArray(levels)) kept["agentIdRiskLevels"] = riskLevels.filter((level) => levels.includes(level));
  return kept as T;
}

/** Without nulls, empty lists and empty objects; lists as sets. */
function pruned(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return value.every((item) => typeof item === "string") ? sorted(value) : value;
  }
  if (typeof value !== "object") return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const kept = key.startsWith("@odata.") ? undefined : pruned(inner);
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
