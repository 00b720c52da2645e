// @ts-check
/** One part of the benchmark, as JSON: node --expose-gc measure.mjs PART BUILD */
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

/** @typedef {import("../../emulator/tenant.js").EmulatedTenant} Tenant */
/** @typedef {{ value: number, unit: string, cpuMs?: number }} Figure `cpuMs`: processor time of client and tenant for each */

const [, , part = "", build = ""] = process.argv;
/** @type {(file: string) => unknown} */
const load = createRequire(path.join(build, "index.js"));
const { openTenant } = /** @type {typeof import("../../emulator/tenant.js")} */ (load("./emulator/tenant.js"));
const { serveTenant } = /** @type {typeof import("../../emulator/server.js")} */ (load("./emulator/server.js"));

const graph = "https://graph.microsoft.com";
const blueprintCast = "microsoft.graph.agentIdentityBlueprint";
const principalCast = "microsoft.graph.agentIdentityBlueprintPrincipal";
const identityCast = "microsoft.graph.agentIdentity";

/** Requests of one kind between two of another: what disturbs the machine for a moment disturbs all alike. */
const turn = 250;
const turns = 8;

/** @type {Record<string, Figure>} */
const figures = {};

/** @param {number} count @param {(at: number) => Promise<unknown>} work @returns {Promise<number>} milliseconds for each */
async function timed(count, work) {
  const start = performance.now();
  for (let at = 0; at < count; at += 1) await work(at);
  return (performance.now() - start) / count;
}

/** Each kind of request in turns; the best turn of each counts. @param {Record<string, () => Promise<unknown>>} kinds */
async function rates(kinds) {
  for (let at = 0; at < turns; at += 1) {
    for (const [name, work] of Object.entries(kinds)) {
      const before = process.cpuUsage();
      const ms = await timed(turn, work);
      const { user, system } = process.cpuUsage(before);
      const cpuMs = (user + system) / 1_000 / turn;
      const known = figures[name];
      figures[name] = {
        value: Math.max(known?.value ?? 0, 1_000 / ms),
        unit: "requests/s",
        cpuMs: Math.min(known?.cpuMs ?? Infinity, cpuMs),
      };
    }
  }
}

/**
 * @param {Tenant} tenant @param {string} origin @param {(request: Request) => Promise<Response>} send
 * @returns the kinds of requests, and one of them with its headers
 */
async function requests(tenant, origin, send) {
  // More than the 250 blueprints and agent identities that applications may make.
  tenant.set({ limits: { agentIdentityBlueprints: 100_000, agentIdentitiesOfABlueprint: 100_000 } });
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
    return /** @type {{ id: string, appId: string, value: readonly { id: string }[] }} */ (parsed);
  };
  const { value } = await ask("GET", "/users?$top=1");
  const sponsors = [`${origin}/v1.0/users/${value[0]?.id ?? ""}`];
  let made = 0;
  const blueprint = () =>
    ask("POST", `/applications/${blueprintCast}`, { displayName: `b ${made++}`, "sponsors@odata.bind": sponsors });
  let appId = "";
  const parent = async () => {
    ({ appId } = await blueprint());
    await ask("POST", `/servicePrincipals/${principalCast}`, { appId });
  };
  const identity = async () => {
    // As many as Graph lets an application have of one blueprint.
    if (made++ % 250 === 0) await parent();
    const body = { displayName: `i ${made}`, agentIdentityBlueprintId: appId, "sponsors@odata.bind": sponsors };
    return ask("POST", `/servicePrincipals/${identityCast}`, body);
  };
  const { id } = await blueprint();
  await parent();
  const agent = await identity();
  const kinds = {
    "GET one blueprint": () => ask("GET", `/applications/${id}/${blueprintCast}`),
    "GET one agent identity": () => ask("GET", `/servicePrincipals/${agent.id}/${identityCast}`),
    "GET a page of 12 users": () => ask("GET", "/users"),
    "POST a blueprint with its sponsor": blueprint,
    "POST an agent identity with its sponsor": identity,
    "PATCH a blueprint": () => ask("PATCH", `/applications/${id}/${blueprintCast}`, { description: `${made++}` }),
    "PATCH an agent identity": () =>
      ask("PATCH", `/servicePrincipals/${agent.id}/${identityCast}`, { displayName: `${made++}` }),
  };
  return { kinds, one: `${origin}/v1.0/applications/${id}/${blueprintCast}`, headers };
}

/** The least client of Node.js, on one connection. @param {Record<string, string>} headers */
function leanClient(headers) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** @type {(url: string) => Promise<unknown>} */
  const read = (url) =>
    new Promise((resolve, reject) => {
      get(url, { agent, headers }, (incoming) => {
        let text = "";
        incoming.setEncoding("utf8").on("data", (/** @type {string} */ part) => (text += part));
        incoming.on("end", () => resolve(JSON.parse(text)));
      }).on("error", reject);
    });
  return { read, close: () => agent.destroy() };
}

/**
 * The same answer from the tenant and from a server that does nothing but send those bytes, with the same clients: the
 * difference is what the tenant takes, the rest is the floor.
 *
 * @param {Record<string, () => Promise<unknown>>} kinds @param {string} one @param {Record<string, string>} headers
 */
async function withFloor(kinds, one, headers) {
  const like = await fetch(one, { headers });
  const answered = Object.fromEntries(like.headers);
  const body = await like.text();
  const bare = createServer((_, outgoing) => outgoing.writeHead(200, answered).end(body));
  await new Promise((listening) => bare.listen(0, "127.0.0.1", () => listening(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (bare.address());
  const lean = leanClient(headers);
  const floor = `http://127.0.0.1:${port}/`;
  await rates({
    ...kinds,
    "the same bytes as GET one blueprint, bare server": async () => {
      const response = await fetch(new Request(floor, { headers }));
      JSON.parse(await response.text());
    },
    "GET one blueprint, client of node:http": () => lean.read(one),
    "the same bytes, bare server, client of node:http": () => lean.read(floor),
  });
  lean.close();
  bare.closeAllConnections();
  bare.close();
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
  const most = process.resourceUsage().maxRSS / 1_000;
  // What is left over from filling is not the tenant's.
  globalThis.gc?.({ type: "major", flavor: "last-resort" });
  figures["time to fill"] = { value: filled / 1_000, unit: "s" };
  figures["most resident memory while it was filled"] = { value: most, unit: "MB" };
  figures["resident memory without garbage"] = { value: process.memoryUsage.rss() / 1e6, unit: "MB" };
  figures["indexed filter, 1,000 objects"] = { value: few, unit: "ms" };
  figures["indexed filter, 100,000 objects"] = { value: many, unit: "ms" };
  const page = await timed(20, async () => {
    await (await tenant.handle(new Request(`${graph}/v1.0/users?$top=100`, { headers }))).text();
  });
  figures["a page of 100 of them"] = { value: page, unit: "ms" };
  const counted = await timed(20, async () => {
    const eventual = { ...headers, ConsistencyLevel: "eventual" };
    await (await tenant.handle(new Request(`${graph}/v1.0/users?$top=1&$count=true`, { headers: eventual }))).text();
  });
  figures["$count over all"] = { value: counted, unit: "ms" };
}

/** @type {Record<string, () => Promise<void>>} */
const parts = {
  "requests in process": async () => {
    const tenant = openTenant({ memory: true });
    await rates((await requests(tenant, graph, (request) => tenant.handle(request))).kinds);
    tenant.close();
  },
  "requests over loopback": async () => {
    const tenant = openTenant({ memory: true });
    const served = await serveTenant(tenant, { port: 0 });
    const { kinds, one, headers } = await requests(tenant, served.url, (request) => fetch(request));
    await withFloor(kinds, one, headers);
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

await parts[part]?.();
console.log(JSON.stringify(figures));
