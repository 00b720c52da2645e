// @ts-check
/**
 * An emulated tenant in a process of its own, as far away as a real one: every round trip takes `delay` milliseconds.
 * Started by fork; answers {count} and {reset} with what it has seen.
 */
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseJson } from "../json.mjs";

/**
 * @typedef {{ handle: (request: Request) => Promise<Response>, set: (changes: object) => void }} Tenant
 * @typedef {{ roundTrips: number, requests: number, throttled: number }} Seen
 */

/** @type {(file: string) => unknown} */
const load = createRequire(import.meta.url);
/** @param {string} name */
const built = (name) => load(fileURLToPath(new URL(`../../dist/emulator/${name}.js`, import.meta.url)));
const { openTenant } = /** @type {{ openTenant: (at: object) => Tenant }} */ (built("tenant"));
const { serveTenant } =
  /** @type {{ serveTenant: (tenant: Tenant, at: { port: number }) => Promise<{ url: string }> }} */ (built("server"));

const options = /** @type {{ delay: number, switches?: object }} */ (parseJson(process.argv[2] ?? "{}"));
const tenant = openTenant({ memory: true });
if (options.switches) tenant.set(options.switches);

/** @type {Seen} */
const seen = { roundTrips: 0, requests: 0, throttled: 0 };

/** @param {Request} batch @returns {Promise<number>} */
async function partsOf(batch) {
  const { requests } = /** @type {{ requests: unknown[] }} */ (parseJson(await batch.text()));
  return requests.length;
}

/** @param {Request} request */
async function handle(request) {
  seen.roundTrips++;
  seen.requests += request.url.endsWith("/$batch") ? await partsOf(request.clone()) : 1;
  const [response] = await Promise.all([tenant.handle(request), pause(options.delay)]);
  if (response.status === 429) seen.throttled++;
  return response;
}

const distant = new Proxy(tenant, {
  get(target, name) {
    if (name === "handle") return handle;
    const value = /** @type {unknown} */ (Reflect.get(target, name, target));
    if (typeof value !== "function") return value;
    /** @type {(...args: unknown[]) => unknown} */
    const method = (...args) => /** @type {unknown} */ (Reflect.apply(value, target, args));
    return method;
  },
});

const { url } = await serveTenant(distant, { port: 0 });
process.on("message", (/** @type {string} */ asked) => {
  process.send?.({ ...seen, memoryMb: Math.round(process.memoryUsage.rss() / 1e6) });
  if (asked === "reset") Object.assign(seen, { roundTrips: 0, requests: 0, throttled: 0 });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
