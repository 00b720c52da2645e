import fc from "fast-check";
import { openTenant } from "../../emulator/tenant";
import { evaluate } from "../../emulator/rules/conditional-access-evaluation";
import { SqliteStore } from "../../emulator/state/sqlite-store";
import { fitsAttributeRule, parseAttributeRule } from "../../emulator/rules/attribute-rule";
import { aBlueprint, anIdentity, asker, type Family } from "./client";
import { all, asks, type Change, onBeta } from "./policy";

const tenant = openTenant({ memory: true, selfCheck: true });
const askAny = asker(tenant);
const ask = onBeta(askAny);
afterAll(() => tenant.close());

const graph = "00000003-0000-0000-c000-000000000000";
let family: Family;
let agent: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(askAny);
  agent = (await anIdentity(askAny, family)).body.id;
});

const whatIf = (change: object = {}, headers: Record<string, string> = { Prefer: "include-unknown-enum-members" }) =>
  ask(
    "POST /identity/conditionalAccess/evaluate",
    {
      signInIdentity: { "@odata.type": "#microsoft.graph.agentSignIn", agentServicePrincipalId: agent },
      signInContext: { "@odata.type": "#microsoft.graph.applicationContext", includeApplications: [graph] },
      signInConditions: {},
      ...change,
    },
    { headers },
  );
const reason = async (change: Change, asked: object = {}) => {
  const { id } = (await ask(`POST ${all}`, asks(change))).body;
  const result = (await whatIf(asked)).body.value.find((policy) => policy.id === id);
  return (result as { readonly analysisReasons?: string } | undefined)?.analysisReasons;
};
const clients = (clientApplications: object, more: object = {}) => ({ conditions: { clientApplications, ...more } });

describe("What-If for an agent identity", () => {
  it("finds policies on all agents, on this one and on its blueprint principal", async () => {
    expect(await reason({})).toBe("notSet");
    expect(await reason(clients({ includeAgentIdServicePrincipals: [agent] }))).toBe("notSet");
    expect(await reason(clients({ includeAgentIdServicePrincipals: [family.principal.id] }))).toBe("notSet");
  });

  it("does not count a blueprint principal where the profile says that it is ignored", async () => {
    tenant.set({ profiles: { blueprintPrincipalInPolicies: "ignored" } });
    expect(await reason(clients({ includeAgentIdServicePrincipals: [family.principal.id] }))).toBe("agentIdentities");
    expect(await reason(clients({ includeAgentIdServicePrincipals: [agent] }))).toBe("notSet");
    tenant.set({ profiles: { blueprintPrincipalInPolicies: "applied" } });
  });

  it("says why a policy does not apply", async () => {
    const all = ["All"];
    const other = (await anIdentity(askAny, family)).body.id;
    expect(await reason({ state: "disabled" })).toBe("policyNotEnabled");
    expect(await reason(clients({ includeAgentIdServicePrincipals: [other] }))).toBe("agentIdentities");
    const excluding = { includeAgentIdServicePrincipals: all, excludeAgentIdServicePrincipals: [agent] };
    expect(await reason(clients(excluding))).toBe("agentIdentities");
    const applications = { includeApplications: ["AllAgentIdResources"] };
    expect(await reason({ conditions: { applications } })).toBe("application");
    expect(await reason({ conditions: { agentIdRiskLevels: "high,medium" } })).toBe("agentIdRisk");
    const risky = { signInConditions: { agentIdRiskLevel: "medium" } };
    expect(await reason({ conditions: { agentIdRiskLevels: "high,medium" } }, risky)).toBe("notSet");
  });

  it("leaves out what does not apply when asked to, and hides newer reasons from who does not know them", async () => {
    await ask(`POST ${all}`, asks({ conditions: { agentIdRiskLevels: "high" } }));
    expect((await whatIf({ appliedPoliciesOnly: true })).body.value).toEqual([]);
    expect((await whatIf({}, {})).body.value).toMatchObject([
      { policyApplies: false, analysisReasons: "unknownFutureValue" },
    ]);
  });

  it("knows which policies would block: those that are enforced", () => {
    const store = new SqliteStore(":memory:", () => []);
    const insert = (id: string, state: string) => store.insert("conditionalAccessPolicy", id, asks({ state }));
    for (const state of ["enabled", "enabledForReportingButNotEnforced", "disabled"]) insert(state, state);
    const signIn = { agent: store.insert("agentIdentity", agent, {}), resources: [graph], riskLevel: "none" };
    const verdicts = evaluate(store, signIn).map(({ policy, reason, blocks }) => [policy.id, reason, blocks]);
    expect(verdicts).toEqual([
      ["enabled", "notSet", true],
      ["enabledForReportingButNotEnforced", "notSet", false],
      ["disabled", "policyNotEnabled", false],
    ]);
    store.close();
  });

  it("is not emulated for anybody else", async () => {
    const user = { "@odata.type": "#microsoft.graph.userSignIn", userId: agent };
    expect((await whatIf({ signInIdentity: user })).status).toBe(501);
    const nobody = { "@odata.type": "#microsoft.graph.agentSignIn", agentServicePrincipalId: family.principal.id };
    expect((await whatIf({ signInIdentity: nobody })).status).toBe(400);
  });
});

describe("the rule of a filter", () => {
  const attributes = { HR: { Approved: ["HR_Approved", "Yes"], Team: "Payroll" } };
  it.each([
    ['CustomSecurityAttribute.HR_Approved -contains "Yes"', true],
    ['CustomSecurityAttribute.hr_team -eq "Payroll"', true],
    ['CustomSecurityAttribute.HR_Team -ne "Payroll"', false],
    ['CustomSecurityAttribute.HR_Nothing -notContains "x"', true],
    ['CustomSecurityAttribute.HR_Nothing -eq "x" -or CustomSecurityAttribute.HR_Team -eq "Payroll"', true],
    [
      '(CustomSecurityAttribute.HR_Nothing -eq "x" -or CustomSecurityAttribute.HR_Team -eq "Payroll") -and CustomSecurityAttribute.HR_Team -eq "y"',
      false,
    ],
  ])("%s", (rule, expected) => {
    expect(fitsAttributeRule(parseAttributeRule(rule), attributes)).toBe(expected);
  });

  it("is read, or refused in Graph's way, whatever it says", () => {
    const word = fc.constantFrom("(", ")", "-and", "-or", "-eq", '"x"', "CustomSecurityAttribute.A_b", " ", "-in");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        try {
          parseAttributeRule(words.join(" "));
        } catch (error) {
          expect(error).toMatchObject({ name: "GraphRefusal" });
        }
      }),
    );
  });
});
