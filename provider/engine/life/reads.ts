/** Reads that are repeated until they can be believed. */
import { same } from "../json";
import { untilCertain, untilShown } from "../consistency/wait";
import type { Run } from "../run/run";

/**
 * Reads after a write until `shows` holds.
 *
 * @param resend sends the write again when it is late: what to write may have been decided by a replica that lagged
 * @throws EntraError NOT_YET_VISIBLE
 */
export async function readUntilShown<T>(
  run: Run,
  read: () => Promise<T>,
  shows: (seen: T) => boolean,
  resend?: (seen: T) => Promise<void>,
): Promise<T> {
  const wait = untilShown(run);
  let seen: T | undefined;
  while (await wait.again()) {
    seen = await read();
    const isShown = shows(seen);
    wait.record(isShown ? "agrees" : "wrong");
    if (!isShown && resend !== undefined && wait.isLate()) await resend(seen);
  }
  return seen as T;
}

/**
 * Reads until what is seen is certain: at once where it is proof; anything else may come from a replica that lags behind a write.
 *
 * @param writtenAt when the object may have been written last
 * @throws EntraError NOT_YET_VISIBLE
 */
export async function readUntilCertain<T>(
  run: Run,
  writtenAt: number,
  read: () => Promise<T>,
  isProof: (seen: T) => boolean | Promise<boolean>,
): Promise<T> {
  const wait = untilCertain(writtenAt, run);
  let seen: { readonly now: T } | undefined;
  while (await wait.again()) {
    const before = seen;
    seen = { now: await read() };
    const agrees = before === undefined || same(seen.now, before.now);
    wait.record((await isProof(seen.now)) ? "proof" : agrees ? "agrees" : "differs");
  }
  return seen?.now as T;
}
