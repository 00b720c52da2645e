/** The tenant's own time. */

/** A tenant's times have years of four digits, with room for what is due later. */
const latestTime = Date.UTC(9000, 0, 1);

export const timeRefusal = "the tenant's time must lie between the years 1970 and 9000";

/** Whether a tenant's clock can show a time. @param ms since 1970 */
export const isPossible = (ms: number): boolean => ms >= 0 && ms < latestTime;

/** As the switch of this name sets it. */
export interface Clock {
  readonly aheadMs: number;
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
  if (!isPossible(time)) throw new TypeError(`the clock cannot be advanced by ${ms} ms: ${timeRefusal}.`);
  if (clock.stoppedAt === null) return { ...clock, aheadMs: clock.aheadMs + ms };
  return { ...clock, stoppedAt: new Date(time).toISOString() };
}
