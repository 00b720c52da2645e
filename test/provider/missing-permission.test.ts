/** What a run says that lacks one permission: it names the one that is missing, and not one that it has. */
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { destroy, emptyState, refresh, type StackState, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { agent, blueprint, grant, principal } from "../kinds/agent-kind";
import { type Fleet, programOf, type Resource } from "../kinds/fleet";

const sponsors = ["diego.siciliani@contoso.com"];
const all: readonly (readonly [string, Resource])[] = [
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
  ["agent", agent("principal", { displayName: "Agent", sponsors, enabled: true })],
  ["grant", grant("agent", ["User.Read.All"], ["Mail.Read"])],
];
const fleet = (count: number): Fleet => new Map(all.slice(0, count));

/** As docs/getting-started.md lists them. */
const granted = [
  "AgentIdentityBlueprint.ReadWrite.All",
  "AgentIdentityBlueprint.DeleteRestore.All",
  "AgentIdentityBlueprintPrincipal.ReadWrite.All",
  "AgentIdentityBlueprintPrincipal.DeleteRestore.All",
  "AgentIdentity.Create.All",
  "AgentIdentity.ReadWrite.All",
  "AgentIdentity.DeleteRestore.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Application.Read.All",
  "User.Read.All",
  "Group.Read.All",
];

describe("a run that lacks a permission", () => {
  let tenant: EmulatedTenant;
  beforeEach(() => (tenant = openTenant({ memory: true })));
  afterEach(() => tenant.close());

  const without = (missing?: string) => {
    const permissions = granted.filter((permission) => permission !== missing);
    return aProcess({ handle: (request) => tenant.handle(request), token: () => tenant.token({ permissions }) });
  };
  const deployed = async (count: number): Promise<StackState> => {
    const { failures, state } = await up(emptyState, programOf(fleet(count)), await without());
    expect(failures).toEqual([]);
    return state;
  };

  it("names what it needs to look up a sponsor by name", async () => {
    const { failures } = await up(emptyState, programOf(fleet(1)), await without("User.Read.All"));
    expect(failures).toEqual([expect.stringMatching(/^blueprint: cannot check .* Grant User\.Read\.All and /)]);
  });

  it("names what it needs to look among the deleted items before it makes a blueprint", async () => {
    const { failures } = await up(emptyState, programOf(fleet(1)), await without("Application.Read.All"));
    expect(failures).toEqual([
      expect.stringMatching(/^blueprint: cannot create .* Grant .*\bApplication\.Read\.All\b/),
    ]);
  });

  it.each(["AgentIdentityBlueprint", "AgentIdentityBlueprintPrincipal"])(
    "names what it needs to restore what was deleted: %s",
    async (kind) => {
      const { state } = await destroy(await deployed(2), await without());
      const { failures } = await up(state, programOf(fleet(2)), await without(`${kind}.DeleteRestore.All`));
      expect(failures).toEqual([expect.stringContaining(`Grant ${kind}.DeleteRestore.All`)]);
    },
  );

  it("names what it needs to read a permission grant", async () => {
    const state = await deployed(4);
    const { failures } = await refresh(state, await without("DelegatedPermissionGrant.ReadWrite.All"));
    expect(failures).toEqual([expect.stringContaining("DelegatedPermissionGrant.Read.All")]);
  });
});
