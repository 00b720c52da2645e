import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { fleet, parts, program } from "./programs";
import { aStack, type Stack } from "./stack";
import { tenantOf } from "./tenant";

describe("an update that fails in the middle", () => {
  it("keeps what it made, the half-done too, says what to do, and is finished by the next one", async () => {
    const stack = await aStack(fleet());
    const { emulated, contents, graph } = await tenantOf(stack);
    emulated.fail({
      method: "POST",
      path: "oauth2PermissionGrants$",
      effect: "before",
      answer: {
        status: 403,
        body: {
          error: { code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation." },
        },
      },
    });

    const failed = await stack.up();
    expect(failed.exitCode).not.toBe(0);
    expect(failed.errors.join("\n")).toMatch(
      /cannot create permission grant "Microsoft Graph for .*": Insufficient privileges to complete the operation\. Grant AppRoleAssignment\.ReadWrite\.All and DelegatedPermissionGrant\.ReadWrite\.All to the application Pulumi signs in as, with admin consent\. \[403 Authorization_RequestDenied, request .*\]/,
    );
    const half = (await stack.resources()).find(({ type }) => type.endsWith(":PermissionGrant"));
    expect(half).toMatchObject({ id: expect.any(String) as string, outputs: { tenantId: emulated.id } });

    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [], ops: { "PermissionGrant helper": "update" } });
    const agentId = String(half?.id).split("/")[0] ?? "";
    expect(await graph.list(`/servicePrincipals/${agentId}/appRoleAssignments`)).toHaveLength(1);
    expect(await contents()).toMatchObject({ identities: ["Payslip helper"], deleted: [] });
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  it("makes nothing twice when its state was lost", async () => {
    const stack = await aStack(fleet());
    const { contents } = await tenantOf(stack);
    await stack.up();
    const everything = await contents();
    // As after a crash before the state was saved, or a backup that is too old.
    stack.write(
      "empty.json",
      JSON.stringify({
        version: 3,
        deployment: { manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" } },
      }),
    );
    await stack.succeed("stack", "import", "--file", "empty.json", "--force");
    expect(await stack.resources()).toEqual([]);

    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await contents()).toEqual(everything);
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });
});

/** Processes that a process has started, directly or not. */
function descendants(pid: number): number[] {
  const rows = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const table = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const children = table.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
  return [...children, ...children.flatMap(descendants)];
}

async function allEnded(pids: readonly number[]): Promise<void> {
  const alive = (): number[] => {
    const rows = execFileSync("ps", ["-e", "-o", "pid=,stat="], { encoding: "utf8" }).trim().split("\n");
    const running = rows.map((row) => row.trim().split(/\s+/)).filter(([, state]) => !state?.startsWith("Z"));
    return pids.filter((pid) => running.some(([other]) => Number(other) === pid));
  };
  const until = Date.now() + 30_000;
  while (alive().length > 0) {
    if (Date.now() > until) throw new Error(`still running: ${alive().join(", ")}`);
    await pause(200);
  }
}

describe("an update that is killed", () => {
  it.each(["AgentIdentity helper creating", "ConditionalAccessPolicy block creating"])(
    "while its output says %s is finished by the next one, with one of each",
    async (moment) => {
      const stack = await aStack(fleet());
      const { contents } = await tenantOf(stack);
      const run = stack.begin("up", "--yes", "--skip-preview");
      await run.says(moment);
      const started = descendants(run.pid);
      expect(started.length).toBeGreaterThan(0);
      run.kill("SIGKILL");
      await run.outcome;
      // Nobody else would end them, and each holds 130 MB.
      await allEnded(started);

      await stack.cancel();
      expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
      await stack.refresh("--clear-pending-creates");
      expect(await contents()).toMatchObject({
        blueprints: ["Payroll agents"],
        principals: ["Payroll agents"],
        identities: ["Payslip helper"],
        policies: [expect.stringMatching(/^Block risky agents/)],
        deleted: [],
      });
      expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, warnings: [] });
    },
  );
});

describe("two updates at once", () => {
  it("lose nothing when two stacks share a tenant", async () => {
    const one = await aStack(fleet());
    const two = await aStack(
      program(
        Object.values({ ...parts, blueprint: parts.blueprint.replace("Payroll agents", "Travel agents") }).join("\n"),
      ),
      { tenant: one.tenantDirectory },
    );
    await two.succeed("config", "set", "entra-agent-id:owner", "travel");
    const { contents } = await tenantOf(one);
    const outcomes = await Promise.all([one.up(), two.up()]);
    expect(outcomes).toMatchObject([
      { exitCode: 0, errors: [] },
      { exitCode: 0, errors: [] },
    ]);
    expect(await contents()).toMatchObject({
      blueprints: ["Payroll agents", "Travel agents"],
      principals: ["Payroll agents", "Travel agents"],
      identities: ["Payslip helper", "Payslip helper"],
    });
    for (const stack of [one, two] as Stack[]) {
      expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
    }
  });

  it("say what they take over when two stacks have the same project, name and owner", async () => {
    const one = await aStack(fleet());
    await one.up();
    const two = await aStack(fleet(), { tenant: one.tenantDirectory });
    const { exitCode, infos, warnings } = await two.up();
    expect(exitCode).toBe(0);
    expect([...infos, ...warnings].join("\n")).toMatch(
      /took over agent identity "Payslip helper" \(.*\).*entra-agent-id:owner/,
    );
  });
});
