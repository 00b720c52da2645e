/** Deleting what a replica may not know of yet. */
import { undefinedWhenGone } from "../../graph/errors";
import type { Run } from "../run/run";
import { readUntilCertain, readUntilShown } from "./reads";

/**
 * Deletes and waits until it shows. If Graph does not find the object, the delete is complete, unless it was recently written: then
 * the replica that was asked may not know it, and the delete is repeated until it finds it or every replica says so.
 *
 * @param writtenAt when the object was created or changed lately
 */
export async function removeSurely(
  run: Run,
  remove: () => Promise<void>,
  read: () => Promise<unknown>,
  writtenAt: number | undefined,
): Promise<void> {
  const isRemoved = (): Promise<boolean> =>
    remove()
      .then(() => true, undefinedWhenGone)
      .then(Boolean);
  await readUntilCertain(run, writtenAt ?? run.startedAt, isRemoved, (done) => done || writtenAt === undefined);
  await readUntilShown(
    run,
    read,
    (seen) => seen === undefined,
    () => remove().catch(undefinedWhenGone),
  );
}
