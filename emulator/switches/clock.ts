/** The tenant's own time. */
import type { Switches } from "./switches";

/** The time in the tenant: this machine's, shifted or stopped as the switches say. */
export function timeIn({ clock }: Switches): Date {
  return clock.stoppedAt === null ? new Date(Date.now() + clock.aheadMs) : new Date(clock.stoppedAt);
}

/** The clock `ms` milliseconds later, whether it runs or stands. */
export function advanced({ clock }: Switches, ms: number): Switches["clock"] {
  if (clock.stoppedAt === null) return { ...clock, aheadMs: clock.aheadMs + ms };
  return { ...clock, stoppedAt: new Date(Date.parse(clock.stoppedAt) + ms).toISOString() };
}
