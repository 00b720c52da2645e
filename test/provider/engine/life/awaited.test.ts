import { agentIdentityBlueprint } from "../../../../provider/identities/agent-identity-blueprint";
import { UNKNOWN } from "../../../../provider/engine/unknown";
import { aTenant, type TestProcess, type TestTenant } from "../../a-tenant";

const newcomer = "new.comer@contoso.com";
const asks = (change: object = {}) => ({
  ...{ displayName: "Payroll agents", sponsors: [newcomer], marker: "aaaabbbbccccdddd" },
  ...change,
});
const adeleId = "/users/adele.vance@contoso.com?$select=id";
const apiId = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id";
const nobody = `must name somebody of this tenant: there is no "${newcomer}" in the test tenant`;

describe("somebody whom another resource of the program may make first", () => {
  let tenant: TestTenant;
  let run: TestProcess;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  const plantNewcomer = () => {
    const body = { displayName: "New Comer", userPrincipalName: newcomer };
    tenant.emulated.plant([{ id: "7d1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11", kind: "user", body }]);
  };

  it.each([
    ["the property comes from it", { __awaits: ["sponsors"] }],
    ["the resource depends on one that is not there yet", { __awaitsAll: UNKNOWN }],
    ["the resource depends on one in this run", { __awaitsAll: true }],
  ])("is not asked for at preview where %s, and is there when it is applied", async (_, awaits) => {
    const provider = run.provider(agentIdentityBlueprint);
    const { inputs, failures } = await provider.check({}, asks(awaits));
    expect(failures).toEqual([]);
    expect(Object.keys(inputs).filter((key) => key.startsWith("__"))).toEqual([]);
    plantNewcomer();
    expect((await provider.create(inputs)).outs).toMatchObject({ sponsors: [newcomer] });
  });

  it.each([
    ["another property comes from elsewhere", { __awaits: ["displayName"] }],
    ["what the resource depends on is there", { __awaitsAll: false }],
    ["nothing is said", {}],
  ])("is refused at preview where %s", async (_, awaits) => {
    const { failures } = await run.provider(agentIdentityBlueprint).check({}, asks(awaits));
    expect(failures).toEqual([{ property: "sponsors", reason: nobody }]);
  });

  it.each([
    ["a second name of one person", { sponsors: ["adele.vance@contoso.com", adeleId] }, "names the same object twice"],
    ["what may not be a sponsor", { sponsors: [apiId] }, "must name users or groups"],
  ])("is told from what no waiting cures, which is refused at preview: %s", async (_, wrong, says) => {
    const named = await Promise.all(
      wrong.sponsors.map(async (name) =>
        name.startsWith("/") ? (await tenant.graph.get<{ id: string }>(name)).id : name,
      ),
    );
    const { failures } = await run
      .provider(agentIdentityBlueprint)
      .check({}, asks({ sponsors: named, __awaitsAll: true }));
    expect(failures).toEqual([{ property: "sponsors", reason: expect.stringContaining(says) as string }]);
  });

  it("does not hide what is wrong beside it: that ends the waiting", async () => {
    const provider = run.provider(agentIdentityBlueprint);
    const { inputs } = await provider.check({}, asks({ __awaits: ["sponsors"] }));
    const { id } = await tenant.graph.get<{ id: string }>(apiId);
    tenant.requestsSince();
    const sponsors = [newcomer, id];
    await expect(provider.create({ ...inputs, sponsors })).rejects.toThrow("must name users or groups");
    expect(tenant.requestsSince().filter((request) => request.includes("/users/new"))).toHaveLength(1);
  });

  it("is refused before anything is sent where nobody made it", async () => {
    const provider = run.provider(agentIdentityBlueprint);
    const { inputs } = await provider.check({}, asks({ __awaits: ["sponsors"] }));
    tenant.requestsSince();
    await expect(provider.create(inputs)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: `cannot create agent identity blueprint "Payroll agents": its inputs were refused: sponsors ${nobody}.`,
    });
    expect(tenant.requestsSince().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  it("is waited for while replicas do not know it, also by an update", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ sponsors: ["johanna.lorenz@contoso.com"] }));
    const provider = run.provider(agentIdentityBlueprint);
    const { inputs } = await provider.check(made.inputs, asks({ __awaits: ["sponsors"] }));
    plantNewcomer();
    const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    tenant.emulated.fail({ method: "GET", path: "/users/new", effect: "before", answer, times: 2 });
    expect((await provider.update(made.id, made.outputs, inputs)).outs).toMatchObject({ sponsors: [newcomer] });
  });
});
