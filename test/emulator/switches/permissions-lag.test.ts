import { asker, inMemory } from "../client";
import { microsoftGraphAppId } from "../../../emulator/permissions";

const { tenant, ask } = inMemory();
beforeEach(() => {
  tenant.reset();
  tenant.set({ permissionsLagMs: 60_000, clock: { aheadMs: 0, stoppedAt: "2030-01-01T00:00:00.000Z" } });
});
afterAll(() => tenant.close());

describe("a permission", () => {
  it("reaches new tokens only after the lag; what was held before stays, what is taken away goes at once", async () => {
    tenant.grant(["User.Read.All"]);
    tenant.advance(60_000);
    tenant.grant(["User.Read.All", "Group.Read.All"]);
    const statuses = async () => [(await ask("GET /users")).status, (await ask("GET /groups")).status];
    expect(await statuses()).toEqual([200, 403]);
    tenant.advance(59_999);
    expect(await statuses()).toEqual([200, 403]);
    tenant.advance(1);
    expect(await statuses()).toEqual([200, 200]);
    tenant.grant(["Group.Read.All"]);
    expect(await statuses()).toEqual([403, 200]);
  });

  it("is never in a token that was issued before, and stays in it when it is revoked", async () => {
    tenant.grant([]);
    tenant.grant(["User.Read.All"]);
    const before = await tenant.token();
    tenant.advance(60_000);
    const after = await tenant.token();
    tenant.grant([]);
    const status = async (token: string) => (await asker(tenant)("GET /users", undefined, { token })).status;
    expect([await status(before), await status(after), await status(await tenant.token())]).toEqual([403, 200, 403]);
  });

  it("assigned as an app role is late in the same way", async () => {
    const { value } = (await ask("GET /servicePrincipals")).body;
    const graph = value.find(({ appId }) => appId === microsoftGraphAppId);
    const app = value.find(({ appId }) => appId !== microsoftGraphAppId && appId !== tenant.requests()[0]?.appId);
    const role = graph?.appRoles.find((one) => one["value" as keyof typeof one] === ("User.Read.All" as unknown));
    const assigned = await ask(`POST /servicePrincipals/${app?.id ?? ""}/appRoleAssignments`, {
      principalId: app?.id,
      resourceId: graph?.id,
      appRoleId: role?.id,
    });
    expect(assigned.status).toBe(201);
    const status = async () => (await ask("GET /users", undefined, { app: app?.appId ?? "" })).status;
    expect(await status()).toBe(403);
    tenant.advance(60_000);
    expect(await status()).toBe(200);
  });
});
