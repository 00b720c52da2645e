import * as agentid from "pulumi-entra-agent-id";

// One kind of agent, and each agent a line.
const payroll = new agentid.AgentFleet("payroll", {
  displayName: "Payroll agents",
  description: "Answer payslip questions and check expenses.",
  sponsors: ["johanna.lorenz@contoso.com"],

  // GitHub Actions signs in as this kind of agent, without a secret.
  federation: {
    github: {
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:contoso/payroll-agents:ref:refs/heads/main",
    },
  },

  // What every agent of the fleet may do in Microsoft Graph.
  permissions: { graph: { application: ["User.Read.All"], delegated: ["Mail.Read"] } },

  agents: {
    "payslip-helper": { displayName: "Payslip helper" },
    "expense-checker": { displayName: "Expense checker", permissions: { graph: { delegated: ["Files.Read"] } } },
  },
});

export const blueprintId = payroll.blueprintId;
