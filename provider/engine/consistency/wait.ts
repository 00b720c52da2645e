/**
 * The one loop in which this package waits for the tenant. What a single read shows proves little, because the next one may
 * be answered by another replica; so reads are repeated after growing pauses, until one is proof, enough of them agree, or
 * the time is over. Each kind of wait is a policy:
 *
 * - `untilShown`: a write of this process is what reads show. No lag, no pause: then the first right read is enough.
 * - `untilCertain`: what reads show is true, also that they show nothing: they agree, and the write is old enough.
 * - `untilFound`: an object that may exist is found, or its time is over.
 * - `untilAccepted`: a write is not refused any more because a replica does not know what it refers to.
 *
 * ```ts
 * const wait = untilShown(run);
 * while (await wait.again()) {
 *   seen = await read();
 *   wait.record(isAsWritten(seen) ? "agrees" : "wrong");
 * }
 * ```
 */
import { EntraError } from "../../graph/errors";
import { type Consistency, everywhereMs, type Timing } from "./consistency";

/**
 * What an attempt came to.
 *
 * - `proof`: the wait is over.
 * - `agrees`: it shows what it should, or the same as the attempt before.
 * - `differs`: it shows something else than the attempt before, and may be the first of several that agree.
 * - `wrong`: it does not show what it should.
 */
export type Verdict = "proof" | "agrees" | "differs" | "wrong";

/** How a wait went, when it is over. */
interface Course {
  readonly verdict: Verdict;
  /** Whether any attempt was wrong. */
  readonly wasWrong: boolean;
  /** Whether there was a pause between two attempts. */
  readonly hasPaused: boolean;
  readonly startedAt: number;
  /** When the first of those attempts was made that agree. */
  readonly agreedAt: number;
  /** When the last attempt was made. */
  readonly attemptedAt: number;
}

interface Policy {
  /** Milliseconds before the first attempt. @default 0 */
  readonly delayMs?: number;
  /** Milliseconds of the first pause. Each is twice as long as the one before, except while attempts agree that need no age. */
  readonly pauseMs: number;
  /** @default unlimited */
  readonly longestPauseMs?: number;
  /** Attempts in a row that must agree. */
  readonly agreeing: (wasWrong: boolean) => number;
  /** The attempts that agree count only if the last was made at this moment or later. @default at any */
  readonly notBefore?: () => number;
  /** Milliseconds after which every replica should have the write. @default never */
  readonly everywhereMs?: () => number;
  /** Milliseconds of pauses after which it is given up, unless attempts agree. @default what the process waits */
  readonly timeoutMs?: () => number;
  /** What is wrong when it is given up. @default nothing: it ends */
  readonly timeoutMessage?: string;
  /** What the lag can be estimated from. */
  readonly learn?: (course: Course) => void;
}

/** Milliseconds between reads that do not agree although the write is old enough. */
const disagreementPauseMs = 250;

export class Wait {
  readonly #startedAt: number;
  #attemptedAt = 0;
  #agreedAt = 0;
  #verdict: Verdict | undefined;
  #agreed = 0;
  #wasWrong = false;
  #pauseMs: number;
  #pausedMs = 0;
  #writtenAt: number;

  constructor(
    private readonly policy: Policy,
    private readonly timing: Timing,
  ) {
    this.#startedAt = timing.now();
    this.#writtenAt = this.#startedAt;
    this.#pauseMs = policy.pauseMs;
  }

  /** Whether this attempt was made late enough to be the last. */
  get isDue(): boolean {
    return this.#attemptedAt >= (this.policy.notBefore?.() ?? -Infinity);
  }

  /**
   * Whether there is another attempt to make, once its time has come.
   * @throws EntraError NOT_YET_VISIBLE when it is given up, where the policy says what is wrong then
   */
  async again(): Promise<boolean> {
    const { delayMs = 0, timeoutMessage, timeoutMs = () => this.timing.timeoutMs } = this.policy;
    if (this.#verdict === undefined) {
      if (delayMs > 0) await this.timing.pause(delayMs);
      return this.#attempt();
    }
    if (this.#isOver(this.#verdict)) return this.#end(this.#verdict);
    const pauseMs = this.#nextPauseMs();
    if (this.#verdict !== "agrees" && this.#pausedMs + pauseMs > timeoutMs()) {
      if (timeoutMessage === undefined) return false;
      throw new EntraError("NOT_YET_VISIBLE", timeoutMessage);
    }
    this.#pausedMs += pauseMs;
    await this.timing.pause(pauseMs);
    return this.#attempt();
  }

  /** What the attempt came to that `again` has asked for. */
  record(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#wasWrong ||= verdict === "wrong";
    if (verdict === "differs" || this.#agreed === 0) this.#agreedAt = this.#attemptedAt;
    this.#agreed = verdict === "wrong" ? 0 : verdict === "differs" ? 1 : this.#agreed + 1;
  }

  /** Whether a write that does not show should be sent again: each time that it should be everywhere and is not. */
  isLate(): boolean {
    if (this.timing.now() < this.#writtenAt + (this.policy.everywhereMs?.() ?? Infinity)) return false;
    this.#writtenAt = this.timing.now();
    return true;
  }

  #attempt(): true {
    // A read shows the tenant as it was when it was asked for, however long it waited for a quota.
    this.#attemptedAt = this.timing.now();
    return true;
  }

  #isOver(verdict: Verdict): boolean {
    return verdict === "proof" || (this.#agreed >= this.policy.agreeing(this.#wasWrong) && this.isDue);
  }

  #end(verdict: Verdict): false {
    this.policy.learn?.({
      verdict,
      wasWrong: this.#wasWrong,
      hasPaused: this.#pausedMs > 0,
      startedAt: this.#startedAt,
      agreedAt: this.#agreedAt,
      attemptedAt: this.#attemptedAt,
    });
    return false;
  }

  #nextPauseMs(): number {
    const { notBefore, longestPauseMs = Infinity } = this.policy;
    const pauseMs = this.#pauseMs;
    if (notBefore === undefined) {
      if (this.#agreed === 0) this.#pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      return pauseMs;
    }
    this.#pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    const leftMs = notBefore() - this.timing.now();
    return leftMs > 0 ? Math.min(pauseMs, leftMs) : disagreementPauseMs;
  }
}

/**
 * Until reads show what this process has just written. Where lag was seen recently, the first read comes when the write is
 * expected everywhere, and several in a row must agree, because replicas take turns answering.
 */
export function untilShown(consistency: Consistency): Wait {
  const { timing, lag, isReplicated } = consistency;
  const { timeoutMs, agreeing } = timing;
  const expectedMs = isReplicated() ? Math.min(lag.ms, timeoutMs / 4) : 0;
  return new Wait(
    {
      delayMs: expectedMs,
      pauseMs: Math.max(100, expectedMs / 8),
      longestPauseMs: 5_000,
      agreeing: (wasWrong) => (wasWrong || expectedMs > 0 ? agreeing : 1),
      // Without replicas a write is everywhere at once, but not every answer: it is sent again as rarely as with them.
      everywhereMs: () => Math.max(timing.everywhereMs, everywhereMs(consistency)),
      timeoutMs: () => timeoutMs - expectedMs,
      timeoutMessage: `the tenant did not show the change within ${timeoutMs / 1000} s`,
      // Only what was shown in the end teaches how long that takes: a value that Graph rewrites is never shown.
      learn({ wasWrong, agreedAt, startedAt }) {
        if (wasWrong) lag.saw(agreedAt - startedAt);
        else lag.sawNone();
      },
    },
    timing,
  );
}

/**
 * Until what reads show is certain. The time runs for all objects at once: what an earlier process wrote is older than this one.
 *
 * @param writtenAt when the object may have been written last
 */
export function untilCertain(writtenAt: number, consistency: Consistency): Wait {
  const { timing, lag, isReplicated } = consistency;
  return new Wait(
    {
      pauseMs: 1_000,
      agreeing: () => (isReplicated() ? timing.agreeing : 1),
      notBefore: () => writtenAt + everywhereMs(consistency),
      timeoutMessage: `reads of the tenant were inconsistent (replica lag) for ${timing.timeoutMs / 1000} s`,
      // A slow answer is no lag, nor what it waited for a quota: only what a later read showed otherwise is.
      learn({ verdict, hasPaused, attemptedAt, startedAt }) {
        if (verdict === "proof" && hasPaused) lag.saw(attemptedAt - startedAt);
      },
    },
    timing,
  );
}

/** Until it is found, or not found at the given moment: an earlier search proves nothing, however long it waited for a quota. */
export const untilFound = (at: number, { timing }: Consistency): Wait =>
  new Wait({ pauseMs: 250, longestPauseMs: 10_000, agreeing: () => 1, notBefore: () => at }, timing);

/**
 * Until a write is accepted; the last refusal stands when the time is over.
 *
 * @param limitMs milliseconds of pauses for which the last refusal is waited out
 */
export const untilAccepted = ({ timing }: Consistency, limitMs = (): number => timing.timeoutMs): Wait =>
  new Wait({ pauseMs: 500, longestPauseMs: 10_000, agreeing: () => 1, timeoutMs: limitMs }, timing);
