import { fleet, parts, program } from "./programs";
import { aStack } from "./stack";
import { tenantOf } from "./tenant";

const bad = program(`
  ${parts.blueprint.replace('["diego.siciliani@contoso.com"]', "[]")}
  new agentid.AgentIdentity("a", { displayName: "", blueprintId: "x", sponsors: ["Diego"] });
  new agentid.FederatedIdentityCredential("f", { blueprintId: blueprint.id, name: "git hub", issuer: "http://x", subject: "s" });
  new agentid.ConditionalAccessPolicy("c", { displayName: "MFA", conditions: { clientApplications: { includeAgentIdServicePrincipals: ["All"] }, applications: { includeApplications: ["All"] } }, grantControls: { builtInControls: ["mfa"] } });
`);

const findings = [
  'AgentIdentityBlueprint payroll: agent identity blueprint "payroll": sponsors must name at least one sponsor: somebody has to answer for every agent',
  'AgentIdentity a: agent identity "a": displayName must not be empty',
  'AgentIdentity a: agent identity "a": blueprintId must be a GUID',
  'AgentIdentity a: agent identity "a": sponsors[0] must be a user principal name (johanna.lorenz@contoso.com) or an object id (a GUID)',
  'FederatedIdentityCredential f: federated identity credential "f": name must be 3 to 120 letters, digits, hyphens or underscores',
  'FederatedIdentityCredential f: federated identity credential "f": issuer must be an https URL',
  'ConditionalAccessPolicy c: Conditional Access policy "c": grantControls.builtInControls must be ["block"]: agents cannot satisfy any other control',
];

describe("a program that declares what cannot be", () => {
  it("is refused at preview with the findings of all its resources at once", async () => {
    const stack = await aStack(bad);
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.errors).toEqual(expect.arrayContaining(findings));
  });

  it("makes nothing that was refused, even when nobody previews and Graph would take it", async () => {
    // Graph sees "<displayName> [marker]", which is not empty.
    const stack = await aStack(fleet({ policy: parts.policy.replace("Block risky agents", "") }));
    const up = await stack.up();
    expect(up.exitCode).not.toBe(0);
    expect((await (await tenantOf(stack)).contents()).policies).toEqual([]);
  });

  it("is refused at preview for what only the tenant knows: people and permissions that are not there", async () => {
    const stack = await aStack(fleet({ blueprint: parts.blueprint.replace("diego.siciliani", "nobody") }));
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.errors.join("\n")).toMatch(
      /property sponsors value .* has a problem: must name somebody of this tenant: there is no "nobody@contoso\.com" in the embedded tenant/,
    );
  });
});

describe("state of another tenant", () => {
  it("is refused by preview, up, refresh and destroy, with both tenants named, and nothing is changed", async () => {
    const stack = await aStack(fleet());
    const home = await tenantOf(stack);
    await stack.up();
    const before = await home.contents();
    const own = stack.environment["ENTRA_AGENT_ID_TENANT"];
    stack.environment["ENTRA_AGENT_ID_TENANT"] = `local:${stack.directory}/elsewhere`;
    for (const run of [() => stack.preview(), () => stack.up(), () => stack.refresh(), () => stack.destroy()]) {
      const outcome = await run();
      expect(outcome.exitCode).not.toBe(0);
      expect(outcome.errors.join("\n")).toMatch(
        new RegExp(
          `the stack's state belongs to tenant ${home.emulated.id}, and ENTRA_AGENT_ID_TENANT leads to tenant [0-9a-f-]{36} \\(the embedded tenant in .*elsewhere\\)`,
        ),
      );
    }
    if (own !== undefined) stack.environment["ENTRA_AGENT_ID_TENANT"] = own;
    expect(await home.contents()).toEqual(before);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  it("is refused before it exists when the configuration expects another tenant", async () => {
    const stack = await aStack(fleet());
    await stack.succeed("config", "set", "entra-agent-id:tenant", "contoso.com");
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.errors.join("\n")).toContain(
      'stack configuration entra-agent-id:tenant expects tenant "contoso.com", and ENTRA_AGENT_ID_TENANT leads to "local:',
    );
  });

  it("is never guessed: with AZURE_TENANT_ID alone nothing runs", async () => {
    const stack = await aStack(fleet());
    delete stack.environment["ENTRA_AGENT_ID_TENANT"];
    stack.environment["AZURE_TENANT_ID"] = "11111111-1111-4111-8111-111111111111";
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.errors.join("\n")).toContain(
      "cannot choose a tenant: AZURE_TENANT_ID is set and ENTRA_AGENT_ID_TENANT is not",
    );
  });
});
