import { fleet, noContents, parts } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

const beta = { version: "beta" } as const;

/** What somebody does in the admin centre while nobody looks. */
describe("a change behind Pulumi's back", () => {
  let stack: Stack;
  let tenant: OpenTenant;
  let ids: Record<string, string>;

  beforeAll(async () => {
    stack = await aStack(fleet(), { refresh: "always" });
    tenant = await tenantOf(stack);
    await stack.up();
    ids = Object.fromEntries(stack.backend.state().map(({ type, id }) => [type.split(":").at(-1) ?? "", id ?? ""]));
  });

  it("is shown property by property, and put right by the next plain `up`", async () => {
    const agent = `/servicePrincipals/${String(ids["AgentIdentity"])}/microsoft.graph.agentIdentity`;
    await tenant.graph.patch(agent, { displayName: "Renamed by hand", accountEnabled: false });
    const { id } = await tenant.graph.get<{ id: string }>("/users/nestor.wilke@contoso.com");
    await tenant.graph.post(`${agent}/sponsors/$ref`, { "@odata.id": tenant.graph.url(`/users/${id}`) });
    const [grant] = await tenant.graph.list<{ id: string }>(
      `/oauth2PermissionGrants?$filter=${encodeURIComponent(`clientId eq '${String(ids["AgentIdentity"])}'`)}`,
    );
    await tenant.graph.patch(`/oauth2PermissionGrants/${String(grant?.id)}`, { scope: "Mail.Read Mail.Send" });
    await tenant.graph.patch(
      `/identity/conditionalAccess/policies/${String(ids["ConditionalAccessPolicy"])}`,
      { state: "disabled" },
      beta,
    );
    await tenant.graph.patch(`/servicePrincipals/${String(ids["AgentIdentityBlueprintPrincipal"])}`, {
      accountEnabled: false,
    });

    const drift = {
      "AgentIdentity helper": { displayName: "update", enabled: "update", "sponsors[1]": "add" },
      "PermissionGrant helper": { "delegated[1]": "add" },
      "ConditionalAccessPolicy block": { state: "update" },
      "AgentIdentityBlueprintPrincipal payroll": { enabled: "update" },
    };
    expect((await tenant.drift()).sort()).toEqual(Object.keys(drift).sort());
    expect(await stack.preview()).toMatchObject({ exitCode: 0, drift });
    const outcome = await stack.up();
    expect(outcome.drift).toEqual(drift);
    expect(outcome.ops).toEqual({
      "AgentIdentity helper": "update",
      "PermissionGrant helper": "update",
      "ConditionalAccessPolicy block": "update",
      "AgentIdentityBlueprintPrincipal payroll": "update",
    });
    expect(await tenant.drift()).toEqual([]);
    expect(await tenant.graph.get(agent)).toMatchObject({ displayName: "Payslip helper", accountEnabled: true });
  });

  it("may be a deletion: the object is made again", async () => {
    await tenant.graph.delete(`/servicePrincipals/${String(ids["AgentIdentity"])}`);
    const { exitCode, ops } = await stack.up();
    expect({ exitCode, ops }).toEqual({
      exitCode: 0,
      ops: { "AgentIdentity helper": "create", "PermissionGrant helper": "create" },
    });
    expect((await tenant.contents())["agent"]).toEqual(["Payslip helper"]);
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  it("may be a deletion of the blueprint: one `up` brings it back, and its credential to what is declared by now", async () => {
    const path = `/applications(appId='${String(ids["AgentIdentityBlueprint"])}')/microsoft.graph.agentIdentityBlueprint`;
    const { id } = await tenant.graph.get<{ id: string }>(path);
    await tenant.graph.delete(`/applications/${id}/microsoft.graph.agentIdentityBlueprint`);
    stack.edit(fleet({ credential: parts.credential.replace("refs/heads/main", "refs/heads/release") }));
    const { exitCode, ops } = await stack.up();
    expect({ exitCode, ops }).toEqual({
      exitCode: 0,
      ops: {
        "AgentIdentityBlueprint payroll": "create",
        "AgentIdentityBlueprintPrincipal payroll": "create",
        "FederatedIdentityCredential github": "update",
      },
    });
    expect(await tenant.graph.list(`${path}/federatedIdentityCredentials?$select=subject`)).toEqual([
      expect.objectContaining({ subject: "repo:contoso/github:ref:refs/heads/release" }),
    ]);
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  it("does not stand in the way of `destroy`, whatever was deleted before", async () => {
    await tenant.graph.delete(`/servicePrincipals/${String(ids["AgentIdentityBlueprintPrincipal"])}`);
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await tenant.contents()).toMatchObject(noContents);
  });
});
