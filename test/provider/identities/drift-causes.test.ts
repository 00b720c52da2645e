import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import type { Lifecycle } from "../../../provider/engine/lifecycle";
import { roleIds } from "../../../emulator/rules/roles";
import { giveRole } from "../../emulator/client";
import { aTenant, type Live, type TestTenant } from "../a-tenant";

const sponsors = ["diego.siciliani@contoso.com"];
const adele = "adele.vance@contoso.com";

let tenant: TestTenant;
let agent: Live;
let principal: Live;
let blueprint: Live;
/** appId of an application that is somebody else's. */
let lifecyclePolicies: string;

beforeEach(async () => {
  tenant = await aTenant();
  tenant.emulated.set({ clock: { stoppedAt: "2026-11-21T10:00:00.000Z" } });
  const run = await tenant.process();
  blueprint = await run.create(agentIdentityBlueprint, { displayName: "Payroll agents", sponsors });
  principal = await run.create(agentIdentityBlueprintPrincipal, { blueprintId: blueprint.id });
  agent = await run.create(agentIdentity, { displayName: "Payslip helper", sponsors, blueprintId: blueprint.id });
  const { appId } = await send<{ appId: string }>({}, "POST", "/applications", { displayName: "Lifecycle policies" });
  await send({}, "POST", "/servicePrincipals", { appId });
  lifecyclePolicies = appId;
  const { id } = await tenant.graph.get<{ id: string }>(`/users/${adele}`);
  giveRole(tenant.emulated, `/users/${id}`, roleIds.globalAdministrator);
  tenant.emulated.advance(60_000);
  tenant.requestsSince();
});
afterEach(() => tenant.emulated.close());

/** One request of somebody else, with every permission that it takes. */
async function send<T = unknown>(
  who: { readonly user?: string; readonly app?: string },
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const permissions = ["Application.ReadWrite.All", "AgentIdentity.ReadWrite.All", "AgentIdentity.DeleteRestore.All"];
  const more = ["AgentIdentityBlueprintPrincipal.ReadWrite.All", "AgentIdentityBlueprint.DeleteRestore.All"];
  const token = await tenant.emulated.token({ ...who, permissions: [...permissions, ...more] });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await tenant.emulated.handle(new Request(`https://graph.microsoft.com/v1.0${path}`, init));
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

const off = { accountEnabled: false };
const auditRequests = () => tenant.requestsSince().filter((request) => request.includes("/auditLogs/"));
const agentPath = () => `/servicePrincipals/${agent.id}/microsoft.graph.agentIdentity`;
const refresh = async <Inputs extends object>(lifecycle: Lifecycle<Inputs>, { id, outputs }: Live) =>
  (await tenant.process()).provider(lifecycle).read(id, outputs);
const isEnabled = async () => (await tenant.graph.get<{ accountEnabled: boolean }>(agentPath())).accountEnabled;

describe("an agent that somebody else has disabled", () => {
  it("is drift that names the person and when, and `up` enables it again", async () => {
    await send({ user: adele }, "PATCH", agentPath(), off);
    const seen = await refresh(agentIdentity, agent);
    expect(tenant.warnings).toEqual([
      `agent identity "Payslip helper" was disabled by ${adele} at 2026-11-21T10:01:00Z: ` +
        "`pulumi up` enables it again. To leave it disabled, declare `enabled: false`",
    ]);
    expect(seen.props).not.toHaveProperty("disabledByApplication");
    const up = (await tenant.process()).provider(agentIdentity);
    await up.check(seen.inputs ?? {}, agent.inputs);
    await up.diff(agent.id, seen.props, agent.inputs);
    await up.update(agent.id, seen.props, agent.inputs);
    expect(await isEnabled()).toBe(true);
  });

  it.each(["agent identity", "agent identity blueprint principal"] as const)(
    "is left as it is where an application did it, such as a lifecycle policy, until the program confirms (%s)",
    async (noun) => {
      const isAgent = noun === "agent identity";
      const lifecycle = (isAgent ? agentIdentity : agentIdentityBlueprintPrincipal) as unknown as Lifecycle<object>;
      const live = isAgent ? agent : principal;
      await send({ app: lifecyclePolicies }, "PATCH", `/servicePrincipals/${live.id}`, off);
      const seen = await refresh(lifecycle, live);
      expect(tenant.warnings).toEqual([
        `${noun} "${isAgent ? "Payslip helper" : blueprint.id}" was disabled by application "Lifecycle policies" at 2026-11-21T10:01:00Z ` +
          "(a lifecycle policy of the tenant may be the cause): `pulumi up` enables it again only if the program declares `reenable: true`. " +
          "To leave it disabled, declare `enabled: false`",
      ]);
      expect(seen.props).toMatchObject({ enabled: false, disabledByApplication: "Lifecycle policies" });
      // The state knows it by now.
      tenant.requestsSince();
      const again = await refresh(lifecycle, { ...live, outputs: seen.props });
      expect(again.props["disabledByApplication"]).toBe("Lifecycle policies");
      expect(auditRequests()).toEqual([]);

      const refusal =
        'application "Lifecycle policies" has disabled it (a lifecycle policy of the tenant may be the cause), and the program would enable it again. ' +
        "To leave it disabled, declare `enabled: false`. To enable it, declare `reenable: true`, run `pulumi up`, then remove `reenable`";
      const preview = (await tenant.process()).provider(lifecycle);
      await preview.check(seen.inputs ?? {}, live.inputs);
      await expect(preview.diff(live.id, seen.props, live.inputs)).rejects.toThrow(refusal);
      // A state that was not refreshed does not know it.
      const stale = (await tenant.process()).provider(lifecycle);
      await expect(stale.update(live.id, live.outputs, live.inputs)).rejects.toThrow(refusal);

      const confirmed = (await tenant.process()).provider(lifecycle);
      const { inputs } = await confirmed.check(seen.inputs ?? {}, { ...live.inputs, reenable: true });
      await confirmed.diff(live.id, seen.props, inputs);
      const { outs } = await confirmed.update(live.id, seen.props, inputs);
      expect(outs).toMatchObject({ enabled: true });
      expect(outs).not.toHaveProperty("disabledByApplication");
    },
  );

  it("may have been disabled by the account Pulumi signs in as", async () => {
    await tenant.graph.patch(agentPath(), off);
    await refresh(agentIdentity, agent);
    expect(tenant.warnings[0]).toContain("was disabled by the account Pulumi signs in as at 2026-11-21T10:01:00Z");
  });

  it("is named by what was done last: an earlier time, and other changes, do not count", async () => {
    await send({ app: lifecyclePolicies }, "PATCH", agentPath(), off);
    tenant.emulated.advance(60_000);
    await send({ user: adele }, "PATCH", agentPath(), { accountEnabled: true });
    await send({ user: adele }, "PATCH", agentPath(), off);
    tenant.emulated.advance(60_000);
    await send({ app: lifecyclePolicies }, "PATCH", agentPath(), { displayName: "Renamed" });
    // What was refused counts as little; Graph's log has it too.
    const modifiedProperties = [{ displayName: "AccountEnabled", oldValue: "[true]", newValue: "[false]" }];
    const body = {
      activityDateTime: "2026-11-21T10:03:00.000Z",
      activityDisplayName: "Update service principal",
      result: "failure",
      initiatedBy: { app: null, user: { userPrincipalName: "mallory@contoso.com" } },
      targetResources: [{ id: agent.id, modifiedProperties }],
    };
    tenant.emulated.plant([{ id: "refused", kind: "directoryAudit", body }]);
    await refresh(agentIdentity, agent);
    expect(tenant.warnings[0]).toContain(`was disabled by ${adele} at 2026-11-21T10:02:00Z`);
  });
});

describe("an agent that somebody else has deleted", () => {
  it("is named with who did it and when, and with what `up` does", async () => {
    await send({ user: adele }, "DELETE", agentPath());
    expect((await refresh(agentIdentity, agent)).id).toBe("");
    await send({ app: lifecyclePolicies }, "DELETE", `/servicePrincipals/${principal.id}`);
    expect((await refresh(agentIdentityBlueprintPrincipal, principal)).id).toBe("");
    await send({ user: adele }, "DELETE", `/applications/${String(blueprint.outputs["objectId"])}`);
    expect((await refresh(agentIdentityBlueprint, blueprint)).id).toBe("");
    expect(tenant.warnings).toEqual([
      `agent identity "Payslip helper" was deleted by ${adele} at 2026-11-21T10:01:00Z: ` +
        "`pulumi up` creates another one, with another id. To leave it deleted, remove it from the program",
      `agent identity blueprint principal "${blueprint.id}" was deleted by application "Lifecycle policies" at 2026-11-21T10:01:00Z: ` +
        "`pulumi up` restores it, or creates another one. To leave it deleted, remove it from the program",
      `agent identity blueprint "Payroll agents" was deleted by ${adele} at 2026-11-21T10:01:00Z: ` +
        "`pulumi up` restores it, or creates another one. To leave it deleted, remove it from the program",
    ]);
  });
});

describe("the audit log", () => {
  it("is asked once for each agent that has drifted, and never where nothing has", async () => {
    await refresh(agentIdentity, agent);
    await refresh(agentIdentityBlueprintPrincipal, principal);
    await refresh(agentIdentityBlueprint, blueprint);
    await send({ user: adele }, "PATCH", agentPath(), { displayName: "Renamed" });
    await refresh(agentIdentity, agent);
    expect(auditRequests()).toEqual([]);
    await send({ user: adele }, "PATCH", agentPath(), off);
    await refresh(agentIdentity, agent);
    expect(auditRequests()).toHaveLength(1);
    await send({ user: adele }, "DELETE", agentPath());
    await refresh(agentIdentity, agent);
    expect(auditRequests()).toHaveLength(1);
  });

  it("is not asked about what the program itself switches off and on", async () => {
    const run = (await tenant.process()).provider(agentIdentity);
    const { outs } = await run.update(agent.id, agent.outputs, { ...agent.inputs, enabled: false });
    await (await tenant.process()).provider(agentIdentity).read(agent.id, outs);
    await (await tenant.process()).provider(agentIdentity).update(agent.id, outs, agent.inputs);
    expect(await isEnabled()).toBe(true);
    expect([auditRequests(), tenant.warnings]).toEqual([[], []]);
  });

  it.each([
    [
      "without the permission",
      () => tenant.emulated.grant(["AgentIdentity.Read.All", "User.Read.All"]),
      "to see it in the audit log, grant AuditLog.Read.All to the application Pulumi signs in as, with admin consent. If it is granted, the tenant may lack the licence for audit logs (Microsoft Entra ID P1 or P2)",
    ],
    [
      "where it cannot be read",
      () => tenant.emulated.fail({ path: "/auditLogs/", effect: "before", answer: { status: 400 }, times: 9 }),
      "the audit log could not be read (REFUSED)",
    ],
    [
      "where it has no entry",
      () => {
        const { objects, ...file } = tenant.emulated.exportState();
        tenant.emulated.importState({ ...file, objects: objects.filter(({ kind }) => kind !== "directoryAudit") });
      },
      "the audit log has no entry for it. Entries appear after some minutes: refresh again later",
    ],
  ])("is no condition: %s, it is said once that nobody knows", async (_, spoil, reason) => {
    const run = await tenant.process();
    const args = { displayName: "Payslip auditor", sponsors, blueprintId: blueprint.id };
    const other = await run.create(agentIdentity, args, "ccccddddeeeeffff");
    for (const { id } of [agent, other]) await send({ user: adele }, "PATCH", `/servicePrincipals/${id}`, off);
    spoil();
    const provider = (await tenant.process()).provider(agentIdentity);
    tenant.requestsSince();
    expect((await provider.read(agent.id, agent.outputs)).props).toMatchObject({ enabled: false });
    expect((await provider.read(other.id, other.outputs)).props).toMatchObject({ enabled: false });
    expect(auditRequests()).toHaveLength(2);
    expect(tenant.warnings).toEqual([
      `agent identity "Payslip helper" was disabled outside Pulumi, and it is not known by whom: ${reason}. ` +
        "`pulumi up` enables it again. To leave it disabled, declare `enabled: false`",
    ]);
  });
});
