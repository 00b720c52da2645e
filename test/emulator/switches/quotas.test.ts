import { inMemory, only } from "../client";

const { tenant, ask } = inMemory();
const start = "2030-01-01T00:00:00.000Z";
beforeEach(() => {
  tenant.reset();
  tenant.set({ quotas: null, clock: { aheadMs: 0, stoppedAt: start } });
});
afterAll(() => tenant.close());

const throttled = (headers: Headers) => [...headers].filter(([name]) => /^x-ms-|retry-after/.test(name));

describe("a tenant with quotas", () => {
  it("says nothing of them while they are off", async () => {
    expect(throttled((await ask("GET /users")).headers)).toEqual([]);
    expect(tenant.requests().at(-1)).not.toHaveProperty("units");
  });

  it("says what a request cost, how full the quota is from 0.8 on, and then 429", async () => {
    tenant.set({ quotas: { scale: 10 / 3_500 } });
    const seen = [];
    for (let sent = 0; sent < 6; sent += 1) {
      const { status, headers } = await ask("GET /users");
      seen.push([status, headers.get("x-ms-resource-unit"), headers.get("x-ms-throttle-limit-percentage")]);
    }
    expect(seen).toEqual([
      [200, "2", null],
      [200, "2", null],
      [200, "2", null],
      [200, "2", "0.8"],
      [200, "2", "1"],
      [429, "2", "1.2"],
    ]);
    const { status, headers, body } = await ask("PATCH /applications/x", {});
    expect([status, headers.get("retry-after")]).toEqual([429, "2"]);
    const { appId } = tenant.requests()[0] ?? {};
    expect(headers.get("x-ms-throttle-scope")).toBe(`Tenant_Application/ReadWrite/${appId}/${tenant.id}`);
    expect(headers.get("x-ms-throttle-information")).toBe("ResourceUnitLimitExceeded");
    expect(body.error).toEqual({
      code: "TooManyRequests",
      message: "Please retry again later.",
      innerError: {
        code: "429",
        message: "Please retry after",
        status: "429",
        date: "2030-01-01T00:00:00",
        "request-id": headers.get("request-id"),
        "client-request-id": headers.get("client-request-id"),
      },
    });
    expect(tenant.requests().at(-1)).toMatchObject({ status: 429, units: 1, early: true });
    // Ten units in ten seconds: one comes back every second, and the call that was early took one.
    tenant.advance(2_000);
    expect((await ask("GET /users?$select=id")).status).toBe(200);
  });

  it.each([
    ["integer", "5"],
    ["decimal", "5.000"],
    ["date", "Tue, 01 Jan 2030 00:00:05 GMT"],
    ["absent", null],
  ] as const)("says Retry-After as %s", async (retryAfter, expected) => {
    tenant.set({ quotas: { scale: 2 / 3_500, retryAfter } });
    await ask("GET /users");
    const { status, headers } = await ask("GET /groups");
    expect([status, headers.get("retry-after")]).toEqual([429, expected]);
  });

  it("counts calls that come before Retry-After ended, and they make it longer", async () => {
    tenant.set({ quotas: { scale: 2 / 3_500 } });
    await ask("GET /users");
    const wait = async () => Number((await ask("GET /groups")).headers.get("retry-after"));
    expect([await wait(), tenant.earlyCalls()]).toEqual([5, 0]);
    expect([await wait(), tenant.earlyCalls()]).toEqual([10, 1]);
    tenant.advance(9_999);
    expect([(await ask("GET /groups")).status, tenant.earlyCalls()]).toEqual([429, 2]);
    tenant.advance(60_000);
    expect([(await ask("GET /groups")).status, tenant.earlyCalls()]).toEqual([200, 2]);
    expect(tenant.requests().map(({ early }) => early)).toEqual([undefined, undefined, true, true, undefined]);
    tenant.reset();
    expect([tenant.earlyCalls(), (await ask("GET /users")).status]).toEqual([0, 200]);
  });

  it("counts for each application and each service alone", async () => {
    const { value } = (await ask("GET /servicePrincipals?$select=appId")).body;
    const other = value.map(({ appId }) => appId).find((appId) => appId !== tenant.requests()[0]?.appId) ?? "";
    tenant.set({ quotas: { scale: 2 / 3_500 } });
    await ask("GET /users");
    expect((await ask("GET /users")).status).toBe(429);
    expect((await ask("GET /users", undefined, { app: other, permissions: ["User.Read.All"] })).status).toBe(200);
    expect((await ask("GET /identity/conditionalAccess/policies", undefined, { version: "beta" })).status).toBe(200);
    expect(tenant.earlyCalls()).toBe(0);
  });

  it("does not charge who has no good token", async () => {
    tenant.set({ quotas: { scale: 2 / 3_500 } });
    for (let sent = 0; sent < 5; sent += 1)
      expect((await ask("GET /users", undefined, { token: null })).status).toBe(401);
    expect((await ask("GET /users")).status).toBe(200);
  });

  it("keeps reads going when writes are throttled", async () => {
    tenant.set({ quotas: { scale: 2 / 3_000 } });
    const write = () => ask("DELETE /groups/99999999-9999-4999-8999-999999999999");
    const statuses = [(await write()).status, (await write()).status];
    expect(statuses).toEqual([403, 403]);
    const { status, headers } = await write();
    expect([status, headers.get("x-ms-throttle-information")]).toEqual([429, "WriteLimitExceeded"]);
    expect(headers.get("x-ms-throttle-scope")).toMatch(/^Tenant_Application\/Write\//);
    expect(headers.get("retry-after")).toBe("75");
    tenant.advance(10_000);
    expect([(await ask("GET /groups")).status, tenant.earlyCalls()]).toEqual([200, 0]);
    expect([(await write()).status, tenant.earlyCalls()]).toEqual([429, 1]);
  });

  it("asks one request a second of Conditional Access, and never says for how long to wait", async () => {
    tenant.set({ quotas: {} });
    const policies = () => ask("GET /identity/conditionalAccess/policies", undefined, { version: "beta" });
    expect((await policies()).status).toBe(200);
    const refused = await policies();
    expect(refused.status).toBe(429);
    expect(refused.headers.has("retry-after")).toBe(false);
    expect(refused.headers.get("x-ms-throttle-scope")).toMatch(/^Tenant\/ReadWrite\//);
    tenant.advance(999);
    expect((await policies()).status).toBe(429);
    tenant.advance(1);
    expect([(await policies()).status, tenant.earlyCalls()]).toEqual([200, 0]);
  });

  it("takes sixty writes a minute to applications that personal accounts can sign in to", async () => {
    tenant.set({ quotas: { scale: 0.05 } });
    const make = async (signInAudience: string) =>
      (await ask("POST /applications", { displayName: "x", signInAudience })).status;
    for (let made = 0; made < 3; made += 1) expect(await make("AzureADandPersonalMicrosoftAccount")).not.toBe(429);
    expect([await make("AzureADandPersonalMicrosoftAccount"), await make("AzureADMyOrg")][0]).toBe(429);
    expect(await make("AzureADMyOrg")).not.toBe(429);
  });

  it("throttles each part of a batch alone, and the batch never", async () => {
    tenant.set({ quotas: { scale: 3 / 3_500 } });
    const requests = ["1", "2", "3"].map((id) => ({ id, method: "GET", url: "/users" }));
    const { status, headers, body } = await ask("POST /$batch", { requests });
    expect([status, throttled(headers)]).toEqual([200, []]);
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect(["1", "2", "3"].map((id) => part(id).status)).toEqual([200, 429, 429]);
    expect(part("1").headers).toMatchObject({ "x-ms-resource-unit": "2" });
    expect(part("2").headers).toMatchObject({ "Retry-After": "4" });
    expect(part("2").body.error.code).toBe("TooManyRequests");
  });

  it("can be had for one request by its header", async () => {
    const headers = { "x-emulated-switches": '{"quotas":{"size":"L"}}' };
    expect(throttled((await ask("GET /users", undefined, { headers })).headers)).toEqual([["x-ms-resource-unit", "2"]]);
    expect(throttled((await ask("GET /users")).headers)).toEqual([]);
  });
});

describe("a caller that a fault answered with Retry-After", () => {
  const plan = (retryAfter: string) =>
    tenant.fail({ effect: "before", answer: { status: 429, headers: { "Retry-After": retryAfter } } });

  it.each(["10", "9.5", "Tue, 01 Jan 2030 00:00:10 GMT"])("for %s is early until then", async (retryAfter) => {
    plan(retryAfter);
    await ask("GET /users");
    expect(tenant.earlyCalls()).toBe(0);
    tenant.advance(9_000);
    await ask("GET /groups");
    expect(tenant.earlyCalls()).toBe(1);
    await ask("GET /identity/conditionalAccess/policies", undefined, { version: "beta" });
    tenant.advance(1_000);
    await ask("GET /users");
    expect(tenant.earlyCalls()).toBe(1);
  });

  it("and that gets it again when it comes early is counted", async () => {
    plan("10");
    plan("10");
    await ask("GET /users");
    await ask("GET /users");
    expect([tenant.earlyCalls(), tenant.requests().at(-1)?.early]).toEqual([1, true]);
  });
});
