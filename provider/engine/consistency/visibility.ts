/** Waiting until the tenant shows what was written. Graph answers reads from replicas that lag behind. */
import { setTimeout as sleep } from "node:timers/promises";
import { EntraError } from "../../graph/errors";
import { same } from "../json";
import type { Lag } from "./lag";

/** How long to wait for a write to show. */
export interface Patience {
  /** Milliseconds until giving up with NOT_YET_VISIBLE. @default 120_000 */
  readonly limitMs: number;
  /** Milliseconds after which a write that nobody has seen to be late counts as everywhere. @default 15_000 */
  readonly everywhereMs: number;
  /** Reads in a row that must agree where lag was seen. @default 3 */
  readonly agreeing: number;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export const defaultPatience: Patience = {
  limitMs: 120_000,
  everywhereMs: 15_000,
  agreeing: 3,
  now: () => Date.now(),
  pause: (ms) => sleep(ms),
};

/** What every wait needs; all resources of a process share it. */
export interface Waits {
  readonly patience: Patience;
  readonly lag: Lag;
  /** When this process began, by the patience's clock: what an earlier one wrote is older. */
  readonly begunMs: number;
  /** Whether a read may come from a replica that lags behind a write. */
  readonly isReplicated: () => boolean;
}

/** Milliseconds after which a write counts as everywhere. */
export const everywhereMs = ({ patience, lag, isReplicated }: Waits): number =>
  isReplicated() ? Math.max(patience.everywhereMs, 3 * lag.ms) : 0;

/** Milliseconds after which what was asked for, and not answered, is not there if it does not show. */
export const mayComeMs = ({ patience, isReplicated }: Waits): number => (isReplicated() ? patience.limitMs : 0);

/**
 * Reads after a write until `shows` holds. Where no lag was seen lately the first right read is all: no floor. Where it
 * was, the first read comes when the write is expected everywhere, and several in a row must agree, because replicas
 * take turns answering.
 *
 * @param resend sends the write again after everywhereMs: what to write may have been decided by a replica that lagged
 * @throws EntraError NOT_YET_VISIBLE when the patience ends
 */
export async function untilVisible<T>(
  read: () => Promise<T>,
  shows: (seen: T) => boolean,
  waits: Waits,
  resend: (seen: T) => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  const { patience, lag } = waits;
  const { limitMs, agreeing, now, pause } = patience;
  const writtenMs = now();
  const expectedMs = waits.isReplicated() ? Math.min(lag.ms, limitMs / 4) : 0;
  let needed = expectedMs > 0 ? agreeing : 1;
  let pauseMs = Math.max(100, expectedMs / 8);
  let agreed = 0;
  let staleSeen = false;
  let agreeSinceMs = 0;
  let resendAtMs = writtenMs + patience.everywhereMs;
  // What a read waits for a quota is not taken from the patience.
  let leftMs = limitMs - expectedMs;
  if (expectedMs > 0) await pause(expectedMs);
  for (;;) {
    // A read shows the tenant as it was when it was sent, however long it waited for a quota.
    const sentMs = now();
    const seen = await read();
    if (shows(seen)) {
      if (agreed++ === 0) agreeSinceMs = sentMs;
    } else {
      [agreed, needed, staleSeen] = [0, agreeing, true];
    }
    if (agreed >= needed) {
      // Only what was shown in the end teaches how long that takes: a value that Graph rewrites is never shown.
      if (staleSeen) lag.saw(agreeSinceMs - writtenMs);
      else lag.sawNone();
      return seen;
    }
    leftMs -= pauseMs;
    if (agreed === 0 && leftMs < 0) {
      throw new EntraError("NOT_YET_VISIBLE", `the tenant did not show the change within ${limitMs / 1000} s`);
    }
    if (agreed === 0 && now() >= resendAtMs) {
      await resend(seen);
      resendAtMs = now() + patience.everywhereMs;
    }
    await pause(pauseMs);
    if (agreed === 0) pauseMs = Math.min(pauseMs * 2, 5_000);
  }
}

/**
 * Reads until what is seen is certain: at once where `isCertain` says so; anything else may come from a replica that lags
 * behind a write, so reads must agree and the last one be younger than the write by the longest lag. That time runs for
 * all objects at once: what an earlier process wrote is older than this one.
 *
 * @param writtenMs when the object may have been written last, by the patience's clock
 * @throws EntraError NOT_YET_VISIBLE when reads go on to differ until the patience ends
 */
export async function untilCertain<T>(
  read: () => Promise<T>,
  isCertain: (seen: T) => boolean | Promise<boolean>,
  writtenMs: number,
  waits: Waits,
): Promise<T> {
  const { now, pause, limitMs } = waits.patience;
  const agreeing = waits.isReplicated() ? waits.patience.agreeing : 1;
  const begunMs = now();
  let sentMs = begunMs;
  let seen = await read();
  let pausedMs = 0;
  for (let [agreed, nextMs] = [1, 1_000]; !(await isCertain(seen)); agreed++, nextMs *= 2) {
    const everywhereAtMs = writtenMs + everywhereMs(waits);
    if (sentMs >= everywhereAtMs && agreed >= agreeing) return seen;
    if (pausedMs > limitMs)
      throw new EntraError("NOT_YET_VISIBLE", `the tenant showed it now so, now otherwise, for ${limitMs / 1000} s`);
    const leftMs = everywhereAtMs - now();
    const pauseMs = leftMs > 0 ? Math.min(nextMs, leftMs) : 250;
    await pause(pauseMs);
    pausedMs += pauseMs;
    const before = seen;
    sentMs = now();
    seen = await read();
    if (!same(seen, before)) agreed = 0;
  }
  // A slow answer is no lag, nor what it waited for a quota: only what a later read showed otherwise is.
  if (pausedMs > 0) waits.lag.saw(sentMs - begunMs);
  return seen;
}
