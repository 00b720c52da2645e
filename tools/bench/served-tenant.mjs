// @ts-check
/**
 * An emulated tenant in a process of its own, as real as we know and as far away as a real one: every round trip takes
 * `delay` milliseconds.
 * Started by fork; answers "count" and "reset" with what it has seen since the last "reset".
 */
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { parseJson } from "../json.mjs";
import { Traffic } from "./traffic.mjs";

/**
 * @typedef {object} OwnCost
 * @property {number} early requests that came before the time that Retry-After had named
 * @property {number} cpuSeconds of the tenant's process
 * @property {number} peakMb most memory of the tenant's process since it was started
 * @typedef {import("./traffic.mjs").Counted & OwnCost} Seen
 */

/** @type {(file: string) => unknown} */
const load = createRequire(import.meta.url);
const { openTenant } = /** @type {typeof import("../../emulator/tenant.js")} */ (load("../../dist/emulator/tenant.js"));
const { serveTenant } = /** @type {typeof import("../../emulator/server.js")} */ (
  load("../../dist/emulator/server.js")
);

const options = /** @type {{ delay: number, switches?: import("../../emulator/tenant.js").SwitchChanges }} */ (
  parseJson(process.argv[2] ?? "{}")
);
const tenant = openTenant({ memory: true });
tenant.set({ profiles: "real", ...options.switches });

const traffic = new Traffic();
const before = { early: 0, cpu: process.cpuUsage() };

/** @param {import("../../emulator/exchange.js").TenantRequest} request */
const answer = (request) =>
  traffic.count(request, async () => (await Promise.all([tenant.answer(request), pause(options.delay)]))[0]);

const distant = new Proxy(tenant, {
  get(target, name) {
    if (name === "answer") return answer;
    const value = /** @type {unknown} */ (Reflect.get(target, name, target));
    if (typeof value !== "function") return value;
    /** @type {(...args: unknown[]) => unknown} */
    const method = (...args) => /** @type {unknown} */ (Reflect.apply(value, target, args));
    return method;
  },
});

const { url } = await serveTenant(distant, { port: 0 });

/** @returns {Seen} */
function seen() {
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    ...traffic.counted,
    early: tenant.earlyCalls() - before.early,
    cpuSeconds: (user + system) / 1e6,
    peakMb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  };
}

process.on("message", (/** @type {"count" | "reset"} */ asked) => {
  process.send?.(seen());
  if (asked === "count") return;
  traffic.reset();
  Object.assign(before, { early: tenant.earlyCalls(), cpu: process.cpuUsage() });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url });
