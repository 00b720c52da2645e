import type { Body } from "./client";
import { controls } from "../../emulator/control";
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

async function asked(control: string, body?: unknown, headers: Record<string, string> = {}) {
  const [method = "", path = ""] = control.split(" ");
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(`${served.url}/_tenant${path}`, { method, headers, ...sent });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

const bearer = async () => {
  const { body } = await asked("POST /token", {});
  return { authorization: `Bearer ${(body as { access_token: string }).access_token}` };
};

const users = async () => fetch(`${served.url}/v1.0/users?$top=1`, { headers: await bearer() });

describe("the controls of a served tenant", () => {
  it("plan faults, as the tenant does", async () => {
    const fault = { path: "/users", effect: "before", answer: { status: 503 } };
    expect((await asked("POST /fail", fault)).status).toBe(204);
    expect((await asked("GET /faults")).body).toEqual({ value: [fault] });
    expect([(await users()).status, (await users()).status]).toEqual([503, 200]);
    await asked("POST /fail", fault);
    expect((await asked("POST /clear-faults")).status).toBe(204);
    expect((await users()).status).toBe(200);
  });

  it("show and change the switches, and put the clock forward", async () => {
    expect(await asked("POST /switches", { limits: { conditionalAccessPolicies: 7 } })).toMatchObject({
      status: 200,
      body: { limits: { conditionalAccessPolicies: 7 } },
    });
    expect((await asked("GET /switches")).body).toEqual(tenant.switches());
    await asked("POST /switches", { clock: { stoppedAt: "2026-11-21T08:00:00Z" } });
    expect(await asked("POST /advance", { ms: 60_000 })).toEqual({
      status: 200,
      body: { now: "2026-11-21T08:01:00.000Z" },
    });
    await asked("POST /switches", { clock: { stoppedAt: null } });
  });

  it("grant permissions", async () => {
    expect((await asked("POST /grant", { permissions: ["User.Read.All"] })).status).toBe(204);
    const groups = await fetch(`${served.url}/v1.0/groups`, { headers: await bearer() });
    expect([(await users()).status, groups.status]).toEqual([200, 403]);
  });

  it("bring the tenant back to its first state", async () => {
    await users();
    expect((await asked("POST /reset")).status).toBe(204);
    expect((await asked("GET /requests")).body).toEqual({ value: [] });
  });

  it("give the whole tenant as one file, and take one back", async () => {
    const { body: file } = await asked("GET /export");
    expect(file).toEqual(JSON.parse(JSON.stringify(tenant.exportState())));
    expect((await asked("POST /import", file)).status).toBe(204);
    expect((await asked("POST /seed", { objects: [{ nonsense: true }] })).status).toBe(400);
  });

  it("give the secret that clients sign in with", async () => {
    expect((await asked("POST /automation-secret")).body).toEqual({
      client_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      client_secret: tenant.credentials().clientSecret,
    });
  });

  it.each([
    ["POST /advance", { ms: -1 }, "The body is not what POST /_tenant/advance takes: ms: "],
    ["POST /advance", {}, "The body is not what POST /_tenant/advance takes: ms: "],
    ["POST /grant", { permissions: ["Nope"] }, '"Nope" is not a permission of Microsoft Graph'],
    ["POST /switches", { colour: 1 }, "cannot set the switches of the emulated tenant: "],
    ["POST /fail", { effect: "never" }, "The body is not what POST /_tenant/fail takes: "],
    ["POST /trust-issuer", { issuer: "https://x", jwks: { keys: [] } }, "cannot trust the issuer: "],
  ])("refuse a wrong body of %s in a sentence", async (control, body, sentence) => {
    expect(await asked(control, body)).toEqual({
      status: 400,
      body: { error: expect.stringContaining(sentence) as unknown },
    });
  });

  it("say what there is not", async () => {
    expect(await asked("GET /reset")).toEqual({ status: 404, body: { error: "There is no GET /_tenant/reset." } });
  });

  it("take no change from a page of another site", async () => {
    const from = async (origin: string) => (await asked("POST /reset", {}, { origin })).status;
    expect(await from("https://evil.example")).toBe(403);
    expect(await from("null")).toBe(403);
    expect(await from(served.url)).toBe(204);
    const shown = await fetch(`${served.url}/_tenant`, { headers: { origin: "https://evil.example" } });
    expect([((await shown.json()) as Body).id, shown.headers.get("access-control-allow-origin")]).toEqual([
      tenant.id,
      null,
    ]);
  });
});

it("is declared once, each of the controls", () => {
  const names = controls.map(({ method, path }) => `${method} ${path}`);
  expect(names).toEqual([...new Set(names)]);
});
