/** Deleting what a replica may not know of yet. */
import { undefinedWhenGone } from "../../graph/errors";
import { untilCertain, untilVisible, type Waits } from "../consistency/visibility";

/**
 * Deletes and waits until it shows. That Graph does not find the object is done, unless it was written a moment ago: then
 * the replica that was asked may not know it, and the delete is repeated until it finds it or every replica says so.
 *
 * @param writtenMs when the object was made or changed lately
 */
export async function removeSurely(
  remove: () => Promise<void>,
  read: () => Promise<unknown>,
  writtenMs: number | undefined,
  waits: Waits,
): Promise<void> {
  const removed = (): Promise<boolean> =>
    remove()
      .then(() => true, undefinedWhenGone)
      .then(Boolean);
  await untilCertain(removed, (done) => done || writtenMs === undefined, writtenMs ?? waits.begunMs, waits);
  await untilVisible(
    read,
    (seen) => seen === undefined,
    waits,
    () => remove().catch(undefinedWhenGone),
  );
}
