import { aBlueprint, anIdentity, identityCast, inMemory, only } from "../client";
import type { Fault } from "../../../emulator/tenant";

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

  it.each<[Fault["answer"], number]>([
    ["reset", 502],
    ["truncate", 502],
    ["stall", 504],
    ["html", 200],
    ["claims", 401],
    [{ redirect: "https://elsewhere.example/x", status: 308 }, 308],
    [{ status: 429, headers: { "Retry-After": "3" } }, 429],
  ])("of a part, %j, is answered inside the batch", async (answer, status) => {
    tenant.fail({ path: "/users$", effect: "before", answer });
    const requests = ["/users", "/groups"].map((url, id) => ({ id: String(id), method: "GET", url }));
    const { status: outer, body } = await ask("POST /$batch", { requests });
    const part = (id: string) => only(body.responses, (one) => one.id === id);
    expect([outer, part("0").status, part("1").status]).toEqual([200, status, 200]);
    if (status === 429) expect(part("0").headers).toMatchObject({ "Retry-After": "3" });
    expect(tenant.requests().map((one) => one.status)).toEqual([status, 200, 200]);
  });

  it("is taken in the order of planning and forgotten at reset", async () => {
    for (const status of [500, 502, 503]) tenant.fail({ effect: "before", answer: { status } });
    expect([(await ask("GET /users")).status, (await ask("GET /groups")).status]).toEqual([500, 502]);
    tenant.reset();
    expect((await ask("GET /users")).status).toBe(200);
    expect(() => tenant.fail({ path: "(", effect: "before", answer: "reset" })).toThrow(SyntaxError);
  });

  it("can wait for the nth request that fits, and happen to those after it", async () => {
    tenant.fail({ method: "GET", path: "/users$", effect: "before", answer: { status: 503 }, nth: 2, times: 2 });
    const statuses = [];
    for (const path of ["users", "groups", "users", "groups", "users", "users"])
      statuses.push((await ask(`GET /${path}`)).status);
    expect(statuses).toEqual([200, 200, 503, 200, 503, 200]);
  });

  it("is shown until it has happened, and can be taken back", async () => {
    const fault: Fault = { path: "/users$", effect: "before", answer: { status: 503 }, nth: 2, times: 3 };
    tenant.fail(fault);
    expect(tenant.faults()).toEqual([fault]);
    await ask("GET /users");
    await ask("GET /users");
    expect(tenant.faults()).toEqual([{ path: "/users$", effect: "before", answer: { status: 503 }, times: 2 }]);
    tenant.clearFaults();
    expect([tenant.faults(), (await ask("GET /users")).status]).toEqual([[], 200]);
  });

  it.each<[object, string]>([
    [{ effect: "sometimes", answer: "reset" }, "effect"],
    [{ effect: "before", answer: "explode" }, "answer"],
    [{ effect: "before", answer: { status: 204, body: {} } }, "answer"],
    [{ effect: "before", answer: "reset", colour: "red" }, "colour"],
    [{ effect: "before", answer: "reset", nth: 0 }, "nth"],
  ])("%j is refused when it is planned", (fault, word) => {
    expect(() => tenant.fail(fault as Fault)).toThrow(TypeError);
    expect(() => tenant.fail(fault as Fault)).toThrow(word);
    expect(tenant.faults()).toEqual([]);
  });
});

describe("an answer that goes wrong", () => {
  const token = () => tenant.token();
  const get = async (path: string, init: RequestInit = {}) =>
    tenant.handle(
      new Request(`https://graph.microsoft.com/v1.0${path}`, {
        ...init,
        headers: { authorization: `Bearer ${await token()}` },
      }),
    );

  it("is cut in the middle, and reading it fails as with fetch", async () => {
    const whole = await (await get("/users")).text();
    tenant.fail({ effect: "after", answer: "truncate" });
    const cut = await get("/users");
    expect([cut.status, Number(cut.headers.get("content-length"))]).toEqual([200, Buffer.byteLength(whole)]);
    const reader = (cut.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    expect(whole.startsWith(Buffer.from(first.value ?? []).toString())).toBe(true);
    expect(first.value?.length).toBeGreaterThan(0);
    await expect(reader.read()).rejects.toMatchObject({ message: "terminated", cause: { code: "UND_ERR_SOCKET" } });
    tenant.fail({ effect: "before", answer: "truncate" });
    await expect((await get("/users")).text()).rejects.toThrow("terminated");
  });

  it("does not come at all where there is no body to cut", async () => {
    const { blueprint } = await aBlueprint(ask);
    tenant.fail({ method: "DELETE", effect: "after", answer: "truncate" });
    await expect(ask(`DELETE /applications/${blueprint.id}`)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(tenant.requests().at(-1)?.status).toBe(0);
    expect((await ask(`GET /applications/${blueprint.id}`)).status).toBe(404);
  });

  it("never comes: the client gives up, and a stall ends", async () => {
    const { blueprint } = await aBlueprint(ask);
    tenant.fail({ method: "DELETE", effect: "after", answer: "stall" });
    const client = new AbortController();
    const waiting = get(`/applications/${blueprint.id}`, { method: "DELETE", signal: client.signal });
    const reason = new Error("enough");
    setImmediate(() => client.abort(reason));
    await expect(waiting).rejects.toBe(reason);
    expect(tenant.requests().at(-1)).toMatchObject({ method: "DELETE", status: 0 });
    expect((await ask(`GET /applications/${blueprint.id}`)).status).toBe(404);
    tenant.fail({ effect: "before", answer: { stall: 1 } });
    await expect(get("/users")).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  });

  it("comes from a proxy", async () => {
    tenant.fail({ effect: "before", answer: "html" });
    const page = await get("/users");
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html"]);
    expect(await page.text()).toMatch(/^<!DOCTYPE html>/);
  });

  it("points elsewhere", async () => {
    tenant.fail({ effect: "before", answer: { redirect: "https://evil.example/v1.0/users", status: 301 } });
    tenant.fail({ effect: "before", answer: { redirect: "https://graph.microsoft.com/v1.0/groups" } });
    const seen = [await get("/users"), await get("/users")];
    expect(seen.map(({ status, headers }) => [status, headers.get("location")])).toEqual([
      [301, "https://evil.example/v1.0/users"],
      [307, "https://graph.microsoft.com/v1.0/groups"],
    ]);
  });

  it("is a claims challenge for a token that is newer than the tenant's time", async () => {
    tenant.set({ clock: { stoppedAt: "2030-01-01T00:00:00Z" } });
    tenant.fail({ effect: "before", answer: "claims" });
    const { status, headers, body } = await ask("GET /users");
    tenant.set({ clock: { stoppedAt: null } });
    expect([status, body.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
    const [, claims = ""] =
      /error="insufficient_claims", claims="([^"]+)"/.exec(headers.get("www-authenticate") ?? "") ?? [];
    expect(JSON.parse(Buffer.from(claims, "base64").toString())).toEqual({
      access_token: { nbf: { essential: true, value: "1893456000" } },
    });
  });
});

describe("the header x-emulated-fault", () => {
  const failing = (fault: unknown) => ({ headers: { "x-emulated-fault": JSON.stringify(fault) } });

  it("takes the words of the command line, and none: nothing, whatever is planned", async () => {
    const { tenant, ask } = inMemory();
    const by = async (words: string) =>
      (await ask("GET /users", undefined, { headers: { "x-emulated-fault": words } })).status;
    expect(await by("before 504")).toBe(504);
    tenant.fail({ effect: "before", answer: { status: 503 } });
    expect(await by("none")).toBe(200);
    expect(tenant.faults()).toHaveLength(1);
    tenant.close();
  });

  it("makes this one request go wrong, planned faults wait", async () => {
    tenant.fail({ effect: "before", answer: { status: 500 } });
    const own = { effect: "before", answer: { status: 503, body: { error: { code: "x" } } } };
    const { status, body, headers } = await ask("GET /users", undefined, failing(own));
    expect([status, body]).toEqual([503, own.answer.body]);
    expect(headers.get("request-id")).toBe(tenant.requests().at(-1)?.requestId);
    expect([(await ask("GET /users")).status, (await ask("GET /users")).status]).toEqual([500, 200]);
  });

  it("works for a part of a batch", async () => {
    const { headers } = failing({ effect: "after", answer: { status: 504 } });
    const requests = [
      { id: "1", method: "GET", url: "/users", headers },
      { id: "2", method: "GET", url: "/users" },
    ];
    const { responses } = (await ask("POST /$batch", { requests })).body;
    expect(responses.map(({ id, status }) => [id, status])).toEqual([
      ["2", 200],
      ["1", 504],
    ]);
  });

  it.each(["{", "[]", '{"effect":"before"}', '{"effect":"before","answer":"reset","path":"/x"}'])(
    "is 400 with %s, and nothing happens",
    async (text) => {
      const family = await aBlueprint(ask);
      const headers = { "x-emulated-fault": text };
      const { status, body } = await ask(`DELETE /applications/${family.blueprint.id}`, undefined, { headers });
      expect([status, body.error.code]).toEqual([400, "BadRequest"]);
      expect(body.error.message).toMatch(/^x-emulated-fault/);
      expect((await ask(`GET /applications/${family.blueprint.id}`)).status).toBe(200);
    },
  );
});
