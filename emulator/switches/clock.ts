/** The tenant's own time. */

/** A tenant's times have years of four digits, with room for what is due later. */
const latestTime = Date.UTC(9000, 0, 1);

export const timeRefusal = "the tenant's time must lie between the years 1970 and 9000";

/** Whether a tenant's clock can show a time. @param ms since 1970 */
export const isPossible = (ms: number): boolean => ms >= 0 && ms < latestTime;

/** Its time must lie between the years 1970 and 9000. */
export interface Clock {
  /** How far the tenant's clock is ahead of this machine's, in milliseconds; below zero it is behind. @default 0 */
  readonly aheadMs: number;
  /** ISO time at which the clock stands still until it is set or advanced. @default null: it runs */
  readonly stoppedAt: string | null;
}

/** Milliseconds since 1970. */
export const timeOf = ({ stoppedAt, aheadMs }: Clock): number =>
  stoppedAt === null ? Date.now() + aheadMs : Date.parse(stoppedAt);

/** The time in the tenant: this machine's, shifted or stopped as the switches say. */
export const timeIn = ({ clock }: { readonly clock: Clock }): Date => new Date(timeOf(clock));

/**
 * The clock `ms` milliseconds later, whether it runs or stands.
 *
 * @throws {TypeError} when that is beyond what a tenant's clock can show
 */
export function advanced(clock: Clock, ms: number): Clock {
  const time = timeOf(clock) + ms;
  if (!isPossible(time)) throw new TypeError(`cannot advance the clock by ${ms} ms: ${timeRefusal}.`);
  if (clock.stoppedAt === null) return { ...clock, aheadMs: clock.aheadMs + ms };
  return { ...clock, stoppedAt: new Date(time).toISOString() };
}
