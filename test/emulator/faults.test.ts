import { aBlueprint, anIdentity, identityCast, inMemory } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const identities = async () => (await ask(`GET /servicePrincipals/${identityCast}`)).body.value;

describe("a planned fault", () => {
  it("before the effect answers instead of the tenant", async () => {
    const family = await aBlueprint(ask);
    const answer = { status: 429, headers: { "Retry-After": "7" }, body: { error: { code: "TooManyRequests" } } };
    tenant.fail({ method: "POST", path: "servicePrincipals/", effect: "before", answer });
    const refused = await anIdentity(ask, family);
    expect([refused.status, refused.headers.get("retry-after"), refused.body]).toEqual([429, "7", answer.body]);
    expect(tenant.requests().at(-1)?.status).toBe(429);
    expect(await identities()).toEqual([]);
    expect((await anIdentity(ask, family)).status).toBe(201);
  });

  it("after the effect hides an answer that was given", async () => {
    const family = await aBlueprint(ask);
    tenant.fail({ method: "POST", path: `${identityCast}$`, effect: "after", answer: { status: 504 }, times: 2 });
    for (const made of [1, 2]) {
      expect((await anIdentity(ask, family)).status).toBe(504);
      expect(await identities()).toHaveLength(made);
    }
    expect((await anIdentity(ask, family)).status).toBe(201);
    expect(tenant.requests().filter(({ status }) => status === 504)).toHaveLength(2);
  });

  it("can break the connection, as fetch reports it", async () => {
    const family = await aBlueprint(ask);
    tenant.fail({ method: "POST", effect: "after", answer: "reset" });
    const broken = await anIdentity(ask, family).catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(TypeError);
    expect([(broken as Error).message, ((broken as Error).cause as { code: string }).code]).toEqual([
      "fetch failed",
      "ECONNRESET",
    ]);
    expect(await identities()).toHaveLength(1);
  });

  it("reaches the parts of a batch", async () => {
    tenant.fail({ path: "/users$", effect: "before", answer: { status: 503 } });
    const requests = [1, 2].map((id) => ({ id: String(id), method: "GET", url: "/users" }));
    const { responses } = (await ask("POST /$batch", { requests })).body;
    expect(responses.map((part) => [part.id, part.status])).toEqual([
      ["2", 200],
      ["1", 503],
    ]);
  });

  it("is taken in the order of planning and forgotten at reset", async () => {
    for (const status of [500, 502, 503]) tenant.fail({ effect: "before", answer: { status } });
    expect([(await ask("GET /users")).status, (await ask("GET /groups")).status]).toEqual([500, 502]);
    tenant.reset();
    expect((await ask("GET /users")).status).toBe(200);
    expect(() => tenant.fail({ path: "(", effect: "before", answer: "reset" })).toThrow(SyntaxError);
  });
});

describe("the tenant", () => {
  it("gives tokens what was granted, until it is reset", async () => {
    tenant.grant(["User.Read.All"]);
    expect([(await ask("GET /users")).status, (await ask("GET /groups")).status]).toEqual([200, 403]);
    tenant.reset();
    expect((await ask("GET /groups")).status).toBe(200);
    expect(() => tenant.grant(["User.Raed.All"])).toThrow(
      new TypeError('"User.Raed.All" is not a permission of Microsoft Graph'),
    );
  });

  it("makes tokens for its own applications and people only", async () => {
    await expect(tenant.token({ user: "nobody@contoso.com" })).rejects.toThrow(
      'no user "nobody@contoso.com" in the emulated tenant',
    );
    await expect(tenant.token({ app: "x" })).rejects.toThrow(
      'no service principal with appId "x" in the emulated tenant',
    );
    const [, payload = ""] = (
      await tenant.token({ user: "Lee.Gu@contoso.com", permissions: ["User.Read", "Mail.Read"] })
    ).split(".");
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({
      aud: "https://graph.microsoft.com",
      iss: `https://sts.windows.net/${tenant.id}/`,
      tid: tenant.id,
      idtyp: "user",
      scp: "User.Read Mail.Read",
      upn: "lee.gu@contoso.com",
    });
  });

  it("keeps its id and its key at reset, and nothing that was made", async () => {
    const family = await aBlueprint(ask);
    const [id, token] = [tenant.id, await tenant.token()];
    tenant.reset();
    expect(tenant.requests()).toEqual([]);
    expect((await ask(`GET /applications/${family.blueprint.id}`, undefined, { token })).status).toBe(404);
    expect(tenant.id).toBe(id);
  });

  it("remembers the newest 10,000 requests", async () => {
    const token = "x";
    for (let sent = 0; sent < 10_200; sent += 1) await ask("GET /users", undefined, { token });
    const records = tenant.requests();
    expect(records.length).toBeLessThanOrEqual(10_100);
    expect(records.length).toBeGreaterThanOrEqual(10_000);
    const first = records[0]?.sequence ?? 0;
    expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, at) => first + at));
  });
});
