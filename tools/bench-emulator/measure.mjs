// @ts-check
/** One part of the benchmark: node --expose-gc measure.mjs PART */
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

/** @typedef {import("../../emulator/tenant.js").EmulatedTenant} Tenant */

const root = path.resolve(import.meta.dirname, "../..");
/** @type {(file: string) => unknown} */
const load = createRequire(path.join(root, "package.json"));
const { openTenant } = /** @type {typeof import("../../emulator/tenant.js")} */ (load("./dist/emulator/tenant.js"));
const { serveTenant } = /** @type {typeof import("../../emulator/server.js")} */ (load("./dist/emulator/server.js"));

const graph = "https://graph.microsoft.com";
const blueprintCast = "microsoft.graph.agentIdentityBlueprint";

/** @param {string} name @param {string} figure */
const say = (name, figure) => {
  console.log(`  ${name.padEnd(44)} ${figure}`);
};

/** @param {number} count @param {(at: number) => Promise<unknown>} work @returns {Promise<number>} milliseconds for each */
async function timed(count, work) {
  const start = performance.now();
  for (let at = 0; at < count; at += 1) await work(at);
  return (performance.now() - start) / count;
}

/** @param {Tenant} tenant @param {string} origin @param {(request: Request) => Promise<Response>} send */
async function requests(tenant, origin, send) {
  // More than the 250 blueprints that applications may make.
  tenant.set({ limits: { agentIdentityBlueprints: 100_000 } });
  const token = await tenant.token();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  /** @param {string} method @param {string} address @param {object} [body] */
  const ask = async (method, address, body) => {
    const sent = body ? { body: JSON.stringify(body) } : {};
    const response = await send(new Request(`${origin}/v1.0${address}`, { method, headers, ...sent }));
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
    /** @type {unknown} */
    const parsed = text === "" ? {} : JSON.parse(text);
    return /** @type {{ id: string, value: readonly { id: string }[] }} */ (parsed);
  };
  const { value } = await ask("GET", "/users?$top=1");
  const sponsors = [`${origin}/v1.0/users/${value[0]?.id ?? ""}`];
  const make = (/** @type {number} */ at) =>
    ask("POST", `/applications/${blueprintCast}`, { displayName: `bench ${at}`, "sponsors@odata.bind": sponsors });
  const { id } = await make(-1);
  await timed(200, () => ask("GET", `/applications/${id}/${blueprintCast}`));
  const rates = {
    "GET one blueprint": await timed(2_000, () => ask("GET", `/applications/${id}/${blueprintCast}`)),
    "GET a page of 12 users": await timed(500, () => ask("GET", "/users")),
    "POST a blueprint with its sponsor": await timed(500, make),
    "PATCH a blueprint": await timed(500, (at) =>
      ask("PATCH", `/applications/${id}/${blueprintCast}`, { description: `${at}` }),
    ),
  };
  for (const [name, ms] of Object.entries(rates)) say(name, `${Math.round(1_000 / ms)} requests/s`);
}

/** @param {Tenant} tenant @param {number} from @param {number} to */
function fill(tenant, from, to) {
  for (let start = from; start < to; start += 5_000) {
    const objects = Array.from({ length: Math.min(5_000, to - start) }, (_, at) => {
      const n = start + at;
      const hex = n.toString(16).padStart(12, "0");
      return {
        kind: "user",
        id: `00000000-0000-4000-8000-${hex}`,
        properties: {
          accountEnabled: true,
          createdDateTime: "2026-01-01T00:00:00.000Z",
          department: `Department ${n % 50}`,
          displayName: `Person number ${n}`,
          givenName: "Person",
          jobTitle: "Analyst",
          mail: `person.${n}@contoso.com`,
          mailNickname: `person.${n}`,
          proxyAddresses: [`SMTP:person.${n}@contoso.com`],
          surname: `Number ${n}`,
          userPrincipalName: `person.${n}@contoso.com`,
          userType: "Member",
        },
        relations: { manager: [`00000000-0000-4000-8000-${(n - (n % 10)).toString(16).padStart(12, "0")}`] },
      };
    });
    tenant.seed({ objects });
  }
}

/** @param {Tenant} tenant */
async function size(tenant) {
  const headers = { authorization: `Bearer ${await tenant.token({ permissions: ["User.Read.All"] })}` };
  const find = async (/** @type {number} */ at) => {
    const filter = encodeURIComponent(`userPrincipalName eq 'person.${at % 1_000}@contoso.com'`);
    const response = await tenant.handle(new Request(`${graph}/v1.0/users?$filter=${filter}&$select=id`, { headers }));
    const { value } = await /** @type {Promise<{ value: object[] }>} */ (response.json());
    if (value.length !== 1) throw new Error(`${value.length} found`);
  };
  fill(tenant, 0, 1_000);
  await timed(500, find);
  const few = await timed(1_000, find);
  const start = performance.now();
  fill(tenant, 1_000, 100_000);
  const filled = performance.now() - start;
  const many = await timed(1_000, find);
  const { gc } = globalThis;
  if (gc) await gc({ execution: "async" });
  say("time to fill", `${(filled / 1_000).toFixed(1)} s`);
  say("resident memory", `${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  say("indexed filter, 1,000 objects", `${few.toFixed(2)} ms`);
  say("indexed filter, 100,000 objects", `${many.toFixed(2)} ms, ${(many / few).toFixed(2)} times as long`);
  const page = await timed(20, async () => {
    await (await tenant.handle(new Request(`${graph}/v1.0/users?$top=100`, { headers }))).text();
  });
  say("a page of 100 of them", `${page.toFixed(1)} ms`);
  const counted = await timed(20, async () => {
    const eventual = { ...headers, ConsistencyLevel: "eventual" };
    await (await tenant.handle(new Request(`${graph}/v1.0/users?$top=1&$count=true`, { headers: eventual }))).text();
  });
  say("$count over all", `${counted.toFixed(1)} ms`);
}

/** @type {Record<string, () => Promise<void>>} */
const parts = {
  "requests in process": async () => {
    const tenant = openTenant({ memory: true });
    await requests(tenant, graph, (request) => tenant.handle(request));
    tenant.close();
  },
  "requests over loopback": async () => {
    const tenant = openTenant({ memory: true });
    const served = await serveTenant(tenant, { port: 0 });
    await requests(tenant, served.url, (request) => fetch(request));
    await served.close();
    tenant.close();
  },
  "100,000 objects in memory": async () => {
    const tenant = openTenant({ memory: true });
    await size(tenant);
    tenant.close();
  },
  "100,000 objects on disk": async () => {
    const directory = mkdtempSync(path.join(tmpdir(), "bench-"));
    const tenant = openTenant({ directory });
    await size(tenant);
    tenant.close();
    rmSync(directory, { recursive: true });
  },
};

await parts[process.argv[2] ?? ""]?.();
