/** How long Graph asks us to wait. */

const seconds = /^\d+(\.\d+)?$/;
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Milliseconds that `Retry-After` asks for, rounded up; undefined when it is absent or cannot be read.
 *
 * Graph sends whole seconds, decimals (2.128 in its documentation) and HTTP dates, and some workloads send none.
 * A date is compared with the answer's own `Date`, so a clock that is wrong on either side does not matter.
 *
 * @param now milliseconds since 1970, for answers without a `Date`
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const asked = headers.get("retry-after")?.trim();
  if (asked === undefined) return undefined;
  if (seconds.test(asked)) return Math.ceil(Number(asked) * 1000);
  const until = timeOf(asked);
  return until === undefined ? undefined : Math.max(0, until - (timeOf(headers.get("date")) ?? now));
}

/** Milliseconds since 1970 that an HTTP date names. */
export function timeOf(text: string | null): number | undefined {
  if (text === null || !httpDate.test(text.trim())) return undefined;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
