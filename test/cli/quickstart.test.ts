import { providerText } from "../../provider/engine/pulumi/resource";
import { noContents } from "./programs";
import { aStack, type Stack } from "./stack";
import { type OpenTenant, tenantOf } from "./tenant";

describe("the quickstart", () => {
  let stack: Stack;
  let tenant: OpenTenant;

  beforeAll(async () => {
    stack = await aStack({ folder: "examples/quickstart" }, { refresh: "always" });
    tenant = await tenantOf(stack);
  });

  it("is declared by one command and has nothing to do the second time", async () => {
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [], warnings: [] });
    expect(await tenant.contents()).toEqual({
      ...noContents,
      blueprint: ["Payroll agents"],
      principal: ["Payroll agents"],
      agent: ["Expense checker", "Payslip helper"],
      policy: ["Block high-risk agents: Payroll agents"],
      deleted: [],
    });
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });

  it("keeps a state without code and without secrets in it: under 3 kB and one constant line for each resource", () => {
    const resources = stack.backend.state();
    for (const { type, inputs, outputs } of resources.filter(({ id }) => id !== undefined)) {
      const kind = type.split(":").at(-1) ?? "";
      expect([inputs["__provider"], outputs["__provider"]]).toEqual([providerText(kind), providerText(kind)]);
    }
    for (const resource of resources) expect(JSON.stringify(resource).length).toBeLessThan(3072);
    expect(stack.backend.text()).not.toMatch(/eyJ[\w-]+\.|Bearer|secret_|PRIVATE KEY/);
  });

  it("is destroyed without a trace but deletedItems", async () => {
    expect(await stack.destroy()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await tenant.contents()).toMatchObject(noContents);
  });
});
