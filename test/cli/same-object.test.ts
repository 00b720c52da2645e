import { fleet, parts, program } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

const names = { identity: "AgentIdentity helper", blueprint: "AgentIdentityBlueprint payroll" };

/** Renames, replacements by command and taint: afterwards there is one of each, alive. */
describe("an object", () => {
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack(fleet());
    tenant = await tenantOf(stack);
    await stack.up();
  });

  /** Ids of all objects, whatever their resources are called. */
  const objects = async (): Promise<string[]> =>
    (await stack.resources()).flatMap(({ id }) => (id === undefined ? [] : [id])).sort();
  const urnOf = async (type: string): Promise<string> =>
    (await stack.resources()).find((resource) => resource.type.endsWith(`:${type}`))?.urn ?? "";
  const oneOfEach = async (identity = "Payslip helper"): Promise<void> => {
    expect(await tenant.contents()).toMatchObject({
      blueprints: ["Payroll agents"],
      principals: ["Payroll agents"],
      identities: [identity],
      policies: [expect.stringMatching(/^Block risky agents/)],
    });
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  };

  it("keeps its id when its resource is renamed with an alias: only its marker is written anew", async () => {
    const before = await objects();
    stack.edit(
      fleet({
        identity: parts.identity
          .replace('("helper"', '("assistant"')
          .replace("] });", '] }, { aliases: [{ name: "helper" }] });'),
      }),
    );
    expect(await stack.up()).toMatchObject({
      exitCode: 0,
      changes: { "AgentIdentity assistant": { marker: "update" } },
    });
    expect(await objects()).toEqual(before);
    await oneOfEach();
  });

  it("is not touched by a new resource that takes the old name", async () => {
    const renamed = parts.identity.replace('("helper"', '("assistant"');
    const another = parts.identity.replace("const identity", "const another").replace("Payslip helper", "A new helper");
    stack.edit(fleet({ identity: renamed }, another));
    expect(await stack.up()).toMatchObject({ exitCode: 0, ops: { "AgentIdentity helper": "create" } });
    stack.edit(fleet({ identity: renamed }));
    expect(await stack.up()).toMatchObject({ exitCode: 0, ops: { "AgentIdentity helper": "delete" } });
    await oneOfEach();
  });

  it("survives a rename without an alias whose first update fails elsewhere", async () => {
    const renamed = {
      identity: parts.identity.replace('("helper"', '("assistant"'),
      grant: parts.grant.replace('("helper"', '("renamed"'),
      credential: parts.credential.replace('("github"', '("renamed"'),
    };
    stack.edit(fleet(renamed, 'throw new Error("something else went wrong");'));
    expect((await stack.up()).exitCode).not.toBe(0);
    stack.edit(fleet(renamed));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    await oneOfEach();
    stack.edit(fleet({ identity: parts.identity.replace('("helper"', '("assistant"') }));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    await oneOfEach();
  });

  it("is refused to a principal that was renamed without an alias: making another one would cost its identities", async () => {
    const renamed = parts.principal.replace('("payroll"', '("renamed"');
    stack.edit(fleet({ principal: renamed, identity: parts.identity.replace('("helper"', '("assistant"') }));
    const refused = await stack.up();
    expect(refused.exitCode).not.toBe(0);
    expect(refused.errors.join("\n")).toContain("if its resource was renamed, give it an alias");
    const aliased = renamed.replace("id });", 'id }, { aliases: [{ name: "payroll" }] });');
    stack.edit(fleet({ principal: aliased, identity: parts.identity.replace('("helper"', '("assistant"') }));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    await oneOfEach();
    stack.edit(
      fleet({
        principal: parts.principal.replace("id });", 'id }, { aliases: [{ name: "renamed" }] });'),
        identity: parts.identity.replace('("helper"', '("assistant"'),
      }),
    );
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
  });

  it("is deleted and made again when its resource is renamed without an alias, and is there afterwards", async () => {
    stack.edit(fleet({ identity: parts.identity.replace('("helper"', '("second"') }));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    await oneOfEach();
  });

  it("keeps its id when its resource moves into a component with an alias", async () => {
    const before = await objects();
    stack.edit(
      program(`
        class Team extends pulumi.ComponentResource { constructor(name) { super("test:index:Team", name); } }
        const team = new Team("payroll");
        const moved = { parent: team, aliases: [{ parent: pulumi.rootStackResource }] };
        ${parts.blueprint.replace("] });", "] }, moved);")}
        ${parts.principal.replace("id });", "id }, moved);")}
        ${parts.identity.replace('("helper"', '("second"').replace("] });", "] }, moved);")}
        ${parts.grant.replace("] });", "] }, moved);")}
        ${parts.credential.replace('main" });', 'main" }, moved);')}
        ${parts.policy.replace("] } });", "] } }, moved);")}
      `),
    );
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await objects()).toEqual(before);
    await oneOfEach();
  });

  it("has no history: what is destroyed under one name is made again under another", async () => {
    await stack.destroy();
    stack.edit(fleet());
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    await oneOfEach();
  });

  it.each([
    "AgentIdentity",
    "AgentIdentityBlueprintPrincipal",
    "ConditionalAccessPolicy",
    "FederatedIdentityCredential",
    "PermissionGrant",
  ])("is there after `up --replace` of its %s", async (type) => {
    const { exitCode, errors, steps } = await stack.up("--replace", await urnOf(type));
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
    // Deleted first: what is created afterwards is never what is deleted a moment later.
    const deleted = steps.findIndex((step) => step.startsWith(`delete-replaced ${type} `));
    const created = steps.findIndex((step) => step.startsWith(`create-replacement ${type} `));
    expect([deleted >= 0, deleted < created]).toEqual([true, true]);
    await oneOfEach();
  });

  it("is there after `up --replace` of the blueprint that everything hangs from, with the same appId", async () => {
    const before = (await stack.resources()).find(({ type }) => type.endsWith(":AgentIdentityBlueprint"))?.id;
    expect(await stack.up("--replace", await urnOf("AgentIdentityBlueprint"))).toMatchObject({
      exitCode: 0,
      errors: [],
      ops: { [names.blueprint]: "replace" },
    });
    expect((await stack.resources()).find(({ type }) => type.endsWith(":AgentIdentityBlueprint"))?.id).toBe(before);
    await oneOfEach();
  });

  it("is there after it was tainted", async () => {
    await stack.succeed("state", "taint", await urnOf("AgentIdentity"), "--yes");
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [], ops: { [names.identity]: "replace" } });
    await oneOfEach();
  });
});
