/** Which policies apply when an agent identity wants a token: What-If, and whoever else asks. */
import type { AssignedAttributes } from "../entities/custom-security-attributes";
import { conditionalAccessPolicy, type Policy } from "../entities/conditional-access-policy";
import { servicePrincipalKinds } from "../entities";
import type { Store, StoredObject } from "../state/store";
import type { Profiles } from "../switches/profiles";
import { fitsAttributeRule, parseAttributeRule } from "./attribute-rule";

export interface AgentSignIn {
  readonly agent: StoredObject;
  /** App ids of what it wants to reach. */
  readonly resources: readonly string[];
  /** `low`, `medium` or `high`; anything else is no risk. */
  readonly riskLevel: string;
  /** Whether a policy that names a blueprint principal applies to the identities of the blueprint. @default "applied" */
  readonly blueprintPrincipalInPolicies?: Profiles["blueprintPrincipalInPolicies"];
}

export interface Verdict {
  readonly policy: StoredObject;
  /**
   * `notSet` where the policy applies, else the first condition that does not hold, as `whatIfAnalysisReasons` has it.
   */
  readonly reason:
    "notSet" | "policyNotEnabled" | "agentIdentities" | "application" | "agentIdRisk" | "notEnoughInformation";
  /** Whether it would block: it applies, is enforced and grants nothing. */
  readonly blocks: boolean;
}

/** Every living policy, oldest first. */
export function evaluate(store: Store, signIn: AgentSignIn): Verdict[] {
  return store.find({ kinds: [conditionalAccessPolicy.kind] }).map((policy) => {
    const body = policy.body as unknown as Policy;
    const reason = reasonOf(store, body, signIn);
    const denies = body.grantControls?.builtInControls?.includes("block") === true;
    return { policy, reason, blocks: reason === "notSet" && denies && body.state === "enabled" };
  });
}

function reasonOf(store: Store, { state, conditions }: Policy, signIn: AgentSignIn): Verdict["reason"] {
  if (state === "disabled") return "policyNotEnabled";
  if (!targets(store, conditions.clientApplications, signIn)) return "agentIdentities";
  if (!reaches(store, conditions.applications, signIn.resources)) return "application";
  const levels = conditions.agentIdRiskLevels?.split(",");
  if (levels && !levels.includes(signIn.riskLevel)) return "agentIdRisk";
  // Agent identities have neither devices nor places; a policy that asks for them cannot be judged.
  const { platforms, locations, devices } = conditions;
  return platforms || locations || devices ? "notEnoughInformation" : "notSet";
}

type Conditions = Policy["conditions"];
type Filter = { readonly mode: "include" | "exclude"; readonly rule: string } | null | undefined;

/** A policy on a blueprint principal covers its agent identities, or no agent at all. */
function targets(store: Store, clients: Conditions["clientApplications"], signIn: AgentSignIn): boolean {
  const { agent, blueprintPrincipalInPolicies = "applied" } = signIn;
  if (!clients) return false;
  const where = { property: "appId", value: String(agent.body["agentIdentityBlueprintId"]) };
  const parents = store.find({ kinds: ["agentIdentityBlueprintPrincipal"], where, deleted: "either" });
  const names = new Set([agent.id, ...(blueprintPrincipalInPolicies === "applied" ? parents : []).map(({ id }) => id)]);
  const named = (ids: readonly string[] = []) => ids.some((id) => id === "All" || names.has(id.toLowerCase()));
  const { includeAgentIdServicePrincipals: included, excludeAgentIdServicePrincipals: excluded } = clients;
  const { agentIdServicePrincipalFilter: filter } = clients;
  if (named(excluded)) return false;
  if (filter?.mode === "include") return fits(filter, agent) && (!included?.length || named(included));
  return named(included) && !(filter && fits(filter, agent));
}

const fits = (filter: NonNullable<Filter>, { body }: StoredObject): boolean =>
  fitsAttributeRule(
    parseAttributeRule(filter.rule),
    (body["customSecurityAttributes"] as AssignedAttributes | undefined) ?? {},
  );

function reaches(store: Store, applications: Conditions["applications"], resources: readonly string[]): boolean {
  return resources.some((appId) => {
    const where = { property: "appId", value: appId };
    const [resource] = store.find({ kinds: servicePrincipalKinds, where });
    const named = (ids: readonly string[] = []) =>
      ids.some(
        (id) =>
          id === "All" ||
          id.toLowerCase() === appId.toLowerCase() ||
          (id === "AllAgentIdResources" && resource !== undefined && resource.kind !== "servicePrincipal"),
      );
    if (named(applications?.excludeApplications)) return false;
    const filter: Filter = applications?.applicationFilter;
    if (filter?.mode === "include") return resource !== undefined && fits(filter, resource);
    return named(applications?.includeApplications) && !(filter && resource && fits(filter, resource));
  });
}
