/** A blueprint principal that is looked for among the deleted items. */
import { type EmulatedTenant, openTenant } from "../../../emulator/tenant";
import { asker, principalCast } from "../../emulator/client";
import { destroy, emptyState, up } from "../../miniature-engine/engine";
import { aProcess } from "../../miniature-engine/process";
import { blueprint, principal } from "../../kinds/agent-kind";
import { type Fleet, programOf } from "../../kinds/fleet";

const sponsors = ["diego.siciliani@contoso.com"];
const fleet: Fleet = new Map([
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
]);
/** As docs/getting-started.md lists them for a program without permission grants. */
const permissions = [
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprint.DeleteRestore.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
  "AgentIdentityBlueprintPrincipal.DeleteRestore.All",
  "Application.Read.All",
  "User.Read.All",
  "Group.Read.All",
];

describe("a blueprint principal among the deleted items", () => {
  let tenant: EmulatedTenant;
  beforeEach(() => (tenant = openTenant({ memory: true })));
  afterEach(() => tenant.close());

  it("comes back in a run that may not read permissions: what it holds is no condition of having it", async () => {
    const process = () =>
      aProcess({ handle: (request) => tenant.handle(request), token: () => tenant.token({ permissions }) });
    const first = await up(emptyState, programOf(fleet), await process());
    expect(first.failures).toEqual([]);
    const gone = await destroy(first.state, await process());
    expect(gone.failures).toEqual([]);
    expect((await up(gone.state, programOf(fleet), await process())).failures).toEqual([]);
  });

  it("is chosen by a person where there are two: the message names what can be done", async () => {
    const process = () => aProcess(tenant);
    const ask = asker(tenant);
    const first = await up(emptyState, programOf(fleet), await process());
    expect(first.failures).toEqual([]);
    const [blueprint, principal] = first.state.resources;
    const path = (id: string) => `/servicePrincipals/${id}/${principalCast}`;
    await ask(`DELETE ${path(principal?.id ?? "")}`);
    const second = (await ask(`POST /servicePrincipals/${principalCast}`, { appId: blueprint?.id })).body.id;
    await ask(`DELETE ${path(second)}`);
    const without = { ...first.state, resources: first.state.resources.slice(0, 1) };
    const refused = await up(without, programOf(fleet), await process());
    expect(refused.failures).toEqual([expect.stringContaining(`${principal?.id}`)]);
    expect(refused.failures[0]).not.toContain("Delete the one that is not wanted");
    expect(refused.failures[0]).toContain("/directory/deletedItems/{id}/restore");

    await ask(`POST /directory/deletedItems/${principal?.id}/restore`, {});
    const again = await up(without, programOf(fleet), await process());
    expect(again.failures).toEqual([]);
    expect(again.state.resources[1]?.id).toBe(principal?.id);
  });
});
