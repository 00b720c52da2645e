/**
 * What of Conditional Access needs which licence. Numbers and texts as they were reported by those who met them: 1039 and
 * 1150 in full, 1149 by its number.
 */
import type { Policy } from "../entities/conditional-access-policy";
import { GraphRefusal, plainBadRequest } from "../refusal";
import type { Surroundings } from "../entities/entity";

type Licensed = Pick<Surroundings, "switches">;

/** @throws {GraphRefusal} 403 when the tenant has no licence for Conditional Access at all */
export function checkLicensed({ switches: { licences } }: Licensed): void {
  if (licences.includes("P1") || licences.includes("P2")) return;
  throw new GraphRefusal(403, "AccessDenied", "Your tenant is not licensed for Conditional Access.");
}

/** @throws {GraphRefusal} 400 naming the licence that the policy needs */
export function checkPolicyLicensed({ conditions }: Policy, { switches: { licences } }: Licensed): void {
  const { clientApplications: clients } = conditions;
  const forWorkloads = (clients?.includeServicePrincipals?.length ?? 0) > 0 || !!clients?.servicePrincipalFilter;
  const isWorkload = licences.includes("workloadIdentitiesPremium");
  if (forWorkloads && !isWorkload)
    throw plainBadRequest("1149: Policies for service principals need a Workload Identities Premium licence.");
  if ((conditions.servicePrincipalRiskLevels?.length ?? 0) > 0 && !isWorkload)
    throw plainBadRequest(
      "1150: Cannot create or update policies with workload identity premium features. Upgrade to a workload identity premium P1 or P2 license and try again.",
    );
  const ofPeople = [...(conditions.userRiskLevels ?? []), ...(conditions.signInRiskLevels ?? [])];
  const isForRisk = ofPeople.length > 0 && !licences.includes("P2");
  const isForAgentRisk = !!conditions.agentIdRiskLevels && !licences.includes("P2") && !licences.includes("agent365");
  if (isForRisk || isForAgentRisk)
    throw plainBadRequest(
      "1039: Cannot create or update policies with premium P2 features. Upgrade to a premium P2 license and try again.",
    );
}
