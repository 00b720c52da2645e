/**
 * What-If: whether a policy that names a blueprint principal reaches the identities of the blueprint. Microsoft's pages
 * disagree on that, and a policy that was taken and reaches nobody reads back as declared.
 *
 * Graph: POST /identity/conditionalAccess/evaluate (beta)
 * Docs:  https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate?view=graph-rest-beta
 */
import type { Conditions } from "./conditional-access-conditions";
import { optionsOf, pathOf } from "../engine/listing";
import { EntraError } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { identitiesOf } from "../identities/agent-lists";

interface Result {
  readonly id: string;
  readonly policyApplies: boolean;
  readonly analysisReasons: string;
  /** As the replica has it that answered. */
  readonly conditions: {
    readonly clientApplications?: { readonly includeAgentIdServicePrincipals?: readonly string[] } | null;
  };
}

/**
 * Call it before a report-only policy is enforced. Where nobody can say, because there is no agent yet or a permission is
 * missing, the policy counts as right.
 *
 * @throws EntraError INPUT_INVALID when the tenant says that the policy misses an agent of a named blueprint principal
 */
export async function refuseToMissAgents(tenant: Tenant, policyId: string, conditions: Conditions): Promise<void> {
  const { clientApplications: clients } = conditions;
  const named = (clients?.includeAgentIdServicePrincipals ?? []).filter((id) => id !== "All");
  // With a rule over attributes, an agent may be left out on purpose.
  if (clients?.agentIdServicePrincipalFilter) return;
  for (const principal of named) {
    const agent = await agentOf(tenant, principal, clients?.excludeAgentIdServicePrincipals ?? []).catch(unknown);
    if (agent === undefined || named.includes(agent)) continue;
    const results = await whatIf(tenant, agent, conditions).catch(unknown);
    const own = results?.find(({ id }) => id === policyId);
    const isKnownThere = own?.conditions.clientApplications?.includeAgentIdServicePrincipals?.includes(principal);
    if (!own || !isKnownThere || own.policyApplies || !own.analysisReasons.includes("agentIdentities")) continue;
    throw new EntraError(
      "INPUT_INVALID",
      `it is not enforced with these conditions, because they miss agents: this tenant does not apply a policy on the blueprint principal ${principal} to ` +
        `the identities of its blueprint. What-If says so for agent identity ${agent}. Name the agent identities themselves in ` +
        `includeAgentIdServicePrincipals; AgentFleet does that with highRiskPolicyNames: "agents"`,
    );
  }
}

/** Some agent of a blueprint principal; undefined for an agent identity, which has none. */
async function agentOf(tenant: Tenant, id: string, excluded: readonly string[]): Promise<string | undefined> {
  const principal = await tenant.get<{ readonly "@odata.type"?: string; readonly appId: string | null }>(
    `/servicePrincipals/${encodeURIComponent(id)}`,
  );
  if (!principal.appId || !principal["@odata.type"]?.endsWith(".agentIdentityBlueprintPrincipal")) return undefined;
  const agents = identitiesOf(principal.appId);
  const { items } = await tenant.page<{ readonly id: string }>(pathOf(agents), optionsOf(agents));
  return items.map((agent) => agent.id).find((agent) => !excluded.includes(agent));
}

async function whatIf(tenant: Tenant, agent: string, conditions: Conditions): Promise<readonly Result[]> {
  const [level] = conditions.agentIdRiskLevels ?? [];
  const asked = {
    signInIdentity: { "@odata.type": "#microsoft.graph.agentSignIn", agentServicePrincipalId: agent },
    signInContext: { "@odata.type": "#microsoft.graph.applicationContext", includeApplications: [microsoftGraph] },
    signInConditions: level === undefined ? {} : { agentIdRiskLevel: level },
    appliedPoliciesOnly: false,
  };
  const answer = await tenant.post<{ readonly value: readonly Result[] }>(
    "/identity/conditionalAccess/evaluate",
    asked,
    // The reason is of a kind that older clients do not know, and asking changes nothing.
    { version: "beta", headers: { Prefer: "include-unknown-enum-members" }, repeatable: true },
  );
  return answer.value;
}

const microsoftGraph = "00000003-0000-0000-c000-000000000000";

/** Whoever may not ask, or asks about what is gone, does not know; every other error is one. */
function unknown(error: unknown): undefined {
  if (error instanceof EntraError && ["FORBIDDEN", "REFUSED", "NOT_FOUND"].includes(error.code)) return undefined;
  throw error;
}
