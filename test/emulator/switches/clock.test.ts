import { inMemory, refusal } from "../client";

const { tenant, ask } = inMemory();
beforeEach(() => {
  tenant.reset();
  tenant.set({ clock: { aheadMs: 0, stoppedAt: "2030-01-01T00:00:00.000Z" } });
});
afterAll(() => tenant.close());

const hour = 3_600_000;
const expired = [401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."];

describe("the clock of the tenant", () => {
  it("is in the headers, the errors and the log of every answer", async () => {
    const { headers, body } = await ask("GET /users/nobody");
    expect(headers.get("date")).toBe("Tue, 01 Jan 2030 00:00:00 GMT");
    expect(body.error.innerError["date"]).toBe("2030-01-01T00:00:00");
    tenant.advance(1_500);
    tenant.fail({ effect: "before", answer: { status: 503 } });
    expect((await ask("GET /users")).headers.get("date")).toBe("Tue, 01 Jan 2030 00:00:01 GMT");
    expect(tenant.requests().map(({ at }) => at)).toEqual(["2030-01-01T00:00:00.000Z", "2030-01-01T00:00:01.500Z"]);
    expect(tenant.now().toISOString()).toBe("2030-01-01T00:00:01.500Z");
  });

  it("runs where it is not stopped, ahead or behind", () => {
    tenant.set({ clock: { stoppedAt: null, aheadMs: -10 * hour } });
    const before = Date.now();
    const behind = tenant.now().getTime() + 10 * hour;
    expect(behind).toBeGreaterThanOrEqual(before);
    expect(behind).toBeLessThanOrEqual(Date.now());
    tenant.advance(11 * hour);
    expect(tenant.now().getTime()).toBeGreaterThanOrEqual(before + hour);
  });

  it("decides how long a token is good", async () => {
    const token = await tenant.token();
    tenant.advance(hour - 1_000);
    expect((await ask("GET /users", undefined, { token })).status).toBe(200);
    tenant.advance(1_000);
    expect(refusal(await ask("GET /users", undefined, { token }))).toEqual(expired);
    expect((await ask("GET /users")).status).toBe(200);
    tenant.set({ clock: { stoppedAt: "2029-12-31T23:00:00.000Z" } });
    expect((await ask("GET /users", undefined, { token })).status).toBe(401);
  });
});

describe("a clock beyond what the tenant can show", () => {
  const bounds = "the tenant's time must lie between the years 1970 and 9000";

  it.each([9e15, -1e14, 8e14])("is refused: %d ms ahead", (ms) => {
    for (const stoppedAt of [null, "2030-01-01T00:00:00.000Z"]) {
      tenant.set({ clock: { aheadMs: 0, stoppedAt } });
      const before = tenant.switches();
      expect(() => tenant.advance(ms)).toThrow(new TypeError(`cannot advance the clock by ${ms} ms: ${bounds}.`));
      expect(tenant.switches()).toEqual(before);
    }
    expect(() => tenant.set({ clock: { aheadMs: ms, stoppedAt: null } })).toThrow(TypeError);
  });

  it("is 400 in a header, and the tenant goes on", async () => {
    for (const clock of [{ stoppedAt: null, aheadMs: 9e15 }, { stoppedAt: "9999-01-01T00:00:00Z" }]) {
      const headers = { "x-emulated-switches": JSON.stringify({ clock }) };
      const { status, body } = await ask("GET /users", undefined, { headers });
      expect([status, body.error.message]).toEqual([400, expect.stringContaining(bounds)]);
    }
    expect((await ask("GET /users")).status).toBe(200);
  });
});

describe("the header x-emulated-switches", () => {
  it("lets nothing happen before its time", async () => {
    const everything = { permissions: ["Application.ReadWrite.All"] };
    const { id } = (await ask("POST /applications", { displayName: "x" }, everything)).body;
    await ask(`DELETE /applications/${id}`, undefined, everything);
    await ask("GET /users", undefined, switched({ clock: { stoppedAt: "2030-03-01T00:00:00Z" } }));
    expect((await ask(`GET /directory/deletedItems/${id}`, undefined, everything)).status).toBe(200);
    tenant.advance(31 * 24 * hour);
    expect((await ask(`GET /directory/deletedItems/${id}`, undefined, everything)).status).toBe(404);
  });

  const switched = (changes: unknown) => ({ headers: { "x-emulated-switches": JSON.stringify(changes) } });

  it("changes the clock for one request only", async () => {
    const token = await tenant.token();
    const later = switched({ clock: { stoppedAt: "2031-01-01T00:00:00Z" } });
    const refused = await ask("GET /users", undefined, { token, ...later });
    expect(refusal(refused)).toEqual(expired);
    expect(refused.headers.get("date")).toBe("Wed, 01 Jan 2031 00:00:00 GMT");
    expect((await ask("GET /users", undefined, { token })).status).toBe(200);
    expect(tenant.switches().clock.stoppedAt).toBe("2030-01-01T00:00:00.000Z");
  });

  it.each([
    ["{", "x-emulated-switches is no JSON."],
    ["null", "x-emulated-switches is no JSON object."],
    ["[]", "x-emulated-switches is no JSON object."],
    ['{"colour":"red"}', "colour"],
    ['{"quotas":{"size":"XL"}}', "quotas.size"],
    ['{"profiles":{"nobody":"knows"}}', "nobody"],
    ['{"clock":{"stoppedAt":"yesterday"}}', "clock.stoppedAt"],
  ])("is 400 with %s", async (text, why) => {
    const { status, body } = await ask("GET /users", undefined, { headers: { "x-emulated-switches": text } });
    expect([status, body.error.code]).toEqual([400, "BadRequest"]);
    expect(body.error.message).toContain(why);
    expect(tenant.requests().at(-1)?.status).toBe(400);
  });
});
