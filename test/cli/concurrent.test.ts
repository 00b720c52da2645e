/** Two runs of the real CLI at the same time: on one stack, and on two stacks that share a blueprint. */
import { parts, program } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

const clean = { exitCode: 0, errors: [] };

const federation = (name: string): string =>
  parts.credential.replaceAll('"github"', JSON.stringify(name)).replace("repo:contoso/github", `repo:contoso/${name}`);

const federations = (of: string): string[] => ["one", "two", "three"].map((name) => `${of}-${name}`);

/** Everything that lives on a blueprint which another stack declares. */
const guests = (blueprintId: string): string =>
  [
    `const blueprint = { id: ${JSON.stringify(blueprintId)} }, principal = { blueprintId: blueprint.id };`,
    parts.agent.replace("Payslip helper", "Guest helper").replace('"helper"', '"guest"'),
    parts.grant,
    ...federations("guest").map(federation),
  ].join("\n");

describe("two updates at once", () => {
  const agents = [parts.blueprint, parts.principal, parts.agent];
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack(program(agents.join("\n")));
    tenant = await tenantOf(stack);
  });

  it("on one stack: the second is refused and says by whom it is locked, the first loses nothing", async () => {
    // It gets no further until it is told to hold still, and holds still until the second has been answered.
    const refusal = { effect: "before", answer: { status: 503 }, times: 1_000 } as const;
    tenant.emulated.fail({ method: "POST", path: "agentIdentityBlueprint$", ...refusal });
    const first = stack.begin("up", "--yes", "--skip-preview");
    await first.says("AgentIdentityBlueprint payroll creating");
    first.kill("SIGSTOP");
    tenant.emulated.clearFaults();

    const second = await stack.up();
    first.kill("SIGCONT");
    expect(second).toMatchObject({ ops: {} });
    expect(second.exitCode).not.toBe(0);
    expect(second.output).toMatch(/the stack is currently locked by 1 lock\(s\)/);
    expect(second.output).toContain(`(pid ${first.pid})`);

    expect(await first.outcome).toMatchObject(clean);
    expect(await tenant.contents()).toMatchObject({
      blueprint: ["Payroll agents"],
      principal: ["Payroll agents"],
      agent: ["Payslip helper"],
    });
    expect(await tenant.drift()).toEqual([]);
  });

  it("on two stacks that write to one blueprint: both end well, though Graph refuses some writes for the other's sake", async () => {
    const { emulated, contents, graph } = tenant;
    const blueprint = stack.backend.state().find(({ type }) => type.endsWith(":AgentIdentityBlueprint"));
    const guest = await aStack(program(guests(blueprint?.id ?? "")), { tenant: stack.tenantDirectory });
    stack.edit(program([...agents, ...federations("owner").map(federation)].join("\n")));
    emulated.fail({
      ...{ method: "POST", path: "federatedIdentityCredentials$", nth: 2, times: 2, effect: "before" },
      answer: { status: 409, body: { error: { code: "Directory_ConcurrencyViolation", message: "Try again." } } },
    });

    const made = federations("owner").map((name) => [`FederatedIdentityCredential ${name}`, "create"]);
    const [own, other] = await Promise.all([stack.up(), guest.up()]);
    expect(own).toMatchObject(clean);
    expect(own.ops).toEqual(Object.fromEntries(made));
    expect(other).toMatchObject(clean);
    expect(emulated.faults()).toEqual([]);

    expect(await contents()).toMatchObject({
      blueprint: ["Payroll agents"],
      principal: ["Payroll agents"],
      agent: ["Guest helper", "Payslip helper"],
      deleted: [],
    });
    const path = `/applications/${String(blueprint?.outputs["objectId"])}/microsoft.graph.agentIdentityBlueprint`;
    const found = await graph.list<{ name: string }>(`${path}/federatedIdentityCredentials`);
    expect(found.map(({ name }) => name).sort()).toEqual([...federations("guest"), ...federations("owner")].sort());
    const previews = [stack, guest].map((one) => one.preview("--refresh", "--expect-no-changes"));
    expect(await Promise.all(previews)).toMatchObject([clean, clean]);
  });
});
