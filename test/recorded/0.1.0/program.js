const agentid = require("pulumi-entra-agent-id");
const pulumi = require("@pulumi/pulumi");
const blueprint = new agentid.AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors: ["diego.siciliani@contoso.com"] });
const principal = new agentid.AgentIdentityBlueprintPrincipal("payroll", { blueprintId: blueprint.id });
const identity = new agentid.AgentIdentity("helper", { displayName: "Payslip helper", blueprintId: principal.blueprintId, sponsors: ["diego.siciliani@contoso.com"] });
new agentid.PermissionGrant("helper", { agentId: identity.id, application: ["User.Read.All"], delegated: ["Mail.Read"] });
new agentid.FederatedIdentityCredential("github", { blueprintId: blueprint.id, name: "github", issuer: "https://token.actions.githubusercontent.com", subject: "repo:contoso/payroll:ref:refs/heads/main" });
new agentid.ConditionalAccessPolicy("block", { displayName: "Block risky agents", conditions: { clientApplications: { includeAgentIdServicePrincipals: [principal.id] }, applications: { includeApplications: ["All"] }, agentIdRiskLevels: ["high"] } });
