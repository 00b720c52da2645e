/** Writes that are sent together. */

/**
 * Waits for all of them, then throws the first error: no write of a step goes on when the step has failed, and the next run
 * meets a tenant in which nothing of this one is under way.
 */
export async function allWritten(writes: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(writes)) if (outcome.status === "rejected") throw outcome.reason;
}
