// @ts-check
/**
 * Makes the provider's process a peer to compare with. Loaded into every Node.js process of a measured command by
 * `NODE_OPTIONS=--import`, and does nothing in the others.
 *
 * The product has no switch for this, and needs none: an exported function of the build is replaced before it is called.
 * `Workspace` looks at the tenant's count and refuses a measurement in which the mode was not in force.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * without-quotas: as users have it on a tenant that had no quotas; a served tenant cannot tell that it has none. unbatched: no
 * `$batch`, and a scheduler that holds nothing back but what must not be together. one-at-a-time: nor is anything sent before
 * the last answer is there, as in a dynamic provider that awaits its calls. idle: the provider asks nobody and knows nothing:
 * what is left is Pulumi's own time for the same program.
 * @typedef {"without-quotas" | "unbatched" | "one-at-a-time" | "idle"} Mode
 * @typedef {import("../../provider/engine/pulumi/dynamic.js").DynamicProvider} DynamicProvider
 * @typedef {import("../../provider/graph/transport.js").Transport} Transport
 */

const variable = "BENCH_PROVIDER_MODE";

/** The environment of a command that runs in a mode. @param {Mode} mode @param {Readonly<Record<string, string>>} environment @returns {NodeJS.ProcessEnv} */
export const environmentOf = (mode, { NODE_OPTIONS = "", ...environment }) => ({
  ...environment,
  [variable]: mode,
  NODE_OPTIONS: `${NODE_OPTIONS} --import ${import.meta.url}`.trim(),
});

/** @type {(file: string) => unknown} */
const load = createRequire(new URL("../../dist/index.js", import.meta.url));

/** A state of about the same size as the product's: what Pulumi does with it takes time. @returns {DynamicProvider} */
const idle = () => ({
  check: (_olds, { __urn: _, ...inputs }) => Promise.resolve({ inputs, failures: [] }),
  diff: () => Promise.resolve({ replaces: [], deleteBeforeReplace: true }),
  create: (inputs) => {
    const [id, objectId, tenantId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    return Promise.resolve({ id, outs: { ...inputs, objectId, tenantId } });
  },
  read: (id, props) => Promise.resolve({ id, props }),
  update: (_id, _olds, news) => Promise.resolve({ outs: news }),
  delete: () => Promise.resolve(),
});

/** @param {import("../../provider/graph/scheduler.js").SchedulerSettings} own go before those the product gives */
function schedule(own) {
  const file = "./provider/graph/scheduler.js";
  const { QuotaScheduler } = /** @type {typeof import("../../provider/graph/scheduler.js")} */ (load(file));
  class Tuned extends QuotaScheduler {
    /** @param {ConstructorParameters<typeof QuotaScheduler>} given */
    constructor(...[clock, settings]) {
      super(clock, { ...settings, ...own });
    }
  }
  replace(file, "QuotaScheduler", Tuned);
}

/** @param {number} concurrency requests under way at once */
function sendAlone(concurrency) {
  schedule({ concurrency, quotas: [] });
  replace("./provider/graph/batching.js", "batching", (/** @type {Transport} */ send) => send);
}

/** @param {string} file of the build @param {string} name of a function it exports @param {unknown} by */
function replace(file, name, by) {
  const exported = /** @type {Record<string, unknown>} */ (load(file));
  if (typeof exported[name] !== "function")
    throw new Error(`${fileURLToPath(import.meta.url)}: ${file} exports no ${name}`);
  exported[name] = by;
}

/** @type {Readonly<Record<Mode, () => void>>} */
const modes = {
  "without-quotas": () => schedule({ quotas: [] }),
  unbatched: () => sendAlone(Infinity),
  "one-at-a-time": () => sendAlone(1),
  idle: () => replace("./provider/engine/pulumi/dynamic.js", "dynamicProvider", idle),
};

const mode = process.env[variable];
if (mode !== undefined && /@pulumi[\\/]pulumi[\\/]cmd[\\/]dynamic-provider/.test(process.argv[1] ?? "")) {
  modes[/** @type {Mode} */ (mode)]();
}
