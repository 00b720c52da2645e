/** How a granted permission reaches tokens. */
import type { Switches } from "./values";

/**
 * Whether tokens issued now have a permission that was granted at `grantedAt`. It is late by `permissionsLagMs`. Tokens
 * that were issued before say what they said: neither a grant nor a revocation changes them.
 *
 * @param grantedAt ISO time
 */
export function permissionsShownAt(now: Date, { permissionsLagMs }: Switches, grantedAt: string): boolean {
  return Date.parse(grantedAt) + permissionsLagMs <= now.getTime();
}
