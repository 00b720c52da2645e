/** Grants made in a loop, called by their place in the list: when the first is taken, each is for the agent of the next. */
import { type EmulatedTenant, openTenant } from "../../../emulator/tenant";
import { type Declaration, emptyState, type Program, up } from "../../miniature-engine/engine";
import { aProcess } from "../../miniature-engine/process";
import { agentsOf, spy } from "../a-fleet";

const agents = agentsOf("helpers", 3).filter(({ kind }) => kind !== "PermissionGrant");

const grantsTo = (...numbers: number[]): Program => [
  ...agents,
  ...numbers.map((number, index): Declaration => ({
    name: `grant ${index}`,
    kind: "PermissionGrant",
    needs: agents.map(({ name }) => name),
    inputs: (of) => ({ agentId: of(`helpers agent ${number}`).id, application: ["User.Read.All"] }),
  })),
];

describe("permission grants made from a list of agents", () => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
  });
  afterEach(() => emulated.close());

  it.each([1, 8])("leave what stays as it is when the first is taken from the list, %i at a time", async (parallel) => {
    const made = await up(emptyState, grantsTo(0, 1, 2), await aProcess(emulated));
    expect(made.failures).toEqual([]);
    const spied = spy(emulated);
    const moved = await up(made.state, grantsTo(1, 2), await aProcess(spied.tenant), { parallel });
    expect(moved.failures).toEqual([]);
    const first = made.state.resources.find(({ name }) => name === "helpers agent 0")?.id ?? "";
    const writes = spied.requests.filter((request) => !request.startsWith("GET "));
    expect(writes).toEqual([expect.stringContaining(`DELETE /servicePrincipals/${first}/appRoleAssignments/`)]);
  });
});
