import { connect } from "node:net";
import { request as httpRequest } from "node:http";
import { setImmediate as nextRound } from "node:timers/promises";
import { type Body } from "./client";
import { serveTenant, type ServedTenant } from "../../emulator/server";
import { openTenant } from "../../emulator/tenant";

const tenant = openTenant({ memory: true });
let served: ServedTenant;
beforeAll(async () => {
  served = await serveTenant(tenant, { port: 0 });
});
beforeEach(() => tenant.reset());
afterAll(async () => {
  await served.close();
  tenant.close();
});

async function token(body: object = {}): Promise<string> {
  const answer = await fetch(`${served.url}/_tenant/token`, { method: "POST", body: JSON.stringify(body) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

const get = async (path: string) =>
  fetch(`${served.url}${path}`, { headers: { authorization: `Bearer ${await token()}` } });

describe("a served tenant", () => {
  it("is Graph at the versions, with pages on its own address", async () => {
    const { "@odata.nextLink": next, value } = (await (await get("/v1.0/users?$top=7")).json()) as Body;
    expect([value.length, next.startsWith(`${served.url}/v1.0/users?`)]).toEqual([7, true]);
    expect(((await (await get(next.slice(served.url.length))).json()) as Body).value).toHaveLength(5);
    expect((await fetch(`${served.url}/v1.0/users`)).status).toBe(401);
  });

  it("sends an answer in one piece, with its length", async () => {
    const answer = await get("/v1.0/users?$top=3");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([answer.headers.get("content-length"), answer.headers.get("transfer-encoding")]).toEqual([
      String(bytes.length),
      null,
    ]);
  });

  it("takes sponsors by its own address", async () => {
    const { value } = (await (await get("/v1.0/users?$top=1")).json()) as Body;
    const made = await fetch(`${served.url}/v1.0/applications/microsoft.graph.agentIdentityBlueprint`, {
      method: "POST",
      headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
      body: JSON.stringify({ displayName: "x", "sponsors@odata.bind": [`${served.url}/v1.0/users/${value[0].id}`] }),
    });
    expect(made.status).toBe(201);
  });

  it("says who it is, gives tokens and lists what was asked, and nothing else", async () => {
    expect(await (await fetch(`${served.url}/_tenant`)).json()).toEqual({
      id: tenant.id,
      name: tenant.name,
      domain: tenant.domain,
    });
    await fetch(`${served.url}/v1.0/users`);
    expect(await (await fetch(`${served.url}/_tenant/requests`)).json()).toMatchObject({
      value: [{ path: "/v1.0/users", status: 401 }],
    });
    const answer = await fetch(`${served.url}/_tenant/token`, { method: "POST" });
    expect(await answer.json()).toEqual({ access_token: expect.any(String) as unknown, expires_in: 3_600 });
    for (const body of ["{", '{"permissions":["Nope"]}', '{"colour":1}']) {
      expect((await fetch(`${served.url}/_tenant/token`, { method: "POST", body })).status).toBe(400);
    }
    expect((await fetch(`${served.url}/_tenant/nope`, { method: "POST" })).status).toBe(404);
  });

  it("answers loopback names only", async () => {
    const status = await new Promise((resolve) => {
      const { port } = new URL(served.url);
      httpRequest(
        { port, host: "127.0.0.1", path: "/_tenant", headers: { host: "evil.example" } },
        ({ statusCode }) => {
          resolve(statusCode);
        },
      ).end();
    });
    expect(status).toBe(403);
  });

  it("breaks the connection where a fault says so, and goes on", async () => {
    tenant.fail({ path: "/users", effect: "before", answer: "reset" });
    await expect(get("/v1.0/users")).rejects.toThrow("fetch failed");
    expect((await get("/v1.0/users")).status).toBe(200);
  });

  it("cuts a body off where a fault says so", async () => {
    tenant.fail({ path: "/users", effect: "before", answer: "truncate" });
    const answer = await get("/v1.0/users");
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow("terminated");
    expect((await get("/v1.0/users")).status).toBe(200);
  });

  it("ends a stalled request when it closes, or when the client has enough", async () => {
    const other = await serveTenant(tenant, { port: 0 });
    tenant.fail({ path: "/users", effect: "before", answer: "stall", times: 2 });
    const taken = async (count: number): Promise<void> => {
      while (tenant.requests().length < count) await nextRound();
    };
    const client = new AbortController();
    const left = expect(fetch(`${other.url}/v1.0/users`, { signal: client.signal })).rejects.toThrow("enough");
    await taken(1);
    client.abort(new Error("enough"));
    await left;
    const stalled = fetch(`${other.url}/v1.0/users`).catch((error: unknown) => (error as Error).message);
    await taken(2);
    await other.close();
    expect(await stalled).toBe("fetch failed");
  });

  it("leaves it to clients to end a connection that nothing is asked on: a slow one is never cut off", async () => {
    const { headers } = await fetch(`${served.url}/_tenant`);
    expect([headers.get("connection"), headers.get("keep-alive")]).toEqual(["keep-alive", null]);
  });

  it("shows people what is in it", async () => {
    const overview = await fetch(served.url);
    expect([overview.headers.get("content-type"), await overview.text()]).toEqual([
      expect.stringContaining("text/html"),
      expect.stringContaining(tenant.id),
    ]);
    expect((await fetch(`${served.url}/nothing`)).status).toBe(401);
  });

  it("takes a body of 4 MiB and not a byte more", async () => {
    const send = async (length: number) =>
      (await fetch(`${served.url}/v1.0/users`, { method: "POST", body: "x".repeat(length) })).status;
    expect([await send(4 * 1024 * 1024), await send(4 * 1024 * 1024 + 1)]).toEqual([401, 413]);
  });

  it("takes its own export back, however long it is", async () => {
    const properties = { displayName: "A".repeat(200), jobTitle: "B".repeat(100) };
    tenant.seed({ objects: Array.from({ length: 11_000 }, () => ({ kind: "user", properties })) });
    const text = await (await fetch(`${served.url}/_tenant/export`)).text();
    expect(text.length).toBeGreaterThan(4 * 1024 * 1024);
    expect((await fetch(`${served.url}/_tenant/import`, { method: "POST", body: text })).status).toBe(204);
    expect(tenant.exportState().objects.length).toBeGreaterThan(11_000);
  });

  it("ends connections that wait for nothing when it closes", async () => {
    const other = await serveTenant(tenant, { port: 0 });
    const socket = connect(Number(new URL(other.url).port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const ended = new Promise((resolve) => socket.once("close", resolve));
    await other.close();
    await ended;
    expect([other.secureUrl, other.caFile]).toEqual([undefined, undefined]);
  });

  it("says which port is taken", async () => {
    const port = Number(new URL(served.url).port);
    await expect(serveTenant(tenant, { port })).rejects.toThrow(
      `cannot serve at http://127.0.0.1:${port}: the port is in use. Choose another one.`,
    );
  });

  it("goes on when a client leaves in the middle of its request", async () => {
    const { port } = new URL(served.url);
    const socket = connect(Number(port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write("POST /v1.0/users HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{");
    await nextRound();
    socket.resetAndDestroy();
    expect((await get("/v1.0/users")).status).toBe(200);
  });
});
