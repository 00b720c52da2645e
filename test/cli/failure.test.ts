import { fleet } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

/** One stack from its first update on; each test goes on where the one before it ended. */
describe("a stack", () => {
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack(fleet());
    tenant = await tenantOf(stack);
  });

  it("whose update fails in the middle keeps what was made, the half-done too, says what to do, and is finished by the next", async () => {
    const { emulated, contents, graph } = tenant;
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
      /cannot finish permission grant "Microsoft Graph for .*": Insufficient privileges to complete the operation\. Grant AppRoleAssignment\.ReadWrite\.All and DelegatedPermissionGrant\.ReadWrite\.All to the application Pulumi signs in as, with admin consent\. A consent of the last two minutes may not be in force yet\. It was created and is in the state as .*: run `pulumi up` again, and it continues from there\. \[403 Authorization_RequestDenied, request .*\]/,
    );
    const half = stack.backend.state().find(({ type }) => type.endsWith(":PermissionGrant"));
    expect(half).toMatchObject({ id: expect.any(String) as string, outputs: { tenantId: emulated.id } });

    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [], ops: { "PermissionGrant helper": "update" } });
    const agentId = String(half?.id).split("/")[0] ?? "";
    expect(await graph.list(`/servicePrincipals/${agentId}/appRoleAssignments`)).toHaveLength(1);
    expect(await contents()).toMatchObject({ agent: ["Payslip helper"], deleted: [] });
    expect(await stack.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  });

  it("whose state was lost, or that another has project, name and owner in common with, is recovered: nothing is created twice", async () => {
    const everything = await tenant.contents();
    const other = await aStack(fleet(), { tenant: stack.tenantDirectory });
    const { exitCode, errors, infos, warnings } = await other.up();
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
    const said = [...infos, ...warnings].join("\n");
    expect(said).toMatch(/recovered agent identity "Payslip helper" \([0-9a-f-]{36}\)/);
    expect(said.match(/recovered/g)?.length).toBeGreaterThan(3);
    expect(said.match(/entra-agent-id:owner/g)).toHaveLength(1);
    expect(await tenant.contents()).toEqual(everything);
    expect(await other.preview("--refresh", "--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });
});
