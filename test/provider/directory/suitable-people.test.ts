import { randomUUID } from "node:crypto";
import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import type { Lifecycle } from "../../../provider/engine/lifecycle";
import { automation } from "../../kinds/people";
import { aTenant, Refused, type TestProcess, type TestTenant } from "../a-tenant";

const nestor = "nestor.wilke@contoso.com";
/** Of a blueprint in another tenant, which has a principal here. */
const blueprintId = randomUUID();

describe.each([
  ["agent identity blueprint", agentIdentityBlueprint, { displayName: "Payroll agents" }],
  ["agent identity", agentIdentity, { displayName: "Payslip helper", blueprintId }],
] as const)("the people of an %s", (_, lifecycle, args) => {
  let tenant: TestTenant;
  let run: TestProcess;
  let groups: Readonly<Record<string, string>>;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
    const body = { displayName: "Payroll agents", appId: blueprintId };
    tenant.emulated.plant([{ id: randomUUID(), kind: "agentIdentityBlueprintPrincipal", body }]);
    const all = await tenant.graph.list<{ id: string; displayName: string }>("/groups");
    groups = Object.fromEntries(all.map(({ id, displayName }) => [displayName, id]));
  });
  afterEach(() => tenant.emulated.close());

  /** What preview says about these people. */
  async function refusals(people: object): Promise<string[]> {
    tenant.requestsSince();
    const outcome = await run
      .create(lifecycle as unknown as Lifecycle<object>, { ...args, ...people })
      .catch((error: unknown) => error);
    expect(tenant.requestsSince().filter((request) => !request.startsWith("GET"))).toEqual([]);
    if (!(outcome instanceof Refused)) throw outcome;
    return outcome.findings.map(({ property, reason }) => `${property} ${reason}`).sort();
  }

  const id = (name: string) => groups[name] ?? "";

  it("are refused at preview where Graph would refuse them, all at once: groups, agents and applications", async () => {
    const agentUser = { id: randomUUID(), kind: "agentUser", body: { displayName: "Payslip helper" } };
    tenant.emulated.plant([agentUser]);
    expect(
      await refusals({
        sponsors: [
          id("Office Munich"),
          id("Directory Operators"),
          automation,
          agentUser.id,
          nestor,
          "gone@contoso.com",
        ],
        owners: [id("Finance Operations"), agentUser.id, nestor],
      }),
    ).toEqual(
      [
        `sponsors must name users or groups, and a group must be a Microsoft 365 group or have dynamic membership: "${id("Office Munich")}" is the security group "Office Munich". Remove "${id("Office Munich")}"`,
        `sponsors must not name a group to which directory roles can be assigned: "${id("Directory Operators")}" is the security group "Directory Operators". Remove "${id("Directory Operators")}"`,
        `sponsors must name users or groups, not agents or applications: "${automation}" is the service principal "Pulumi automation". Remove "${automation}"`,
        `sponsors must name users or groups, not agents or applications: "${agentUser.id}" is the agent user "Payslip helper". Remove "${agentUser.id}"`,
        `sponsors must name somebody of this tenant: there is no "gone@contoso.com" in the test tenant`,
        `owners must name users or service principals, not groups or agent users: "${id("Finance Operations")}" is the group "Finance Operations". Remove "${id("Finance Operations")}"`,
        `owners must name users or service principals, not groups or agent users: "${agentUser.id}" is the agent user "Payslip helper". Remove "${agentUser.id}"`,
      ].sort(),
    );
  });

  it("are at most five groups and a hundred in all", async () => {
    const many = Array.from({ length: 6 }, (_, number) => ({
      id: randomUUID(),
      kind: "group",
      body: { displayName: `group ${number}`, groupTypes: ["Unified"] },
    }));
    tenant.emulated.plant(many);
    expect(await refusals({ sponsors: many.map((group) => group.id) })).toEqual([
      "sponsors must name at most 5 groups, and names 6",
    ]);
    const crowd = Array.from({ length: 101 }, (_, number) => `person${number}@contoso.com`);
    expect(await refusals({ sponsors: crowd, owners: crowd })).toEqual([
      "owners must name at most 100 owners: Graph allows no more",
      "sponsors must name at most 100 sponsors: Graph allows no more",
    ]);
  });

  it("are taken where Graph takes them", async () => {
    const sponsors = [id("Finance Operations"), id("All Engineering"), nestor];
    const { failures } = await run
      .provider(lifecycle as unknown as Lifecycle<object>)
      .check({}, { ...args, sponsors, owners: [automation, nestor], marker: "aaaabbbbccccdddd" });
    expect(failures).toEqual([]);
  });
});
