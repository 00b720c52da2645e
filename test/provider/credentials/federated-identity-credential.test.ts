import { agentIdentityBlueprint } from "../../../provider/identities/agent-identity-blueprint";
import { federatedIdentityCredential } from "../../../provider/credentials/federated-identity-credential";
import { aTenant, type TestProcess, type TestTenant } from "../a-tenant";

const issuer = "https://token.actions.githubusercontent.com";

describe("a federated identity credential", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  let blueprintId: string;
  let collection: string;

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
    const blueprint = await run.create(agentIdentityBlueprint, {
      displayName: "Payroll agents",
      sponsors: ["diego.siciliani@contoso.com"],
    });
    blueprintId = blueprint.id;
    collection = `/applications/${String(blueprint.outputs["objectId"])}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials`;
  });
  afterEach(() => tenant.emulated.close());

  const asks = (change: object = {}) => ({
    blueprintId,
    name: "github",
    issuer,
    subject: "repo:contoso/payroll:ref:refs/heads/main",
    ...change,
  });

  it("lives: is created, changed in place, read and deleted", async () => {
    const made = await run.create(federatedIdentityCredential, asks());
    expect(made.id).toBe(`${blueprintId}/github`);
    const [there] = await tenant.graph.list<{ id: string }>(collection);
    expect(there).toMatchObject({ name: "github", issuer, audiences: ["api://AzureADTokenExchange"] });
    expect(made.outputs).toMatchObject({ ...made.inputs, credentialId: there?.id });

    const provider = run.provider(federatedIdentityCredential);
    const news = { ...made.inputs, subject: "repo:contoso/payroll:environment:prod", description: "Deployments" };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect(await provider.read(made.id, outs)).toEqual({ id: made.id, props: outs, inputs: news });

    await (await tenant.process()).provider(federatedIdentityCredential).delete(made.id, outs);
    expect(await tenant.graph.list(collection)).toEqual([]);
    expect(await provider.read(made.id, outs)).toEqual({ id: "", props: {} });
  });

  it("is replaced when its name or its blueprint changes", async () => {
    const made = await run.create(federatedIdentityCredential, asks());
    const news = { ...made.inputs, name: "gitlab", blueprintId: "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11" };
    expect((await run.provider(federatedIdentityCredential).diff(made.id, made.outputs, news)).replaces).toEqual([
      "blueprintId",
      "name",
    ]);
  });

  it("is found again when the same is there already", async () => {
    const made = await run.create(federatedIdentityCredential, asks());
    expect((await (await tenant.process()).create(federatedIdentityCredential, asks())).id).toBe(made.id);
    expect(await tenant.graph.list(collection)).toHaveLength(1);
  });

  it("never recovers one that trusts somebody else", async () => {
    await run.create(federatedIdentityCredential, asks());
    await expect(
      (await tenant.process()).create(
        federatedIdentityCredential,
        asks({ subject: "repo:evil/fork:ref:refs/heads/main" }),
      ),
    ).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining(
        "it trusts somebody else. Declare another name, or delete that credential.",
      ) as string,
    });
  });

  it.each(["after", "before"] as const)(
    "exists once when the answer to its creation is lost %s it took effect",
    async (effect) => {
      tenant.emulated.fail({ method: "POST", path: "federatedIdentityCredentials$", effect, answer: "reset" });
      await run.create(federatedIdentityCredential, asks());
      expect(await tenant.graph.list(collection)).toHaveLength(1);
    },
  );

  it("says how to rename one: a blueprint trusts an issuer and subject once", async () => {
    await run.create(federatedIdentityCredential, asks());
    await expect(
      (await tenant.process()).create(federatedIdentityCredential, asks({ name: "actions" })),
    ).rejects.toMatchObject({
      code: "OWNERSHIP_UNCLEAR",
      message: expect.stringContaining("To rename a credential, deploy once without it.") as string,
    });
  });

  it("says what is missing when its blueprint is not there", async () => {
    const elsewhere = "5f1b1c7e-0a53-4f7e-9b5f-0f3a7e5f2d11";
    const at = asks({ blueprintId: elsewhere });
    await expect(run.create(federatedIdentityCredential, at)).rejects.toThrow(
      `blueprintId must be the appId of a blueprint: there is no application "${elsewhere}"`,
    );
    const provider = run.provider(federatedIdentityCredential);
    const { inputs } = await provider.check({}, { ...at, marker: "aaaabbbbccccdddd" });
    await expect(provider.create(inputs)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("Something it refers to is not in this tenant, or was deleted.") as string,
    });
  });
});
