// @ts-check
/** What can be measured, by name. */
import { recommended, withoutCheckpoints } from "./environment.mjs";
import { agentsOf, fleetOf, plainOf, policiesOf } from "./programs.mjs";
import { Workspace } from "./workspace.mjs";

/**
 * @typedef {Omit<import("./workspace.mjs").Measured, "tenant"> & { tenant: Partial<import("./workspace.mjs").Seen> }} Measured
 *   a command; of a recovered one not everything is known
 * @typedef {import("./workspace.mjs").Scene} Scene
 * @typedef {"apply" | "preview" | "refresh" | "destroy"} Phase
 * @typedef {{ phases: Partial<Record<Phase, Measured>>, stateBytes?: number, processes?: import("./processes.mjs").Costs }} Figures
 *   processes: of all commands together, where those of each are not known
 * @typedef {object} Benchmark
 * @property {string} what for people
 * @property {number} size agents or policies; a run of another size is a trial, which no report shows
 * @property {Readonly<Record<string, string>>} environment
 * @property {(size: number) => Promise<Figures>} run
 */

/** Milliseconds a round trip takes. What the peer was measured with. */
export const delay = 50;

/** @param {Omit<Scene, "delay">} scene @param {readonly Phase[]} phases @returns {Promise<Figures>} */
async function measured(scene, phases) {
  const workspace = await Workspace.open({ ...scene, delay });
  // An idle provider reads nothing back, so nothing can be expected of it.
  const same = scene.mode === "idle" ? [] : ["--expect-no-changes"];
  /** @type {Readonly<Record<Phase, readonly string[]>>} */
  const commands = {
    apply: ["up", "--yes", "--skip-preview"],
    preview: ["preview", ...same],
    refresh: ["refresh", "--yes", "--skip-preview", ...same],
    destroy: ["destroy", "--yes", "--skip-preview"],
  };
  try {
    /** @type {Figures} */
    const figures = { phases: {} };
    for (const phase of phases) {
      figures.phases[phase] = await workspace.measure(...commands[phase]);
      if (phase === "apply") figures.stateBytes = workspace.stateBytes();
    }
    return figures;
  } finally {
    workspace.close();
  }
}

/** @type {readonly Phase[]} */
const life = ["apply", "preview", "refresh", "destroy"];

/** @param {string} what @param {Benchmark["environment"]} environment @param {Scene["mode"]} [mode] @returns {Benchmark} */
const fleet100 = (what, environment, mode) => ({
  what: `100 blueprints with all that belongs to an agent, ${what}`,
  size: 100,
  environment,
  run: (size) => measured({ program: fleetOf(size), environment, ...(mode ? { mode } : {}) }, life),
});

/** Not part of every fleet: the peer was measured without, and at one Conditional Access request a second 100 policies take minutes. */
const fleet100WithPolicies = {
  what: "100 blueprints with all that belongs to an agent and a Conditional Access policy each, without quotas",
  size: 100,
  environment: recommended,
  /** @param {number} size */
  run: (size) =>
    measured({ program: fleetOf(size, { policies: true }), environment: recommended, mode: "without-quotas" }, life),
};

/** @param {number} size @param {string} what @param {Benchmark["environment"]} environment @returns {Benchmark} */
const stack = (size, what, environment) => ({
  what: `${size.toLocaleString("en")} agents, each an identity and a grant of one permission, in blueprints of 250, ${what}`,
  size,
  environment,
  run: (count) => {
    const program = agentsOf(count, { application: ["User.Read.All"], delegated: [] });
    return measured({ program, environment, mode: "without-quotas" }, life);
  },
});

/** @param {string} what @param {Benchmark["environment"]} environment @returns {Benchmark} */
const plain250 = (what, environment) => ({
  what: `250 resources of a plain dynamic provider that does nothing, without this package, ${what}`,
  size: 250,
  environment,
  run: (count) => measured({ program: plainOf(count), environment }, ["apply", "preview", "destroy"]),
});

/** As a caller in a tenant of under 50 users. */
const documentedQuotas = { quotas: {} };

/** @satisfies {Readonly<Record<string, Benchmark>>} */
export const benchmarks = {
  fleet100: fleet100("as recommended", recommended),
  "fleet100-without-checkpoints": fleet100("as recommended, without checkpoints", withoutCheckpoints),
  "fleet100-defaults": fleet100("with Pulumi's own defaults", {}),
  "fleet100-unbatched": fleet100("without $batch and scheduler", recommended, "unbatched"),
  "fleet100-one-at-a-time": fleet100("one request at a time", recommended, "one-at-a-time"),
  "fleet100-idle": fleet100("Pulumi alone: the provider does nothing", recommended, "idle"),
  "fleet100-idle-without-checkpoints": fleet100("Pulumi alone, without checkpoints", withoutCheckpoints, "idle"),
  "fleet100-policies": fleet100WithPolicies,
  plain250: plain250("with Pulumi's own defaults", {}),
  "plain250-without-checkpoints": plain250("without checkpoints", { PULUMI_SKIP_CHECKPOINTS: "true" }),
  agents1000: {
    what: "1,000 agents in blueprints of 250, each an identity and a grant of four permissions, at the documented quotas, without checkpoints",
    size: 1_000,
    environment: withoutCheckpoints,
    run: (size) => {
      const application = ["AuditLog.Read.All", "Group.Read.All", "User.Read.All"];
      const program = agentsOf(size, { application, delegated: ["Mail.Read"] });
      return measured({ program, environment: withoutCheckpoints, switches: documentedQuotas }, ["apply", "preview"]);
    },
  },
  policies10: {
    what: "10 Conditional Access policies at the documented quota of one request a second",
    size: 10,
    environment: recommended,
    run: (size) =>
      measured({ program: policiesOf(size), environment: recommended, switches: documentedQuotas }, [
        "apply",
        "preview",
      ]),
  },
  stack1000: stack(1_000, "as recommended", recommended),
  "stack1000-without-checkpoints": stack(1_000, "without checkpoints", withoutCheckpoints),
  "stack5000-without-checkpoints": stack(5_000, "without checkpoints", withoutCheckpoints),
};

/** @typedef {keyof typeof benchmarks} Name */

/** Several by one name. @type {Readonly<Record<string, readonly Name[]>>} */
export const groups = {
  stacks: ["stack1000", "stack1000-without-checkpoints", "stack5000-without-checkpoints"],
};

/** Seconds that a quota needs for this many, when it holds `most` at once and `perSecond` more. @param {number} count @param {{ most: number, perSecond: number }} quota */
export const leastSeconds = (count, { most, perSecond }) => Math.max(0, count - most) / perSecond;

/** Of one application in one tenant: 3,000 in 150 s. */
export const writeQuota = { most: 3_000, perSecond: 20 };

export const conditionalAccessQuota = { most: 1, perSecond: 1 };
