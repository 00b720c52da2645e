import { agentIdentity } from "../../../../provider/identities/agent-identity";
import { permissionGrant } from "../../../../provider/permissions/permission-grant";
import { aBlueprint, aTenant } from "../../a-tenant";

/** The engine checks one resource after the other: what each asks the tenant adds up. */
describe("questions to the tenant in check and diff", () => {
  it("are one request each for the sponsor, the blueprint and its agents, which fifty resources share, and none for what did not change", async () => {
    const tenant = await aTenant();
    const blueprintId = await aBlueprint(await tenant.process());
    const process = await tenant.process();
    const engine = process.provider(agentIdentity);
    const declared = (index: number) => ({
      ...{ displayName: `Agent ${index}`, blueprintId, marker: String(index).padStart(16, "0") },
      sponsors: ["diego.siciliani@contoso.com"],
    });
    tenant.requestsSince();
    const checked: Record<string, unknown>[] = [];
    for (let index = 0; index < 50; index++) {
      const { inputs, failures } = await engine.check({}, declared(index));
      expect(failures).toEqual([]);
      checked.push(inputs);
    }
    expect(tenant.requestsSince().sort()).toEqual([
      `GET /v1.0/applications(appId='${blueprintId}')`,
      "GET /v1.0/servicePrincipals/microsoft.graph.agentIdentity",
      "GET /v1.0/users/diego.siciliani@contoso.com",
    ]);

    const later = (await tenant.process()).provider(agentIdentity);
    for (const [index, inputs] of checked.entries()) {
      expect((await later.check(inputs, declared(index))).inputs).toEqual(inputs);
      await later.diff(`id ${index}`, { ...inputs, tenantId: tenant.emulated.id }, inputs);
    }
    expect(tenant.requestsSince()).toEqual([]);
  });

  it("are the same few for the permissions that fifty agents are granted", async () => {
    const tenant = await aTenant();
    const engine = (await tenant.process()).provider(permissionGrant);
    const declared = (index: number) => ({
      ...{ agentId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`, api: "Microsoft Graph" },
      ...{ application: ["User.Read.All"], delegated: ["Mail.Read"], marker: String(index).padStart(16, "0") },
    });
    tenant.requestsSince();
    await engine.check({}, declared(0));
    const asked = tenant.requestsSince();
    expect(asked.length).toBeLessThanOrEqual(2);
    for (let index = 1; index < 50; index++) await engine.check({}, declared(index));
    expect(tenant.requestsSince()).toEqual([]);
  });
});
