import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { serveTenant, type ServedTenant } from "../../emulator/server";
import { program } from "./programs";
import { aStack, type Stack } from "./stack";

interface Diagnostic {
  readonly urn?: string;
  readonly message: string;
  readonly ephemeral?: boolean;
}

/** What the run with this number reported, as the engine's event log has it. */
const reported = (stack: Stack, run: number): Diagnostic[] =>
  stack
    .read(`events-${run}.ndjson`)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { diagnosticEvent?: Diagnostic })
    .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);

const policies = (count: number) =>
  program(
    Array.from(
      { length: count },
      (_, index) =>
        `new agentid.ConditionalAccessPolicy("p${index}", { displayName: "Policy ${index}", conditions: { clientApplications: { includeAgentIdServicePrincipals: ["All"] }, applications: { includeApplications: ["All"] } } });`,
    ).join("\n"),
  );

const quota = "waiting \\d+ s for Graph's quota of 1 request a second";

describe("a wait for Graph's quota", () => {
  let tenant: EmulatedTenant;
  let served: ServedTenant;
  let stack: Stack;

  beforeAll(async () => {
    tenant = openTenant({ memory: true });
    tenant.set({ profiles: "real" });
    tenant.set({ quotas: {} });
    served = await serveTenant(tenant, { port: 0 });
    stack = await aStack(policies(4), { environment: { ENTRA_AGENT_ID_TENANT: served.url } });
  });
  afterAll(async () => {
    await served.close();
    tenant.close();
  });

  it("is reported on the line of the resource that waits and vanishes, and nobody comes too early", async () => {
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });

    const waits = reported(stack, 1).filter(({ message }) => message.includes("waiting"));
    expect(waits.length).toBeGreaterThan(0);
    for (const { urn, message, ephemeral } of waits) {
      expect(urn).toMatch(/entra-agent-id:ConditionalAccessPolicy::p\d$/);
      expect(message).toMatch(new RegExp(quota));
      expect(ephemeral).toBe(true);
    }
    const waited = new Set(waits.map(({ urn }) => urn));
    expect(waited.size).toBeGreaterThan(1);
    // Pulumi shows the last text of a line until the whole run is over.
    for (const waiting of waited) {
      const last = reported(stack, 1).findLast(({ urn }) => urn === waiting);
      expect(last?.message.trim()).toBe("");
    }
    expect(tenant.earlyCalls()).toBe(0);
    expect(tenant.requests().filter(({ status }) => status === 429)).toEqual([]);
  });

  it("leaves no trace in the state: the resource's URN is passed to nobody but the provider", async () => {
    const keys = stack.backend.state().flatMap(({ inputs, outputs }) => Object.keys({ ...inputs, ...outputs }));
    expect(keys).toContain("marker");
    expect(keys).not.toContain("__urn");
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {} });
  });

  it("is reported under the stack by a destroy, which does not learn which resource it serves", async () => {
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
    const waits = reported(stack, 3).filter(({ message }) => message.includes("waiting"));
    expect(waits.length).toBeGreaterThan(0);
    for (const { message } of waits) expect(message.trim()).toMatch(new RegExp(`^warning: ${quota}$`));
  });

  it("ends with the first Ctrl-C: what is under way is kept, the rest is reported not to be sent, and the next run does it", async () => {
    stack.edit(policies(12));
    const begun = stack.begin("up", "--yes", "--skip-preview");
    await begun.says("waiting");
    begun.kill("SIGINT");
    const cancelled = await begun.outcome;
    expect(cancelled.exitCode).not.toBe(0);
    expect(cancelled.errors.join("\n")).toMatch(
      /cannot \w+ Conditional Access policy "Policy \d+": the run was cancelled before this request was sent\. Nothing was changed by this request: run the same command again later\./,
    );

    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(stack.backend.state()).toHaveLength(12);
    expect(await listed(served.url, tenant)).toHaveLength(12);
  });
});

async function listed(url: string, tenant: EmulatedTenant): Promise<unknown[]> {
  const headers = { authorization: `Bearer ${await tenant.token()}`, "x-emulated-switches": '{"quotas":null}' };
  const response = await fetch(`${url}/beta/identity/conditionalAccess/policies`, { headers });
  return ((await response.json()) as { value: unknown[] }).value;
}
