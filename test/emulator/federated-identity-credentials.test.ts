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
    const value = "claims['sub'] matches 'repo:contoso/*' and claims['repository_id'] eq '456789'";
    const claimsMatchingExpression = { value, languageVersion: 1 };
    const { subject: _subject, ...flexible } = asks({ claimsMatchingExpression });
    expect((await ask(`POST ${all}`, flexible)).status).toBe(400);
    expect((await ask(`POST ${all}`, asks({ claimsMatchingExpression }), beta)).status).toBe(400);
    expect((await ask(`POST ${all}`, { ...flexible, claimsMatchingExpression: null }, beta)).status).toBe(400);
    const made = await ask(`POST ${all}`, flexible, beta);
    expect([made.status, made.body]).toMatchObject([201, { claimsMatchingExpression, subject: null }]);
    expect((await ask(`POST ${all}`, { ...flexible, name: "another" }, beta)).status).toBe(400);
    expect(Object.keys((await ask(`GET ${all}/${made.body.id}`)).body)).not.toContain("claimsMatchingExpression");
  });

  describe("with an expression over claims", () => {
    const github = "https://token.actions.githubusercontent.com";
    const sub = "claims['sub'] matches 'repo:contoso/payroll:ref:refs/heads/*'";
    const made = async (value: string, issuer: string) => {
      const { subject: _subject, ...rest } = asks({ issuer, claimsMatchingExpression: { value, languageVersion: 1 } });
      return ask(`POST ${all}`, rest, { version: "beta" });
    };

    it.each([
      [github, `${sub} and claims['repository_id'] eq '456789'`],
      [
        github,
        "claims['sub'] eq 'a' and claims['repository_owner_id'] eq '1' and claims['job_workflow_ref'] matches '?'",
      ],
      [github, "claims['sub'] eq 'it''s' and claims['repository_id'] eq '456789'"],
      ["https://gitlab.com", "claims['sub'] matches 'project_path:contoso/*'"],
      ["https://gitlab.contoso.com", "claims['sub'] eq 'a'"],
      ["https://app.eu.terraform.io", "claims['sub'] matches 'organization:contoso:*'"],
    ])("is created for %s: %s", async (issuer, value) => {
      expect((await made(value, issuer)).status).toBe(201);
    });

    it.each([
      [github, sub, "it must match one of the claims 'repository_id' and 'repository_owner_id'."],
      [github, "claims['repository_id'] eq '456789'", "it must match the claim 'sub'."],
      [
        github,
        `${sub} and claims['repository_id'] matches '4*'`,
        "the operator 'matches' is not supported for the claim",
      ],
      [github, `${sub} and claims['actor'] eq 'me'`, "the operator 'eq' is not supported for the claim 'actor'"],
      [github, `${sub} or ${sub}`, "is no expression of language version 1."],
      [github, 'claims["sub"] eq "a"', "is no expression of language version 1."],
      [github, "claims['sub']  eq 'a'", "is no expression of language version 1."],
      [github, "claims['sub'] eq 'it's'", "is no expression of language version 1."],
      ["https://issuer.example", sub, "the issuer 'https://issuer.example' does not support expressions."],
    ])("is refused for %s: %s", async (issuer, value, why) => {
      expect(refusal(await made(value, issuer))).toEqual([400, "Request_BadRequest", expect.stringContaining(why)]);
    });

    it("needs no claim that never changes where the profile says so", async () => {
      tenant.set({ profiles: { gitHubExpressions: "sub" } });
      expect((await made(sub, github)).status).toBe(201);
    });
  });

  it.each([
    { key: "nameKey", named: 200, bare: 404 },
    { key: "nameSegment", named: 404, bare: 200 },
    { key: "nothing", named: 404, bare: 404 },
  ] as const)(
    "is addressed by its id and, on a blueprint, by $key as the profile says",
    async ({ key, named, bare }) => {
      tenant.set({ profiles: { federatedCredentialKey: key } });
      const { id } = (await ask(`POST ${all}`, asks())).body;
      expect((await ask(`GET ${all}/${id}`)).status).toBe(200);
      expect((await ask(`GET ${all}(name='github-main')`)).status).toBe(named);
      expect((await ask(`GET ${all}/github-main`)).status).toBe(bare);
    },
  );

  it("is missing from lists for a minute where the switch says so, and not from a read by its id", async () => {
    tenant.set({
      unlistedMs: 60_000,
      clock: { stoppedAt: "2026-12-01T08:00:00Z" },
    });
    const { id } = (await ask(`POST ${all}`, asks())).body;
    const expanded = (body: object) =>
      ((body as Record<string, unknown>)["federatedIdentityCredentials"] as unknown[]).length;
    const listed = async () => [
      (await ask(`GET ${all}`)).body.value.length,
      expanded(
        (await ask(`GET /applications/${family.blueprint.id}/${blueprintCast}?$expand=federatedIdentityCredentials`))
          .body,
      ),
    ];
    expect([await listed(), (await ask(`GET ${all}/${id}`)).status]).toEqual([[0, 0], 200]);
    tenant.set({ clock: { stoppedAt: "2026-12-01T08:01:00Z" } });
    expect(await listed()).toEqual([1, 1]);
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
