import * as pulumi from "@pulumi/pulumi";
import { AgentFleet, type AgentFleetArgs } from "../../components/agent-fleet";
import { validate } from "../../provider/engine/inputs";
import { permissionGrant } from "../../provider/permissions/permission-grant";
import { registrations } from "../registrations";

const registered = registrations();

const minimal: AgentFleetArgs = {
  displayName: "Payroll agents",
  sponsors: ["diego.siciliani@contoso.com"],
  agents: { "payslip-helper": { displayName: "Payslip helper" } },
};

/** Registers a fleet and gives its children as the engine saw them, without what every resource carries. */
async function children(change: Partial<AgentFleetArgs> = {}): Promise<Record<string, unknown>> {
  new AgentFleet("payroll", { ...minimal, ...change });
  await pulumi.runtime.disconnect();
  const kind = (type: string): string => type.replace("pulumi-nodejs:dynamic/entra-agent-id:", "");
  return Object.fromEntries(
    registered.map(({ type, name, inputs }) => {
      const { __provider, __urn, marker, ...declared } = inputs as Record<string, unknown>;
      return [`${kind(type)} ${name}`, declared];
    }),
  );
}

describe("an agent fleet", () => {
  it("is a blueprint, its principal, a policy and one identity for each agent, and nothing else", async () => {
    expect(await children()).toEqual({
      "entra-agent-id:index:AgentFleet payroll": {},
      "AgentIdentityBlueprint payroll": { displayName: "Payroll agents", sponsors: ["diego.siciliani@contoso.com"] },
      "AgentIdentityBlueprintPrincipal payroll": { blueprintId: "payroll-id" },
      "ConditionalAccessPolicy payroll-block-high-risk": {
        displayName: "Block high-risk agents: Payroll agents",
        conditions: {
          clientApplications: { includeAgentIdServicePrincipals: ["payroll-id"] },
          applications: { includeApplications: ["All"] },
          agentIdRiskLevels: ["high"],
        },
        grantControls: { builtInControls: ["block"] },
      },
      "AgentIdentity payroll-payslip-helper": {
        displayName: "Payslip helper",
        blueprintId: "payroll-id",
        sponsors: ["diego.siciliani@contoso.com"],
      },
    });
  });

  it("grants the fleet's permissions at the fleet's API, also to an agent that says no API of its own", async () => {
    const exchange = "00000002-0000-0ff1-ce00-000000000000";
    const permissions = { mail: { application: ["Mail.Read"], api: undefined } } as unknown as NonNullable<
      AgentFleetArgs["permissions"]
    >;
    const declared = await children({
      permissions: { mail: { api: exchange, application: ["Mail.Send"] } },
      agents: { helper: { displayName: "Helper", permissions } },
    });
    expect(declared["PermissionGrant payroll-helper-mail"]).toMatchObject({
      api: exchange,
      application: ["Mail.Send", "Mail.Read"],
    });
  });

  it("refuses one key for two APIs: the fleet's permissions would be granted at the agent's", () => {
    const agents = {
      helper: { displayName: "Helper", permissions: { mail: { api: "b", application: ["Mail.Read"] } } },
    };
    const permissions = { mail: { api: "a", application: ["Mail.Send"] } };
    expect(() => new AgentFleet("payroll", { ...minimal, permissions, agents })).toThrow(
      "permissions.mail of the fleet is for API a, and permissions.mail of one of its agents for API b. Give one of them another key.",
    );
  });

  it("gives every agent the permissions of the fleet and its own, one grant for each API", async () => {
    const exchange = "00000002-0000-0ff1-ce00-000000000000";
    const all = await children({
      permissions: { graph: { application: ["User.Read.All"], delegated: ["Mail.Read"] } },
      agents: {
        a: { displayName: "A" },
        b: {
          displayName: "B",
          permissions: {
            graph: { delegated: ["Files.Read"] },
            exchange: { api: exchange, application: ["Mail.Read"] },
          },
        },
      },
    });
    expect(Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("PermissionGrant")))).toEqual({
      "PermissionGrant payroll-a-graph": {
        agentId: "payroll-a-id",
        application: ["User.Read.All"],
        delegated: ["Mail.Read"],
      },
      "PermissionGrant payroll-b-graph": {
        agentId: "payroll-b-id",
        application: ["User.Read.All"],
        delegated: ["Mail.Read", "Files.Read"],
      },
      "PermissionGrant payroll-b-exchange": {
        agentId: "payroll-b-id",
        api: exchange,
        application: ["Mail.Read"],
        delegated: [],
      },
    });
  });

  it("grants once what fleet and agent both name, application as well as delegated", async () => {
    const both = { application: ["User.Read.All", "Group.Read.All"], delegated: ["Mail.Read", "Files.Read"] };
    const declared = await children({
      permissions: { graph: both },
      agents: {
        helper: {
          displayName: "Helper",
          permissions: {
            graph: { application: ["Group.Read.All", "AuditLog.Read.All"], delegated: ["Mail.Send", "Mail.Read"] },
          },
        },
      },
    });
    const agentId = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    const { inputs, findings } = validate(permissionGrant, {
      ...(declared["PermissionGrant payroll-helper-graph"] as object),
      agentId,
    });
    expect([findings, inputs]).toMatchObject([
      [],
      {
        application: ["AuditLog.Read.All", "Group.Read.All", "User.Read.All"],
        delegated: ["Files.Read", "Mail.Read", "Mail.Send"],
      },
    ]);
  });

  it("does with what single users consented to as the fleet says, and as an agent says for itself", async () => {
    const permissions = { graph: { delegated: ["Mail.Read"], userConsents: "withdraw" } } as const;
    const declared = await children({
      permissions,
      agents: {
        a: { displayName: "A" },
        b: { displayName: "B", permissions: { graph: { userConsents: "report" } } },
      },
    });
    expect(declared["PermissionGrant payroll-a-graph"]).toMatchObject({ userConsents: "withdraw" });
    expect(declared["PermissionGrant payroll-b-graph"]).toMatchObject({ userConsents: "report" });
  });

  it("trusts each outside workload by a federated credential of that name", async () => {
    const all = await children({ federation: { github: { issuer: "https://token.example", subject: "repo:x" } } });
    expect(all["FederatedIdentityCredential payroll-github"]).toEqual({
      blueprintId: "payroll-id",
      name: "github",
      issuer: "https://token.example",
      subject: "repo:x",
    });
  });

  it("trusts tokens for the audience that a workload names", async () => {
    const github = { issuer: "https://token.example", subject: "repo:x", audience: "api://payroll" };
    const all = await children({ federation: { github } });
    expect(all["FederatedIdentityCredential payroll-github"]).toMatchObject({ audiences: ["api://payroll"] });
  });

  it("makes its identities after the principal, and deletes an identity's grants before it", async () => {
    const parents: Record<string, pulumi.Resource | undefined> = {};
    const blueprints: Promise<unknown>[] = [];
    const remember: pulumi.ResourceTransformation = ({ type, name, props, opts }) => {
      parents[`${type.split(":").at(-1) ?? ""} ${name}`] = opts.parent;
      const { blueprintId } = props as {
        blueprintId?: pulumi.Output<string> & { allResources(): Promise<Set<unknown>> };
      };
      if (type.endsWith(":AgentIdentity") && blueprintId) blueprints.push(blueprintId.allResources());
      return undefined;
    };
    const permissions = { graph: { application: ["User.Read.All"] } };
    const fleet = new AgentFleet("payroll", { ...minimal, permissions }, { transformations: [remember] });
    await pulumi.runtime.disconnect();
    expect(parents["PermissionGrant payroll-payslip-helper-graph"]).toBe(fleet.agents["payslip-helper"]);
    expect(await Promise.all(blueprints)).toEqual([new Set([fleet.principal])]);
  });

  it("lets an agent have sponsors of its own and be switched off", async () => {
    const all = await children({
      agents: { a: { displayName: "A", sponsors: ["johanna.lorenz@contoso.com"], enabled: false } },
    });
    expect(all["AgentIdentity payroll-a"]).toEqual({
      displayName: "A",
      blueprintId: "payroll-id",
      sponsors: ["johanna.lorenz@contoso.com"],
      enabled: false,
    });
  });

  it("enforces its policy only where blockHighRisk says so", async () => {
    const all = await children({ blockHighRisk: "enabled" });
    expect(all["ConditionalAccessPolicy payroll-block-high-risk"]).toMatchObject({ state: "enabled" });
  });

  it("names its agents in the policy too, where highRiskPolicyNames says so", async () => {
    const agents = { a: { displayName: "A" }, b: { displayName: "B" } };
    const all = await children({ agents, highRiskPolicyNames: "agents" });
    expect(all["ConditionalAccessPolicy payroll-block-high-risk"]).toMatchObject({
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["payroll-id", "payroll-a-id", "payroll-b-id"] },
      },
    });
    expect(all["AgentIdentityBlueprint payroll"]).not.toHaveProperty("highRiskPolicyNames");
  });

  it("has no policy where blockHighRisk is false", async () => {
    expect(Object.keys(await children({ blockHighRisk: false }))).toEqual([
      "entra-agent-id:index:AgentFleet payroll",
      "AgentIdentityBlueprint payroll",
      "AgentIdentityBlueprintPrincipal payroll",
      "AgentIdentity payroll-payslip-helper",
    ]);
  });

  it.each([
    { blockHighRisk: "disabled" },
    { blockHighRisk: pulumi.output<"disabled">("disabled") },
  ] satisfies Partial<AgentFleetArgs>[])("keeps a disabled policy", async ({ blockHighRisk }) => {
    const all = await children({ blockHighRisk });
    expect(all["ConditionalAccessPolicy payroll-block-high-risk"]).toMatchObject({ state: "disabled" });
  });

  it("gives owners to the blueprint and to an agent that names them, and to nobody else", async () => {
    const all = await children({
      owners: ["diego.siciliani@contoso.com"],
      agents: {
        a: { displayName: "A", owners: [pulumi.output("johanna.lorenz@contoso.com")] },
        b: { displayName: "B" },
      },
    });
    expect(all["AgentIdentityBlueprint payroll"]).toEqual({
      displayName: "Payroll agents",
      sponsors: ["diego.siciliani@contoso.com"],
      owners: ["diego.siciliani@contoso.com"],
    });
    expect(all["AgentIdentity payroll-a"]).toMatchObject({ owners: ["johanna.lorenz@contoso.com"] });
    expect(all["AgentIdentity payroll-b"]).not.toHaveProperty("owners");
  });

  it("takes permissions that are known only later, and joins them with those that are known", async () => {
    const all = await children({
      permissions: { graph: { application: pulumi.output(["User.Read.All"]) } },
      agents: { a: { displayName: "A", permissions: { graph: { application: [pulumi.output("Mail.Read")] } } } },
    });
    expect(all["PermissionGrant payroll-a-graph"]).toEqual({
      agentId: "payroll-a-id",
      application: ["User.Read.All", "Mail.Read"],
      delegated: [],
    });
  });

  it("gives an agent's resource options to its identity, which stays a child of the fleet", async () => {
    const options: Record<string, pulumi.CustomResourceOptions> = {};
    const remember: pulumi.ResourceTransformation = ({ type, name, opts }) => {
      if (type.endsWith(":AgentIdentity")) options[name] = opts;
      return undefined;
    };
    const own = { protect: true, ignoreChanges: ["displayName"], aliases: [{ name: "old" }], parent: undefined };
    const agents = { a: { displayName: "A", options: own }, b: { displayName: "B" } };
    const fleet = new AgentFleet("payroll", { ...minimal, agents }, { transformations: [remember] });
    await pulumi.runtime.disconnect();
    expect(options).toEqual({
      "payroll-a": { ...own, deleteBeforeReplace: true, parent: fleet },
      "payroll-b": { deleteBeforeReplace: true, parent: fleet },
    });
  });

  it("drops nothing that is misspelt in JavaScript: the resource it is for refuses it", async () => {
    const errors: string[] = [];
    jest.spyOn(pulumi.log, "error").mockImplementation((message) => {
      errors.push(message);
      return Promise.resolve();
    });
    const trust = { issuer: "https://token.example", subject: "repo:x", audiance: "api://x" };
    const agent = { displayName: "A", sponsor: ["johanna.lorenz@contoso.com"] };
    const misspelt = { sponsers: ["diego.siciliani@contoso.com"], federation: { github: trust }, agents: { a: agent } };
    await children(misspelt);
    expect(errors).toEqual([
      'agent identity blueprint "payroll": sponsers is not a property of an AgentIdentityBlueprint',
      'federated identity credential "payroll-github": audiance is not a property of a FederatedIdentityCredential',
      'agent identity "payroll-a": sponsor is not a property of an AgentIdentity',
    ]);
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });
});
