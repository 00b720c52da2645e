/** What comes back with a blueprint that others deleted: found by the model, kept as plain tests. */
import { oneBlueprint } from "./agent-kind";
import { Model, Stack, checkSettled } from "./stack";
import { TestTenant } from "./tenant";

describe("a blueprint that others deleted softly", () => {
  let tenant: TestTenant;
  beforeAll(() => (tenant = new TestTenant()));
  afterAll(() => tenant.close());

  it("is restored, and the credentials that come back with it are taken for what they are", async () => {
    tenant.reset();
    const [model, stack] = [new Model(), new Stack(tenant, await tenant.others())];
    for (const [name, resource] of oneBlueprint(1, 2)) {
      model.fleet.set(name, resource);
      model.names.add(name);
    }
    expect((await stack.up(model.fleet)).failures).toEqual([]);
    await checkSettled(model, stack);
    const { id: appId } = stack.state.resources.find(({ name }) => name === "blueprint") ?? { id: "" };
    const { id } = await stack.others.get<{ id: string }>(`/applications(appId='${appId}')?$select=id`);
    await stack.others.delete(`/applications/${id}/microsoft.graph.agentIdentityBlueprint`);

    expect((await stack.refresh()).operations).toMatchObject({ blueprint: "delete", credential0: "delete" });
    expect((await stack.up(model.fleet)).failures).toEqual([]);
    await checkSettled(model, stack);
  });
});
