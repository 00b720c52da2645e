/** What every wait for the tenant needs to know. Graph answers reads from replicas that lag behind a write. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Lag } from "./lag";

/** How long this process waits, and by which clock. */
export interface Timing {
  /** Milliseconds of pauses after which a wait ends. What a request waits for a quota is not counted. @default 120_000 */
  readonly timeoutMs: number;
  /** Milliseconds after which every replica has a write, as long as nobody has seen one that took longer. @default 15_000 */
  readonly everywhereMs: number;
  /**
   * Milliseconds after a create, or a write of ours, in which a read that does not show the object proves nothing, however
   * many agree: only its place among the deleted items does. @default 1_800_000
   */
  readonly unseenMs: number;
  /** Reads in a row that must agree where replica lag was seen. @default 3 */
  readonly agreeing: number;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export const defaultTiming: Timing = {
  timeoutMs: 120_000,
  everywhereMs: 15_000,
  unseenMs: 1_800_000,
  agreeing: 3,
  now: () => Date.now(),
  pause: (ms) => sleep(ms),
};

/** All resources of a process share it. */
export interface Consistency {
  readonly timing: Timing;
  readonly lag: Lag;
  /** When this process began: what an earlier one wrote is older. */
  readonly startedAt: number;
  /** Whether a read may come from a replica that lags behind a write. */
  readonly isReplicated: () => boolean;
}

/** Milliseconds after which every replica has a write. */
export const everywhereMs = ({ timing, lag, isReplicated }: Consistency): number =>
  isReplicated() ? Math.max(timing.everywhereMs, 3 * lag.ms) : 0;

/** Milliseconds after which a create that was not answered has had no effect, if no read shows the object. */
export const unansweredMs = (consistency: Consistency): number =>
  consistency.isReplicated() ? Math.max(consistency.timing.timeoutMs, everywhereMs(consistency)) : 0;

/** Milliseconds after a write in which an object that no read shows may be there all the same. */
export const unseenMs = ({ timing, isReplicated }: Consistency): number => (isReplicated() ? timing.unseenMs : 0);
