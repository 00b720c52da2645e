import { agentIdentity } from "../../../provider/identities/agent-identity";
import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { agentIdentityBlueprintPrincipal } from "../../../provider/identities/agent-identity-blueprint-principal";
import type { Lifecycle } from "../../../provider/engine/lifecycle";
import { aTenant, type TestTenant } from "../a-tenant";

const sponsors = ["diego.siciliani@contoso.com"];
const status = "DisabledDueToViolationOfServicesAgreement";
const refusal =
  `Microsoft has disabled it (disabledByMicrosoftStatus: ${status}), and the program would enable it again. ` +
  "To leave it disabled, declare `enabled: false`. To enable it, declare `reenable: true`, run `pulumi up`, then remove `reenable`.";

describe.each(["agent identity", "agent identity blueprint principal"] as const)(
  "an %s that Microsoft has disabled",
  (noun) => {
    let tenant: TestTenant;
    const kind = noun === "agent identity" ? agentIdentity : agentIdentityBlueprintPrincipal;
    const lifecycle = kind as unknown as Lifecycle<object>;

    beforeEach(async () => void (tenant = await aTenant()));
    afterEach(() => tenant.emulated.close());

    async function made() {
      const run = await tenant.process();
      const blueprint = await run.create(agentIdentityBlueprint, { displayName: "Payroll agents", sponsors });
      const principal = await run.create(agentIdentityBlueprintPrincipal, { blueprintId: blueprint.id });
      const args = { displayName: "Payslip helper", sponsors, blueprintId: blueprint.id };
      return noun === "agent identity" ? run.create(agentIdentity, args) : principal;
    }

    /** As Microsoft does it: no request can. */
    function disable(id: string, by: string | null): void {
      const { objects, ...file } = tenant.emulated.exportState();
      const disabled = { accountEnabled: false, disabledByMicrosoftStatus: by };
      tenant.emulated.importState({
        ...file,
        objects: objects.map((one) =>
          one.id === id ? { ...one, properties: { ...one.properties, ...disabled } } : one,
        ),
      });
    }

    const isEnabled = async (id: string) =>
      (await tenant.graph.get<{ accountEnabled: boolean }>(`/servicePrincipals/${id}`)).accountEnabled;

    it("has no cause where Graph says NotDisabled", async () => {
      const { id, outputs } = await made();
      disable(id, "NotDisabled");
      const { props } = await (await tenant.process()).provider(lifecycle).read(id, outputs);
      expect(props).toMatchObject({ enabled: false });
      expect(props["disabledByMicrosoftStatus"]).toBeUndefined();
    });

    it("is drift with that cause, refused at preview and by the update, and enabled again where the program confirms it", async () => {
      const { id, inputs, outputs } = await made();
      disable(id, status);
      const seen = await (await tenant.process()).provider(lifecycle).read(id, outputs);
      expect(seen.inputs).toEqual({ ...inputs, enabled: false });
      expect(seen.props).toMatchObject({ enabled: false, disabledByMicrosoftStatus: status });

      const preview = (await tenant.process()).provider(lifecycle);
      await preview.check(seen.inputs ?? {}, inputs);
      await expect(preview.diff(id, seen.props, inputs)).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringContaining(refusal) as string,
      });
      // A state that was not refreshed does not know it.
      const stale = (await tenant.process()).provider(lifecycle);
      await expect(stale.update(id, outputs, inputs)).rejects.toThrow(refusal);
      expect(await isEnabled(id)).toBe(false);

      const confirmed = (await tenant.process()).provider(lifecycle);
      const checked = await confirmed.check(seen.inputs ?? {}, { ...inputs, reenable: true });
      expect(checked).toEqual({ failures: [], inputs });
      await confirmed.diff(id, seen.props, checked.inputs);
      await confirmed.update(id, seen.props, checked.inputs);
      expect(await isEnabled(id)).toBe(true);
    });

    it("stays disabled where the program wants that, and one that a person disabled is enabled again", async () => {
      const { id, inputs, outputs } = await made();
      disable(id, status);
      const run = (await tenant.process()).provider(lifecycle);
      await run.update(id, outputs, { ...inputs, enabled: false });
      expect(await isEnabled(id)).toBe(false);
      disable(id, null);
      const { outs } = await (await tenant.process()).provider(lifecycle).update(id, outputs, inputs);
      expect(await isEnabled(id)).toBe(true);
      expect(outs).not.toHaveProperty("disabledByMicrosoftStatus");
    });
  },
);

it("reenable makes no difference to an agent that exists, whether it is added, left in or taken out", async () => {
  const tenant = await aTenant();
  const run = await tenant.process();
  const blueprint = await run.create(agentIdentityBlueprint, { displayName: "Payroll agents", sponsors });
  await run.create(agentIdentityBlueprintPrincipal, { blueprintId: blueprint.id });
  const args = { displayName: "Payslip helper", sponsors, blueprintId: blueprint.id };
  const { id, inputs, outputs } = await run.create(agentIdentity, { ...args, reenable: true });
  const provider = (await tenant.process()).provider(agentIdentity);
  const { reenable, ...without } = inputs;
  expect(reenable).toBe(true);
  expect((await provider.read(id, outputs)).inputs).toEqual(inputs);
  expect((await provider.check(inputs, without)).inputs).toEqual(inputs);
  expect((await provider.check(without, inputs)).inputs).toEqual(without);
  tenant.emulated.close();
});
