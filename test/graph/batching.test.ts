import fc from "fast-check";
import { type EmulatedTenant, type Fault, openTenant } from "../../emulator/tenant";
import { readAnswer, refusalOf } from "../../provider/graph/answer";
import { batching } from "../../provider/graph/batching";
import { connection } from "../../provider/graph/connection";
import { type EntraError, undefinedWhenGone } from "../../provider/graph/errors";
import type { Tenant } from "../../provider/graph/tenant";
import type { Issue } from "../../provider/graph/tokens";
import type { Transport } from "../../provider/graph/transport";
import { holdTimers } from "../held-timers";
import { ManualClock } from "./manual-clock";
import { failureOf } from "./wire";

interface Lane {
  readonly emulated: EmulatedTenant;
  readonly tenant: Tenant;
  /** "METHOD path" of what was sent, a batch as one. */
  readonly trips: string[];
  readonly clock: ManualClock;
  /** What each token was asked for with. */
  readonly wanted: Parameters<Issue>[0][];
}

holdTimers();
const opened: EmulatedTenant[] = [];
afterEach(() => {
  for (const emulated of opened.splice(0)) emulated.close();
});

/** @param way wraps the transport below the batching */
async function lane(way: (send: Transport) => Transport = (send) => send): Promise<Lane> {
  const emulated = openTenant({ memory: true });
  opened.push(emulated);
  const trips: string[] = [];
  const send: Transport = (request) => {
    trips.push(`${request.method} ${new URL(request.url).pathname}`);
    return emulated.handle(request);
  };
  const origin = "https://graph.microsoft.com";
  const transport = batching(way(send));
  const clock = new ManualClock();
  const wanted: Parameters<Issue>[0][] = [];
  const issue: Issue = (want) => {
    wanted.push(want);
    return emulated.token();
  };
  const tenant = await connection(
    { name: "the test tenant", origin, transport, issue },
    { clock, retryBudget: { random: () => 0.5 } },
  );
  return { emulated, tenant, trips, clock, wanted };
}

const batches = (count: number) => Array.from({ length: count }, () => "POST /v1.0/$batch");
const users = (tenant: Tenant) => tenant.list<{ id: string; displayName: string }>("/users");

describe("requests that are ready together", () => {
  it("are sent in batches of up to twenty, and each gets its own answer", async () => {
    const { tenant, trips } = await lane();
    const people = await users(tenant);
    trips.length = 0;
    const wanted = Array.from({ length: 45 }, (_, index) => people[index % people.length]?.id ?? "");
    const found = await Promise.all(wanted.map((id) => tenant.get<{ id: string }>(`/users/${id}`)));
    expect(found.map(({ id }) => id)).toEqual(wanted);
    expect(trips).toEqual(batches(3));
  });

  it("are sent without a batch when there is only one", async () => {
    const { tenant, trips } = await lane();
    await users(tenant);
    expect(trips).toEqual(["GET /v1.0/users"]);
  });

  it("are sent in one batch for each version of Graph", async () => {
    const { tenant, trips } = await lane();
    await Promise.all([
      users(tenant),
      tenant.list("/groups"),
      tenant.list("/servicePrincipals", { version: "beta" }),
      tenant.list("/oauth2PermissionGrants", { version: "beta" }),
    ]);
    expect([...trips].sort()).toEqual(["POST /beta/$batch", "POST /v1.0/$batch"]);
  });

  it("are judged one by one: a 404 does not make the others fail", async () => {
    const { tenant } = await lane();
    const [somebody] = await users(tenant);
    const nobody = "00000000-0000-0000-0000-000000000001";
    const [there, gone] = await Promise.all([
      tenant.get<{ id: string }>(`/users/${somebody?.id ?? ""}`),
      tenant.get(`/users/${nobody}`).catch(undefinedWhenGone),
    ]);
    expect(there.id).toBe(somebody?.id);
    expect(gone).toBeUndefined();
  });

  it("are sent again one by one: only the part that was throttled", async () => {
    const { emulated, tenant, trips } = await lane();
    const people = await users(tenant);
    trips.length = 0;
    const throttled = people[3]?.id ?? "";
    const answer = { status: 429, headers: { "retry-after": "7" }, body: { error: { code: "TooManyRequests" } } };
    emulated.fail({ path: `/users/${throttled}$`, effect: "before", answer });
    await Promise.all(people.map(({ id }) => tenant.get(`/users/${id}`)));
    expect(trips).toEqual(["POST /v1.0/$batch", `GET /v1.0/users/${throttled}`]);
  });

  it("have the Date of their batch, to which their Retry-After refers", async () => {
    const date = "Sat, 21 Nov 2026 12:00:00 GMT";
    const answer = { responses: [1, 2].map((id) => ({ id: String(id), status: 200, body: {} })) };
    const transport = batching(() => Promise.resolve(Response.json(answer, { headers: { date } })));
    const parts = [1, 2].map((id) => transport(new Request(`https://graph.microsoft.com/v1.0/users/${id}`)));
    expect((await Promise.all(parts)).map(({ headers }) => headers.get("date"))).toEqual([date, date]);
  });

  it("share no batch when they have different tokens: the batch is sent with one", async () => {
    const sent: (string | null)[] = [];
    const transport = batching((request) => {
      sent.push(`${new URL(request.url).pathname} ${request.headers.get("authorization") ?? ""}`);
      return Promise.resolve(Response.json({}));
    });
    const parts = ["old", "new"].map((token) =>
      transport(new Request("https://graph.microsoft.com/v1.0/users", { headers: { authorization: token } })),
    );
    await Promise.all(parts);
    expect(sent.sort()).toEqual(["/v1.0/users new", "/v1.0/users old"]);
  });

  it("get the same answers as requests that are sent without a batch", async () => {
    const operation = fc.oneof(
      fc.record({ read: fc.nat(14) }),
      fc.record({ listed: fc.constantFrom("users", "groups", "servicePrincipals?$select=id") }),
      fc.record({ grantedTo: fc.nat(5), scope: fc.constantFrom("User.Read", "Mail.Read") }),
    );
    type Operation = { read: number } | { listed: string } | { grantedTo: number; scope: string };
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 30 }), async (operations: Operation[]) => {
        const { tenant, emulated } = await lane();
        const alone = await connection(
          {
            name: "alone",
            origin: "https://graph.microsoft.com",
            transport: (request) => emulated.handle(request),
            issue: () => emulated.token(),
          },
          { clock: new ManualClock() },
        );
        const people = await users(tenant);
        const apis = await tenant.list<{ id: string }>("/servicePrincipals?$select=id");
        const act = (on: Tenant, one: Operation): Promise<unknown> => {
          if ("read" in one) return on.get(`/users/${people[one.read]?.id ?? "00000000-0000-0000-0000-000000000001"}`);
          if ("listed" in one) return on.list(`/${one.listed}`);
          const [resource] = apis;
          const clientId = apis[one.grantedTo]?.id;
          const grant = { clientId, consentType: "AllPrincipals", resourceId: resource?.id, scope: one.scope };
          // Refused, so that both ways see the same tenant: the scope is not offered by that API, or the grant is there.
          return on.post("/oauth2PermissionGrants", { ...grant, resourceId: "not an id" });
        };
        const together = await Promise.all(operations.map((one) => failureOf(act(tenant, one))));
        const apart = [];
        for (const one of operations) apart.push(await failureOf(act(alone, one)));
        const comparable = (outcomes: unknown[]) =>
          JSON.parse(JSON.stringify(outcomes, (key, value: unknown) => (key === "requestId" ? "" : value))) as unknown;
        expect(comparable(together)).toEqual(comparable(apart));
      }),
      { numRuns: 10 },
    );
  });
});

/** What stands on the envelope is said of the batch, and of none of its parts. */
describe("a part of a batch that was answered 200", () => {
  const claimsOf = (value: string): string => JSON.stringify({ access_token: { nbf: { essential: true, value } } });
  const challenge = (claims: string): string =>
    `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;
  const ofTheEnvelope = {
    "retry-after": "300",
    "request-id": "00000000-0000-0000-0000-00000000e2e0",
    "www-authenticate": challenge(claimsOf("1")),
  };
  /** Every batch comes with headers of its own, which would mislead whoever reads them. */
  const misleading =
    (send: Transport): Transport =>
    async (request) => {
      const response = await send(request);
      if (!request.url.endsWith("$batch")) return response;
      for (const [name, value] of Object.entries(ofTheEnvelope)) response.headers.set(name, value);
      return response;
    };

  /** Reads everybody; the fourth is answered otherwise, once. */
  async function readAll(answer: Exclude<Fault["answer"], string>) {
    const made = await lane(misleading);
    const people = await users(made.tenant);
    const [id, began] = [people[3]?.id ?? "", made.clock.now()];
    made.trips.length = 0;
    made.emulated.fail({ path: `/users/${id}$`, effect: "before", answer });
    const outcomes = await Promise.allSettled(people.map((one) => made.tenant.get<{ id: string }>(`/users/${one.id}`)));
    const failed = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as EntraError] : []));
    return { ...made, id, failed, waited: made.clock.now() - began };
  }
  const error = { code: "SomeCode", message: "said by Graph" };

  it("waits as long as its own Retry-After says", async () => {
    const { trips, failed, waited, id } = await readAll({
      status: 429,
      headers: { "retry-after": "7" },
      body: { error },
    });
    expect({ failed, waited, trips }).toEqual({
      failed: [],
      waited: 7_000,
      trips: ["POST /v1.0/$batch", `GET /v1.0/users/${id}`],
    });
  });

  it("waits as without a Retry-After where only the envelope has one", async () => {
    const { failed, waited } = await readAll({ status: 503, body: { error } });
    expect(failed).toEqual([]);
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThan(1_000);
  });

  it("is cited with its own request id, from its headers or from its body", async () => {
    const own = "11111111-2222-3333-4444-555555555555";
    const inHeaders = await readAll({ status: 403, headers: { "request-id": own }, body: { error } });
    expect(inHeaders.failed).toMatchObject([{ code: "FORBIDDEN", answer: { status: 403, requestId: own } }]);
    const graphs = { error: { ...error, innerError: { "request-id": own } } };
    const parts = [
      { id: "1", status: 403, body: graphs },
      { id: "2", status: 403, body: { error } },
    ];
    const transport = batching(() => Promise.resolve(Response.json({ responses: parts }, { headers: ofTheEnvelope })));
    const asked = [1, 2].map((id) => transport(new Request(`https://graph.microsoft.com/v1.0/users/${id}`)));
    const ids = (await Promise.all(asked.map(async (one) => readAnswer(await one)))).map(refusalOf);
    expect(ids.map(({ requestId }) => requestId)).toEqual([own, ""]);
  });

  it("is asked again with a token that answers its own claims challenge", async () => {
    const claims = claimsOf("1690000000");
    const headers = { "www-authenticate": challenge(claims) };
    const { failed, wanted, trips, id } = await readAll({ status: 401, headers, body: { error } });
    expect(failed).toEqual([]);
    expect(wanted).toEqual([
      { renew: false, claims: undefined },
      { renew: true, claims },
    ]);
    expect(trips).toEqual(["POST /v1.0/$batch", `GET /v1.0/users/${id}`]);
  });

  it("is asked again with any new token where only the envelope has a claims challenge", async () => {
    const { failed, wanted } = await readAll({ status: 401, body: { error } });
    expect(failed).toEqual([]);
    expect(wanted).toEqual([
      { renew: false, claims: undefined },
      { renew: true, claims: undefined },
    ]);
  });
});

describe("requests that come one after the other", () => {
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  const read = (id: number) => new Request(`https://graph.microsoft.com/v1.0/users/${id}`);

  /** A wire whose answers come when the test calls `answer`, and a clock by which a round trip takes `roundTripMs`. */
  async function wire(roundTripMs: number) {
    const trips: string[] = [];
    const held: (() => void)[] = [];
    let now = 0;
    const send: Transport = async (request) => {
      trips.push(new URL(request.url).pathname);
      const { requests = [] } =
        request.method === "POST" ? ((await request.json()) as { requests?: { id: string }[] }) : {};
      await new Promise<void>((resolve) => held.push(resolve));
      return Response.json({ responses: requests.map(({ id }) => ({ id, status: 200, body: {} })) });
    };
    const transport = batching(send, () => (now += roundTripMs));
    const answer = (): void => held.splice(0).forEach((release) => release());
    const warm = transport(read(0));
    await tick();
    answer();
    await warm;
    await tick();
    trips.length = 0;
    return { transport, trips, answer };
  }

  it("are sent at once while no request is under way, and in one batch after the answer otherwise", async () => {
    const { transport, trips, answer } = await wire(250);
    const all = [transport(read(1))];
    await tick();
    expect(trips).toEqual(["/v1.0/users/1"]);
    for (const id of [2, 3, 4]) {
      all.push(transport(read(id)));
      await tick();
    }
    expect(trips).toHaveLength(1);
    answer();
    await all[0];
    await tick();
    await tick();
    expect(trips).toEqual(["/v1.0/users/1", "/v1.0/$batch"]);
    answer();
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it("wait two round trips at most for an answer that does not come", async () => {
    const { transport, trips, answer } = await wire(5);
    const first = transport(read(1));
    await tick();
    const second = transport(read(2));
    await tick();
    jest.advanceTimersByTime(9);
    await tick();
    expect(trips).toHaveLength(1);
    jest.advanceTimersByTime(1);
    await tick();
    expect(trips).toHaveLength(2);
    answer();
    expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200]);
  });

  it("are sent as soon as there are twenty", async () => {
    const { transport, trips, answer } = await wire(250);
    const all = [transport(read(0))];
    await tick();
    for (let id = 1; id <= 20; id++) all.push(transport(read(id)));
    await tick();
    expect(trips).toEqual(["/v1.0/users/0", "/v1.0/$batch"]);
    answer();
    await Promise.all(all);
  });
});

describe("a batch that fails as a whole", () => {
  /** The first batch fails. */
  const failingOnce =
    (fail: (send: Transport, request: Request) => Promise<Response>) =>
    (send: Transport): Transport => {
      let done = false;
      return (request) => {
        if (done || !request.url.endsWith("$batch")) return send(request);
        done = true;
        return fail(send, request);
      };
    };

  const blueprint = (tenant: Tenant, people: readonly { id: string }[]) =>
    tenant.post("/applications/microsoft.graph.agentIdentityBlueprint", {
      displayName: "payroll",
      "sponsors@odata.bind": [tenant.url(`/users/${people[0]?.id ?? ""}`)],
    });

  it.each([
    ["reset before it took effect", () => Promise.reject(new TypeError("fetch failed"))],
    [
      "answered 503",
      () => Promise.resolve(Response.json({ error: { code: "x" } }, { status: 503, headers: { "retry-after": "3" } })),
    ],
    ["answered with a proxy's page", () => Promise.resolve(new Response("<html>", { status: 200 }))],
    ["answered without its parts", () => Promise.resolve(Response.json({ responses: [] }))],
  ])("and was %s is sent again for reads", async (_how, fail) => {
    const { tenant } = await lane(failingOnce(fail));
    const people = await users(tenant);
    const found = await Promise.all(people.map(({ id }) => tenant.get<{ id: string }>(`/users/${id}`)));
    expect(found.map(({ id }) => id)).toEqual(people.map(({ id }) => id));
  });

  it("answered 503 is that answer, with its Retry-After, for each of its parts", async () => {
    const refused = () => Promise.resolve(Response.json({}, { status: 503, headers: { "retry-after": "30" } }));
    const transport = batching(refused);
    const parts = [1, 2].map((id) => transport(new Request(`https://graph.microsoft.com/v1.0/users/${id}`)));
    const answers = (await Promise.all(parts)).map(({ status, headers }) => [status, headers.get("retry-after")]);
    expect(answers).toEqual([
      [503, "30"],
      [503, "30"],
    ]);
  });

  it("is given up when all of its parts are, and not before", async () => {
    let sent: (signal: AbortSignal) => void = () => undefined;
    const batch = new Promise<AbortSignal>((resolve) => (sent = resolve));
    const transport = batching(({ signal }) => {
      sent(signal);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))));
    });
    const stops = [new AbortController(), new AbortController()];
    const parts = stops.map(({ signal }) =>
      transport(new Request("https://graph.microsoft.com/v1.0/users", { signal })),
    );
    const ended = Promise.allSettled(parts);
    const { aborted } = await batch;
    const given = [aborted];
    for (const stop of stops) {
      stop.abort();
      given.push((await batch).aborted);
    }
    expect(given).toEqual([false, false, true]);
    expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("answered with JSON that is no batch response proves no write", async () => {
    const { tenant } = await lane(failingOnce(() => Promise.resolve(Response.json({ ok: true }))));
    const [one, two] = await users(tenant);
    const outcomes = await Promise.all(
      [one, two].map((person) => failureOf(tenant.post(`/users/${person?.id ?? ""}/revokeSignInSessions`, {}))),
    );
    expect(outcomes).toMatchObject([{ code: "ANSWER_LOST" }, { code: "ANSWER_LOST" }]);
  });

  it.each([400, 413])("refused as a whole with %d had no effect, and its parts are sent one by one", async (status) => {
    const refused = () => Promise.resolve(Response.json({ error: { code: "BadRequest" } }, { status }));
    const { tenant, trips } = await lane(failingOnce(refused));
    const people = await users(tenant);
    trips.length = 0;
    const found = await Promise.all(people.map(({ id }) => tenant.get<{ id: string }>(`/users/${id}`)));
    expect(found.map(({ id }) => id)).toEqual(people.map(({ id }) => id));
    expect(trips).toHaveLength(people.length);
  });

  it("after it took effect leaves every create without an answer, and none is sent twice", async () => {
    const { tenant, emulated } = await lane(
      failingOnce(async (send, request) => {
        await send(request);
        throw new TypeError("fetch failed");
      }),
    );
    const people = await users(tenant);
    const outcomes = await Promise.all([1, 2, 3].map(() => failureOf(blueprint(tenant, people))));
    expect(outcomes).toEqual(
      [1, 2, 3].map(() => ({ code: "ANSWER_LOST", message: expect.stringContaining("connection") as string })),
    );
    const made = await tenant.list("/applications/microsoft.graph.agentIdentityBlueprint");
    expect(made).toHaveLength(3);
    expect(emulated.requests().filter(({ method }) => method === "POST")).toHaveLength(4);
  });
});
