/** The layer that sends again: as meaning.ts judges, until the retry budget is spent, never before a time that Graph set. */
import { type Answer, NoAnswer } from "./answer";
import type { Clock } from "./clock";
import { EntraError } from "./errors";
import type { Layer } from "./layer";
import { judge } from "./meaning";
import { retryAfterMs } from "./retry-after";
import type { Limit, Scheduler } from "./scheduler";

/** How long a request is sent again and again. */
export interface RetryBudget {
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

export const defaultRetryBudget: RetryBudget = { failedMs: 120_000, throttledMs: 600_000, random: Math.random };

const shortestPauseMs = 100;
const firstPauseMs = 500;
const longestPauseMs = 20_000;

/**
 * @param progress reports to the person who waits that nothing answers
 * @param cancelled ends every wait for another attempt
 */
export function retries(
  clock: Clock,
  scheduler: Scheduler,
  budget: RetryBudget,
  progress: (message: string) => void = () => undefined,
  cancelled?: AbortSignal,
): Layer {
  return async ({ kind, spec }, next) => {
    const giveUpAt: { throttled?: number; failed?: number } = {};
    /** The last failure after which nobody knows whether the write took effect. */
    let lost: EntraError | undefined;
    for (let failures = 0; ; failures++) {
      const outcome = await next().catch((error: unknown) => {
        if (error instanceof NoAnswer) return error;
        // Not sent again: the run was cancelled, or signing in failed.
        throw lost ?? error;
      });
      const verdict = judge(kind, outcome);
      if (verdict.then === "stop") throw lost === undefined ? verdict.error : afterLost(verdict.error, lost);
      if (verdict.then === "done") return answerOf(outcome);
      const { because, error } = verdict;
      if (error.code === "ANSWER_LOST") lost = error;
      const now = clock.now();
      const deadline = (giveUpAt[because] ??= now + budget[`${because}Ms`]);
      const asked = outcome instanceof NoAnswer ? undefined : retryAfterMs(outcome.headers, now);
      // Graph may ask for no wait at all: never sooner than without a Retry-After.
      const until = now + Math.max(asked ?? 0, pauseMs(failures, budget.random));
      // Quotas are shared, so all requests wait, even when this one gives up here.
      const shared = because === "throttled" || asked !== undefined;
      const heldUntil = Math.min(until, now + budget.throttledMs);
      if (because === "throttled") scheduler.refused(spec, heldUntil, limitIn(outcome));
      else if (shared) scheduler.holdUntil(spec.workload, heldUntil);
      // A repeatable write whose earlier answer was lost may have taken effect, whatever was answered last.
      if (until > deadline) throw lost ?? error;
      // The first time may be chance; from the second on people want to know why nothing moves.
      if (outcome instanceof NoAnswer && failures > 0) {
        progress(`${outcome.message}; trying again for up to ${Math.round((deadline - now) / 1000)} s`);
      }
      // The scheduler refuses the next attempt of a cancelled run, like every request that was not sent yet.
      if (!shared) await clock.wait(until - now, cancelled).catch(unlessCancelled(cancelled));
    }
  };
}

/** The last answer of a request of which an earlier one was lost: `undefinedWhenDeletedBefore` needs to know. */
const afterLost = ({ code, message, answer }: EntraError, lost: EntraError): EntraError =>
  new EntraError(code, message, { answer, cause: lost });

/** Full jitter: anything from almost nothing to twice the last limit, so that requests that failed together are not sent again together. */
function pauseMs(failures: number, random: () => number): number {
  const limit = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
  return shortestPauseMs + random() * (limit - shortestPauseMs);
}

/** Which limit was exceeded: `x-ms-throttle-scope: Tenant_Application/Write/<application>/<tenant>`. */
function limitIn(outcome: Answer | NoAnswer): Limit | undefined {
  if (outcome instanceof NoAnswer) return undefined;
  const counted = outcome.headers.get("x-ms-throttle-scope")?.split("/")[1]?.toLowerCase();
  if (counted === undefined) return undefined;
  return counted === "write" ? "writes" : "units";
}

/** Use as `.catch(unlessCancelled(signal))`: a wait that the cancellation ended is over, every other error stays an error. */
export const unlessCancelled =
  (cancelled: AbortSignal | undefined) =>
  (error: unknown): void => {
    if (cancelled?.aborted !== true) throw error;
  };

function answerOf(outcome: Answer | NoAnswer): Answer {
  if (outcome instanceof NoAnswer) throw outcome;
  return outcome;
}
