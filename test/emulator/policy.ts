/** Conditional Access policies as tests ask for them. */
import type { Ask } from "./client";

export const all = "/identity/conditionalAccess/policies";

/** Asks on beta, where the policies are. */
export const onBeta =
  (ask: Ask): Ask =>
  (request, body, asking = {}) =>
    ask(request, body, { version: "beta", ...asking });

/** What a test says otherwise. */
export type Change = { readonly conditions?: object } & Readonly<Record<string, unknown>>;

/** The documented example that blocks every agent identity. */
export const asks = (change: Change = {}) => {
  const { conditions, ...rest } = change;
  return {
    displayName: "Block agents",
    state: "enabledForReportingButNotEnforced",
    conditions: {
      clientApplications: {
        includeAgentIdServicePrincipals: ["All"],
        excludeAgentIdServicePrincipals: [],
        agentIdServicePrincipalFilter: null,
      },
      applications: { includeApplications: ["All"], excludeApplications: [] },
      ...conditions,
    },
    grantControls: { operator: "AND", builtInControls: ["block"] },
    ...rest,
  };
};

/** A policy for people, which allows every control. */
export const forPeople = (change: Change = {}) =>
  asks({
    ...change,
    conditions: { clientApplications: null, users: { includeUsers: ["All"] }, ...change.conditions },
  });
