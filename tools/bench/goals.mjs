// @ts-check
/** What is measured against: the leading peer, and what we want to reach. */
import { againstQuota, grouped, rounded, totalSeconds } from "./wording.mjs";

/**
 * @typedef {import("./benchmarks.mjs").Figures} Figures
 * @typedef {import("./benchmarks.mjs").Name} Name
 * @typedef {import("./benchmarks.mjs").Phase} Phase
 * @typedef {(name: Name) => Figures | undefined} Measured the last run of a benchmark
 * @typedef {{ goal: string, measured: string, met: boolean }} Judgement
 */

/**
 * terraform azuread 3.9: 100 × application, service principal, federated credential, role assignment, delegated grant; 50 ms
 * for an answer, parallelism 10, two cores. Its plan reads everything, as our refresh does.
 *
 * @type {Readonly<Record<"apply" | "plan" | "destroy", { seconds: number, requests: number }>>}
 */
export const peer = {
  apply: { seconds: 66.6, requests: 2_904 },
  plan: { seconds: 9, requests: 902 },
  destroy: { seconds: 627.6, requests: 2_906 },
};

/**
 * Seconds for 250 resources of a plain dynamic provider on the machine for which the goals in seconds were set: two cores,
 * Pulumi's own defaults.
 */
export const plainElsewhere = {
  plain250: { apply: 5.8, destroy: 3.1 },
  "plain250-without-checkpoints": { apply: 3.5, destroy: 1.3 },
};

/** Each names what it wants and judges it; undefined while it is not measured. @type {readonly { goal: string, judge: (of: Measured) => Omit<Judgement, "goal"> | undefined }[]} */
const goals = [
  atMostSeconds("fleet100", "apply", peer.apply.seconds / 4, "Apply in at most 1/4 of the peer's 66.6 s"),
  atMostSeconds(
    "fleet100-without-checkpoints",
    "apply",
    peer.apply.seconds / 7,
    "Apply without checkpoints in at most 1/7 of the peer's 66.6 s",
  ),
  atMostRoundTrips("fleet100", "apply", 290, "Apply in at most 290 round trips"),
  atMostRoundTrips("fleet100", "preview", 0, "A preview without changes asks nothing"),
  atMostRoundTrips("fleet100", "refresh", 45, "Refresh in at most 45 round trips"),
  atMostRoundTrips("fleet100-policies", "refresh", 12, "Refresh with a policy for each in at most 12 round trips"),
  atMostSeconds("fleet100", "destroy", peer.destroy.seconds / 40, "Destroy in at most 1/40 of the peer's 627.6 s"),
  {
    goal: "1,000 agents within 1.1 × of the write quota's own minimum",
    judge: (of) => {
      const apply = of("agents1000")?.phases.apply;
      const ratio = apply && againstQuota(apply, "writes")?.ratio;
      return ratio === undefined ? undefined : { measured: `${ratio.toFixed(2)} ×`, met: ratio <= 1.1 };
    },
  },
  {
    goal: "No request before Graph had said when",
    judge: (of) => {
      const applies = [of("agents1000")?.phases.apply, of("policies10")?.phases.apply];
      const early = applies.map((apply) => apply?.tenant.early);
      if (early.includes(undefined)) return undefined;
      return { measured: early.join(" and "), met: early.every((count) => count === 0) };
    },
  },
  {
    goal: "5,000 agents in at most 5.5 × the time of 1,000",
    judge: (of) => {
      const ratio = stackRatio(of);
      return ratio === undefined ? undefined : { measured: `${ratio.toFixed(2)} ×`, met: ratio <= 5.5 };
    },
  },
];

/** @param {Name} name @param {Phase} phase @param {number} most @param {string} goal */
function atMostSeconds(name, phase, most, goal) {
  return {
    goal: `${goal}: ${rounded(most)} s`,
    /** @param {Measured} of */
    judge: (of) => {
      const seconds = of(name)?.phases[phase]?.seconds;
      return seconds === undefined ? undefined : { measured: `${rounded(seconds)} s`, met: seconds <= most };
    },
  };
}

/** @param {Name} name @param {Phase} phase @param {number} most @param {string} goal */
function atMostRoundTrips(name, phase, most, goal) {
  return {
    goal,
    /** @param {Measured} of */
    judge: (of) => {
      const roundTrips = of(name)?.phases[phase]?.tenant.roundTrips;
      return roundTrips === undefined ? undefined : { measured: grouped(roundTrips), met: roundTrips <= most };
    },
  };
}

/** Time of all four commands, 5,000 agents to 1,000, without checkpoints. @param {Measured} of */
export function stackRatio(of) {
  const [small, large] = [of("stack1000-without-checkpoints"), of("stack5000-without-checkpoints")];
  return small && large && totalSeconds(Object.values(large.phases)) / totalSeconds(Object.values(small.phases));
}

/** @param {Measured} of @returns {{ goal: string, judgement: Omit<Judgement, "goal"> | undefined }[]} */
export const judged = (of) => goals.map(({ goal, judge }) => ({ goal, judgement: judge(of) }));
