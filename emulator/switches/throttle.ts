/**
 * Throttling: quotas that run empty, and callers that come back too early. Kept as two named values in the store, so
 * that its processes share them; a request costs one small write, and that only while quotas are on.
 *
 * Each quota is a bucket that drains evenly: `most` requests fit at once, and `most / seconds` more every second.
 */
import type { Store } from "../state/store";
import { type Cost, type Quota, quotaTable } from "./quota-table";
import type { Switches } from "./values";

type Quotas = NonNullable<Switches["quotas"]>;

/** What a quota holds: how much, and when that was so, in milliseconds. */
export type Level = readonly [used: number, at: number];

export type Levels = Readonly<Record<string, Level>>;

/** One request as quotas see it. */
export interface Asked {
  readonly cost: Cost;
  readonly appId: string;
  readonly tenantId: string;
  /** It writes to an application that personal accounts can sign in to. */
  readonly personalAccounts: boolean;
  /** It came before the Retry-After of an earlier answer had ended. */
  readonly early: boolean;
}

export interface Charge {
  readonly units: number | undefined;
  /** How full the fullest quota is, from 0 to {@link fullest}. */
  readonly share: number;
  readonly refused: { readonly quota: Quota; readonly waitMs: number } | undefined;
}

/** Requests that come too early fill a quota beyond its limit, up to this share of it. */
export const fullest = 1.8;

/** Quotas that a request draws on. */
export const quotasFor = ({ cost, personalAccounts }: Pick<Asked, "cost" | "personalAccounts">): Quota[] =>
  quotaTable.filter(
    (quota) =>
      cost.workload !== undefined &&
      (quota.workload === undefined || quota.workload === cost.workload) &&
      (quota.counts !== "writes" || cost.writes > 0) &&
      (!quota.personalAccounts || personalAccounts),
  );

/** The levels after a request, and whether it may pass: it draws on all of its quotas, or on none. */
export function charged(levels: Levels, asked: Asked, quotas: Quotas, now: number): [Levels, Charge] {
  const { cost, early } = asked;
  const states = quotasFor(asked).map((quota) => {
    const most = (typeof quota.most === "number" ? quota.most : quota.most[quotas.size]) * quotas.scale;
    const drain = most / (quota.seconds * 1000);
    const used = drained(levels[levelKey(quota, asked)], drain, now);
    const amount = quota.counts === "requests" ? 1 : cost[quota.counts];
    // A bucket that is smaller than one request still lets one pass when it is empty.
    return { quota, most: Math.max(most, amount), drain, used, amount };
  });
  const passes = states.every(({ used, amount, most }) => used + amount <= most + rounding);
  const after = states.map((state) => {
    const { used, amount, most } = state;
    return { ...state, used: passes ? used + amount : early ? Math.min(used + amount, most * fullest) : used };
  });
  const refusals = passes
    ? []
    : after
        .filter(({ used, amount, most }) => used + amount > most + rounding)
        .map(({ quota, used, amount, most, drain }) => ({ quota, waitMs: Math.ceil((used + amount - most) / drain) }));
  const shares = after.map(({ used, amount, most }) => (passes ? used : used + amount) / most);
  return [
    { ...levels, ...Object.fromEntries(after.map(({ quota, used }) => [levelKey(quota, asked), [used, now]])) },
    {
      units: cost.workload === "identityAndAccess" ? cost.units : undefined,
      share: Math.min(fullest, Math.max(0, ...shares)),
      refused: refusals.sort((a, b) => b.waitMs - a.waitMs)[0],
    },
  ];
}

/** Sums of fractions are inexact. */
const rounding = 1e-6;

const levelKey = ({ name, of }: Quota, { appId }: Asked): string => (of === "tenant" ? name : `${name} ${appId}`);

function drained(level: Level | undefined, perMs: number, now: number): number {
  if (!level) return 0;
  const [used, at] = level;
  return Math.max(0, used - Math.max(0, now - at) * perMs);
}

const levelsKey = "quotaLevels";

/** Takes what a request costs from its quotas. Runs inside a write transaction. */
export function charge(store: Store, asked: Asked, quotas: Quotas, now: Date): Charge {
  const [levels, result] = charged(levelsIn(store), asked, quotas, now.getTime());
  store.setMeta(levelsKey, JSON.stringify(levels));
  return result;
}

/** Callers that were answered with Retry-After, and when it ends, in milliseconds of the tenant's clock. */
interface Waiting {
  readonly until: Readonly<Record<string, number>>;
  /** Requests that did not wait. */
  readonly early: number;
}

const waitingKey = "earlyCalls";

/**
 * Whoever asks these again before `until` is early. `what` is a quota or a workload. Runs inside a write transaction.
 */
export function mustWait(store: Store, appId: string, what: string, until: Date, now: Date): void {
  const { until: all, early } = waitingIn(store) ?? { until: {}, early: 0 };
  const live = Object.entries(all).filter(([, end]) => end > now.getTime());
  const next = { ...Object.fromEntries(live), [`${what} ${appId}`]: until.getTime() };
  store.setMeta(waitingKey, JSON.stringify({ until: next, early }));
}

/** Whether a Retry-After of the caller for one of these has not ended yet. Then the request is counted as early. */
export function countEarly(store: Store, appId: string, what: readonly string[], now: Date): boolean {
  const waiting = waitingIn(store);
  if (!waiting || !what.some((one) => (waiting.until[`${one} ${appId}`] ?? 0) > now.getTime())) return false;
  store.transaction("write", () => {
    const newest = waitingIn(store) ?? waiting;
    store.setMeta(waitingKey, JSON.stringify({ ...newest, early: newest.early + 1 }));
  });
  return true;
}

/** Whether anybody was ever answered with Retry-After: if not, nobody can be early. */
export const anybodyWaits = (store: Store): boolean => store.meta(waitingKey) !== undefined;

export const earlyCalls = (store: Store): number => waitingIn(store)?.early ?? 0;

/** Runs inside a write transaction. */
export function forgetThrottling(store: Store): void {
  store.run("DELETE FROM meta WHERE key IN (?, ?)", levelsKey, waitingKey);
}

function levelsIn(store: Store): Levels {
  const text = store.meta(levelsKey);
  return text === undefined ? {} : (JSON.parse(text) as Levels);
}

function waitingIn(store: Store): Waiting | undefined {
  const text = store.meta(waitingKey);
  return text === undefined ? undefined : (JSON.parse(text) as Waiting);
}
