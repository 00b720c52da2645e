import { agentIdentity } from "../../../provider/identities/agent-identity";
import { aBlueprint, aTenant, type TestProcess, type TestTenant } from "../a-tenant";

describe("a sponsor whom somebody else has added a moment ago", () => {
  let tenant: TestTenant;
  let run: TestProcess;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  it("is taken for added although no replica that is asked shows it yet: Graph's refusal is proof enough", async () => {
    const [first, second] = ["diego.siciliani@contoso.com", "johanna.lorenz@contoso.com"];
    const blueprintId = await aBlueprint(run);
    const asks = { displayName: "Payslip helper", blueprintId, sponsors: [first] };
    const made = await run.create(agentIdentity, asks);
    const path = `/servicePrincipals/${made.id}/microsoft.graph.agentIdentity/sponsors`;
    const before = { value: await tenant.graph.list(path) };
    const { id } = await tenant.graph.get<{ id: string }>(`/users/${second}`);
    await tenant.graph.post(`${path}/$ref`, { "@odata.id": tenant.graph.url(`/users/${id}`) });
    // The read before the change, and the one that follows it.
    tenant.emulated.fail({
      method: "GET",
      path: "/sponsors$",
      effect: "before",
      answer: { status: 200, body: before },
      times: 2,
    });
    tenant.requestsSince();
    const news = { ...made.inputs, sponsors: [first, second] };
    const { outs } = await run.provider(agentIdentity).update(made.id, made.outputs, news);
    expect(outs).toMatchObject({ sponsors: [first, second] });
    const writes = tenant.requestsSince().filter((request) => !request.startsWith("GET"));
    expect(writes).toEqual([`POST /v1.0${path}/$ref`]);
    expect(await tenant.graph.list(path)).toHaveLength(2);
  });
});
