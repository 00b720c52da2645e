// @ts-check
/** Figures as people read them. */
import { conditionalAccessQuota, leastSeconds, writeQuota } from "./benchmarks.mjs";

/**
 * @typedef {import("./benchmarks.mjs").Figures} Figures
 * @typedef {import("./benchmarks.mjs").Measured} Measured
 * @typedef {import("./benchmarks.mjs").Phase} Phase
 * @typedef {{ what: string, count: number, leastSeconds: number, ratio: number | undefined }} AgainstQuota
 *   ratio: of the time it took to the least; undefined where the quota was large enough for all
 */

export const missing = "not measured";

/** @param {number} value */
export const rounded = (value) => value.toFixed(1);

/** @param {number} value */
export const grouped = (value) => value.toLocaleString("en");

/** `apply 9.1 s 120 round trips · preview 4.2 s 0 · …` @param {Figures} figures */
export const closing = ({ phases }) =>
  Object.entries(phases)
    .map(([phase, { seconds, tenant }], index) => {
      const unit = index === 0 ? " round trips" : "";
      return `${phase} ${rounded(seconds)} s ${tenant.roundTrips ?? "?"}${unit}`;
    })
    .join(" · ");

/** `apply: engine 3.1 s 120 MB · program … · provider … · tenant …`: processor time and most memory. @param {Figures} figures */
export const costs = ({ phases }) =>
  Object.entries(phases).map(([phase, { processes, tenant }]) => {
    const all = { ...processes, tenant };
    const each = Object.entries(all).map(
      ([role, cost]) => `${role} ${seconds(cost.cpuSeconds)} ${cost.peakMb ?? "?"} MB`,
    );
    return `  ${phase}: ${processes ? "" : "processes unknown on this system · "}${each.join(" · ")}`;
  });

/** @param {Measured} apply @param {"writes" | "conditionalAccess"} counts @returns {AgainstQuota | undefined} nothing where it was not counted */
export function againstQuota({ seconds, tenant }, counts) {
  const count = tenant[counts];
  if (count === undefined) return undefined;
  const least = leastSeconds(count, counts === "writes" ? writeQuota : conditionalAccessQuota);
  const what = counts === "writes" ? "writes" : "requests";
  return { what, count, leastSeconds: least, ratio: least > 0 ? seconds / least : undefined };
}

/** @param {Measured} apply @param {"writes" | "conditionalAccess"} counts */
export function quotaLine(apply, counts) {
  const against = againstQuota(apply, counts);
  if (against === undefined) return missing;
  const { what, count, leastSeconds: least, ratio } = against;
  const { throttled = "?", early = "?" } = apply.tenant;
  return (
    `${grouped(count)} ${what} · quota's minimum ${rounded(least)} s · took ${rounded(apply.seconds)} s · ` +
    `${ratio === undefined ? "no ratio" : `${ratio.toFixed(2)} ×`} · ${throttled} answered 429 · ${early} early`
  );
}

/** @param {readonly Measured[]} phases */
export const totalSeconds = (phases) => phases.reduce((total, { seconds }) => total + seconds, 0);

/** @param {Measured | undefined} measured */
export function cell(measured) {
  if (measured === undefined) return missing;
  const { roundTrips } = measured.tenant;
  return `${rounded(measured.seconds)} s${roundTrips === undefined ? "" : `, ${grouped(roundTrips)} round trips`}`;
}

/** @param {Measured | undefined} ours @param {{ seconds: number } | undefined} theirs */
export const share = (ours, theirs) => (ours && theirs ? `1/${rounded(theirs.seconds / ours.seconds)}` : "");

/** @param {number | undefined} value */
export const seconds = (value) => (value === undefined ? missing : `${rounded(value)} s`);

/** @param {number} part */
export const percent = (part) => `${Math.round(part * 100)} %`;

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
