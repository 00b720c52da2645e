// @ts-check
/** The program that is measured: as many agents' worth of objects as the peer was measured with. */

/**
 * @param {number} count blueprints, each with a principal, a federated credential, and a grant of one application and one
 *   delegated permission
 */
export const fleetOf = (count) => `
const agentid = require("pulumi-entra-agent-id");
for (let index = 0; index < ${count}; index++) {
  const name = "agent-" + String(index).padStart(4, "0");
  const blueprint = new agentid.AgentIdentityBlueprint(name, { displayName: name, sponsors: ["diego.siciliani@contoso.com"] });
  const principal = new agentid.AgentIdentityBlueprintPrincipal(name, { blueprintId: blueprint.id });
  new agentid.FederatedIdentityCredential(name, { blueprintId: blueprint.id, name: "github", issuer: "https://token.actions.githubusercontent.com", subject: "repo:contoso/" + name + ":ref:refs/heads/main" });
  new agentid.PermissionGrant(name, { agentId: principal.id, application: ["User.Read.All"], delegated: ["Mail.Read"] });
}
`;
