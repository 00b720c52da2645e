import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openTenant } from "../../emulator/tenant";
import { serveTenant } from "../../emulator/server";
import { connect, embeddedConnection } from "../../provider/graph/connection";
import { ManualClock } from "./manual-clock";
import { aToken, failureOf, json, tenantId, Wire } from "./wire";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "entra-connection-"));
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await Wire.closeAll();
  fs.rmSync(folder, { recursive: true });
});

let azureMachine: Promise<Wire> | undefined;

/**
 * A run on an Azure machine: the only sign-in whose server can be a local one. @azure/identity looks for the server once per
 * process and caches tokens by client id.
 */
async function onAzure(token: () => Promise<string>, setting: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const wire = await (azureMachine ??= Wire.open());
  const expires_on = Math.floor(Date.now() / 1000) + 3600;
  wire.answers((response, seen) => {
    const issued = (access_token: string) => ({
      access_token,
      expires_on,
      resource: "https://graph.microsoft.com",
      token_type: "Bearer",
    });
    void token().then((access_token) => json(200, issued(access_token))(response, seen));
  });
  Object.assign(process.env, { IDENTITY_ENDPOINT: `${wire.origin}/msi/token`, IDENTITY_HEADER: "x" });
  return { ENTRA_AGENT_ID_SIGN_IN: "managed-identity", AZURE_CLIENT_ID: crypto.randomUUID(), ...setting };
}

describe("the embedded tenant", () => {
  it("is one connection per process and setting, with the emulated tenant's id", async () => {
    const env = { ENTRA_AGENT_ID_TENANT: `local:${folder}/one` };
    const tenant = await connect(env, folder);
    expect(await connect({ ...env }, folder)).toBe(tenant);
    expect(await connect({ ENTRA_AGENT_ID_TENANT: `local:${folder}/two` }, folder)).not.toBe(tenant);
    const opened = openTenant({ directory: `${folder}/one` });
    closing.push(() => opened.close());
    expect([tenant.id, tenant.name, tenant.url("/users/1")]).toEqual([
      opened.id,
      `the embedded tenant in ${folder}/one`,
      "https://graph.microsoft.com/v1.0/users/1",
    ]);
    expect((await tenant.list<{ id: string }>("/users?$select=id")).length).toBeGreaterThan(0);
  });

  it("that cannot be opened is an error, and the next call tries again", async () => {
    const blocked = path.join(folder, "blocked");
    fs.writeFileSync(blocked, "a file");
    const env = { ENTRA_AGENT_ID_TENANT: `local:${blocked}` };
    expect(await failureOf(connect(env, folder))).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining(`cannot open the embedded tenant in ${blocked}: EEXIST`) as string,
    });
    fs.rmSync(blocked);
    expect((await connect(env, folder)).name).toBe(`the embedded tenant in ${blocked}`);
  });

  it("creates one object when the answer is lost, answers ANSWER_LOST, and is read over broken connections", async () => {
    const emulated = openTenant({ memory: true });
    closing.push(() => emulated.close());
    const tenant = await embeddedConnection(emulated, "a tenant", { clock: new ManualClock() });
    const [sponsor] = await tenant.list<{ id: string }>("/users?$select=id");
    const body = { displayName: "Pay roll", "sponsors@odata.bind": [tenant.url(`/users/${sponsor?.id ?? ""}`)] };
    const blueprints = "/applications/microsoft.graph.agentIdentityBlueprint";
    emulated.fail({ method: "POST", effect: "after", answer: { status: 504 } });
    expect(await failureOf(tenant.post(blueprints, body))).toMatchObject({
      code: "ANSWER_LOST",
      message: "Graph answered 504 without saying why",
    });
    emulated.fail({ method: "GET", effect: "before", answer: "reset", times: 3 });
    const made = await tenant.list<{ displayName: string }>(blueprints);
    expect(made.map(({ displayName }) => displayName)).toEqual(["Pay roll"]);
    expect(emulated.requests().map(({ method }) => method)).toEqual(["GET", "POST", "GET", "GET", "GET", "GET"]);
  });
});

describe("a run on a real tenant", () => {
  it("has one place that could load the emulator, used for the embedded tenant alone", () => {
    const sources = path.join(__dirname, "../../provider/graph");
    const loading = fs
      .readdirSync(sources)
      .filter((file) => fs.readFileSync(path.join(sources, file), "utf8").includes("emulator/"));
    expect(loading).toEqual(["connection.ts"]);
    expect(fs.readFileSync(path.join(sources, "connection.ts"), "utf8").match(/.*emulator\/.*/g)).toEqual([
      expect.stringContaining('require("../../emulator/tenant")'),
    ]);
  });
});

describe("a served tenant", () => {
  it("issues its own token, and never sees the real credentials", async () => {
    const emulated = openTenant({ memory: true });
    const served = await serveTenant(emulated, { port: 0 });
    closing.push(
      () => served.close(),
      () => emulated.close(),
    );
    const tenant = await connect({
      ENTRA_AGENT_ID_TENANT: served.url,
      AZURE_CLIENT_ID: "x",
      AZURE_CLIENT_SECRET: "canary",
    });
    expect([tenant.id, tenant.name, tenant.url("/users/1")]).toEqual([
      emulated.id,
      served.url,
      `${served.url}/v1.0/users/1`,
    ]);
    const ids = (items: { id: string }[]) => items.map(({ id }) => id).sort();
    const paged = await tenant.list<{ id: string }>("/users?$select=id&$top=2");
    expect(ids(paged)).toEqual(ids(await tenant.list<{ id: string }>("/users?$select=id&$top=999")));
    expect(new Set(ids(paged)).size).toBe(paged.length);
  });

  it("gets only a request for a token when real credentials are set", async () => {
    const wire = await Wire.open();
    wire.answers((response, seen) => void aToken().then((access_token) => json(200, { access_token })(response, seen)));
    await connect({
      ENTRA_AGENT_ID_TENANT: wire.origin,
      AZURE_CLIENT_ID: "canary",
      AZURE_CLIENT_SECRET: "canary",
      AZURE_TENANT_ID: tenantId,
    });
    expect(wire.seen.map(({ method, path: asked }) => `${method} ${asked}`)).toEqual(["POST /_tenant/token"]);
    expect(JSON.stringify(wire.seen)).not.toContain("canary");
  });

  it.each([
    ["a page that is not there", 404, json(404, {})],
    ["an answer without a token", 200, json(200, {})],
    ["a token that is no text", 200, json(200, { access_token: 1 })],
    ["a redirect", 307, json(307, {}, { location: "/elsewhere" })],
  ])("that is another server is an error, and is asked once for all resources: %s", async (_, status, something) => {
    const wire = await Wire.open();
    wire.answers(something);
    const env = { ENTRA_AGENT_ID_TENANT: wire.origin };
    for (let resources = 3; resources > 0; resources--)
      expect(await failureOf(connect(env))).toMatchObject({
        code: "SETTING_INVALID",
        message: expect.stringContaining(
          `what answers there (${status}) is not a tenant that entra-agent-id serves`,
        ) as string,
      });
    expect(wire.seen).toHaveLength(1);
  });

  it("that is not there is an error, and the next call tries again", async () => {
    const wire = await Wire.open();
    await wire.close();
    const env = { ENTRA_AGENT_ID_TENANT: wire.origin };
    for (let attempts = 2; attempts > 0; attempts--)
      expect(await failureOf(connect(env))).toEqual({
        code: "UNAVAILABLE",
        message: `cannot reach the tenant at ${wire.origin}: nothing answers there. Start it with: npx entra-agent-id tenant start, or set ENTRA_AGENT_ID_TENANT=local`,
      });
  });
});

describe("Microsoft Entra", () => {
  const other = "99999999-2222-3333-4444-555555555555";

  it("is known by the tenant of its token", async () => {
    const tenant = await connect(
      await onAzure(() => aToken(), { ENTRA_AGENT_ID_TENANT: tenantId, AZURE_TENANT_ID: tenantId }),
    );
    expect([tenant.id, tenant.name, tenant.url("/users/1")]).toEqual([
      tenantId,
      tenantId,
      "https://graph.microsoft.com/v1.0/users/1",
    ]);
  });

  it.each([
    ["ENTRA_AGENT_ID_TENANT", { ENTRA_AGENT_ID_TENANT: other }],
    ["AZURE_TENANT_ID", { ENTRA_AGENT_ID_TENANT: "33333333-2222-3333-4444-555555555555", AZURE_TENANT_ID: other }],
  ])("is refused when the token is for another tenant than %s says", async (variable, setting) => {
    const tid = variable === "AZURE_TENANT_ID" ? "33333333-2222-3333-4444-555555555555" : tenantId;
    expect(await failureOf(connect(await onAzure(() => aToken({ tid }), setting)))).toEqual({
      code: "WRONG_TENANT",
      message: `cannot use this sign-in: its access token is for tenant ${tid}, and ${variable} names ${other}. Sign in to that tenant, or change ${variable}`,
    });
  });

  it.each([
    [{ scp: "openid Directory.AccessAsUser.All User.Read" }, "Directory.AccessAsUser.All"],
    [{ scp: "Directory.ReadWrite.All" }, "Directory.ReadWrite.All"],
    [{ roles: ["Directory.ReadWrite.All"] }, "Directory.ReadWrite.All"],
  ])("refuses a token like the Azure CLI's before the first request: %j", async (claims, permission) => {
    const tid = crypto.randomUUID();
    const failure = await failureOf(
      connect(await onAzure(() => aToken({ tid, ...claims }), { ENTRA_AGENT_ID_TENANT: tid })),
    );
    expect(failure).toEqual({
      code: "SIGN_IN_FAILED",
      message:
        `cannot use an access token that carries ${permission}: Agent ID refuses every token that carries Directory.AccessAsUser.All or ` +
        "Directory.ReadWrite.All, and tokens of the Azure CLI always carry the former. Sign in through an app registration of your " +
        "own that holds only the permissions it needs",
    });
  });

  it("needs a token that can be read, and never quotes it", async () => {
    const failing = async (token: () => Promise<string>) =>
      failureOf(connect(await onAzure(token, { ENTRA_AGENT_ID_TENANT: crypto.randomUUID() })));
    expect(await failing(() => Promise.resolve("canary"))).toEqual({
      code: "SIGN_IN_FAILED",
      message: "cannot use the access token: it is not a JWT",
    });
    expect(await failing(() => aToken({ tid: undefined }))).toEqual({
      code: "SIGN_IN_FAILED",
      message: 'cannot use the access token: it has no "tid"',
    });
  });
});
