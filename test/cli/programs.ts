/** Programs for the tests: plain JavaScript, which starts faster than TypeScript, with the smallest fleet in it. */
import type { ProgramSource } from "./stack";

/** A program with the package and Pulumi's SDK at hand. */
export const program = (body: string): ProgramSource => ({
  source: `const agentid = require("pulumi-entra-agent-id");\nconst pulumi = require("@pulumi/pulumi");\n${body}`,
});

/** Parts of a program; each test changes one. */
export const parts = {
  blueprint: `const blueprint = new agentid.AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors: ["diego.siciliani@contoso.com"] });`,
  principal: `const principal = new agentid.AgentIdentityBlueprintPrincipal("payroll", { blueprintId: blueprint.id });`,
  identity: `const identity = new agentid.AgentIdentity("helper", { displayName: "Payslip helper", blueprintId: principal.blueprintId, sponsors: ["diego.siciliani@contoso.com"] });`,
  grant: `new agentid.PermissionGrant("helper", { agentId: identity.id, application: ["User.Read.All"], delegated: ["Mail.Read"] });`,
  credential: `new agentid.FederatedIdentityCredential("github", { blueprintId: blueprint.id, name: "github", issuer: "https://token.actions.githubusercontent.com", subject: "repo:contoso/payroll:ref:refs/heads/main" });`,
  policy: `new agentid.ConditionalAccessPolicy("block", { displayName: "Block risky agents", conditions: { clientApplications: { includeAgentIdServicePrincipals: [principal.id] }, applications: { includeApplications: ["All"] }, agentIdRiskLevels: ["high"] } });`,
};

/** The smallest fleet with one of each kind, with some parts changed or left out. */
export const fleet = (change: Partial<Record<keyof typeof parts, string>> = {}, more = ""): ProgramSource =>
  program([...Object.values({ ...parts, ...change }), more].join("\n"));

/** What its tenant holds then, by display name. */
export const fleetContents = {
  blueprints: ["Payroll agents"],
  principals: ["Payroll agents"],
  identities: ["Payslip helper"],
  policies: [expect.stringMatching(/^Block risky agents \[[a-z2-7]{8}\]$/) as string],
};
