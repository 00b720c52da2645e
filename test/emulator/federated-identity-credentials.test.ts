import { aBlueprint, blueprintCast, inMemory, type Family, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());

let family: Family;
let all: string;
beforeEach(async () => {
  tenant.reset();
  family = await aBlueprint(ask);
  all = `/applications/${family.blueprint.id}/${blueprintCast}/federatedIdentityCredentials`;
});

const asks = (change: object = {}) => ({
  name: "github-main",
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:contoso/payroll:ref:refs/heads/main",
  audiences: ["api://AzureADTokenExchange"],
  ...change,
});

describe("a federated credential", () => {
  it("is created, listed, read by id and by name, changed and deleted", async () => {
    const made = await ask(`POST ${all}`, asks());
    const { id } = made.body;
    const shown = { id, ...asks(), description: null };
    expect([made.status, made.body]).toEqual([201, { "@odata.context": expect.any(String) as unknown, ...shown }]);
    expect((await ask(`GET ${all}`)).body.value).toEqual([shown]);
    expect((await ask(`GET ${all}/${id}`)).body).toEqual(made.body);
    expect((await ask(`GET ${all}(name='github-main')`)).body).toEqual(made.body);
    expect((await ask(`PATCH ${all}/${id}`, { subject: "other", name: "github-main" })).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).body.subject).toBe("other");
    expect(refusal(await ask(`PATCH ${all}/${id}`, { name: "new" }))).toEqual([
      400,
      "Request_BadRequest",
      "Property 'name' is read-only and cannot be set.",
    ]);
    expect((await ask(`DELETE ${all}/${id}`)).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).status).toBe(404);
    expect((await ask(`DELETE ${all}(name='github-main')`)).status).toBe(404);
  });

  it("is found or created by its name", async () => {
    const { name: _name, ...body } = asks();
    const prefer = { headers: { Prefer: "create-if-missing" } };
    const path = `${all}(name='github-main')`;
    expect((await ask(`PATCH ${path}`, body)).status).toBe(404);
    const { audiences: _audiences, ...partial } = body;
    expect(refusal(await ask(`PATCH ${path}`, partial, prefer))[2]).toBe(
      "A value is required for property 'audiences' of resource 'FederatedIdentityCredential'.",
    );
    expect((await ask(`PATCH ${path}`, body, prefer)).status).toBe(201);
    expect((await ask(`PATCH ${path}`, { description: "d" }, prefer)).status).toBe(204);
    expect((await ask(`GET ${path}`)).body).toMatchObject({ ...asks(), description: "d" });
  });

  it("has a name and a trust of its own", async () => {
    await ask(`POST ${all}`, asks());
    expect(refusal(await ask(`POST ${all}`, asks({ subject: "x" })))).toEqual([
      409,
      "Request_MultipleObjectsWithSameKeyValue",
      "FederatedIdentityCredential with name github-main already exists.",
    ]);
    expect(refusal(await ask(`POST ${all}`, asks({ name: "other" })))).toMatchObject([400, "Request_BadRequest", {}]);
    const other = await aBlueprint(ask, { displayName: "other" });
    const elsewhere = `/applications/${other.blueprint.id}/${blueprintCast}/federatedIdentityCredentials`;
    expect((await ask(`POST ${elsewhere}`, asks())).status).toBe(201);
  });

  it.each([
    { name: undefined },
    { name: "with space" },
    { name: "nn" },
    { name: "n".repeat(121) },
    { issuer: "http://plain.example" },
    { issuer: `https://${"i".repeat(600)}` },
    { subject: "s".repeat(601) },
    { subject: undefined },
    { audiences: [] },
    { audiences: ["a", "b"] },
    { claimsMatchingExpression: {} },
  ])("refuses %j", async (change) => {
    expect((await ask(`POST ${all}`, asks(change))).status).toBe(400);
  });

  it("exists at most 20 times on one blueprint", async () => {
    for (let made = 0; made < 20; made += 1) {
      expect((await ask(`POST ${all}`, asks({ name: `name${made}`, subject: `s${made}` }))).status).toBe(201);
    }
    expect((await ask(`POST ${all}`, asks())).status).toBe(400);
  });

  it("is not served without the cast", async () => {
    const message =
      "A resource with type 'Microsoft.DirectoryServices.AgentIdentityBlueprint' was found, but it is not assignable to the " +
      "expected type 'Microsoft.DirectoryServices.FederatedIdentityCredential'.";
    const short = `/applications/${family.blueprint.id}/federatedIdentityCredentials`;
    for (const request of [`GET ${short}`, `DELETE ${short}/x`]) {
      expect(refusal(await ask(request))).toEqual([400, "Request_BadRequest", message]);
    }
    expect(refusal(await ask(`POST ${short}`, asks()))).toEqual([400, "Request_BadRequest", message]);
  });

  it("is served without the cast where the profile says so, and for plain applications", async () => {
    tenant.set({ profiles: { federatedCredentialsWithoutCast: "served" } });
    const short = `/applications/${family.blueprint.id}/federatedIdentityCredentials`;
    const made = await ask(`POST ${short}`, asks());
    tenant.set({ profiles: { federatedCredentialsWithoutCast: "refused" } });
    expect(made.status).toBe(201);
    expect((await ask(`GET ${all}`)).body.value.length).toBe(1);
    const writes = { permissions: ["Application.ReadWrite.All", "Application.Read.All"] };
    const { id } = (await ask("POST /applications", { displayName: "plain" }, writes)).body;
    const plain = `/applications/${id}/federatedIdentityCredentials`;
    expect((await ask(`POST ${plain}`, asks())).status).toBe(403);
    expect((await ask(`POST ${plain}`, asks(), writes)).status).toBe(201);
    expect((await ask(`GET ${plain}(name='github-main')`, undefined, writes)).body.subject).toBe(asks().subject);
    expect((await ask(`GET /applications/${id}/${blueprintCast}/federatedIdentityCredentials`)).status).toBe(404);
    expect((await ask(`GET /applications/${id}?$expand=federatedIdentityCredentials`)).status).toBe(200);
  });

  it("trusts a subject or, on beta, an expression over claims, and not both", async () => {
    const beta = { version: "beta" } as const;
    const claimsMatchingExpression = { value: "claims['sub'] matches 'repo:contoso/*'", languageVersion: 1 };
    const { subject: _subject, ...flexible } = asks({ claimsMatchingExpression });
    expect((await ask(`POST ${all}`, flexible)).status).toBe(400);
    expect((await ask(`POST ${all}`, asks({ claimsMatchingExpression }), beta)).status).toBe(400);
    expect((await ask(`POST ${all}`, { ...flexible, claimsMatchingExpression: null }, beta)).status).toBe(400);
    const made = await ask(`POST ${all}`, flexible, beta);
    expect([made.status, made.body]).toMatchObject([201, { claimsMatchingExpression, subject: null }]);
    expect((await ask(`POST ${all}`, { ...flexible, name: "another" }, beta)).status).toBe(400);
    expect(Object.keys((await ask(`GET ${all}/${made.body.id}`)).body)).not.toContain("claimsMatchingExpression");
  });

  it("needs AddRemoveCreds to be created, and goes with its blueprint for good", async () => {
    const least = { permissions: ["AgentIdentityBlueprint.AddRemoveCreds.All"] };
    expect((await ask(`POST ${all}`, asks(), { permissions: ["AgentIdentityBlueprint.Read.All"] })).status).toBe(403);
    const { id } = (await ask(`POST ${all}`, asks(), least)).body;
    await ask(`DELETE /applications/${family.blueprint.id}`);
    expect((await ask(`GET ${all}/${id}`)).status).toBe(404);
    await ask(`POST /directory/deletedItems/${family.blueprint.id}/restore`);
    expect((await ask(`GET ${all}/${id}`)).status).toBe(200);
  });
});
