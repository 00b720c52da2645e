import { openTenant } from "../../emulator/tenant";
import { aBlueprint, anIdentity, asker, type Family, idOf, people } from "./client";
import { onBeta } from "./policy";

const tenant = openTenant({ memory: true, selfCheck: true });
const askAny = asker(tenant);
const ask = onBeta(askAny);
afterAll(() => tenant.close());

const all = "/identityProtection/riskyAgents";
const detections = "/identityProtection/agentRiskDetections";
const writer = { permissions: ["IdentityRiskyAgent.ReadWrite.All"] };
const reader = { permissions: ["IdentityRiskyAgent.Read.All", "IdentityRiskEvent.Read.All"] };
const knowing = { ...reader, headers: { Prefer: "include-unknown-enum-members" } };

let family: Family;
let agent: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(askAny);
  agent = (await anIdentity(askAny, family)).body.id;
});

const say = (judgement: string, ...agentIds: string[]) => ask(`POST ${all}/${judgement}`, { agentIds }, writer);

describe("a risky agent", () => {
  it("is one that an administrator confirms compromised, under the agent's own id", async () => {
    expect((await ask(`GET ${all}`, undefined, reader)).body.value).toEqual([]);
    expect((await say("confirmCompromised", agent, family.principal.id)).status).toBe(204);
    const { value } = (await ask(`GET ${all}`, undefined, knowing)).body;
    expect(value).toMatchObject([
      {
        "@odata.type": "#microsoft.graph.riskyAgentIdentity",
        id: agent,
        agentDisplayName: "payroll helper",
        blueprintId: family.blueprint.appId,
        identityType: "agentIdentity",
        isDeleted: false,
        isEnabled: true,
        riskLevel: "high",
        riskState: "confirmedCompromised",
        riskDetail: "adminConfirmedAgentCompromised",
      },
      {
        "@odata.type": "#microsoft.graph.riskyAgentIdentityBlueprintPrincipal",
        id: family.principal.id,
        identityType: "agentIdentityBlueprintPrincipal",
      },
    ]);
    expect(
      (await ask(`GET ${all}?$filter=identityType eq 'agentIdentity'`, undefined, reader)).body.value,
    ).toHaveLength(1);
  });

  it("shows members after the sentinel only to callers that ask for them", async () => {
    await say("confirmCompromised", family.principal.id);
    const path = `GET ${all}/${family.principal.id}`;
    expect((await ask(path, undefined, reader)).body).toMatchObject({
      identityType: "unknownFutureValue",
      riskDetail: "unknownFutureValue",
      riskState: "confirmedCompromised",
    });
    expect((await ask(path, undefined, knowing)).body).toMatchObject({
      identityType: "agentIdentityBlueprintPrincipal",
      riskDetail: "adminConfirmedAgentCompromised",
    });
  });

  it.each([
    ["confirmSafe", { riskLevel: "none", riskState: "confirmedSafe", riskDetail: "adminConfirmedAgentSafe" }],
    ["dismiss", { riskLevel: "none", riskState: "dismissed", riskDetail: "adminDismissedRiskForAgent" }],
  ])("is none any more after %s, nor are its detections", async (judgement, outcome) => {
    await say("confirmCompromised", agent);
    await say(judgement, agent);
    expect((await ask(`GET ${all}/${agent}`, undefined, knowing)).body).toMatchObject(outcome);
    const found = await ask(`GET ${detections}?$filter=agentId eq '${agent}'`, undefined, knowing);
    expect(found.body.value).toMatchObject([{ riskEventType: "adminConfirmedAgentCompromised", ...outcome }]);
    expect((await ask(`GET ${detections}/${found.body.value[0].id}`, undefined, reader)).status).toBe(200);
  });

  it("is an agent that exists; all of a request are judged or none", async () => {
    const nobody = "11111111-1111-4111-8111-111111111111";
    expect((await say("confirmCompromised", agent, nobody)).status).toBe(404);
    const { adele } = await people(askAny);
    expect((await say("confirmCompromised", agent, idOf(adele))).status).toBe(404);
    expect((await ask(`GET ${all}/${agent}`, undefined, reader)).status).toBe(404);
    expect((await ask(`POST ${all}/dismiss`, { agentIds: [] }, writer)).status).toBe(400);
    expect((await say("dismiss", agent)).status).toBe(204);
    expect((await ask(`GET ${all}`, undefined, reader)).body.value).toEqual([]);
  });

  it("shows that the agent was deleted or disabled", async () => {
    await say("confirmCompromised", agent);
    await askAny(`PATCH /servicePrincipals/${agent}/microsoft.graph.agentIdentity`, { accountEnabled: false });
    await askAny(`DELETE /servicePrincipals/${agent}`);
    expect((await ask(`GET ${all}/${agent}`, undefined, reader)).body).toMatchObject({
      isDeleted: true,
      isEnabled: false,
    });
  });

  it("is for who may read and write risk, on beta", async () => {
    expect((await ask(`POST ${all}/dismiss`, { agentIds: [agent] }, reader)).status).toBe(403);
    expect((await ask(`GET ${all}`, undefined, { permissions: ["Directory.Read.All"] })).status).toBe(403);
    expect((await askAny(`GET ${all}`, undefined, reader)).status).toBe(501);
  });
});
