import { fleet, fleetContents, parts, program } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

/** One stack whose resources are renamed and moved: after each step there is one object of each, alive. */
describe("an object", () => {
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack(fleet());
    tenant = await tenantOf(stack);
    await stack.up();
  });

  /** Ids of all objects, whatever their resources are called. */
  const objects = (): string[] =>
    stack.backend
      .state()
      .flatMap(({ id }) => id ?? [])
      .sort();
  /** Does just that: nothing was left to do by the step before. */
  const updateDoes = async (expected: Record<string, string>): Promise<void> => {
    const { exitCode, errors, ops } = await stack.up();
    expect({ exitCode, errors, ops }).toEqual({ exitCode: 0, errors: [], ops: expected });
  };
  const oneOfEach = async (): Promise<void> => {
    expect(await tenant.contents()).toMatchObject(fleetContents);
    expect(await tenant.drift()).toEqual([]);
  };

  const assistant = parts.agent.replace('("helper"', '("assistant"');
  const second = parts.agent.replace('("helper"', '("second"');
  const otherPrincipal = parts.principal.replace('("payroll"', '("renamed"');
  const otherGrant = parts.grant.replace('("helper"', '("renamed"');
  const otherCredential = parts.credential.replace('("github"', '("renamed"');

  it("keeps its id when its resource is renamed with an alias: only its marker is written anew", async () => {
    const before = objects();
    stack.edit(fleet({ agent: assistant.replace("] });", '] }, { aliases: [{ name: "helper" }] });') }));
    const { exitCode, ops, changes } = await stack.up();
    expect({ exitCode, ops, changes }).toEqual({
      exitCode: 0,
      ops: { "AgentIdentity assistant": "update" },
      changes: { "AgentIdentity assistant": { marker: "update" } },
    });
    expect(objects()).toEqual(before);
    await oneOfEach();
  });

  it("is not touched by a new resource that takes the old name", async () => {
    const another = parts.agent.replace("const agent", "const another").replace("Payslip helper", "A new helper");
    stack.edit(fleet({ agent: assistant }, another));
    await updateDoes({ "AgentIdentity helper": "create" });
    stack.edit(fleet({ agent: assistant }));
    await updateDoes({ "AgentIdentity helper": "delete" });
    await oneOfEach();
  });

  it("survives a rename without an alias whose first update fails elsewhere", async () => {
    const renamed = { agent: assistant, grant: otherGrant, credential: otherCredential };
    stack.edit(fleet(renamed, 'throw new Error("something else went wrong");'));
    expect((await stack.up()).exitCode).not.toBe(0);
    stack.edit(fleet(renamed));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    await oneOfEach();
  });

  it("is refused to a principal that is renamed without an alias: making another one would cost its identities", async () => {
    stack.edit(fleet({ principal: otherPrincipal, agent: assistant, grant: otherGrant, credential: otherCredential }));
    const refused = await stack.up();
    expect(refused.exitCode).not.toBe(0);
    expect(refused.errors.join("\n")).toContain("if its resource was renamed, give it an alias");
    await oneOfEach();
  });

  it("survives the alias that was missing, and a rename of others without one", async () => {
    const aliased = otherPrincipal.replace("id });", 'id }, { aliases: [{ name: "payroll" }] });');
    stack.edit(fleet({ principal: aliased, agent: assistant }));
    await updateDoes({
      "AgentIdentityBlueprintPrincipal renamed": "update",
      "PermissionGrant helper": "create",
      "PermissionGrant renamed": "delete",
      "FederatedIdentityCredential github": "create",
      "FederatedIdentityCredential renamed": "delete",
    });
    await oneOfEach();
  });

  it("is deleted and made again when its resource is renamed without an alias, and is there afterwards", async () => {
    stack.edit(fleet({ principal: otherPrincipal, agent: second }));
    await updateDoes({
      "AgentIdentity second": "create",
      "AgentIdentity assistant": "delete",
      "PermissionGrant helper": "replace",
    });
    await oneOfEach();
  });

  it("keeps its id when its resource moves into a component with an alias", async () => {
    const before = objects();
    stack.edit(
      program(`
        class Team extends pulumi.ComponentResource { constructor(name) { super("test:index:Team", name); } }
        const team = new Team("payroll");
        const moved = { parent: team, aliases: [{ parent: pulumi.rootStackResource }] };
        ${Object.values({ ...parts, principal: otherPrincipal, agent: second })
          .map((part) => part.replace(/\);$/, ", moved);"))
          .join("\n")}
      `),
    );
    const { exitCode, changes } = await stack.up();
    expect(exitCode).toBe(0);
    expect(Object.values(changes)).toEqual(Array<object>(Object.keys(parts).length).fill({ marker: "update" }));
    expect(objects()).toEqual(before);
    await oneOfEach();
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });
});
