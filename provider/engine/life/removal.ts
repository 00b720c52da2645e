/** Deleting what a replica may not know of yet. */
import { undefinedWhenGone } from "../../graph/errors";
import type { Marked } from "../lifecycle";
import { declaredIn, type Presence } from "./presence";
import { readUntilCertain, readUntilShown } from "./reads";

type Properties = Readonly<Record<string, unknown>>;

/** What this machine knew of an object before it recorded its delete. */
interface KnownBefore {
  /** When it was created or changed recently. */
  readonly writtenAt: number | undefined;
  /** Whether an earlier delete explains that reads do not show it. */
  readonly isExplained: boolean;
}

/**
 * Deletes and waits until it shows. If Graph does not find the object, the delete is complete, unless it was recently written: then
 * the replica that was asked may not know it, and the delete is repeated until it finds it or every replica says so.
 *
 * @param olds as the state has it: while it may be unseen, only its place among the deleted items proves that it is gone
 * @param before what this machine knew before it recorded this delete
 * @throws EntraError NOT_YET_VISIBLE
 */
export async function removeSurely<Inputs extends object>(
  object: Presence<Inputs>,
  olds: Properties,
  remove: () => Promise<void>,
  before: KnownBefore,
): Promise<void> {
  const { lifecycle, run, tenant, id } = object;
  const { writtenAt, isExplained } = before;
  const declared: Partial<Inputs> & Marked = declaredIn(lifecycle, olds);
  const read = () => object.read(declared, olds);
  const mayBeUnseen = object.unseenUntil(olds) !== undefined;
  const attempt = async (): Promise<{ readonly isDone: boolean; readonly isGone: boolean }> => {
    const isDone = await remove().then(() => true, undefinedWhenGone);
    return { isDone: isDone === true, isGone: !isDone && mayBeUnseen && (await object.isProvenGone(olds)) };
  };
  const { isDone, isGone } = await readUntilCertain(
    run,
    writtenAt ?? run.startedAt,
    attempt,
    (one) => one.isDone || (mayBeUnseen ? one.isGone : writtenAt === undefined),
  );
  if (mayBeUnseen && !isDone && !isGone && !isExplained) {
    // Nothing was found to delete: for the next run, this delete explains nothing.
    run.journal.written(tenant.id, id);
    throw object.unseen(olds);
  }
  await readUntilShown(
    run,
    read,
    (seen) => seen === undefined,
    () => remove().catch(undefinedWhenGone),
  );
}

/**
 * What is made of several objects is deleted as far as a read shows it: waits until that is all of it.
 *
 * @throws EntraError NOT_YET_VISIBLE
 */
export async function untilWhole<Inputs extends object>(object: Presence<Inputs>, olds: Properties): Promise<void> {
  const { lifecycle } = object;
  if (lifecycle.isWhole === undefined || object.unseenUntil(olds) === undefined) return;
  await object.certainly(olds, () => object.read(declaredIn(lifecycle, olds), olds));
}
