import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { markerOf } from "../../provider/engine/marker";
import { type Entry, WriteJournal } from "../../provider/engine/consistency/write-journal";
import { embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import { ManualClock } from "../graph/manual-clock";
import { aProcess } from "../miniature-engine/process";

type Properties = Record<string, unknown>;

/** What people do to an agent between two runs of one machine, within the minutes in which that machine's notes count. */
describe("an agent that people touch between two runs", () => {
  let emulated: EmulatedTenant;
  let graph: Tenant;
  let clock: ManualClock;
  let blueprintId: string;
  const notes: Entry[] = [];
  const collection = "/servicePrincipals/microsoft.graph.agentIdentity";

  const run = () => {
    const earlier = [...notes];
    const journal = new WriteJournal(() => clock.now(), {
      earlier: () => earlier,
      add: (note) => void notes.push(note),
    });
    return aProcess(emulated, { clock, run: { journal } });
  };
  const make = async (kind: string, args: Properties) => {
    const provider = (await run()).provider(kind);
    const { inputs } = await provider.check({}, { ...args, marker: markerOf(kind, "") });
    return { inputs, ...(await provider.create(inputs)) };
  };
  const agent = () => ({ displayName: "Payslip helper", blueprintId, sponsors: ["diego.siciliani@contoso.com"] });

  beforeEach(async () => {
    notes.length = 0;
    emulated = openTenant({ memory: true });
    clock = new ManualClock();
    graph = await embeddedConnection(emulated);
    const sponsors = ["diego.siciliani@contoso.com"];
    blueprintId = (await make("AgentIdentityBlueprint", { displayName: "Payroll agents", sponsors })).id;
    await make("AgentIdentityBlueprintPrincipal", { blueprintId });
  });
  afterEach(() => emulated.close());

  it("is found, and not made twice, when they restored what they had deleted", async () => {
    const made = await make("AgentIdentity", agent());
    await graph.delete(collection.replace("/micro", `/${made.id}/micro`));
    expect(await (await run()).provider("AgentIdentity").read(made.id, made.outs)).toEqual({ id: "", props: {} });
    await graph.post(`/directory/deletedItems/${made.id}/restore`, {});
    expect((await make("AgentIdentity", agent())).id).toBe(made.id);
    expect(await graph.list(collection)).toHaveLength(1);
  });

  it("is not waited for when it is gone and this run only compared it", async () => {
    const made = await make("AgentIdentity", agent());
    clock.pass(600_000);
    const process = await run();
    const { inputs } = await process.provider("AgentIdentity").check(made.outs, made.inputs);
    await process.provider("AgentIdentity").diff(made.id, made.outs, inputs);
    await graph.delete(collection.replace("/micro", `/${made.id}/micro`));
    const waited = clock.waits.length;
    const grant = { agentId: made.id, api: "00000003-0000-0000-c000-000000000000", application: ["User.Read.All"] };
    const wanted = { ...grant, delegated: [], marker: markerOf("PermissionGrant", "") };
    await expect(process.provider("PermissionGrant").create(wanted)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(clock.waits.slice(waited)).toEqual([]);
  });
});
