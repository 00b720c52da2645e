import { program } from "./programs";
import { aStack } from "./stack";
import { tenantOf } from "./tenant";

/** Credentials made in a loop, called by their place in the list. */
const credentialsFor = (...branches: string[]) =>
  program(`
const sponsors = ["diego.siciliani@contoso.com"];
const blueprint = new agentid.AgentIdentityBlueprint("payroll", { displayName: "Payroll agents", sponsors });
const issuer = "https://token.actions.githubusercontent.com";
${JSON.stringify(branches)}.forEach((branch, index) => {
  const subject = "repo:contoso/payroll:ref:refs/heads/" + branch;
  new agentid.FederatedIdentityCredential("ci-" + index, { blueprintId: blueprint.id, name: "ci-" + index, issuer, subject });
});
`);

describe("federated credentials made from a list", () => {
  it("are as declared after one up when the first is taken from the list, and after one more when two swap", async () => {
    const stack = await aStack(credentialsFor("main", "next", "release"), { refresh: "always" });
    const tenant = await tenantOf(stack);
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    stack.edit(credentialsFor("next", "release"));
    expect(await stack.up()).toMatchObject({
      exitCode: 0,
      errors: [],
      ops: {
        "FederatedIdentityCredential ci-0": "update",
        "FederatedIdentityCredential ci-1": "update",
        "FederatedIdentityCredential ci-2": "delete",
      },
    });
    expect(await tenant.drift()).toEqual([]);
    stack.edit(credentialsFor("release", "next"));
    expect(await stack.up()).toMatchObject({ exitCode: 0, errors: [] });
    expect(await tenant.drift()).toEqual([]);
    expect(await stack.preview("--expect-no-changes")).toMatchObject({ exitCode: 0, ops: {}, drift: {} });
  });
});
