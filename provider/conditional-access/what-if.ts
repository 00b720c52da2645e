/**
 * What-If: whether a policy that names a blueprint principal reaches the identities of the blueprint. Microsoft's pages
 * disagree on that, and a policy that was taken and reaches nobody reads back as declared.
 *
 * Graph: POST /identity/conditionalAccess/evaluate (beta)
 * Docs:  https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate?view=graph-rest-beta
 */
import type { Conditions } from "./conditional-access-conditions";
import type { Listed, Listing } from "../engine/listing";
import { moment, RunMemory } from "../engine/run/run-memory";
import { allOf } from "../engine/run/shared-list";
import { EntraError } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import { identitiesOf, principals } from "../identities/agent-lists";

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
  for (const { principal, agent } of await agentsToAskAbout(tenant, policyId, conditions)) {
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

interface Question {
  readonly principal: string;
  readonly agent: string;
}

const questions = new RunMemory<readonly Question[]>();

/**
 * An agent of each named blueprint principal that has one which only the principal can put into the policy. Call it before
 * an enforced policy is made report-only: then it is known already, and the policy is enforced again the sooner.
 */
export function agentsToAskAbout(
  tenant: Tenant,
  policyId: string,
  { clientApplications: clients }: Conditions,
): Promise<readonly Question[]> {
  const included = clients?.includeAgentIdServicePrincipals ?? [];
  const others = [...included, ...(clients?.excludeAgentIdServicePrincipals ?? [])];
  const named = included.filter((id) => id !== "All");
  // With a rule over attributes, an agent may be left out on purpose.
  if (named.length === 0 || clients?.agentIdServicePrincipalFilter) return Promise.resolve([]);
  return questions.of(tenant, JSON.stringify([policyId, clients]), async () => {
    const there = (await inNewestList(tenant, principals, (all) => named.every((id) => byId(all, id)))) ?? [];
    const asked: Question[] = [];
    for (const { id: principal, appId } of named.flatMap((id) => byId(there, id) ?? [])) {
      const mayTell = ({ id }: Listed): boolean => !others.includes(id);
      const agents = await inNewestList(tenant, identitiesOf(appId), (all) => all.some(mayTell));
      const agent = agents?.find(mayTell);
      if (agent) asked.push({ principal, agent: agent.id });
    }
    return asked;
  });
}

const byId = <Item extends Listed>(items: readonly Item[], id: string): Item | undefined =>
  items.find((item) => item.id === id);

/**
 * The list that this run has, unless what is looked for may be newer. Undefined where it must not be read.
 *
 * @param isEnough whether it has all that is looked for
 */
async function inNewestList<Item extends Listed>(
  tenant: Tenant,
  listing: Listing<Item>,
  isEnough: (items: readonly Item[]) => boolean,
): Promise<readonly Item[] | undefined> {
  const now = moment();
  const known = await allOf(tenant, listing, 0).catch(unknown);
  return known === undefined || isEnough(known) ? known : allOf(tenant, listing, now).catch(unknown);
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
