import { changedParts, everyResource, fleet, fleetContents, noContents, parts, program } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

/** One stack from its creation to its end; each test goes on where the one before it ended. */
describe("a fleet", () => {
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack(fleet());
    tenant = await tenantOf(stack);
  });

  const appId = (): string | undefined =>
    stack.backend.state().find(({ type }) => type.endsWith(":AgentIdentityBlueprint"))?.id;
  let firstAppId: string | undefined;

  const everything = { ...fleetContents, deleted: [] };

  it("is created, and the preview says in which tenant", async () => {
    const preview = await stack.preview();
    expect(preview).toMatchObject({ exitCode: 0, errors: [], warnings: [] });
    expect(preview.infos).toEqual([`Tenant: the embedded tenant in ${stack.tenantDirectory} (${tenant.emulated.id})`]);
    expect(await tenant.contents()).toMatchObject({ blueprint: [], deleted: [] });

    expect(await stack.up()).toMatchObject({
      exitCode: 0,
      errors: [],
      ops: everyResource("create"),
    });
    expect(await tenant.contents()).toEqual(everything);
    firstAppId = appId();
  });

  it("knows the line of the program that declares each object, and nothing of what runs the program", () => {
    for (const { sourcePosition, stackTrace = [] } of stack.backend.state()) {
      expect(sourcePosition).toMatch(/^project:\/\/\/index\.(js|ts)#\d+,\d+$/);
      expect(stackTrace[0]).toEqual({ sourcePosition });
      expect(stackTrace.filter((frame) => !frame.sourcePosition?.startsWith("project:///index."))).toEqual([]);
    }
  });

  it("has nothing to do the second time, nor when the program says the same twice, and nothing drifts by itself", async () => {
    stack.edit(fleet({ grant: parts.grant.replace('["User.Read.All"]', '["User.Read.All", "User.Read.All"]') }));
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });

  it("is changed in place, and each property that changes is shown", async () => {
    stack.edit(
      fleet({
        blueprint: parts.blueprint.replace('["diego', '["johanna.lorenz@contoso.com", "diego'),
        agent: parts.agent
          .replace("Payslip helper", "Payslip assistant")
          .replace("sponsors:", "enabled: false, sponsors:"),
        grant: parts.grant.replace('["Mail.Read"]', '["Calendars.Read", "Mail.Read"]'),
      }),
    );
    const preview = await stack.preview();
    const expected = {
      exitCode: 0,
      ops: {
        "AgentIdentityBlueprint payroll": "update",
        "AgentIdentity helper": "update",
        "PermissionGrant helper": "update",
      },
      changes: {
        "AgentIdentityBlueprint payroll": { "sponsors[1]": "add" },
        "AgentIdentity helper": { displayName: "update", enabled: "update" },
        "PermissionGrant helper": { "delegated[1]": "add" },
      },
    };
    expect(preview).toMatchObject(expected);
    expect(await stack.up()).toMatchObject(expected);
    expect(await tenant.contents()).toEqual({ ...everything, agent: ["Payslip assistant"] });
  });

  it("is changed in place, whatever its kind", async () => {
    stack.edit(program(Object.values(changedParts).join("\n")));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [], ops: everyResource("update") });
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });

  it("replaces an identity whose blueprint changes, and takes the old one away first", async () => {
    stack.edit(
      fleet({
        agent:
          `const other = new agentid.AgentIdentityBlueprint("other", { displayName: "Other agents", sponsors: ["diego.siciliani@contoso.com"] });
           const otherPrincipal = new agentid.AgentIdentityBlueprintPrincipal("other", { blueprintId: other.id });` +
          parts.agent.replace("principal.blueprintId", "otherPrincipal.blueprintId"),
      }),
    );
    const outcome = await stack.up();
    expect(outcome).toMatchObject({
      exitCode: 0,
      errors: [],
      ops: { "AgentIdentity helper": "replace", "PermissionGrant helper": "replace" },
    });
    expect(outcome.steps.indexOf("delete-replaced AgentIdentity helper")).toBeLessThan(
      outcome.steps.indexOf("create-replacement AgentIdentity helper"),
    );
    expect(await tenant.contents()).toMatchObject({ agent: ["Payslip helper"], deleted: ["Payslip and tax helper"] });
    expect(await tenant.drift()).toEqual([]);
  });

  it("deletes what is taken out of the program", async () => {
    stack.edit(fleet({ policy: "", credential: "", grant: "" }));
    expect((await stack.up()).ops).toEqual({
      "AgentIdentity helper": "replace",
      "AgentIdentityBlueprint other": "delete",
      "AgentIdentityBlueprintPrincipal other": "delete",
      "ConditionalAccessPolicy block": "delete",
      "FederatedIdentityCredential github": "delete",
      "PermissionGrant helper": "replace",
    });
  });

  it("leaves only the seed when it is destroyed: what it was lies in deletedItems", async () => {
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
    const { deleted, ...active } = await tenant.contents();
    expect(active).toEqual(noContents);
    expect(deleted).toEqual(expect.arrayContaining(["Payroll agents", "Other agents", "Payslip helper"]));
    expect(stack.backend.state()).toEqual([]);
  });

  it("can be created again: the blueprint is restored with its appId, and what now has another name is made anew", async () => {
    const renamed = Object.entries(parts).map(([part, text]) => [part, text.replace('("', '("another-')]);
    stack.edit(fleet({ ...(Object.fromEntries(renamed) as typeof parts), blueprint: parts.blueprint }));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await tenant.contents()).toMatchObject(fleetContents);
    expect(appId()).toBe(firstAppId);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });
});
