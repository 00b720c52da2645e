import { agentIdentity } from "../../../provider/identities/agent-identity";
import { microsoftGraph, permissionGrant } from "../../../provider/permissions/permission-grant";
import { anApi } from "./an-api";
import { aBlueprint, aTenant, type Live, markerOfTests, Refused, type TestProcess, type TestTenant } from "../a-tenant";

describe("a permission grant", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  let agent: Live;
  let agentId: string;
  let blueprintId: string;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
    blueprintId = await aBlueprint(run);
    agent = await run.create(agentIdentity, {
      displayName: "Payslip helper",
      blueprintId,
      sponsors: ["diego.siciliani@contoso.com"],
    });
    agentId = agent.id;
  });
  afterEach(() => tenant.emulated.close());

  const asks = (change: object = {}) => ({
    agentId,
    application: ["User.Read.All", "Group.Read.All"],
    delegated: ["Mail.Read", "Calendars.Read"],
    ...change,
  });
  const scopes = async (): Promise<string[]> =>
    (
      await tenant.graph.list<{ scope: string }>(
        `/oauth2PermissionGrants?$filter=${encodeURIComponent(`clientId eq '${agentId}'`)}`,
      )
    ).map(({ scope }) => scope);
  const roles = async (): Promise<number> =>
    (await tenant.graph.list(`/servicePrincipals/${agentId}/appRoleAssignments`)).length;

  it("lives: is created, changed in place, read and deleted, by the names people know", async () => {
    const made = await run.create(permissionGrant, asks());
    expect(made.id).toBe(`${agentId}/${microsoftGraph}`);
    expect(made.outputs).toEqual({
      agentId,
      api: microsoftGraph,
      application: ["Group.Read.All", "User.Read.All"],
      delegated: ["Calendars.Read", "Mail.Read"],
      consentedByUsers: [],
      inherited: { application: [], delegated: [], blueprintId },
      marker: markerOfTests,
      tenantId: tenant.emulated.id,
      writtenAt: "1970-01-01T00:00:00.000Z",
    });
    expect(await roles()).toBe(2);
    expect(await scopes()).toEqual(["Calendars.Read Mail.Read"]);

    const provider = run.provider(permissionGrant);
    const news = { ...made.inputs, application: ["User.Read.All"], delegated: ["Files.Read", "Mail.Read"] };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect(await roles()).toBe(1);
    expect(await scopes()).toEqual(["Files.Read Mail.Read"]);
    expect(await provider.read(made.id, outs)).toEqual({ id: made.id, props: outs, inputs: news });

    await (await tenant.process()).provider(permissionGrant).delete(made.id, outs);
    expect([await roles(), await scopes()]).toEqual([0, []]);
    expect(await provider.read(made.id, outs)).toEqual({ id: "", props: {} });
  });

  it("may be of one kind only", async () => {
    await run.create(permissionGrant, asks({ application: [] }));
    expect([await roles(), await scopes()]).toEqual([0, ["Calendars.Read Mail.Read"]]);
  });

  it("shows a permission that was granted behind Pulumi's back", async () => {
    const made = await run.create(permissionGrant, asks());
    const [grant] = await tenant.graph.list<{ id: string }>(
      `/oauth2PermissionGrants?$filter=${encodeURIComponent(`clientId eq '${agentId}'`)}`,
    );
    await tenant.graph.patch(`/oauth2PermissionGrants/${String(grant?.id)}`, {
      scope: "Calendars.Read Mail.Read Mail.Send",
    });
    const { inputs } = await run.provider(permissionGrant).read(made.id, made.outputs);
    expect(inputs).toEqual({ ...made.inputs, delegated: ["Calendars.Read", "Mail.Read", "Mail.Send"] });
  });

  it("is refused when the agent already holds something that is not declared", async () => {
    await run.create(permissionGrant, asks());
    await expect(
      (await tenant.process()).create(permissionGrant, asks({ application: ["User.Read.All"] })),
    ).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message:
        `cannot create permission grant "Microsoft Graph for ${agentId}": permission grant "Microsoft Graph for ${agentId}" ` +
        `(${agentId}/${microsoftGraph}) exists already: the agent already holds Group.Read.All, which is not declared. ` +
        "Declare it too, or remove it first; where another resource of this stack granted it, give this one its name as an alias.",
    });
  });

  it("is called by the name of its agent as soon as the run has heard of the agent, and no request is made for that", async () => {
    await run.create(permissionGrant, asks());
    const later = await tenant.process();
    await later.provider(agentIdentity).diff(agentId, agent.outputs, agent.inputs);
    tenant.requestsSince();
    await later.create(permissionGrant, asks());
    const asked = tenant.requestsSince();
    expect(tenant.warnings[0]).toMatch(
      `recovered permission grant "Microsoft Graph for Payslip helper" (${agentId}/${microsoftGraph}). `,
    );
    await (await tenant.process()).create(permissionGrant, asks());
    // Who has not heard of the agent asks whether it is there.
    const isThere = `GET /v1.0/servicePrincipals/${agentId}`;
    expect(tenant.requestsSince().filter((request) => request !== isThere)).toEqual(asked);
  });

  it("is refused at preview for an agent that is not in the tenant, and not for one that this program makes", async () => {
    const elsewhere = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    const news = { ...asks({ agentId: elsewhere }), marker: markerOfTests };
    const { failures } = await (await tenant.process()).provider(permissionGrant).check({}, news);
    expect(failures).toEqual([
      {
        property: "agentId",
        reason:
          `must be the object id of an agent identity or of a blueprint principal: there is no "${elsewhere}" in the test tenant. ` +
          "Correct the id. If a resource of this program makes it and somebody deleted it, run `pulumi refresh`",
      },
    ]);
    const before = { ...asks(), marker: markerOfTests };
    const moved = await (await tenant.process()).provider(permissionGrant).check(before, news);
    expect(moved.failures).toEqual(failures);
    // A replica may not know what this run has made a moment ago, or an earlier one has in the state.
    const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    tenant.emulated.fail({ method: "GET", path: `${agentId}$`, effect: "before", answer, times: 9 });
    const known = await tenant.process();
    await known.provider(agentIdentity).diff(agentId, agent.outputs, agent.inputs);
    for (const process of [run, known]) {
      const mine = { ...asks(), marker: markerOfTests };
      expect((await process.provider(permissionGrant).check({}, mine)).failures).toEqual([]);
    }
  });

  it("goes on where an earlier run was killed", async () => {
    await run.create(permissionGrant, asks({ application: ["User.Read.All"], delegated: [] }));
    const later = await (await tenant.process()).create(permissionGrant, asks());
    expect(later.id).toBe(`${agentId}/${microsoftGraph}`);
    expect([await roles(), await scopes()]).toEqual([2, ["Calendars.Read Mail.Read"]]);
  });

  it.each(["after", "before"] as const)("is whole when answers are lost %s they took effect", async (effect) => {
    for (const path of ["appRoleAssignments$", "oauth2PermissionGrants$"])
      tenant.emulated.fail({ method: "POST", path, effect, answer: { status: 504 } });
    await run.create(permissionGrant, asks());
    expect([await roles(), await scopes()]).toEqual([2, ["Calendars.Read Mail.Read"]]);
  });

  it("is kept in the state with what was granted when the rest fails, and is repaired by the next update", async () => {
    tenant.emulated.fail({
      method: "POST",
      path: "oauth2PermissionGrants$",
      effect: "before",
      answer: { status: 403, body: { error: { code: "Authorization_RequestDenied", message: "No." } } },
    });
    const failure = await run.create(permissionGrant, asks()).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      id: `${agentId}/${microsoftGraph}`,
      properties: { agentId, tenantId: tenant.emulated.id },
    });
    const { id, properties } = failure as { id: string; properties: Record<string, unknown> };
    const { marker, api, application, delegated } = properties;
    await (
      await tenant.process()
    )
      .provider(permissionGrant)
      .update(id, properties, { agentId, marker, api, application, delegated });
    expect([await roles(), await scopes()]).toEqual([2, ["Calendars.Read Mail.Read"]]);
  });

  it("is refused at preview with every name that the API does not offer", async () => {
    await expect(
      run.create(permissionGrant, asks({ application: ["user.read.all", "Do.Everything"], delegated: ["Mail.Raed"] })),
    ).rejects.toEqual(
      new Refused([
        {
          property: "application",
          reason: 'must name application permissions of Microsoft Graph: there is no "Do.Everything"',
        },
        {
          property: "application",
          reason:
            'must name application permissions of Microsoft Graph: there is no "user.read.all"; did you mean "User.Read.All"?',
        },
        {
          property: "delegated",
          reason: 'must name delegated permissions of Microsoft Graph: there is no "Mail.Raed"',
        },
      ]),
    );
  });

  it("is refused at preview when the tenant does not have the API", async () => {
    const api = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    await expect(run.create(permissionGrant, asks({ api }))).rejects.toEqual(
      new Refused([
        {
          property: "api",
          reason:
            `must be the appId of an API in the test tenant: there is no service principal for ${api}. ` +
            `Check the appId; if it is right, add the API to the tenant: "az ad sp create --id ${api}", or ` +
            `POST https://graph.microsoft.com/v1.0/servicePrincipals {"appId":"${api}"} (needs Application.ReadWrite.All)`,
        },
      ]),
    );
  });

  it("says how to add an API that is not in the tenant also where preview could not know which one it is", async () => {
    const api = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    const wanted = { agentId, api, application: ["Use.All"], delegated: [], marker: markerOfTests };
    await expect(run.provider(permissionGrant).create(wanted)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(
        `there is no service principal for ${api}\\. Check the appId; if it is right, .*az ad sp create --id ${api}`,
      ) as string,
    });
  });

  it("is granted at an API that was added as the refusal says", async () => {
    const api = await anApi(tenant);
    await api.publish([{ value: "Payslips.Read" }]);
    const args = asks({ api: api.appId, application: ["Payslips.Read"], delegated: [] });
    const refused = (await run.create(permissionGrant, args).catch((error: unknown) => error)) as Error;
    const [, body = ""] = /POST \S+\/v1\.0\/servicePrincipals (\{.*?\})/.exec(refused.message) ?? [];
    await api.graph.post("/servicePrincipals", JSON.parse(body) as object);
    const { outputs } = await run.create(permissionGrant, args);
    expect(outputs).toMatchObject({ api: api.appId, application: ["Payslips.Read"] });
  });

  it("is refused when two resources of one program grant at the same API", async () => {
    await run.create(permissionGrant, asks());
    await expect(run.create(permissionGrant, asks(), "eeeeffffgggghhhh")).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("another resource of this program already manages") as string,
    });
  });

  it("grants nothing when it is refused for another resource of the program", async () => {
    await run.create(permissionGrant, asks({ delegated: [] }));
    const more = asks({ application: ["AuditLog.Read.All"], delegated: [] });
    await expect(run.create(permissionGrant, more, "eeeeffffgggghhhh")).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
    });
    expect(await roles()).toBe(2);
  });

  it("takes all of it away, also what somebody has added since", async () => {
    const made = await run.create(permissionGrant, asks());
    const [assignment] = await tenant.graph.list<{ resourceId: string }>(
      `/servicePrincipals/${agentId}/appRoleAssignments`,
    );
    const { appRoles } = await tenant.graph.get<{ appRoles: { id: string; value: string }[] }>(
      `/servicePrincipals/${assignment?.resourceId ?? ""}?$select=appRoles`,
    );
    const appRoleId = appRoles.find(({ value }) => value === "AuditLog.Read.All")?.id;
    const added = { principalId: agentId, resourceId: assignment?.resourceId, appRoleId };
    await tenant.graph.post(`/servicePrincipals/${agentId}/appRoleAssignments`, added);
    await (await tenant.process()).provider(permissionGrant).delete(made.id, made.outputs);
    expect([await roles(), await scopes()]).toEqual([0, []]);
  });

  it("leaves what the agent holds at another API, when it is changed and when it is deleted", async () => {
    const exchange = "00000002-0000-0ff1-ce00-000000000000";
    const others = {
      agentId,
      api: exchange,
      application: ["Exchange.ManageAsApp"],
      delegated: ["EWS.AccessAsUser.All"],
    };
    const other = await run.create(permissionGrant, others, "eeeeffffgggghhhh");
    const made = await run.create(permissionGrant, asks());
    const provider = (await tenant.process()).provider(permissionGrant);
    const less = { ...made.inputs, application: ["User.Read.All"], delegated: [] };
    const { outs } = await provider.update(made.id, made.outputs, less);
    await (await tenant.process()).provider(permissionGrant).delete(made.id, outs);
    expect([await roles(), await scopes()]).toEqual([1, ["EWS.AccessAsUser.All"]]);
    expect((await provider.read(other.id, other.outputs)).inputs).toEqual({ ...other.inputs, __provider: undefined });
  });

  it("adds before it removes, and touches nothing that stays", async () => {
    const made = await run.create(permissionGrant, asks());
    const provider = (await tenant.process()).provider(permissionGrant);
    tenant.requestsSince();
    const news = { ...made.inputs, application: ["AuditLog.Read.All", "User.Read.All"], delegated: ["Mail.Read"] };
    const { outs } = await provider.update(made.id, made.outputs, news);
    const writes = () => tenant.requestsSince().filter((request) => !request.startsWith("GET "));
    const methods = writes().map((request) => request.split(" ")[0]);
    expect([methods.slice(0, 2).sort(), methods.slice(2)]).toEqual([["PATCH", "POST"], ["DELETE"]]);
    await provider.update(made.id, outs, { ...news, delegated: ["Mail.Read"] });
    expect(writes()).toEqual([]);
  });

  it("reads scopes as Graph may keep them: with spaces around them, or twice", async () => {
    const made = await run.create(permissionGrant, asks());
    const [grant] = await tenant.graph.list<{ id: string }>(
      `/oauth2PermissionGrants?$filter=${encodeURIComponent(`clientId eq '${agentId}'`)}`,
    );
    const scope = " Mail.Read  Calendars.Read Mail.Read ";
    await tenant.graph.patch(`/oauth2PermissionGrants/${String(grant?.id)}`, { scope });
    const { inputs } = await (await tenant.process()).provider(permissionGrant).read(made.id, made.outputs);
    expect(inputs).toEqual({ ...made.inputs, __provider: undefined });
  });

  it("is changed and deleted where somebody else takes away the same a moment before", async () => {
    const made = await run.create(permissionGrant, asks());
    const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    for (const path of ["/appRoleAssignments/", "/oauth2PermissionGrants/"])
      tenant.emulated.fail({ method: "DELETE", path, effect: "after", answer });
    const news = { ...made.inputs, application: ["User.Read.All"], delegated: [] };
    const { outs } = await (await tenant.process()).provider(permissionGrant).update(made.id, made.outputs, news);
    expect([outs["application"], outs["delegated"]]).toEqual([["User.Read.All"], []]);
    expect([await roles(), await scopes()]).toEqual([1, []]);
  });

  it("is gone, and can be deleted, when the API itself has left the tenant", async () => {
    const made = await run.create(permissionGrant, asks());
    const answer = { status: 404, body: { error: { code: "Request_ResourceNotFound", message: "Not here." } } };
    tenant.emulated.fail({ method: "GET", path: microsoftGraph, effect: "before", answer, times: 50 });
    const provider = (await tenant.process()).provider(permissionGrant);
    expect(await provider.read(made.id, made.outputs)).toEqual({ id: "", props: {} });
    await expect(provider.delete(made.id, made.outputs)).resolves.toBeUndefined();
  });
});
