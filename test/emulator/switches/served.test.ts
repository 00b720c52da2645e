import { request as httpRequest } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextRound } from "node:timers/promises";
import { serveTenant, type ServedTenant } from "../../../emulator/server";
import { openTenant } from "../../../emulator/tenant";

const tenant = openTenant({ memory: true });
let served: ServedTenant;
let headers: Record<string, string>;
beforeAll(async () => {
  served = await serveTenant(tenant, { port: 0 });
  headers = { authorization: `Bearer ${await tenant.token()}` };
});
beforeEach(() => tenant.clearFaults());
afterAll(async () => {
  await served.close();
  tenant.close();
});

const get = (init: RequestInit = {}) => fetch(`${served.url}/v1.0/users?$select=id`, { headers, ...init });

describe("over the network", () => {
  it("an answer is cut in the middle of its body", async () => {
    const whole = await (await get()).text();
    tenant.fail({ effect: "after", answer: "truncate", times: 2 });
    const cut = await get();
    expect([cut.status, Number(cut.headers.get("content-length"))]).toEqual([200, Buffer.byteLength(whole)]);
    await expect(cut.text()).rejects.toThrow("terminated");
    const got: Buffer[] = [];
    const end = await new Promise<unknown>((resolve) => {
      httpRequest(`${served.url}/v1.0/users?$select=id`, { headers }, (response) => {
        response.on("data", (chunk: Buffer) => got.push(chunk)).on("error", resolve);
      }).end();
    });
    expect(end).toMatchObject({ code: "ECONNRESET" });
    const half = Buffer.concat(got).toString();
    expect([whole.startsWith(half), half.length > 0, half.length < whole.length]).toEqual([true, true, true]);
    expect((await get()).status).toBe(200);
  });

  it("a stalled answer goes on until the client gives up, and the tenant goes on", async () => {
    tenant.fail({ effect: "before", answer: "stall" });
    const client = new AbortController();
    const waiting = get({ signal: client.signal });
    while (tenant.requests().at(-1)?.status !== 0) await nextRound();
    client.abort();
    await expect(waiting).rejects.toThrow("aborted");
    expect((await get()).status).toBe(200);
  });

  it("a stall that is over breaks the connection", async () => {
    tenant.fail({ effect: "before", answer: { stall: 1 } });
    await expect(get()).rejects.toThrow("fetch failed");
  });

  it("a redirect to another host takes no token along", async () => {
    tenant.fail({ effect: "before", answer: { redirect: "https://evil.example/", status: 302 } });
    const answer = await get({ redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "https://evil.example/"]);
  });

  it("one request brings its own fault, and its own time", async () => {
    const own = { "x-emulated-fault": '{"effect":"before","answer":{"status":503}}' };
    expect((await get({ headers: { ...headers, ...own } })).status).toBe(503);
    const later = { "x-emulated-switches": '{"clock":{"stoppedAt":"2031-01-01T00:00:00Z"}}' };
    const refused = await get({ headers: { ...headers, ...later } });
    expect([refused.status, refused.headers.get("date")]).toEqual([401, "Wed, 01 Jan 2031 00:00:00 GMT"]);
  });
});

describe("processes on one folder", () => {
  it("share quotas, faults and early calls", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tenant-"));
    const [one, other] = [openTenant({ directory }), openTenant({ directory })];
    const token = await one.token();
    const ask = async (of: typeof one) => {
      const request = new Request("https://graph.microsoft.com/v1.0/users?$select=id", {
        headers: { authorization: `Bearer ${token}` },
      });
      return (await of.handle(request)).status;
    };
    one.set({ quotas: { scale: 2 / 3_500 }, clock: { stoppedAt: one.now().toISOString() } });
    expect([await ask(one), await ask(other), await ask(one), await ask(other)]).toEqual([200, 200, 429, 429]);
    expect([one.earlyCalls(), other.earlyCalls()]).toEqual([1, 1]);
    one.set({ quotas: null });
    one.fail({ effect: "before", answer: { status: 503 }, nth: 3 });
    const statuses = [];
    for (const process of [one, other, one, other]) statuses.push(await ask(process));
    expect(statuses).toEqual([200, 200, 503, 200]);
    one.close();
    other.close();
    rmSync(directory, { recursive: true });
  });
});
