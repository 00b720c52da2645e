import { aBlueprint, inMemory } from "./client";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

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
      'cannot issue a token: the emulated tenant has no user "nobody@contoso.com".',
    );
    await expect(tenant.token({ app: "x" })).rejects.toThrow(
      'cannot issue a token: no service principal of the emulated tenant has the appId "x".',
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

  it("keeps its id and its key at reset, and nothing that was created", async () => {
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
