import { inMemory, refusal } from "./client";

const { tenant, ask } = inMemory();
afterAll(() => tenant.close());
beforeEach(() => tenant.reset());

describe("/me", () => {
  const user = "adele.vance@contoso.com";

  it("is whoever is signed in, and nobody for an application", async () => {
    expect((await ask("GET /me", undefined, { user, permissions: ["User.Read"] })).body).toMatchObject({
      userPrincipalName: user,
    });
    for (const path of ["/me", "/me/memberOf", "/me/manager", "/me/licenseDetails"]) {
      expect(refusal(await ask(`GET ${path}`))).toEqual([
        400,
        "BadRequest",
        "/me request is only valid with delegated authentication flow.",
      ]);
    }
  });

  it("can be changed by itself where people may change themselves", async () => {
    const own = { user, permissions: ["User.ReadWrite"] };
    const change = { businessPhones: ["+1 425 555 0109"], officeLocation: "18/2111" };
    expect((await ask("PATCH /me", change, own)).status).toBe(204);
    expect((await ask("GET /me", undefined, own)).body).toMatchObject(change);
    expect((await ask("PATCH /me", { jobTitle: "President" }, own)).status).toBe(403);
  });
});
