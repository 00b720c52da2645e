import fc from "fast-check";
import { nameAndMarker } from "./name-suffix";
import { aSpecimen } from "./specimen";

type State = "enabled" | "disabled" | "enabledForReportingButNotEnforced";

interface Wish {
  readonly displayName: string;
  readonly state?: State;
  readonly riskLevels: readonly string[];
}

interface Conditions {
  readonly agentIdRiskLevels: string | null;
  readonly clientApplications: { readonly includeAgentIdServicePrincipals: readonly string[] } | null;
  readonly locations: { readonly excludeLocations: readonly string[] } | null;
}

interface Policy {
  readonly id: string;
  readonly displayName: string;
  readonly state: State;
  readonly conditions: Conditions;
}

/** With a principal all its identities are meant. */
const principal = "AgentIdentityBlueprintPrincipal";
/** Where the policy does not apply. */
const location = "NamedLocation";
const collection = "/identity/conditionalAccess/policies";
const reportOnly = "enabledForReportingButNotEnforced";

const levelsOf = ({ agentIdRiskLevels }: Conditions): string[] => (agentIdRiskLevels?.split(",") ?? []).sort();

export const specimen = aSpecimen<Wish>({
  kind: "ConditionalAccessPolicy",
  stem: "policy",
  called: "block",
  parents: [principal, location],
  least: { displayName: "Block risky agents", riskLevels: ["high"] },
  first: { displayName: "Block risky agents", state: "enabled", riskLevels: ["high"] },
  changed: { displayName: "Block all risky agents", state: "enabled", riskLevels: ["high", "medium"] },
  sibling: { displayName: "Watch agents", riskLevels: ["high"] },
  wishes: fc.record({
    displayName: fc.constantFrom("Block", "Watch"),
    state: fc.constantFrom<State>("enabled", "disabled", reportOnly),
    riskLevels: fc.constantFrom(["high"], ["high", "medium"]),
  }),
  key: [],
  args: (_name, { displayName, riskLevels, state }, of) => ({
    displayName,
    conditions: {
      clientApplications: { includeAgentIdServicePrincipals: [of(principal).id] },
      locations: { includeLocations: ["All"], excludeLocations: [of(location).id] },
      applications: { includeApplications: ["All"] },
      agentIdRiskLevels: riskLevels,
    },
    state,
  }),
  async seen(tenant) {
    const all = await tenant.list<Policy>(collection, { version: "beta" });
    return all.map(({ id, displayName: shown, state, conditions }) => {
      const { displayName, marker } = nameAndMarker(shown);
      const agents = conditions.clientApplications?.includeAgentIdServicePrincipals;
      return {
        id,
        path: `${collection}/${id}`,
        marker,
        content: {
          displayName,
          state,
          agents,
          elsewhere: conditions.locations?.excludeLocations,
          riskLevels: levelsOf(conditions),
        },
      };
    });
  },
  content: (_name, { displayName, state = reportOnly, riskLevels }, of) => ({
    displayName,
    state,
    agents: [of(principal).id],
    elsewhere: [of(location).id],
    riskLevels: [...riskLevels].sort(),
  }),
  // An enforced policy without its conditions would block everybody, if only for a moment.
  always(objects) {
    const principals = objects.filter(({ kind }) => kind === "agentIdentityBlueprintPrincipal").map(({ id }) => id);
    return objects
      .filter(({ kind, properties }) => kind === "conditionalAccessPolicy" && properties?.["state"] === "enabled")
      .filter(({ properties }) => !isWhole(properties?.["conditions"] as Conditions, principals))
      .map(({ properties }) => `enforced without its conditions: ${JSON.stringify(properties)}`);
  },
  async lookalike(tenant, of) {
    const body = {
      displayName: "Block risky agents",
      state: reportOnly,
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: [of(principal).id] },
        locations: { includeLocations: ["All"], excludeLocations: [of(location).id] },
        applications: { includeApplications: ["All"] },
        agentIdRiskLevels: "high",
      },
      grantControls: { operator: "OR", builtInControls: ["block"] },
    };
    return tenant.post<Policy>(collection, body, { version: "beta" });
  },
  edits: {
    enforce: { act: (tenant, { path }) => tenant.patch(path, { state: "enabled" }, { version: "beta" }) },
    delete: { act: (tenant, { path }) => tenant.delete(path), deletes: "softly" },
  },
});

/** As one of the wishes above has it. */
function isWhole(conditions: Conditions, principals: readonly string[]): boolean {
  const agents = conditions.clientApplications?.includeAgentIdServicePrincipals ?? [];
  return (
    ["high", "high,medium"].includes(levelsOf(conditions).join(",")) &&
    agents.length === 1 &&
    agents.every((id) => principals.includes(id))
  );
}
