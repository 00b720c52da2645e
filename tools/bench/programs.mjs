// @ts-check
/** The programs that are measured. */

const prologue = `const agentid = require("pulumi-entra-agent-id");
const sponsors = ["diego.siciliani@contoso.com"];
const numbered = (noun, index) => noun + "-" + String(index).padStart(4, "0");
`;

/** Agent identities that an application may make of one blueprint. */
const mostOfABlueprint = 250;

/** @param {string} agents expression of the program: whom the policy blocks when they are at risk */
const policy = (
  agents,
) => `new agentid.ConditionalAccessPolicy(name, { displayName: name, conditions: { clientApplications: { includeAgentIdServicePrincipals: [${agents}] }, applications: { includeApplications: ["All"] }, agentIdRiskLevels: ["high"] } });
`;

/**
 * As many agents' worth of objects as the peer was measured with.
 *
 * @param {number} count blueprints, each with a principal, a federated credential, and a grant of one application and one
 *   delegated permission
 * @param {{ policies?: boolean }} [more] policies: each has a Conditional Access policy too, which the peer had not
 */
export const fleetOf = (count, { policies = false } = {}) => `${prologue}
for (let index = 0; index < ${count}; index++) {
  const name = numbered("agent", index);
  const blueprint = new agentid.AgentIdentityBlueprint(name, { displayName: name, sponsors });
  const principal = new agentid.AgentIdentityBlueprintPrincipal(name, { blueprintId: blueprint.id });
  new agentid.FederatedIdentityCredential(name, { blueprintId: blueprint.id, name: "github", issuer: "https://token.actions.githubusercontent.com", subject: "repo:contoso/" + name + ":ref:refs/heads/main" });
  new agentid.PermissionGrant(name, { agentId: principal.id, application: ["User.Read.All"], delegated: ["Mail.Read"] });
${policies ? "  " + policy("principal.id") : ""}}
`;

/**
 * Agents in as few blueprints as an application may have them.
 *
 * @param {number} count agents, each an identity and a grant
 * @param {{ application: readonly string[], delegated: readonly string[] }} permissions of each agent
 */
export const agentsOf = (count, permissions) => `${prologue}
let principal;
for (let index = 0; index < ${count}; index++) {
  if (index % ${mostOfABlueprint} === 0) {
    const kind = numbered("kind", index / ${mostOfABlueprint});
    const blueprint = new agentid.AgentIdentityBlueprint(kind, { displayName: kind, sponsors });
    principal = new agentid.AgentIdentityBlueprintPrincipal(kind, { blueprintId: blueprint.id });
  }
  const name = numbered("agent", index);
  const identity = new agentid.AgentIdentity(name, { displayName: name, blueprintId: principal.blueprintId, sponsors });
  new agentid.PermissionGrant(name, { agentId: identity.id, ...${JSON.stringify(permissions)} });
}
`;

/**
 * What Pulumi needs for any dynamic provider, without this package: how fast the machine is.
 *
 * @param {number} count resources whose provider does nothing
 */
export const plainOf = (count) => `const pulumi = require("@pulumi/pulumi");
const __provider = "exports.handler=()=>({create:async(i)=>({id:i.name,outs:i}),update:async(_i,_o,n)=>({outs:n}),delete:async()=>{}})";
for (let index = 0; index < ${count}; index++) {
  new pulumi.CustomResource("pulumi-nodejs:dynamic:Resource", "resource-" + index, { name: "resource-" + index, __provider });
}
`;

/** @param {number} count Conditional Access policies */
export const policiesOf = (count) => `${prologue}
for (let index = 0; index < ${count}; index++) {
  const name = numbered("policy", index);
  ${policy('"All"')}}
`;
