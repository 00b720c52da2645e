/** What comes back with a blueprint that others deleted: found by the model, kept as plain tests. */
import type { Transport } from "../../provider/graph/transport";
import { credential, oneBlueprint } from "../kinds/agent-kind";
import { checkAlways, checkSettled, Model, Stack } from "./stack";
import { TestTenant } from "./tenant";

describe("a blueprint that others deleted softly", () => {
  let tenant: TestTenant;
  let model: Model;
  let stack: Stack;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  /** What the blueprint looked like before it was deleted, by the paths that show it. */
  const shown = new Map<string, unknown>();

  /** A stack with two credentials, whose blueprint is deleted behind its back. */
  async function deployed(
    lag: { ms: number; share: number; seed: number } | null,
    isOneMachine: boolean,
    before: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    tenant.reset({ lag }, isOneMachine);
    shown.clear();
    [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
    for (const [name, resource] of oneBlueprint(1, 2)) {
      model.fleet.set(name, resource);
      model.names.add(name);
    }
    expect((await stack.up(model.fleet)).failures).toEqual([]);
    await checkSettled(model, stack);
    await before();
    const blueprint = await blueprintPath();
    for (const path of ["", "/sponsors", "/owners"].map((relation) => `${blueprint}${relation}`))
      shown.set(`/v1.0${path}`, await stack.others.get<object>(path));
    await stack.others.delete(blueprint);
    model.mayMove.add("agent0").add("grant0");
    tenant.time.pass(60_000);
  }

  async function blueprintPath(): Promise<string> {
    const found = (await stack.holding(model.names)).marked.find(({ kind }) => kind === "AgentIdentityBlueprint");
    if (!found) throw new TypeError("no blueprint");
    return found.path;
  }

  const subjectOf = async (name: string): Promise<unknown> => {
    const { all } = await stack.holding(model.names);
    return all.find(({ kind, id }) => kind === "FederatedIdentityCredential" && id.endsWith(`/${name}`))?.content[
      "subject"
    ];
  };

  const lands = [
    { where: "on this machine", isOneMachine: true, lag: null },
    { where: "on this machine, on replicas that lag", isOneMachine: true, lag: { ms: 5_000, share: 0.5, seed: 3 } },
    { where: "on another machine", isOneMachine: false, lag: null },
    { where: "on another machine, on replicas that lag", isOneMachine: false, lag: { ms: 5_000, share: 0.5, seed: 3 } },
  ];

  for (const { where, isOneMachine, lag } of lands) {
    it(`is restored, and its credentials are as declared by now (${where})`, async () => {
      await deployed(lag, isOneMachine);
      expect((await stack.refresh()).operations).toMatchObject({ blueprint: "delete", credential0: "update" });
      model.fleet.set("credential0", credential("release"));
      model.fleet.set("credential1", credential("release", 1));
      model.mayMove.add("credential1");

      const { failures, operations } = await stack.up(model.fleet);
      expect(failures).toEqual([]);
      expect(operations).toMatchObject({ blueprint: "create", credential0: "update", credential1: "replace" });
      await checkSettled(model, stack);
    });

    it(`is restored without a credential that nobody declares any more (${where})`, async () => {
      await deployed(lag, isOneMachine);
      await stack.refresh();
      model.fleet.delete("credential0");
      expect((await stack.up(model.fleet)).failures).toEqual([]);
      await checkSettled(model, stack);
      expect(await subjectOf("credential0")).toBeUndefined();
    });
  }

  for (const { where, isOneMachine, lag } of lands)
    it(`is restored, and a credential that they had deleted before is made anew (${where})`, async () => {
      await deployed(lag, isOneMachine, async () => {
        const path = `${await blueprintPath()}/federatedIdentityCredentials`;
        const all = await stack.others.list<{ id: string; name: string }>(path);
        await stack.others.delete(`${path}/${all.find(({ name }) => name === "credential0")?.id}`);
      });
      await stack.refresh();
      expect((await stack.up(model.fleet)).failures).toEqual([]);
      await checkSettled(model, stack);
    });

  it("is restored although a replica, asked to do so, does not know yet that it was deleted", async () => {
    await deployed(null, true);
    const { deleted: all } = await stack.holding(model.names);
    const deleted = all.find(({ kind }) => kind === "AgentIdentityBlueprint");
    const restoration = `/directory/deletedItems/${deleted?.objectId ?? ""}/restore`;
    let refusals = 0;
    const late =
      (transport: Transport): Transport =>
      async (request) => {
        if (!request.url.endsWith(restoration) || refusals > 0) return transport(request);
        refusals += 1;
        // Such a replica says that there is nothing to restore, and goes on to show the blueprint for a moment.
        const error = { code: "Request_ResourceNotFound", message: `Resource '${deleted?.objectId}' does not exist.` };
        return Response.json({ error }, { status: 404 });
      };
    const asBefore =
      (transport: Transport): Transport =>
      async (request) => {
        const { pathname } = new URL(request.url);
        const answer = shown.get(pathname);
        if (refusals !== 1 || answer === undefined || request.method !== "GET") return transport(request);
        shown.delete(pathname);
        return Response.json(answer);
      };
    await stack.refresh();
    expect((await stack.up(model.fleet, { aroundEach: (transport) => asBefore(late(transport)) })).failures).toEqual(
      [],
    );
    expect([refusals, shown.size]).toEqual([1, 0]);
    await checkSettled(model, stack);
  });

  it("is made anew with its credentials when it was purged", async () => {
    await deployed(null, false);
    const purged = (await stack.holding(model.names)).deleted.find(({ kind }) => kind === "AgentIdentityBlueprint");
    await stack.others.delete(`/directory/deletedItems/${purged?.objectId ?? ""}`);
    for (const name of model.fleet.keys()) model.mayMove.add(name);
    expect((await stack.refresh()).operations).toMatchObject({ blueprint: "delete", credential0: "delete" });
    expect((await stack.up(model.fleet)).failures).toEqual([]);
    await checkSettled(model, stack);
  });

  it("leaves nothing in the state when the stack is destroyed", async () => {
    await deployed(null, false);
    await stack.refresh();
    const { failures } = await stack.destroy();
    expect(failures).toEqual([]);
    expect(stack.state.resources).toEqual([]);
    await checkAlways(model, stack);
  });

  it("is restored with a credential of somebody else, which is not recovered", async () => {
    await deployed(null, false, async () => {
      const theirs = { name: "credential2", issuer: "https://their.example", subject: "theirs" };
      const audiences = ["api://AzureADTokenExchange"];
      await stack.others.post(`${await blueprintPath()}/federatedIdentityCredentials`, { ...theirs, audiences });
    });
    await stack.refresh();
    model.fleet.set("credential2", credential());

    const { failures } = await stack.up(model.fleet);
    expect(failures).toEqual([
      expect.stringContaining(
        "exists already: it has another issuer, subject or audience than this resource. Declare another name, or delete that credential.",
      ),
    ]);
    expect(await subjectOf("credential2")).toBe("theirs");
  });
});
