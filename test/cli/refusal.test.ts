import { fleet, parts, program } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

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
  'ConditionalAccessPolicy c: Conditional Access policy "c": grantControls.builtInControls must be ["block"]: agents cannot meet any other control',
];

let stack: Stack;
let tenant: OpenTenant;

beforeAll(async () => {
  stack = await aStack(bad);
  tenant = await tenantOf(stack);
});

/** What a preview says that must fail. @param environment what differs for it */
async function refusal(environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { exitCode, errors } = await under(environment, () => stack.preview());
  expect(exitCode).not.toBe(0);
  return errors.join("\n");
}

async function under<T>(environment: NodeJS.ProcessEnv, act: () => Promise<T>): Promise<T> {
  const own = Object.keys(environment).map((name) => [name, stack.environment[name]]);
  Object.assign(stack.environment, environment);
  try {
    return await act();
  } finally {
    Object.assign(stack.environment, Object.fromEntries(own));
  }
}

/** One stack; each test goes on where the one before it ended. */
describe("a program that declares what cannot be", () => {
  it("is refused at preview with the findings of all its resources at once", async () => {
    const preview = await stack.preview();
    expect(preview.exitCode).not.toBe(0);
    expect(preview.errors).toEqual(expect.arrayContaining(findings));
  });

  it("is refused at preview for what only the tenant knows: people and permissions that are not there", async () => {
    stack.edit(fleet({ blueprint: parts.blueprint.replace("diego.siciliani", "nobody") }));
    expect(await refusal()).toMatch(
      /property sponsors value .* has a problem: must name somebody of this tenant: there is no "nobody@contoso\.com" in the embedded tenant/,
    );
  });

  it("makes nothing that was refused, even when nobody previews and Graph would take it", async () => {
    // Graph sees "<displayName> [marker]", which is not empty.
    stack.edit(fleet({ policy: parts.policy.replace("Block risky agents", "") }));
    const up = await stack.up();
    expect(up.exitCode).not.toBe(0);
    expect((await tenant.contents())["policy"]).toEqual([]);
  });
});

describe("a tenant", () => {
  it("is never guessed: with AZURE_TENANT_ID alone nothing runs", async () => {
    stack.edit(fleet());
    const environment = { ENTRA_AGENT_ID_TENANT: undefined, AZURE_TENANT_ID: "11111111-1111-4111-8111-111111111111" };
    expect(await refusal(environment)).toContain(
      "cannot choose a tenant: AZURE_TENANT_ID is set and ENTRA_AGENT_ID_TENANT is not",
    );
  });

  it("is refused when the configuration expects another", async () => {
    const settings = stack.read("Pulumi.test.yaml");
    await stack.succeed("config", "set", "entra-agent-id:tenant", "contoso.com");
    expect(await refusal()).toContain(
      'stack configuration entra-agent-id:tenant expects tenant "contoso.com", and ENTRA_AGENT_ID_TENANT selects "local:',
    );
    stack.write("Pulumi.test.yaml", settings);
  });

  it("is refused by preview, up, refresh and destroy when the state belongs to another, with both named, and nothing is changed", async () => {
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    const before = await tenant.contents();
    await under({ ENTRA_AGENT_ID_TENANT: `local:${stack.directory}/elsewhere` }, async () => {
      for (const run of [() => stack.preview(), () => stack.up(), () => stack.refresh(), () => stack.destroy()]) {
        const { exitCode, errors } = await run();
        expect(exitCode).not.toBe(0);
        expect(explained(errors, "WRONG_TENANT")).toMatch(
          new RegExp(
            `the stack's state belongs to tenant ${tenant.emulated.id}, and ENTRA_AGENT_ID_TENANT selects tenant [0-9a-f-]{36} \\(the embedded tenant in .*elsewhere\\)`,
          ),
        );
      }
    });
    expect(await tenant.contents()).toEqual(before);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  it("that cannot be signed in to is reported once with all ways to sign in, however many resources need it", async () => {
    const environment = { ENTRA_AGENT_ID_TENANT: "11111111-1111-4111-8111-111111111111" };
    const { errors } = await under(environment, () => stack.preview("--refresh"));
    expect(explained(errors, "SETTING_INVALID")).toMatch(
      /cannot read .* ".*": cannot sign in to Microsoft Entra: no way to sign in is set up\. Set the variables of one:\n {2}workload identity/,
    );
    expect(errors.filter((error) => error.includes("SETTING_INVALID, as explained for")).length).toBeGreaterThan(3);
  });
});

/** The one error that tells a cause in full; every other resource refers to the one that it is told for. */
function explained(errors: readonly string[], code: string): string {
  const ofResources = errors.filter((error) => / cannot \w+ .*"/.test(error));
  const reference = new RegExp(`: ${code}, as explained for (.*)\\.$`);
  const [explanation = "", ...more] = ofResources.filter((error) => !reference.test(error));
  expect(more).toEqual([]);
  const tellers = ofResources.flatMap((error) => reference.exec(error)?.[1] ?? []);
  for (const teller of tellers) expect(explanation).toContain(`${teller}: `);
  return explanation;
}
