/** Waiting until the tenant shows what was written. Graph answers reads from replicas that lag behind. */
import { setTimeout as sleep } from "node:timers/promises";
import { EntraError } from "../graph/errors";

/** How long to wait for a write to show. */
export interface Patience {
  /** Milliseconds until giving up with NOT_YET_VISIBLE. @default 120_000 */
  readonly limitMs: number;
  /** Reads in a row that must agree once a stale one was seen. @default 3 */
  readonly agreeing: number;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export const defaultPatience: Patience = {
  limitMs: 120_000,
  agreeing: 3,
  now: () => Date.now(),
  pause: (ms) => sleep(ms),
};

/**
 * Reads until `shows` holds. Where the first read shows it, that is all: no floor without lag. After a stale read
 * several in a row must agree, because replicas take turns answering.
 */
export async function untilVisible<T>(
  read: () => Promise<T>,
  shows: (seen: T) => boolean,
  patience: Patience,
): Promise<T> {
  const deadline = patience.now() + patience.limitMs;
  let pauseMs = 100;
  let agreed = 0;
  for (let needed = 1; ;) {
    const seen = await read();
    agreed = shows(seen) ? agreed + 1 : 0;
    if (agreed >= needed) return seen;
    if (agreed === 0) needed = patience.agreeing;
    if (patience.now() + pauseMs > deadline) {
      throw new EntraError("NOT_YET_VISIBLE", `the tenant did not show the change within ${patience.limitMs / 1000} s`);
    }
    await patience.pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, 5_000);
  }
}

/** Milliseconds between the looks that must agree before an object counts as gone: fifteen seconds in all. */
const absencePausesMs = [1_000, 2_000, 4_000, 8_000];

/**
 * What a read shows; undefined only when the object is proved deleted, or when reads over fifteen seconds agree that
 * nothing is there. One replica's 404 must never make Pulumi forget an object.
 */
export async function unlessAbsent<T>(
  read: () => Promise<T | undefined>,
  isDeleted: () => Promise<boolean>,
  patience: Patience,
): Promise<T | undefined> {
  let seen = await read();
  if (seen !== undefined || (await isDeleted())) return seen;
  for (const pauseMs of absencePausesMs) {
    await patience.pause(pauseMs);
    seen = await read();
    if (seen !== undefined) break;
  }
  return seen;
}
