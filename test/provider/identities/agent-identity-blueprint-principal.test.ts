import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { embeddedConnection } from "../../../provider/graph/connection";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import { microsoftGraph } from "../../../provider/permissions/permission-grant";
import { automation } from "../../kinds/people";
import { aTenant, markerOfTests, type TestProcess, type TestTenant } from "../a-tenant";

const collection = "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal";

describe("an agent identity blueprint principal", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  let blueprintId: string;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
    blueprintId = (
      await run.create(agentIdentityBlueprint, {
        displayName: "Payroll agents",
        sponsors: ["diego.siciliani@contoso.com"],
      })
    ).id;
  });
  afterEach(() => tenant.emulated.close());

  it("lives: is created, switched off, read and deleted", async () => {
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    expect(made.outputs).toEqual({
      blueprintId,
      createdDateTime: expect.stringMatching(/^20..-/) as string,
      creatorOwner: automation,
      enabled: true,
      marker: markerOfTests,
      tenantId: tenant.emulated.id,
      writtenAt: "1970-01-01T00:00:00.000Z",
    });
    const provider = run.provider(agentIdentityBlueprintPrincipal);
    const { outs } = await provider.update(made.id, made.outputs, { ...made.inputs, enabled: false });
    expect(await provider.read(made.id, outs)).toEqual({
      id: made.id,
      props: outs,
      inputs: { ...made.inputs, enabled: false },
    });
    const later = (await tenant.process()).provider(agentIdentityBlueprintPrincipal);
    await later.delete(made.id, outs);
    expect(await tenant.graph.list(collection)).toEqual([]);
  });

  it("may be switched off from the start", async () => {
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId, enabled: false });
    expect(await tenant.graph.list(collection)).toMatchObject([{ id: made.id, accountEnabled: false }]);
  });

  it("is found again by its blueprint, of which a tenant has one principal", async () => {
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    const again = await (await tenant.process()).create(agentIdentityBlueprintPrincipal, { blueprintId });
    expect(again.id).toBe(made.id);
  });

  it("exists once when the answer to its creation is lost", async () => {
    tenant.emulated.fail({
      method: "POST",
      path: "agentIdentityBlueprintPrincipal$",
      effect: "after",
      answer: { status: 502 },
    });
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    expect(await tenant.graph.list(collection)).toMatchObject([{ id: made.id }]);
  });

  it("is kept in the state when the part that follows its creation fails, and is repaired by the next update", async () => {
    tenant.emulated.fail({
      method: "PATCH",
      path: "servicePrincipals",
      effect: "before",
      answer: {
        status: 400,
        body: { error: { code: "AgentBlueprintPrincipal_IncompatibleProperty", message: "No." } },
      },
    });
    const failure = await run
      .create(agentIdentityBlueprintPrincipal, { blueprintId, enabled: false })
      .catch((error: unknown) => error);
    const [there] = await tenant.graph.list<{ id: string }>(collection);
    expect(failure).toMatchObject({
      id: there?.id,
      properties: {
        blueprintId,
        enabled: false,
        marker: markerOfTests,
        tenantId: tenant.emulated.id,
        __provider: 'exports.handler=()=>require("pulumi-entra-agent-id/dynamic/v1").AgentIdentityBlueprintPrincipal',
      },
      reasons: [
        expect.stringMatching(
          /^cannot finish agent identity blueprint principal "Payroll agents": No\. It was created and is in the state as [0-9a-f-]{36}: run `pulumi up` again, and it continues from there\. \[400 AgentBlueprintPrincipal_IncompatibleProperty, request .*\]$/,
        ),
      ],
    });
    const { id, properties } = failure as { id: string; properties: Record<string, unknown> };
    await (
      await tenant.process()
    )
      .provider(agentIdentityBlueprintPrincipal)
      .update(id, properties, { blueprintId, enabled: false, marker: markerOfTests });
    expect(await tenant.graph.list(collection)).toMatchObject([{ id, accountEnabled: false }]);
  });

  it("is refused at preview for an appId that nothing has, and by Graph for one that is not a blueprint's", async () => {
    const elsewhere = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    await expect(run.create(agentIdentityBlueprintPrincipal, { blueprintId: elsewhere })).rejects.toThrow(
      `blueprintId must be the appId of a blueprint: there is no application "${elsewhere}" in the test tenant`,
    );
    const provider = run.provider(agentIdentityBlueprintPrincipal);
    await expect(
      provider.create({ blueprintId: elsewhere, enabled: true, marker: markerOfTests }),
    ).rejects.toMatchObject({ code: "REFUSED" });
  });

  it("does not bring back the deleted service principal of an application that is not a blueprint", async () => {
    const admin = await embeddedConnection({
      handle: (request) => tenant.emulated.handle(request),
      token: () => tenant.emulated.token({ permissions: ["Application.ReadWrite.All"] }),
    });
    const { appId } = await admin.post<{ appId: string }>("/applications", { displayName: "Plain" });
    const plain = await admin.post<{ id: string }>("/servicePrincipals", { appId });
    await admin.delete(`/servicePrincipals/${plain.id}`);
    await expect(run.create(agentIdentityBlueprintPrincipal, { blueprintId: appId })).rejects.toThrow();
    expect(await admin.get(`/directory/deletedItems/${plain.id}`)).toMatchObject({ id: plain.id });
  });

  it("is restored, not made anew: making another one would cost the identities of the old one", async () => {
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    await (await tenant.process()).provider(agentIdentityBlueprintPrincipal).delete(made.id, made.outputs);
    tenant.emulated.fail({ method: "POST", path: "/restore$", effect: "after", answer: { status: 504 } });
    const again = await (await tenant.process()).create(agentIdentityBlueprintPrincipal, { blueprintId });
    expect(again.id).toBe(made.id);
  });

  it("comes back with the permissions it had, and that is reported: no program declares them", async () => {
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    const path = `/servicePrincipals/${made.id}`;
    const api = await tenant.graph.get<{ id: string; appRoles: { id: string; value: string }[] }>(
      `/servicePrincipals(appId='${microsoftGraph}')?$select=id,appRoles`,
    );
    const appRoleId = api.appRoles.find(({ value }) => value === "User.Read.All")?.id;
    const role = { principalId: made.id, resourceId: api.id, appRoleId };
    const { id: assignment } = await tenant.graph.post<{ id: string }>(`${path}/appRoleAssignments`, role);
    const scope = { clientId: made.id, consentType: "AllPrincipals", resourceId: api.id, scope: "Mail.Read User.Read" };
    const { id: grant } = await tenant.graph.post<{ id: string }>("/oauth2PermissionGrants", scope);
    await (await tenant.process()).provider(agentIdentityBlueprintPrincipal).delete(made.id, made.outputs);
    await (await tenant.process()).create(agentIdentityBlueprintPrincipal, { blueprintId });
    expect(tenant.warnings).toEqual([
      expect.stringContaining(
        "also restored permissions, also those that no program declares: 1 at application level, 2 delegated. Remove the permissions that " +
          `nobody needs with DELETE ${tenant.graph.url(`${path}/appRoleAssignments/${assignment}`)}, ` +
          tenant.graph.url(`/oauth2PermissionGrants/${grant}`),
      ),
    ]);
  });

  it("is restored by the run that deleted it, whatever that run had listed before and lists in between", async () => {
    const sponsors = ["diego.siciliani@contoso.com"];
    const others = await Promise.all(
      ["bbbbbbbbbbbbbbbb", "cccccccccccccccc"].map((marker) =>
        run.create(agentIdentityBlueprint, { displayName: "Other agents", sponsors }, marker),
      ),
    );
    const made = await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    const later = await tenant.process();
    const makeOther = (index: number) =>
      later.create(agentIdentityBlueprintPrincipal, { blueprintId: others[index]?.id }, `${index}`.repeat(16));
    await makeOther(0);
    await later.provider(agentIdentityBlueprintPrincipal).delete(made.id, made.outputs);
    // What was lost is looked for in a new list of the active ones, and found there.
    const path = "agentIdentityBlueprintPrincipal$";
    tenant.emulated.fail({ method: "POST", path, effect: "after", answer: { status: 502 } });
    await makeOther(1);
    const again = await later.create(agentIdentityBlueprintPrincipal, { blueprintId });
    expect(again.id).toBe(made.id);
  });

  it("is refused when another resource manages it", async () => {
    await run.create(agentIdentityBlueprintPrincipal, { blueprintId });
    const other = (await tenant.process()).create(agentIdentityBlueprintPrincipal, { blueprintId }, "eeeeffffgggghhhh");
    await expect(other).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("it has the marker of another resource") as string,
    });
  });
});
