/** The promise about enforced policies, which must hold at every moment and not only at the end. */
import type { Look } from "./scenario";

/** An enforced policy of the program has all its conditions: one agent, and the risk levels of one of the programs. */
export const neverEnforcedUnseen: Look = (objects) => {
  const agents = objects.filter(({ kind }) => kind === "agentIdentity").map(({ id }) => id);
  return objects
    .filter(({ kind, properties }) => kind === "conditionalAccessPolicy" && properties?.["state"] === "enabled")
    .filter(({ properties }) => !isWhole(properties?.["conditions"] as Conditions, agents))
    .map(({ properties }) => `enforced without its conditions: ${JSON.stringify(properties)}`);
};

interface Conditions {
  readonly agentIdRiskLevels: string | null;
  readonly clientApplications: { readonly includeAgentIdServicePrincipals: readonly string[] } | null;
}

const isWhole = ({ agentIdRiskLevels, clientApplications }: Conditions, agents: readonly string[]): boolean =>
  ["high", "high,medium", "medium,high"].includes(agentIdRiskLevels ?? "") &&
  clientApplications?.includeAgentIdServicePrincipals.length === 1 &&
  clientApplications.includeAgentIdServicePrincipals.every((id) => agents.includes(id));
