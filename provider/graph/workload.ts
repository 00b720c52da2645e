/** Which part of Graph serves a path. Each part has its own quotas, and a Retry-After holds only for requests to the same part. */

export type Workload = "directory" | "conditionalAccess" | "identityGovernance" | "networkAccess" | "reports";

const prefixes: readonly (readonly [prefix: string, workload: Workload])[] = [
  ["/identity/conditionalAccess", "conditionalAccess"],
  ["/identityGovernance", "identityGovernance"],
  // One quota for both: https://learn.microsoft.com/graph/throttling-limits#identity-protection-and-conditional-access-service-limits
  ["/identityProtection", "conditionalAccess"],
  ["/networkAccess", "networkAccess"],
  ["/auditLogs", "reports"],
];

/** The workload of a path without its version: `/servicePrincipals/{id}` is "directory". */
export function workloadOf(path: string): Workload {
  const found = prefixes.find(
    ([prefix]) => path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`),
  );
  return found?.[1] ?? "directory";
}

/** Objects that others refer to come first: applications, then service principals, then the rest. */
const ranks: readonly (readonly [path: RegExp, rank: number])[] = [
  [/^\/applications(?:\(|\/microsoft\.graph\.agentIdentityBlueprint\/?$|\/?(?:\?|$))/i, 0],
  [/^\/servicePrincipals(?:\(|\/microsoft\.graph\.agentIdentityBlueprintPrincipal\/?$)/i, 1],
  [/^\/servicePrincipals\/microsoft\.graph\.agentIdentity\/?$/i, 2],
];

const lastRank = 3;

/** Which request is sent first when not all can be: the lowest rank. */
export const rankOf = (path: string): number => ranks.find(([form]) => form.test(path))?.[1] ?? lastRank;
