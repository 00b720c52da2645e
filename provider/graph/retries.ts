/** The layer that repeats: as meaning.ts judges, as long as the patience lasts, never before a deadline Graph set. */
import type { Answer } from "./answer";
import { NoAnswer } from "./answer";
import type { Layer } from "./call";
import type { Clock } from "./clock";
import type { EntraError } from "./errors";
import { judge } from "./meaning";
import { retryAfterMs } from "./retry-after";
import type { Limit, Scheduler } from "./scheduler";

/** How long a call goes on trying. */
export interface Persistence {
  /** Milliseconds from the first failure until giving up. @default 120_000 */
  readonly failedMs: number;
  /**
   * Milliseconds from the first 429 until giving up. Longer, because the longest quota window of Graph is five minutes
   * and a 429 proves that nothing happened. @default 600_000
   */
  readonly throttledMs: number;
  /** A number from 0 to 1, for jitter. */
  readonly random: () => number;
}

export const defaultPersistence: Persistence = { failedMs: 120_000, throttledMs: 600_000, random: Math.random };

const shortestPauseMs = 100;
const firstPauseMs = 500;
const longestPauseMs = 20_000;

/**
 * @param say tells the person who waits that nothing answers
 * @param cancelled ends every wait for another attempt
 */
export function retries(
  clock: Clock,
  scheduler: Scheduler,
  persistence: Persistence,
  say: (message: string) => void = () => undefined,
  cancelled?: AbortSignal,
): Layer {
  return async ({ call }, next) => {
    const giveUpAtMs: { throttled?: number; failed?: number } = {};
    let unsure: EntraError | undefined;
    for (let failures = 0; ; failures++) {
      const outcome = await next().catch((error: unknown) => {
        if (error instanceof NoAnswer) return error;
        // Not sent again: the run was cancelled, or nobody may sign in any more.
        throw unsure ?? error;
      });
      const verdict = judge(call.kind, outcome);
      if (verdict.then === "stop") throw verdict.error;
      if (verdict.then === "done") return answerOf(outcome);
      const { because, error } = verdict;
      if (error.code === "ANSWER_LOST") unsure = error;
      const now = clock.now();
      const deadlineMs = (giveUpAtMs[because] ??= now + persistence[`${because}Ms`]);
      const asked = outcome instanceof NoAnswer ? undefined : retryAfterMs(outcome.headers, now);
      // "At once" is asked for as well, and by many: never sooner than without being asked.
      const untilMs = now + Math.max(asked ?? 0, pauseMs(failures, persistence.random));
      // Quotas are shared, so a wait is too, even by those who give up here.
      const shared = because === "throttled" || asked !== undefined;
      const heldUntilMs = Math.min(untilMs, now + persistence.throttledMs);
      if (because === "throttled") scheduler.refused(call.errand, heldUntilMs, limitIn(outcome));
      else if (shared) scheduler.holdUntil(call.errand.workload, heldUntilMs);
      // A repeatable write of which an earlier answer was lost may have taken effect, whatever came last.
      if (untilMs > deadlineMs) throw unsure ?? error;
      // Once may be chance; whoever is not answered a second time wants to know why nothing moves.
      if (outcome instanceof NoAnswer && failures > 0) {
        say(`${outcome.message}; trying again for up to ${Math.round((deadlineMs - now) / 1000)} s`);
      }
      // A cancelled run is refused by the scheduler, as every request that was not sent yet.
      if (!shared) await clock.wait(untilMs - now, cancelled).catch(ofCancelling(cancelled));
    }
  };
}

/** Full jitter: anything from almost nothing to twice the last limit, so that those who failed together do not return together. */
function pauseMs(failures: number, random: () => number): number {
  const limit = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
  return shortestPauseMs + random() * (limit - shortestPauseMs);
}

/** Which limit Graph refuses for: `x-ms-throttle-scope: Tenant_Application/Write/<application>/<tenant>`. */
function limitIn(outcome: Answer | NoAnswer): Limit | undefined {
  if (outcome instanceof NoAnswer) return undefined;
  const counted = outcome.headers.get("x-ms-throttle-scope")?.split("/")[1]?.toLowerCase();
  if (counted === undefined) return undefined;
  return counted === "write" ? "writes" : "units";
}

/** A wait that was cut short is over. */
export const ofCancelling =
  (cancelled: AbortSignal | undefined) =>
  (error: unknown): void => {
    if (cancelled?.aborted !== true) throw error;
  };

function answerOf(outcome: Answer | NoAnswer): Answer {
  if (outcome instanceof NoAnswer) throw outcome;
  return outcome;
}
