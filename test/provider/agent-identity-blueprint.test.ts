import { agentIdentity } from "../../provider/agent-identity";
import { agentIdentityBlueprint } from "../../provider/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../provider/agent-identity-blueprint-principal";
import { aTenant, markerOfTests, Refused, type TestProcess, type TestTenant } from "./a-tenant";

interface Application {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly tags: string[];
  readonly uniqueName: string | null;
}

const collection = "/applications/microsoft.graph.agentIdentityBlueprint";
const path = (objectId: unknown): string => `/applications/${String(objectId)}/microsoft.graph.agentIdentityBlueprint`;
const asks = (change: object = {}) => ({
  displayName: "Payroll agents",
  sponsors: ["diego.siciliani@contoso.com"],
  ...change,
});

describe("an agent identity blueprint", () => {
  let tenant: TestTenant;
  let run: TestProcess;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  it("lives: is created, changed in place, read and deleted", async () => {
    const made = await run.create(
      agentIdentityBlueprint,
      asks({ description: "Answers payslip questions", tags: ["payroll"] }),
    );
    expect(made.inputs).toEqual({
      displayName: "Payroll agents",
      sponsors: ["diego.siciliani@contoso.com"],
      description: "Answers payslip questions",
      signInAudience: "AzureADMyOrg",
      tags: ["payroll"],
      uniqueName: `agentid-${markerOfTests}`,
      marker: markerOfTests,
    });
    const application = await tenant.graph.get<Application>(path(made.outputs["objectId"]));
    expect(application).toMatchObject({
      appId: made.id,
      displayName: "Payroll agents",
      uniqueName: `agentid-${markerOfTests}`,
    });
    expect(made.outputs).toEqual({ ...made.inputs, objectId: application.id, tenantId: tenant.emulated.id });

    const news = {
      ...made.inputs,
      displayName: "Payroll",
      tags: ["hr", "payroll"],
      owners: ["johanna.lorenz@contoso.com"],
    };
    const { outs } = await run.provider(agentIdentityBlueprint).update(made.id, made.outputs, news);
    expect(await run.provider(agentIdentityBlueprint).read(made.id, outs)).toEqual({
      id: made.id,
      props: outs,
      inputs: news,
    });

    const later = await tenant.process();
    await later.provider(agentIdentityBlueprint).delete(made.id, outs);
    expect(await later.provider(agentIdentityBlueprint).read(made.id, outs)).toEqual({ id: "", props: {} });
  });

  it("never loses its marker when its tags change, and never shows it", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ tags: ["a"] }));
    await run.provider(agentIdentityBlueprint).update(made.id, made.outputs, { ...made.inputs, tags: [] });
    const { tags } = await tenant.graph.get<Application>(path(made.outputs["objectId"]));
    expect(tags).toEqual([`pulumi-entra-agent-id:AgentIdentityBlueprint:${markerOfTests}`]);
  });

  it("leaves tags alone that the program does not manage", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const { tags } = await tenant.graph.get<Application>(path(made.outputs["objectId"]));
    await tenant.graph.patch(path(made.outputs["objectId"]), { tags: [...tags, "from-portal"] });
    await run
      .provider(agentIdentityBlueprint)
      .update(made.id, made.outputs, { ...made.inputs, displayName: "Payroll" });
    expect((await tenant.graph.get<Application>(path(made.outputs["objectId"]))).tags).toContain("from-portal");
  });

  it("is replaced when its uniqueName changes", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const { replaces } = await run
      .provider(agentIdentityBlueprint)
      .diff(made.id, made.outputs, { ...made.inputs, uniqueName: "payroll" });
    expect(replaces).toEqual(["uniqueName"]);
  });

  it("is restored, not made anew, while its uniqueName is reserved by its deleted self", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    await (await tenant.process()).provider(agentIdentityBlueprint).delete(made.id, made.outputs);
    const again = await (
      await tenant.process()
    ).create(agentIdentityBlueprint, asks({ displayName: "Payroll, again" }));
    expect(again.id).toBe(made.id);
    expect(await tenant.graph.list<Application>(collection)).toMatchObject([
      { appId: made.id, displayName: "Payroll, again" },
    ]);
    expect(await tenant.graph.list("/directory/deletedItems/microsoft.graph.application")).toEqual([]);
  });

  it("is not taken over when somebody else made the one with its uniqueName, deleted or not", async () => {
    await run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }));
    const other = (await tenant.process()).create(
      agentIdentityBlueprint,
      asks({ uniqueName: "payroll" }),
      "eeeeffffgggghhhh",
    );
    await expect(other).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringMatching(
        /^cannot find agent identity blueprint "Payroll agents": blueprint "Payroll agents" \(appId .*, uniqueName payroll\) exists already: it does not bear this resource's marker, so somebody else made it\. Declare another uniqueName, or delete that blueprint\.$/,
      ) as string,
    });
  });

  it("is never taken over from a stack that made its uniqueName after this run had looked", async () => {
    await run.create(agentIdentityBlueprint, asks({ uniqueName: "payroll-first" }));
    const others = await tenant.process();
    const theirs = await others.create(agentIdentityBlueprint, asks({ uniqueName: "shared" }), "bbbbbbbbbbbbbbbb");
    await expect(
      run.create(agentIdentityBlueprint, asks({ displayName: "Ours now", uniqueName: "shared" }), "cccccccccccccccc"),
    ).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("it does not bear this resource's marker") as string,
    });
    expect(await tenant.graph.get(`/applications(appId='${theirs.id}')`)).toMatchObject({
      displayName: "Payroll agents",
    });
  });

  it("that a stale list does not show is found all the same, with what hangs from it: one of each", async () => {
    const sponsors = ["diego.siciliani@contoso.com"];
    const agent = { displayName: "Payslip helper", sponsors };
    const makeAll = async (process: TestProcess) => {
      const blueprint = await process.create(agentIdentityBlueprint, asks());
      const principal = await process.create(agentIdentityBlueprintPrincipal, { blueprintId: blueprint.id });
      const identity = await process.create(agentIdentity, { ...agent, blueprintId: blueprint.id });
      return [blueprint.id, principal.id, identity.id];
    };
    const made = await makeAll(run);
    const path = "/applications/microsoft.graph.agentIdentityBlueprint$";
    tenant.emulated.fail({ method: "GET", path, effect: "before", answer: { status: 200, body: { value: [] } } });
    expect(await makeAll(await tenant.process())).toEqual(made);
    expect(await tenant.graph.list("/servicePrincipals/microsoft.graph.agentIdentity")).toHaveLength(1);
  });

  it("is never a plain application that happens to have its uniqueName", async () => {
    tenant.emulated.grant(["Application.Read.All", "AgentIdentityBlueprint.ReadWrite.All", "User.Read.All"]);
    const other = await tenant.process();
    const plain = {
      status: 200,
      body: {
        "@odata.type": "#microsoft.graph.application",
        id: "1",
        appId: "2",
        displayName: "Plain",
        tags: [],
        uniqueName: "payroll",
      },
    };
    tenant.emulated.fail({ method: "PATCH", path: "uniqueName", effect: "before", answer: plain });
    await expect(other.create(agentIdentityBlueprint, asks({ uniqueName: "payroll" }))).rejects.toMatchObject({
      code: "UNEXPECTED_ANSWER",
      message: expect.stringContaining("is a plain application, not a blueprint. Declare another uniqueName") as string,
    });
  });

  it("keeps its uniqueName when its resource is renamed", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const { uniqueName, ...others } = made.inputs;
    const { inputs } = await run
      .provider(agentIdentityBlueprint)
      .check(made.inputs, { ...others, marker: "eeeeffffgggghhhh" });
    expect(inputs).toEqual({ ...made.inputs, uniqueName, marker: "eeeeffffgggghhhh" });
  });

  it("exists once when the answer to its creation is lost", async () => {
    tenant.emulated.fail({ method: "PATCH", path: "uniqueName", effect: "after", answer: "reset" });
    const made = await run.create(agentIdentityBlueprint, asks());
    expect((await tenant.graph.list<Application>(collection)).map(({ appId }) => appId)).toEqual([made.id]);
  });

  it.each([
    ["a tag with a space", { tags: ["two words"] }, "tags[0]", "must be 1 to 256 characters without spaces"],
    [
      "a tag that would pass for a marker",
      { tags: ["pulumi-entra-agent-id:x"] },
      "tags[0]",
      'must not start with "pulumi-entra-agent-id:", which marks what Pulumi manages',
    ],
    [
      "an audience of personal accounts",
      { signInAudience: "AzureADandPersonalMicrosoftAccount" },
      "signInAudience",
      'must be "AzureADMyOrg" or "AzureADMultipleOrgs"',
    ],
    [
      "an owner nobody knows",
      { owners: ["nobody@contoso.com"] },
      "owners",
      'must name somebody of this tenant: there is no "nobody@contoso.com" in the test tenant',
    ],
  ])("is refused at preview: %s", async (_title, change, property, reason) => {
    await expect(run.create(agentIdentityBlueprint, asks(change))).rejects.toEqual(new Refused([{ property, reason }]));
  });
});
