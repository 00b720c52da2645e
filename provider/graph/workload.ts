/** Which part of Graph serves a path. Each part counts its own quota: a Retry-After binds only requests to the same part. */

export type Workload =
  "directory" | "conditionalAccess" | "identityGovernance" | "identityProtection" | "networkAccess" | "reports";

const prefixes: readonly (readonly [prefix: string, workload: Workload])[] = [
  ["/identity/conditionalAccess", "conditionalAccess"],
  ["/identityGovernance", "identityGovernance"],
  ["/identityProtection", "identityProtection"],
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
