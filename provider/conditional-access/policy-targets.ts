/** Whom a policy names by object id: agents, other service principals, users and groups. */
import type { Conditions } from "./conditional-access-conditions";
import { missingIn } from "../directory/missing-objects";
import type { Reference } from "../engine/lifecycle";

const isId = (name: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);

const agents = missingIn("servicePrincipals", "must name agent identities and blueprint principals that exist");
const applications = missingIn("servicePrincipals", "must name service principals that exist");
const people = missingIn("users", "must name users that exist");
const groups = missingIn("groups", "must name groups that exist");

/** Nothing is asked about applications: Microsoft's own can be named without being in the tenant. */
export function policyTargets({ clientApplications: clients, users }: Conditions): Reference[] {
  const targets = [
    ["clientApplications.includeAgentIdServicePrincipals", clients?.includeAgentIdServicePrincipals, agents],
    ["clientApplications.excludeAgentIdServicePrincipals", clients?.excludeAgentIdServicePrincipals, agents],
    ["clientApplications.includeServicePrincipals", clients?.includeServicePrincipals, applications],
    ["clientApplications.excludeServicePrincipals", clients?.excludeServicePrincipals, applications],
    ["users.includeUsers", users?.includeUsers, people],
    ["users.excludeUsers", users?.excludeUsers, people],
    ["users.includeGroups", users?.includeGroups, groups],
    ["users.excludeGroups", users?.excludeGroups, groups],
  ] as const;
  return targets.flatMap(([property, names = [], missing]) =>
    names.filter(isId).map((id) => ({ property: `conditions.${property}`, id, missing })),
  );
}
