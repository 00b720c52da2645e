/** Switches of one request's header hold for all that the request does. */
import { openTenant } from "../../../emulator/tenant";
import { asker, type Body } from "../client";

const tenant = openTenant({ memory: true, selfCheck: true });
const ask = asker(tenant);
afterAll(() => tenant.close());

const id = "00000000-0000-4000-8000-000000000001";
const group = "00000000-0000-4000-8000-000000000002";
const withSwitches = (switches: object) => ({ headers: { "x-emulated-switches": JSON.stringify(switches) } });

beforeAll(() => {
  tenant.plant([
    {
      kind: "agentUser",
      id,
      body: { displayName: "Agent", userPrincipalName: "agent@contoso.com", department: "robots" },
    },
    {
      kind: "group",
      id: group,
      body: {
        displayName: "Robots",
        groupTypes: ["DynamicMembership"],
        membershipRule: 'user.department -eq "robots"',
        securityEnabled: true,
      },
    },
  ]);
});

describe("the switches of a request", () => {
  it("decide whom the rule of a dynamic group takes in", async () => {
    const members = async (choice: string) => {
      const asking = withSwitches({ profiles: { agentUsersInDynamicGroups: choice } });
      const { body } = await ask(`GET /groups/${group}/members`, undefined, asking);
      return (body as { readonly value: readonly Body[] }).value.map((member) => member.id);
    };
    expect([await members("included"), await members("excluded")]).toEqual([[id], []]);
  });

  it("decide how large the directory may be", async () => {
    const { body } = await ask("GET /organization", undefined, withSwitches({ limits: { directoryObjects: 7 } }));
    expect(body.value[0]).toMatchObject({ directorySizeQuota: { total: 7 } });
  });
});
