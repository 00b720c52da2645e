import { fleet } from "./programs";
import { aStack } from "./stack";
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
      /cannot finish permission grant "Microsoft Graph for .*": Insufficient privileges to complete the operation\. Grant AppRoleAssignment\.ReadWrite\.All and DelegatedPermissionGrant\.ReadWrite\.All to the application Pulumi signs in as, with admin consent\. A consent of the last two minutes may not be in force yet\. It was created and is in the state as .*: run `pulumi up` again, it goes on from there\. \[403 Authorization_RequestDenied, request .*\]/,
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

describe("two stacks", () => {
  it("say what they take over when they have the same project, name and owner", async () => {
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
