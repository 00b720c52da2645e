import blocked from "../../../emulator/data/blocked-permissions.json";
import { agentIdentity } from "../../../provider/identities/agent-identity";
import { blockedForAgents } from "../../../provider/permissions/blocked-permissions";
import { microsoftGraph, permissionGrant } from "../../../provider/permissions/permission-grant";
import { UNKNOWN } from "../../../provider/engine/unknown";
import { aBlueprint, aTenant, type Live, type TestProcess, type TestTenant } from "../a-tenant";
import { anApi, type OwnApi } from "./an-api";

let tenant: TestTenant;
let run: TestProcess;
let blueprintId: string;
let agentId: string;
beforeEach(async () => {
  tenant = await aTenant();
  run = await tenant.process();
  blueprintId = await aBlueprint(run);
  const sponsors = ["diego.siciliani@contoso.com"];
  ({ id: agentId } = await run.create(agentIdentity, { displayName: "Payslip helper", blueprintId, sponsors }));
});
afterEach(() => tenant.emulated.close());

/** What preview says: "property reason". */
async function findings(news: object, olds: Live["inputs"] = {}): Promise<string[]> {
  const marked = { api: microsoftGraph, application: [], delegated: [], marker: "aaaabbbbccccdddd", ...news };
  const { failures } = await (await tenant.process()).provider(permissionGrant).check(olds, marked);
  return failures.map(({ property, reason }) => `${property} ${reason}`);
}

describe("permissions that an agent cannot hold", () => {
  it("are refused at preview, application and delegated, as soon as it is known whose they are: a blueprint principal may hold them", async () => {
    const wanted = {
      application: ["Calendars.Read", "Mail.Read"],
      delegated: ["Directory.AccessAsUser.All", "Mail.Read"],
    };
    const says = [
      'application must name application permissions of Microsoft Graph that agents may hold: Microsoft blocks "Calendars.Read" for agent identities',
      'delegated must name delegated permissions of Microsoft Graph that agents may hold: Microsoft blocks "Directory.AccessAsUser.All" for agent identities',
    ];
    expect(await findings({ agentId, ...wanted })).toEqual(says);
    expect(await findings({ agentId, ...wanted, __awaitsAll: true })).toEqual(says);
    expect(await findings({ agentId: UNKNOWN, ...wanted })).toEqual([]);
  });

  it("are those that Graph refuses, each at its own level", () => {
    for (const level of ["application", "delegated"] as const)
      expect([...blockedForAgents(microsoftGraph, level)].sort()).toEqual([...blocked.both, ...blocked[level]].sort());
    expect([...blockedForAgents("00000002-0000-0ff1-ce00-000000000000", "application")]).toEqual([]);
  });

  it("can be granted to a blueprint principal", async () => {
    const { id } = await tenant.graph.get<{ id: string }>(`/servicePrincipals(appId='${blueprintId}')?$select=id`);
    const args = { agentId: id, application: ["Calendars.Read"], delegated: ["Group.ReadWrite.All"] };
    expect(await findings(args)).toEqual([]);
    expect((await run.create(permissionGrant, args)).outputs).toMatchObject(args);
  });
});

describe("scopes of one grant", () => {
  // Together with the space between them, of 3,850 and of 3,851 characters.
  const scopes = (length: number) => ["a".repeat(1_900), "b".repeat(length - 1_901)];

  it("are refused at preview when they are longer than Graph keeps", async () => {
    expect(await findings({ agentId, delegated: scopes(3_851) })).toEqual([
      "delegated must be at most 3,850 characters together, with a space between them: Graph keeps them in one grant",
    ]);
    expect((await findings({ agentId, delegated: scopes(3_850) })).join()).not.toContain("3,850");
  });
});

describe("permissions of an API", () => {
  let api: OwnApi;
  let api_: object;
  beforeEach(async () => {
    api = await anApi(tenant);
    api_ = { agentId, api: api.appId };
    await api.publish([{ value: "Payslips.Read" }, { value: "Payslips.Write" }], ["Payslips.Show", "Payslips.Send"]);
    await api.principalId();
  });
  const granted = (application: readonly string[], delegated: readonly string[] = []) =>
    run.create(permissionGrant, { ...api_, application, delegated });
  const disable = () =>
    api.publish(
      [{ value: "Payslips.Read", isEnabled: false }, { value: "Payslips.Write" }],
      ["Payslips.Show", "Payslips.Send"],
      ["Payslips.Show"],
    );

  it("that were disabled stay by name where they are held, and others are granted and removed beside them", async () => {
    const made = await granted(["Payslips.Read"], ["Payslips.Show"]);
    await disable();
    const process = await tenant.process();
    expect((await process.provider(permissionGrant).read(made.id, made.outputs)).inputs).toEqual({
      ...made.inputs,
      __provider: undefined,
    });
    const more = {
      ...made.inputs,
      application: ["Payslips.Read", "Payslips.Write"],
      delegated: ["Payslips.Send", "Payslips.Show"],
    };
    expect(await findings(more, made.inputs)).toEqual([]);
    const { outs } = await process.provider(permissionGrant).update(made.id, made.outputs, more);
    expect(outs).toMatchObject({ application: more.application, delegated: more.delegated });
    const less = { ...made.inputs, application: ["Payslips.Write"], delegated: ["Payslips.Send"] };
    expect((await process.provider(permissionGrant).update(made.id, outs, less)).outs).toMatchObject({
      application: ["Payslips.Write"],
      delegated: ["Payslips.Send"],
    });
  });

  it("that were disabled are refused at preview where they are added", async () => {
    const made = await granted(["Payslips.Write"], ["Payslips.Send"]);
    await disable();
    const more = {
      ...made.inputs,
      application: ["Payslips.Read", "Payslips.Write"],
      delegated: ["Payslips.Send", "Payslips.Show"],
    };
    const says = [
      'application names "Payslips.Read", which is disabled at Payroll API and cannot be granted: remove it, or enable it at Payroll API',
      'delegated names "Payslips.Show", which is disabled at Payroll API and cannot be granted: remove it, or enable it at Payroll API',
    ];
    expect(await findings(more, made.inputs)).toEqual(says);
    expect(await findings({ ...api_, application: ["Payslips.Read"], delegated: ["Payslips.Show"] })).toEqual(says);
    // What was held at another API, or by another agent, is not held here.
    expect(await findings(more, { ...more, api: microsoftGraph })).toEqual(says);
    expect(await findings(more, { ...more, agentId: microsoftGraph })).toEqual(says);
  });

  it("that were disabled are declared again by a stack that has lost its state: the agent holds them", async () => {
    await granted(["Payslips.Read"], ["Payslips.Show"]);
    await disable();
    const again = { ...api_, application: ["Payslips.Read"], delegated: ["Payslips.Show"] };
    expect(await findings(again)).toEqual([]);
    expect((await (await tenant.process()).create(permissionGrant, again)).outputs).toMatchObject(again);
  });

  it("that are for users and groups only are refused at preview", async () => {
    await api.publish([
      { value: "Payslips.Read", allowedMemberTypes: ["User"] },
      { value: "Payslips.Write", allowedMemberTypes: ["User", "Application"] },
    ]);
    expect(await findings({ ...api_, application: ["Payslips.Read", "Payslips.Write"] })).toEqual([
      'application names "Payslips.Read", which is for users and groups only: remove it',
    ]);
  });

  it("that have no name are declared by their id, and so read back", async () => {
    await api.publish([{ value: null }]);
    const id = api.roleId("Without a name");
    const made = await granted([id]);
    expect((await (await tenant.process()).provider(permissionGrant).read(made.id, made.outputs)).props).toMatchObject({
      application: [id],
    });
    expect(await findings({ ...api_, application: [api.roleId("Payslips.Read")] })).toEqual([
      expect.stringContaining(`there is no "${api.roleId("Payslips.Read")}"`),
    ]);
  });

  it("that are published no more are named by their ids, and what to do: they cannot be declared", async () => {
    await granted(["Payslips.Read"], ["Payslips.Show"]);
    await api.publish([{ value: "Payslips.Write" }]);
    const again = (await tenant.process()).create(permissionGrant, { ...api_, application: ["Payslips.Write"] });
    await expect(again).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining(
        `the agent already holds ${api.roleId("Payslips.Read")}, which Payroll API does not publish any more: it cannot be declared. Remove it first`,
      ) as string,
    });
  });

  it("that Graph took though nobody publishes them read back as they are, and stand in no other's way", async () => {
    const made = await granted(["Payslips.Write"], ["Payslips.Send"]);
    const path = "/oauth2PermissionGrants";
    const [grant] = await tenant.graph.list<{ id: string }>(
      `${path}?$filter=${encodeURIComponent(`clientId eq '${agentId}'`)}`,
    );
    await tenant.graph.patch(`${path}/${grant?.id ?? ""}`, { scope: "Payslips.Sned Payslips.Send" });
    const process = await tenant.process();
    const { inputs = {}, props } = await process.provider(permissionGrant).read(made.id, made.outputs);
    expect(inputs).toEqual({ ...made.inputs, __provider: undefined, delegated: ["Payslips.Send", "Payslips.Sned"] });
    // Kept on purpose, with another one beside it; and removed.
    const kept = { ...inputs, delegated: ["Payslips.Send", "Payslips.Show", "Payslips.Sned"] };
    expect(await findings(kept, inputs)).toEqual([]);
    const { outs } = await process.provider(permissionGrant).update(made.id, props, kept);
    expect(outs["delegated"]).toEqual(kept.delegated);
    const back = await process.provider(permissionGrant).update(made.id, outs, made.inputs);
    expect(back.outs["delegated"]).toEqual(["Payslips.Send"]);
    // New ones are refused, whatever Graph would take.
    expect(await findings({ ...made.inputs, delegated: ["Payslips.Sned"] }, made.inputs)).toEqual([
      'delegated must name delegated permissions of Payroll API: there is no "Payslips.Sned"',
    ]);
  });
});

describe("access without a role", () => {
  const zero = "00000000-0000-0000-0000-000000000000";
  let api: OwnApi;
  let args: Record<string, unknown>;
  beforeEach(async () => {
    api = await anApi(tenant);
    await api.publish([], ["Payslips.Show"]);
    args = { agentId, api: api.appId, application: [], delegated: ["Payslips.Show"] };
    const resourceId = await api.principalId();
    const path = `/servicePrincipals/${agentId}/appRoleAssignments`;
    await tenant.graph.post(path, { principalId: agentId, resourceId, appRoleId: zero });
  });

  it("that was assigned by hand is called as the admin centre calls it, and can be declared", async () => {
    await expect((await tenant.process()).create(permissionGrant, args)).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining(
        "the agent already holds Default Access, which is not declared. Declare it too",
      ) as string,
    });
    const made = await run.create(permissionGrant, { ...args, application: ["Default Access"] });
    expect(made.outputs["application"]).toEqual(["Default Access"]);
    expect((await (await tenant.process()).provider(permissionGrant).read(made.id, made.outputs)).inputs).toEqual({
      ...made.inputs,
      __provider: undefined,
    });
    const { outs } = await run
      .provider(permissionGrant)
      .update(made.id, made.outputs, { ...made.inputs, application: [] });
    expect(outs["application"]).toEqual([]);
    expect(await tenant.graph.list(`/servicePrincipals/${agentId}/appRoleAssignments`)).toEqual([]);
    // And is granted where nobody has assigned it.
    const again = await run.provider(permissionGrant).update(made.id, outs, made.inputs);
    expect(again.outs["application"]).toEqual(["Default Access"]);
  });

  it("is refused at preview at an API that publishes roles, and stays where it is held", async () => {
    await api.publish([{ value: "Payslips.Read" }], ["Payslips.Show"]);
    expect(await findings({ ...args, application: ["Default Access"] })).toEqual([]);
    expect(await findings({ agentId, application: ["Default Access"] })).toEqual([
      'application names "Default Access", which can be granted only at an API that publishes no app roles: remove it',
    ]);
    expect(await findings({ agentId, delegated: ["Default Access"] })).toEqual([
      "delegated[0] must be the name of one permission, such as User.Read.All",
    ]);
  });
});
