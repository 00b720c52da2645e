import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { holdTimers } from "../held-timers";
import { ManualClock } from "./manual-clock";
import { json, refusal, silence, tenantId, failureOf, Wire, aToken } from "./wire";
import type { Answering } from "./wire";

let wire: Wire;
holdTimers();
beforeEach(async () => (wire = await Wire.open()));
afterEach(() => Wire.closeAll());

const made = json(201, { id: "1" });
const nothing: Answering = (response) => response.writeHead(204).end();
const methods = () => wire.seen.map(({ method }) => method);

/** Stops at the first wait until `goOn` is called. */
class HaltingClock extends ManualClock {
  #halt: () => void = () => undefined;
  readonly halted = new Promise<void>((resolve) => (this.#halt = resolve));
  goOn: () => void = () => undefined;
  readonly #going = new Promise<void>((resolve) => (this.goOn = resolve));

  override async wait(ms: number): Promise<void> {
    this.#halt();
    await this.#going;
    await super.wait(ms);
  }
}

describe("a request", () => {
  it("carries the headers of this package, and one client-request-id for all its attempts", async () => {
    wire.answers(refusal(503, "ServiceUnavailable"), json(200, { id: "1" }));
    const tenant = await wire.tenant();
    expect(await tenant.get("/servicePrincipals/1", { headers: { ConsistencyLevel: "eventual" } })).toEqual({
      id: "1",
    });
    const [first, second] = wire.seen.map(({ headers }) => headers);
    expect(first).toMatchObject({
      "odata-version": "4.0",
      accept: "application/json;odata.metadata=minimal",
      consistencylevel: "eventual",
    });
    expect(first?.["user-agent"]).toMatch(/^pulumi-entra-agent-id\/\d+\.\d+\.\d+/);
    expect(first?.["client-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(second?.["client-request-id"]).toBe(first?.["client-request-id"]);
  });

  it("goes to the tenant of the token, which has absolute URLs for paths", async () => {
    const tenant = await wire.tenant();
    expect({ id: tenant.id, name: tenant.name }).toEqual({ id: tenantId, name: "the wire" });
    expect(tenant.url("/users/1")).toBe(`${wire.origin}/v1.0/users/1`);
    expect(tenant.url("/users/1", "beta")).toBe(`${wire.origin}/beta/users/1`);
    expect(wire.seen).toEqual([]);
  });

  it.each([
    ["/applications(uniqueName='pay-roll')/microsoft.graph.agentIdentityBlueprint", undefined],
    ["/servicePrincipals/1/owners/$ref", undefined],
    ["/servicePrincipals?$filter=displayName%20eq%20'O''Neil%20%26%20Sons'&$select=id,tags", undefined],
    [
      "/servicePrincipals?$filter=tags/any(t:t eq 'x=y')&$count=true",
      "/servicePrincipals?$filter=tags/any(t:t%20eq%20%27x=y%27)&$count=true",
    ],
    [
      "/servicePrincipals?$filter=issuer eq 'https://token.example.com'",
      "/servicePrincipals?$filter=issuer%20eq%20%27https%3A//token.example.com%27",
    ],
    ['/servicePrincipals?$search="displayName:a#b"', "/servicePrincipals?$search=%22displayName:a%23b%22"],
    ["/applications/1/federatedIdentityCredentials(name='main')", undefined],
  ])("reaches Graph with its path and query unchanged: %s", async (path, asSent) => {
    wire.answers(json(200, { id: "1" }));
    await (await wire.tenant()).get(path, { version: "beta" });
    // URLs write a quote in a query as %27; a quote in a path stays.
    const plain = path.includes("?") ? path.replaceAll("'", "%27") : path;
    expect(wire.seen[0]?.path).toBe(`/beta${asSent ?? plain}`);
  });

  it("sends bodies as JSON and reads 204 as nothing", async () => {
    wire.answers(nothing);
    const tenant = await wire.tenant();
    expect(await tenant.patch("/servicePrincipals/1", { tags: ["ä"] })).toBeUndefined();
    expect(wire.seen[0]).toMatchObject({
      method: "PATCH",
      body: '{"tags":["ä"]}',
      headers: { "content-type": "application/json" },
    });
  });
});

describe("a POST", () => {
  const lost: [string, Answering, string][] = [
    ["500", refusal(500, "InternalServerError"), "said by Graph"],
    [
      "502 with a proxy's page",
      (response) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway"),
      "Graph answered 502 without saying why",
    ],
    [
      "503 with Retry-After",
      refusal(503, "ServiceUnavailable", "said by Graph", { "retry-after": "1" }),
      "said by Graph",
    ],
    ["504", refusal(504, "UnknownError", ""), "Graph answered 504 without saying why"],
    [
      "a page instead of JSON",
      (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in"),
      "Graph answered 200 with a body that is not JSON or was cut off",
    ],
    [
      "201 and no body",
      (response) => response.writeHead(201).end(),
      "Graph answered 201 with a body that is not JSON or was cut off",
    ],
  ];

  it.each(lost)("whose answer was lost is never sent twice: %s", async (_, answering, message) => {
    wire.answers(answering, made);
    const failure = await failureOf((await wire.tenant()).post("/servicePrincipals", {}));
    expect(failure).toMatchObject({ code: "ANSWER_LOST", message });
    expect(methods()).toEqual(["POST"]);
  });

  it("is never sent twice after a broken connection, a truncated answer or none", async () => {
    const { host } = new URL(wire.origin);
    const failures: [Answering, string][] = [
      [(response) => response.socket?.destroy(), `the connection to ${host} failed (UND_ERR_SOCKET)`],
      [(response) => response.socket?.resetAndDestroy(), `the connection to ${host} failed (ECONNRESET)`],
      [
        (response) => {
          response.writeHead(201, { "content-type": "application/json", "content-length": "50" });
          response.write('{"id":', () => response.socket?.destroy());
        },
        `the connection to ${host} failed (UND_ERR_SOCKET)`,
      ],
      [silence, "no answer within 60 s"],
    ];
    const tenant = await wire.tenant();
    for (const [failing, message] of failures) {
      wire.answers(failing, made);
      expect(await failureOf(tenant.post("/servicePrincipals", {}))).toEqual({ code: "ANSWER_LOST", message });
    }
    expect(methods()).toEqual(["POST", "POST", "POST", "POST"]);
  });

  it("is sent again when it certainly had no effect: 429, concurrent writes, a refused token", async () => {
    wire.answers(
      refusal(429, "TooManyRequests", "slow down", { "retry-after": "3" }),
      refusal(409, "Directory_ConcurrencyViolation"),
      refusal(401, "InvalidAuthenticationToken"),
      made,
    );
    expect(await (await wire.tenant()).post("/servicePrincipals", { a: 1 })).toEqual({ id: "1" });
    expect(wire.seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}', '{"a":1}', '{"a":1}']);
  });

  it("is sent again when its caller knows that it only reads", async () => {
    wire.answers(refusal(504, "UnknownError"), json(200, { value: [] }));
    const found = await (await wire.tenant()).post("/directoryObjects/getByIds", { ids: [] }, { repeatable: true });
    expect(found).toEqual({ value: [] });
    expect(methods()).toEqual(["POST", "POST"]);
  });

  it("is sent again when the connection was refused, and fails with that when it stays refused", async () => {
    const { host } = new URL(wire.origin);
    const tenant = await wire.tenant({ retryBudget: { random: () => 1 } });
    await wire.close();
    const failure = await failureOf(tenant.post("/servicePrincipals", {}));
    expect(failure).toEqual({ code: "UNAVAILABLE", message: `the connection to ${host} failed (ECONNREFUSED)` });
    expect(wire.clock.waits.slice(0, 7)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000]);
    expect(wire.clock.waits.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(120_000);
  });

  it("that waits for a Retry-After or a quota reports why and how long", async () => {
    const reported: string[] = [];
    const tenant = await wire.tenant({ progress: (message) => void reported.push(message) });
    wire.answers(refusal(429, "TooManyRequests", "slow down", { "retry-after": "30" }), json(200, { id: "1" }));
    await tenant.get("/servicePrincipals/1");
    expect(reported).toEqual(["waiting 30 s for Graph's Retry-After"]);
  });

  it("without an answer is reported in the context of the call that waits", async () => {
    const reported: { message: string; call: number | undefined }[] = [];
    const calls = new AsyncLocalStorage<number>();
    const tenant = await wire.tenant({
      progress: (message) => void reported.push({ message, call: calls.getStore() }),
    });
    const { host } = new URL(wire.origin);
    await wire.close();
    await Promise.all([1, 2, 3].map((id) => calls.run(id, () => failureOf(tenant.get(`/users/${id}`)))));
    const expected = new RegExp(
      `^the connection to ${host.replaceAll(".", "\\.")} failed \\(ECONNREFUSED\\); trying again for up to \\d+ s$`,
    );
    for (const id of [1, 2, 3]) expect(reported.find(({ call }) => call === id)?.message).toMatch(expected);
    expect(reported.filter(({ call }) => call === undefined)).toEqual([]);
  });
});

describe("reads and keyed writes", () => {
  it.each(["get", "patch", "delete"] as const)("are sent again until answered: %s", async (verb) => {
    const cut: Answering = (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"id":');
    wire.answers(
      refusal(504, "UnknownError"),
      (response) => response.socket?.destroy(),
      cut,
      refusal(500, "x"),
      json(200, { id: "1" }),
    );
    const tenant = await wire.tenant();
    await (verb === "patch" ? tenant.patch("/users/1", {}) : tenant[verb]("/users/1"));
    expect(methods()).toEqual(Array(5).fill(verb.toUpperCase()));
  });

  it("fail with the last failure when the retry budget is spent", async () => {
    wire.answers(refusal(503, "ServiceUnavailable", "down for maintenance"));
    const tenant = await wire.tenant();
    const answer = { status: 503, code: "ServiceUnavailable", requestId: "r-1" };
    expect(await failureOf(tenant.get("/users/1"))).toEqual({
      code: "UNAVAILABLE",
      message: "down for maintenance",
      answer,
    });
    expect(await failureOf(tenant.patch("/users/1", {}))).toEqual({
      code: "ANSWER_LOST",
      message: "down for maintenance",
      answer,
    });
  });

  it("that were lost once may have taken effect, although the last attempt certainly did not", async () => {
    wire.answers(
      refusal(504, "UnknownError", "the first answer"),
      refusal(429, "TooManyRequests", "slow down", { "retry-after": "100000" }),
    );
    expect(await failureOf((await wire.tenant()).patch("/users/1", {}))).toMatchObject({
      code: "ANSWER_LOST",
      message: "the first answer",
    });
  });

  it("give up on a success that is never JSON", async () => {
    wire.answers((response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in to the hotel's network"),
    );
    const failure = await failureOf((await wire.tenant()).get("/users/1"));
    expect(failure).toMatchObject({
      code: "UNEXPECTED_ANSWER",
      message: "Graph answered 200 with a body that is not JSON or was cut off",
    });
  });
});

describe("a final refusal", () => {
  it.each([
    [400, "Request_BadRequest", "REFUSED"],
    [403, "Authorization_RequestDenied", "FORBIDDEN"],
    [404, "Request_ResourceNotFound", "NOT_FOUND"],
    [409, "Request_MultipleObjectsWithSameKeyValue", "CONFLICT"],
    [423, "serviceReadOnly", "REFUSED"],
    [501, "NotImplemented", "UNEXPECTED_ANSWER"],
  ])("%d %s is %s, in Graph's own words, after one attempt", async (status, graphCode, code) => {
    wire.answers(refusal(status, graphCode, "said by Graph", { "request-id": "r-2" }));
    const failure = await failureOf((await wire.tenant()).get("/users/1"));
    expect(failure).toEqual({ code, message: "said by Graph", answer: { status, code: graphCode, requestId: "r-2" } });
    expect(wire.seen.length).toBe(1);
  });

  it("is never taken from a proxy's 404 page: the object may exist", async () => {
    wire.answers((response) => response.writeHead(404, { "content-type": "text/html" }).end("<h1>No such site"));
    const failure = await failureOf((await wire.tenant()).get("/users/1"));
    expect(failure).toMatchObject({ code: "UNEXPECTED_ANSWER", message: "Graph answered 404 without saying why" });
  });

  it("is read in every form that Graph has for errors", async () => {
    const bodies = [
      { error: { code: "x", message: "m", innererror: { "request-id": "r-3" } } },
      { error: { code: "x", message: "m", innerError: null } },
      { error: "text" },
      [],
    ];
    const tenant = await wire.tenant();
    const seen: unknown[] = [];
    for (const body of bodies) {
      wire.answers(json(400, body));
      seen.push(await failureOf(tenant.get("/users/1")));
    }
    const silent = {
      code: "REFUSED",
      message: "Graph answered 400 without saying why",
      answer: { status: 400, code: "", requestId: "" },
    };
    expect(seen).toEqual([
      { code: "REFUSED", message: "m", answer: { status: 400, code: "x", requestId: "r-3" } },
      { code: "REFUSED", message: "m", answer: { status: 400, code: "x", requestId: "" } },
      silent,
      silent,
    ]);
  });
});

describe("throttling", () => {
  it.each([
    ["whole seconds", "7", 7_000],
    ["decimal seconds", "2.128", 2_128],
    ["a date", "Sat, 21 Nov 2026 12:00:30 GMT", 30_000],
  ])("is waited out to the millisecond: %s", async (_, retryAfter, ms) => {
    const date = "Sat, 21 Nov 2026 12:00:00 GMT";
    wire.answers(refusal(429, "TooManyRequests", "slow down", { "retry-after": retryAfter, date }), json(200, {}));
    await (await wire.tenant()).get("/users/1");
    const [first, second] = wire.seen.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBe(ms);
  });

  it.each(["0", "Sat, 21 Nov 2020 12:00:00 GMT"])(
    "backs off by itself when it may go on at once: %s",
    async (retryAfter) => {
      const at = { "retry-after": retryAfter };
      wire.answers(refusal(429, "TooManyRequests", "", at), refusal(429, "TooManyRequests", "", at), json(200, {}));
      await (await wire.tenant({ retryBudget: { random: () => 0.5 } })).get("/users/1");
      expect(wire.clock.waits).toEqual([300, 550]);
    },
  );

  it("waits longer each time when Graph sends no Retry-After", async () => {
    wire.answers(refusal(429, "TooManyRequests"), refusal(429, "TooManyRequests"), json(200, {}));
    await (await wire.tenant({ retryBudget: { random: () => 0.5 } })).get("/users/1");
    expect(wire.clock.waits).toEqual([300, 550]);
  });

  it.each([429, 503])(
    "holds all requests of the workload, and none of another one: %i with a Retry-After",
    async (status) => {
      const clock = new HaltingClock();
      const began = clock.now();
      wire.answers(refusal(status, "TooManyRequests", "slow down", { "retry-after": "60" }), (response, seen) =>
        json(200, { afterMs: clock.now() - began })(response, seen),
      );
      const tenant = await wire.tenant({ clock });
      const first = tenant.get<{ afterMs: number }>("/users/1");
      await clock.halted;
      const others = Array.from({ length: 30 }, (_, n) => tenant.get<{ afterMs: number }>(`/users/${n}`));
      expect(await tenant.get("/identity/conditionalAccess/policies/1")).toEqual({ afterMs: 0 });
      clock.goOn();
      const early = (await Promise.all([first, ...others])).filter(({ afterMs }) => afterMs < 60_000);
      expect([early, wire.seen.length]).toEqual([[], 33]);
    },
  );

  it("is final when Retry-After is longer than the retry budget", async () => {
    wire.answers(refusal(429, "TooManyRequests", "slow down", { "retry-after": "601" }));
    expect(await failureOf((await wire.tenant()).post("/users", {}))).toMatchObject({
      code: "THROTTLED",
      message: "slow down",
    });
    expect(wire.seen.length).toBe(1);
  });
});

describe("a cancelled run", () => {
  it("sends no further attempt, and still fails with a write that may have taken effect", async () => {
    const cancel = new AbortController();
    // A clock that does not move: only the signal ends a wait.
    const wait = (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new Error("aborted")));
        setImmediate(() => cancel.abort());
      });
    const clock = { now: () => wire.clock.now(), wait };
    wire.answers(refusal(504, "UnknownError", "the first answer"));
    const patched = (await wire.tenant({ clock, cancelled: cancel.signal })).patch("/users/1", {});
    expect(await failureOf(patched)).toMatchObject({ code: "ANSWER_LOST", message: "the first answer" });

    const later = await wire.tenant({ clock, cancelled: cancel.signal });
    expect(await failureOf(later.get("/users/1"))).toEqual({
      code: "UNAVAILABLE",
      message: "the run was cancelled before this request was sent",
    });
    expect(wire.seen.length).toBe(1);
  });
});

describe("a refused token", () => {
  const expired = refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed");

  it("is replaced once for all requests that were refused together", async () => {
    const tokens = [await aToken(), await aToken()];
    let issued = 0;
    wire.answers((response, seen) => {
      const first = seen.headers.authorization === `Bearer ${tokens[0] ?? ""}`;
      (first ? expired : json(200, {}))(response, seen);
    });
    const tenant = await wire.tenant({}, () => Promise.resolve(tokens[issued++] ?? ""));
    await Promise.all(Array.from({ length: 10 }, () => tenant.get("/users/1")));
    expect(issued).toBe(2);
  });

  it("is final when the new one is refused as well", async () => {
    wire.answers(expired);
    let issued = 0;
    const tenant = await wire.tenant({}, () => (issued++, aToken()));
    expect(await failureOf(tenant.post("/users", {}))).toEqual({
      code: "SIGN_IN_FAILED",
      message: "Lifetime validation failed",
      answer: { status: 401, code: "InvalidAuthenticationToken", requestId: "r-1" },
    });
    expect([issued, wire.seen.length]).toEqual([2, 2]);
  });

  it("is replaced by one that answers the claims challenge", async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1690000000"}}}';
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
    wire.answers(refusal(401, "InvalidAuthenticationToken", "x", { "www-authenticate": challenge }), json(200, {}));
    const wanted: unknown[] = [];
    const tenant = await wire.tenant({}, (want) => (wanted.push(want), aToken()));
    await tenant.get("/users/1");
    expect(wanted).toEqual([
      { renew: false, claims: undefined },
      { renew: true, claims },
    ]);
  });

  it("is not replaced by a token for another tenant", async () => {
    wire.answers(expired);
    const tokens = [await aToken(), await aToken({ tid: "99999999-2222-3333-4444-555555555555" })];
    const tenant = await wire.tenant({}, () => Promise.resolve(tokens.shift() ?? ""));
    expect(await failureOf(tenant.get("/users/1"))).toEqual({
      code: "WRONG_TENANT",
      message: `cannot continue: the new access token is for tenant 99999999-2222-3333-4444-555555555555, and this run began on ${tenantId}`,
    });
    expect(wire.seen.length).toBe(1);
  });
});

describe("a redirect", () => {
  it.each([301, 302, 307, 308])("is never followed with a token: %d", async (status) => {
    const other = await Wire.open();
    wire.answers((response) => response.writeHead(status, { location: `${other.origin}/v1.0/users/1` }).end());
    const failure = await failureOf((await wire.tenant()).post("/users", {}));
    expect(failure).toMatchObject({
      code: "UNEXPECTED_ANSWER",
      message: `Graph answered ${status}, a redirect. Redirects are not followed: the token would go with them`,
    });
    expect(other.seen).toEqual([]);
  });
});

describe("a list", () => {
  const page = (value: unknown, next?: string) =>
    json(200, next === undefined ? { value } : { value, "@odata.nextLink": next });
  const link = (token: string) => `${wire.origin}/beta/users?$skiptoken=${token}&$top=2`;

  it("is read to its end, over empty pages, each object once", async () => {
    wire.answers(
      page([{ id: "1" }, { id: "2", v: 1 }], link("RFNwdAIAAQ%3d%3d")),
      page([], link("b")),
      page([{ id: "2", v: 2 }, { noId: true }, { noId: true }]),
    );
    const items = await (await wire.tenant()).list("/users?$top=2", { headers: { ConsistencyLevel: "eventual" } });
    expect(items).toEqual([{ id: "1" }, { id: "2", v: 2 }, { noId: true }, { noId: true }]);
    expect(wire.seen.map(({ path }) => path)).toEqual([
      "/v1.0/users?$top=2",
      "/beta/users?$top=2&$skiptoken=RFNwdAIAAQ%3d%3d",
      "/beta/users?$top=2&$skiptoken=b",
    ]);
    expect(wire.seen.every(({ headers }) => headers["consistencylevel"] === "eventual")).toBe(true);
  });

  it("is an error when Graph names the same next page twice", async () => {
    wire.answers(page([{ id: "1" }], link("a")));
    expect(await failureOf((await wire.tenant()).list("/users"))).toEqual({
      code: "UNEXPECTED_ANSWER",
      message: "the list has no end: Graph named a next page that was read before",
    });
    expect(wire.seen.length).toBe(2);
  });

  it("reads no next page from another host, however similar its address is", async () => {
    const tenant = await wire.tenant();
    const other = await Wire.open();
    const foreign = [
      `${other.origin}/v1.0/users`,
      `${wire.origin}@evil.example/v1.0/users`,
      `${wire.origin}.evil.example/v1.0/users`,
      "//evil.example/v1.0/users",
      `${wire.origin}/else/users`,
    ];
    const messages: unknown[] = [];
    for (const next of foreign) {
      wire.answers(page([], next));
      messages.push(await failureOf(tenant.list("/users")));
    }
    const refused = (to: string) => ({
      code: "UNEXPECTED_ANSWER",
      message: `the list's next page is at ${to}, outside ${wire.origin}/v1.0 and ${wire.origin}/beta: it was not read`,
    });
    expect(messages).toEqual([
      refused(other.origin),
      refused("http://evil.example"),
      refused("an address that is no URL"),
      refused("an address that is no URL"),
      refused(wire.origin),
    ]);
    expect([other.seen.length, wire.seen.length]).toEqual([0, foreign.length]);
  });

  it("is an error when the response has no `value` array", async () => {
    wire.answers(json(200, { id: "1" }));
    expect(await failureOf((await wire.tenant()).list("/users"))).toEqual({
      code: "UNEXPECTED_ANSWER",
      message: "the list response has no `value` array",
    });
  });
});

describe("writes with one key", () => {
  it("are never sent at the same time", async () => {
    let underWay = 0;
    let most = 0;
    wire.answers(async (response, seen) => {
      most = Math.max(most, ++underWay);
      // Long enough for all others to arrive, if they were sent.
      for (let turns = 0; turns < 50; turns++) await turn();
      underWay--;
      nothing(response, seen);
    });
    const tenant = await wire.tenant();
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => tenant.patch(`/applications/1/x/${n}`, { n }, { serial: "application 1" })),
    );
    expect(most).toBe(1);
    expect(wire.seen.map(({ body }) => body)).toEqual(Array.from({ length: 8 }, (_, n) => `{"n":${n}}`));
  });
});
