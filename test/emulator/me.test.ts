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

  it("ends its sessions, and an administrator those of others", async () => {
    const select = "?$select=signInSessionsValidFromDateTime";
    const read = { user, permissions: ["User.Read.All", "User.RevokeSessions.All"] };
    for (const path of ["/me", "/users/alex.wilber@contoso.com"]) {
      const stoppedAt = new Date(tenant.now().getTime() + 60_000).toISOString();
      tenant.set({ clock: { stoppedAt } });
      const reply = await ask(`POST ${path}/revokeSignInSessions`, undefined, read);
      expect([reply.status, reply.body.value]).toEqual([200, true]);
      expect((await ask(`GET ${path}${select}`, undefined, read)).body).toMatchObject({
        signInSessionsValidFromDateTime: stoppedAt,
      });
    }
    expect((await ask("POST /me/revokeSignInSessions", undefined, { user, permissions: ["User.Read"] })).status).toBe(
      403,
    );
  });
});
