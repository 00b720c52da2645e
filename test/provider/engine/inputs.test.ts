import * as fc from "fast-check";
import { agentIdentity } from "../../../provider/identities/agent-identity";
import { conditionalAccessPolicy } from "../../../provider/conditional-access/conditional-access-policy";
import { validate } from "../../../provider/engine/inputs";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { federatedIdentityCredential } from "../../../provider/credentials/federated-identity-credential";
import { permissionGrant } from "../../../provider/permissions/permission-grant";

const blueprintId = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
const right = { displayName: "Payslip helper", blueprintId, sponsors: ["diego.siciliani@contoso.com"] };

describe("inputs of an agent identity", () => {
  it("get their defaults and a canonical form: sets sorted, each item once, names in lower case", () => {
    const { inputs, findings } = validate(agentIdentity, {
      ...right,
      blueprintId: blueprintId.toUpperCase(),
      sponsors: ["Johanna.Lorenz@contoso.com", "diego.siciliani@contoso.com", "johanna.lorenz@contoso.com"],
    });
    expect(findings).toEqual([]);
    expect(inputs).toEqual({
      displayName: "Payslip helper",
      blueprintId,
      sponsors: ["diego.siciliani@contoso.com", "johanna.lorenz@contoso.com"],
      enabled: true,
    });
  });

  it.each([
    [
      "no sponsor",
      { sponsors: [] },
      "sponsors",
      "must name at least one sponsor: somebody has to answer for every agent",
    ],
    [
      "a sponsor who is neither a name nor an id",
      { sponsors: ["Ada"] },
      "sponsors[0]",
      "must be a user principal name (johanna.lorenz@contoso.com) or an object id (a GUID)",
    ],
    ["an empty name", { displayName: "" }, "displayName", "must not be empty"],
    ["a name that is too long", { displayName: "x".repeat(257) }, "displayName", "must be at most 256 characters"],
    ["no name", { displayName: undefined }, "displayName", "must be given"],
    ["a blueprint that is not an id", { blueprintId: "payroll" }, "blueprintId", "must be a GUID"],
    ["a property it does not have", { colour: "red" }, "colour", "is not a property of an AgentIdentity"],
    ["a switch that is not one", { enabled: "yes" }, "enabled", "must be a boolean"],
  ])("are refused: %s", (_title, change, property, reason) => {
    expect(validate(agentIdentity, { ...right, ...change }).findings).toEqual([{ property, reason }]);
  });

  it("are refused with all findings at once", () => {
    const { findings } = validate(agentIdentity, { displayName: "", blueprintId: "x", sponsors: [], colour: 1 });
    expect(findings.map(({ property }) => property)).toEqual(["colour", "displayName", "blueprintId", "sponsors"]);
  });

  it("wait with their judgement until they are known, and are passed on untouched", () => {
    const { inputs, findings } = validate(agentIdentity, { ...right, blueprintId: UNKNOWN, sponsors: UNKNOWN });
    expect(findings).toEqual([]);
    expect(inputs).toMatchObject({ blueprintId: UNKNOWN, sponsors: UNKNOWN });
  });

  it("are judged as far as they are known", () => {
    const { findings } = validate(agentIdentity, { ...right, displayName: "", sponsors: [UNKNOWN, "Ada"] });
    expect(findings.map(({ property }) => property)).toEqual(["displayName", "sponsors[1]"]);
  });

  it("stay as they are when they are canonical already", () => {
    fc.assert(
      fc.property(
        fc.array(fc.emailAddress(), { minLength: 1 }),
        fc.string({ minLength: 1, maxLength: 256 }),
        (sponsors, displayName) => {
          const once = validate(agentIdentity, { ...right, sponsors, displayName });
          if (once.findings.length > 0) return;
          expect(validate(agentIdentity, once.inputs)).toEqual(once);
        },
      ),
    );
  });
});

describe("inputs of other kinds", () => {
  it("name the rule that is broken: a federated credential has exactly one audience and an https issuer", () => {
    const { findings } = validate(federatedIdentityCredential, {
      blueprintId,
      name: "github actions",
      issuer: "http://token.example",
      subject: "",
      audiences: ["a", "b"],
    });
    expect(findings).toEqual([
      { property: "name", reason: "must be 3 to 120 letters, digits, hyphens or underscores" },
      { property: "issuer", reason: "must be an https URL" },
      { property: "subject", reason: "must not be empty" },
      { property: "audiences", reason: "must hold exactly one audience" },
    ]);
  });

  it("may break rules between properties: a grant of nothing", () => {
    expect(validate(permissionGrant, { agentId: blueprintId }).findings).toEqual([
      { property: "application", reason: "or delegated must name at least one permission" },
    ]);
  });

  it("absorb what Graph rewrites in a Conditional Access policy", () => {
    const { inputs, findings } = validate(conditionalAccessPolicy, {
      displayName: "Block risky agents",
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"], excludeAgentIdServicePrincipals: [] },
        applications: { includeApplications: ["All"], excludeApplications: [] },
        users: { includeUsers: ["None"] },
        agentIdRiskLevels: ["high", "medium"],
      },
      grantControls: { operator: "AND", builtInControls: ["block"] },
    });
    expect(findings).toEqual([]);
    expect(inputs).toEqual({
      displayName: "Block risky agents",
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"] },
        applications: { includeApplications: ["All"] },
        agentIdRiskLevels: ["medium", "high"],
      },
      grantControls: { operator: "OR", builtInControls: ["block"] },
      sessionControls: {},
      state: "enabledForReportingButNotEnforced",
    });
  });

  it("refuse any control but block for agents", () => {
    const { findings } = validate(conditionalAccessPolicy, {
      displayName: "MFA for agents",
      conditions: {
        clientApplications: { includeAgentIdServicePrincipals: ["All"] },
        applications: { includeApplications: ["All"] },
      },
      grantControls: { builtInControls: ["mfa"] },
    });
    expect(findings).toEqual([
      {
        property: "grantControls.builtInControls",
        reason: `must be ["block"]: agents cannot meet any other control`,
      },
    ]);
  });

  it("name the exact place of a finding deep inside", () => {
    const { findings } = validate(conditionalAccessPolicy, {
      displayName: "x",
      conditions: { clientApplications: { includeAgents: ["All"] }, applications: {}, agentIdRiskLevels: ["severe"] },
    });
    expect(findings).toEqual([
      { property: "conditions.clientApplications", reason: `has no property "includeAgents"` },
      { property: "conditions.applications.includeApplications", reason: "must be given" },
      { property: "conditions.agentIdRiskLevels[0]", reason: `must be "low", "medium" or "high"` },
    ]);
  });
});
