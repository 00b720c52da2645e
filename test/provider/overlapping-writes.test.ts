/** Many resources that write to one blueprint at once, on a tenant that refuses writes which overlap. */
import { agentIdentityBlueprint } from "../../provider/identities/agent-identity-blueprint";
import { providerText } from "../../provider/engine/pulumi/resource";
import { federatedIdentityCredential } from "../../provider/credentials/federated-identity-credential";
import { aBlueprint, aTenant, markerOfTests, type TestTenant } from "./a-tenant";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await aTenant();
});
afterEach(() => tenant.emulated.close());

const refusedForOverlap = (): string[] =>
  tenant.emulated.requests().flatMap(({ method, path, status }) => (status === 409 ? [`${method} ${path}`] : []));

it("are made, changed and deleted without one write meeting another", async () => {
  const run = await tenant.process();
  const blueprintId = await aBlueprint(run);
  tenant.emulated.set({ latencyMs: 20 });
  const names = ["one", "two", "three"];
  const args = (name: string, subject: string) => ({
    blueprintId,
    name,
    issuer: "https://token.actions.githubusercontent.com",
    subject: `repo:contoso/${name}:${subject}`,
    __provider: providerText("FederatedIdentityCredential"),
    marker: markerOfTests,
  });
  const made = await Promise.all(names.map((name) => run.create(federatedIdentityCredential, args(name, "main"))));

  const credentials = run.provider(federatedIdentityCredential);
  const blueprints = run.provider(agentIdentityBlueprint);
  const people = {
    sponsors: ["diego.siciliani@contoso.com", "nestor.wilke@contoso.com"],
    owners: ["lee.gu@contoso.com"],
  };
  const { inputs } = await blueprints.check({}, { displayName: "Payroll", ...people, marker: markerOfTests });
  const found = await blueprints.read(blueprintId, { marker: markerOfTests });
  const changed = await Promise.all([
    ...made.map(async ({ id, outputs }, index) => {
      const wanted = await credentials.check(outputs, args(names[index] ?? "", "release"));
      return credentials.update(id, outputs, wanted.inputs);
    }),
    blueprints.update(blueprintId, found.props, inputs),
  ]);
  const next = (await tenant.process()).provider(federatedIdentityCredential);
  await Promise.all(made.map(({ id }, index) => next.delete(id, changed[index]?.outs ?? {})));

  expect(refusedForOverlap()).toEqual([]);
  expect(tenant.requestsSince().filter((request) => request.startsWith("DELETE"))).toHaveLength(names.length);
});
