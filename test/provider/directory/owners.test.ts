import { agentIdDeveloper, giveRole } from "../../emulator/client";
import { automation, idOf, peopleAt } from "../../kinds/people";
import type { Lifecycle } from "../../../provider/engine/lifecycle";
import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import { aBlueprint, aTenant, type Live, type TestProcess, type TestTenant } from "../a-tenant";

const [amara, johanna, nestor] = [
  "amara.okafor@contoso.com",
  "johanna.lorenz@contoso.com",
  "nestor.wilke@contoso.com",
] as const;
const asks = (change: object = {}) => ({ displayName: "Payroll agents", sponsors: [johanna], ...change });

describe("the account that creates a blueprint or principal", () => {
  let tenant: TestTenant;
  let run: TestProcess;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  const ownersOf = ({ outputs }: Live) =>
    peopleAt(
      tenant.graph,
      `/applications/${String(outputs["objectId"])}/microsoft.graph.agentIdentityBlueprint/owners`,
    );
  const updated = (of: TestProcess, made: Live, change: object) =>
    of.provider(agentIdentityBlueprint).update(made.id, made.outputs, { ...made.inputs, ...change });

  it("stays its owner beside those that are declared, and is shown", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ owners: [amara] }));
    expect(await ownersOf(made)).toEqual([automation, amara].sort());
    expect(made.outputs).toMatchObject({ owners: [amara], creatorOwner: automation });

    const { outs } = await updated(run, made, { owners: [johanna] });
    expect(await ownersOf(made)).toEqual([automation, johanna].sort());
    expect(outs).toMatchObject({ owners: [johanna], creatorOwner: automation });
    const later = (await tenant.process()).provider(agentIdentityBlueprint);
    expect(await later.read(made.id, outs)).toEqual({
      id: made.id,
      props: outs,
      inputs: { ...made.inputs, owners: [johanna] },
    });
  });

  it("is an owner like any other where the program names it", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ owners: [amara, automation] }));
    expect(made.outputs).toMatchObject({ owners: [automation, amara].sort() });
    expect(made.outputs).not.toHaveProperty("creatorOwner");
    await updated(run, made, { owners: [automation] });
    expect(await ownersOf(made)).toEqual([automation]);
  });

  it("goes when the program says so, and that alone is a change", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ owners: [amara] }));
    const { outs } = await updated(run, made, { removeCreatorAsOwner: true });
    expect(await ownersOf(made)).toEqual([amara]);
    expect(outs).toMatchObject({ owners: [amara], removeCreatorAsOwner: true });
    expect(outs).not.toHaveProperty("creatorOwner");
    const { inputs } = await (await tenant.process()).provider(agentIdentityBlueprint).read(made.id, outs);
    expect(inputs).toEqual({ ...made.inputs, removeCreatorAsOwner: true });
    // Nothing in the tenant depends on whether it is still said.
    await updated(run, { ...made, outputs: outs }, {});
    expect(tenant.warnings).toEqual([]);
  });

  it("may be gone from the start, and cannot be removed where nobody else is declared", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ owners: [amara], removeCreatorAsOwner: true }));
    expect(await ownersOf(made)).toEqual([amara]);
    await expect(run.create(agentIdentityBlueprint, asks({ removeCreatorAsOwner: true }))).rejects.toThrow(
      "removeCreatorAsOwner needs owners: without any, nobody could operate it",
    );
  });

  it("is reported once for all blueprints of a run and once for all principals, with the way to change it", async () => {
    await aBlueprint(run);
    await run.create(agentIdentityBlueprint, asks(), "bbbbccccddddeeee");
    expect(tenant.ofOwnership).toEqual([
      'agent identity blueprint "Payroll agents": Graph made the account that created this blueprint an owner. Its object id is the ' +
        "output creatorOwner. No action is needed. To remove it, declare `owners` and `removeCreatorAsOwner: true`",
      'agent identity blueprint principal "Payroll agents": Graph made the account that created this blueprint principal an owner. ' +
        "Its object id is the output creatorOwner. No action is needed",
    ]);
  });

  it("is nobody where Graph makes none", async () => {
    tenant.emulated.set({ profiles: { creatorOwns: "peopleWithoutAdminRole" } });
    const made = await run.create(agentIdentityBlueprint, asks({ owners: [amara] }));
    const principal = await run.create(agentIdentityBlueprintPrincipal, { blueprintId: made.id });
    expect([await ownersOf(made), tenant.ofOwnership]).toEqual([[amara], []]);
    for (const { outputs } of [made, principal]) expect(outputs).not.toHaveProperty("creatorOwner");
  });

  it("is still shown by another account's run, which removes an owner that nobody declared", async () => {
    const made = await run.create(agentIdentityBlueprint, asks({ owners: [amara] }));
    giveRole(tenant.emulated, `/users/${await idOf(tenant.graph, nestor)}`, "db506228-d27e-4b7d-95e5-295956d6615f");
    const other = await tenant.process(nestor);
    const { outs } = await updated(other, made, { owners: [johanna] });
    expect(outs).toMatchObject({ creatorOwner: automation });
    expect(await ownersOf(made)).toEqual([automation, johanna].sort());
  });

  it("who is a developer without a role that administers agents does not lock himself out", async () => {
    giveRole(tenant.emulated, `/users/${await idOf(tenant.graph, nestor)}`, agentIdDeveloper);
    const developer = await tenant.process(nestor);
    const made = await developer.create(agentIdentityBlueprint, asks({ owners: [amara] }));
    expect(await ownersOf(made)).toEqual([amara, nestor]);
    expect(made.outputs).toMatchObject({ creatorOwner: await idOf(tenant.graph, nestor) });
    const { outs } = await updated(developer, made, { displayName: "Payroll" });
    expect(outs).toMatchObject({ displayName: "Payroll" });
  });

  it("keeps its place among an agent's owners as well", async () => {
    const blueprintId = await aBlueprint(run);
    const asked = { displayName: "Payslip helper", sponsors: [johanna], blueprintId, owners: [amara] };
    const made = await run.create(agentIdentity, { ...asked, owners: [amara, automation] });
    const provider = run.provider(agentIdentity);
    const path = `/servicePrincipals/${made.id}/microsoft.graph.agentIdentity/owners`;
    const { outs } = await provider.update(made.id, made.outputs, { ...made.inputs, owners: [amara] });
    expect(await peopleAt(tenant.graph, path)).toEqual([automation, amara].sort());
    await provider.update(made.id, outs, { ...made.inputs, owners: [amara], removeCreatorAsOwner: true });
    expect(await peopleAt(tenant.graph, path)).toEqual([amara]);
  });

  it("is shown by the run that finishes a create, too: the one before it ended before its first read", async () => {
    const answer = { status: 403, body: { error: { code: "Authorization_RequestDenied", message: "No." } } };
    tenant.emulated.fail({ method: "GET", path: "/owners$", effect: "before", answer });
    const failure: unknown = await run
      .create(agentIdentityBlueprint, asks({ owners: [amara] }))
      .catch((one: unknown) => one);
    const { id, properties } = failure as { id: string; properties: Record<string, unknown> };
    expect(properties).not.toHaveProperty("creatorOwner");
    const inputs = { ...asks({ owners: [amara] }), marker: properties["marker"], uniqueName: properties["uniqueName"] };
    const later = (await tenant.process()).provider(agentIdentityBlueprint);
    const { outs } = await later.update(id, properties, { ...inputs, __provider: properties["__provider"] });
    expect(outs).toMatchObject({ owners: [amara], creatorOwner: automation });
    expect((await later.read(id, properties)).props).toMatchObject({ creatorOwner: automation });
  });

  it("is not asked for at each refresh where no owners are declared", async () => {
    const made = await run.create(agentIdentityBlueprint, asks());
    const principal = await run.create(agentIdentityBlueprintPrincipal, { blueprintId: made.id });
    const later = await tenant.process();
    tenant.requestsSince();
    await later.provider(agentIdentityBlueprint).read(made.id, made.outputs);
    const read = await later.provider(agentIdentityBlueprintPrincipal).read(principal.id, principal.outputs);
    expect(read.props).toMatchObject({ creatorOwner: automation });
    expect(tenant.requestsSince().filter((request) => request.endsWith("/owners"))).toEqual([]);
  });
});

describe("changes of people", () => {
  let tenant: TestTenant;

  beforeEach(async () => void (tenant = await aTenant()));
  afterEach(() => tenant.emulated.close());

  it.each(["removed", "kept"] as const)(
    "add before they remove, so that nobody stands without a sponsor in between: the last one is %s by Graph",
    async (lastSponsor) => {
      tenant.emulated.set({ profiles: { lastSponsor } });
      const run = await tenant.process();
      const blueprintId = await aBlueprint(run);
      const asked = { displayName: "Payslip helper", sponsors: [johanna], owners: [amara], blueprintId };
      const identity = await run.create(agentIdentity, asked);
      const blueprint = await run.create(agentIdentityBlueprint, asks({ owners: [amara] }), "bbbbccccddddeeee");
      for (const [lifecycle, made] of [
        [agentIdentity, identity],
        [agentIdentityBlueprint, blueprint],
      ] as const) {
        tenant.requestsSince();
        const news = { ...made.inputs, sponsors: [nestor], owners: [johanna] };
        await run.provider(lifecycle as unknown as Lifecycle<object>).update(made.id, made.outputs, news);
        const writes = tenant.requestsSince().filter((request) => /\$ref$/.test(request));
        expect(writes.map((request) => request.replace(/^(\w+) .*\/(sponsors|owners)\/.*/, "$1 $2"))).toEqual([
          "POST sponsors",
          "DELETE sponsors",
          "POST owners",
          "DELETE owners",
        ]);
      }
    },
  );
});
