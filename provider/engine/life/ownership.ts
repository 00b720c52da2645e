/** Whose an object is: found by its natural key, recovered only when it is this resource's own. */
import { EntraError, undefinedWhenGone } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import type { Lifecycle, Made, Marked, Match } from "../lifecycle";
import { optionsOf, type Place } from "../listing";
import type { Run } from "../run/run";
import type { Moment } from "../run/run-memory";
import type { CreateKey } from "../consistency/write-journal";
import { Presence } from "./presence";
import { readUntilCertain } from "./reads";
import { stepOf, worded } from "./wording";

/** What the write journal knows a create by: of the two ways it keeps apart which one was taken, because they are not awaited alike. */
export function createKey<Inputs extends object>(
  { kind, otherCreate }: Lifecycle<Inputs>,
  { id: tenantId }: Tenant,
  { marker }: Marked,
  way?: object,
): CreateKey {
  return { tenantId, kind: way !== undefined && way === otherCreate ? `${kind} otherwise` : kind, marker };
}

/** The same for each way that there is. */
export const createKeys = <Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  tenant: Tenant,
  marked: Marked,
): CreateKey[] =>
  [lifecycle, lifecycle.otherCreate].flatMap((way) => (way ? [createKey(lifecycle, tenant, marked, way)] : []));

/** How an object is searched for. */
export interface Search {
  /** A list is believed that was asked for after this moment. */
  readonly after: Moment;
  /** Whether Graph has just said that the object is there: then an object counts even if the write journal says that it was deleted. */
  readonly isThere: boolean;
}

/**
 * This resource's own object with the natural key; restored when it is soft-deleted.
 *
 * @throws EntraError OWNERSHIP_UNCLEAR when two match, or one that is somebody else's
 */
export async function findOwn<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  run: Run,
  tenant: Tenant,
  wanted: Inputs & Marked,
  { after, isThere }: Search,
): Promise<Made<Inputs> | undefined> {
  const found = await lifecycle.find(tenant, wanted, after, (id) => run.claims.isDeleted(lifecycle.kind, id));
  const isLive = await Promise.all(
    found.map(async (match) => {
      if (match.restore !== undefined) return true;
      // Where an id is made of names, what this run deleted comes back with its parent.
      if (!isThere && run.claims.isDeleted(lifecycle.kind, match.id)) return false;
      return !(await isGone(lifecycle, run, tenant, wanted, match));
    }),
  );
  const called = `${lifecycle.noun} "${lifecycle.nameOf(wanted, run.names.of)}"`;
  const matches = found.map((match) => ({ ...match, label: match.label ?? `${called} (${match.id})` }));
  const [match, second] = matches.filter((_, index) => isLive[index]);
  if (!match) return undefined;
  if (second)
    throw new EntraError(
      "OWNERSHIP_UNCLEAR",
      `two objects match: ${match.label} and ${second.label}. ${match.restore ? restoreOne : "Delete the one that is not wanted"}`,
    );
  run.claims.refuseOther(lifecycle.kind, match.id, wanted.marker);
  if (match.notOurs !== undefined)
    throw new EntraError("OWNERSHIP_UNCLEAR", `${match.label} exists already: ${match.notOurs}`);
  if (match.restore) {
    const alsoRestored = await match
      .restore(() => isAlive(lifecycle, run, tenant, wanted, match))
      .catch((error: unknown) => {
        throw worded(error, stepOf(lifecycle, "restore", wanted, run));
      });
    run.journal.restored(tenant.id, match.id);
    run.report(`restored ${match.label} from the deleted items`);
    if (alsoRestored !== undefined) run.warn(`restoring ${match.label} also restored ${alsoRestored}`);
    return { id: match.id, existed: true };
  }
  // What this process has requested and was not answered is no surprise.
  if (!createKeys(lifecycle, tenant, wanted).some(run.journal.isUnanswered)) {
    const explains = run.reasons.firstWith(whyRecovered, match.label) === match.label;
    run.warn(`recovered ${match.label}${explains ? `. ${whyRecovered}` : ""}`);
  }
  return { id: match.id, existed: true };
}

const restoreOne =
  "Both are deleted: restore the one that is wanted with POST /v1.0/directory/deletedItems/{id}/restore";

const whyRecovered =
  "What is recovered is this stack's own by its unique name, its marker or what it is made of, as after an interrupted run or " +
  "when the state was lost. If another stack declares it too, give one of the stacks an owner of its own: `pulumi config set entra-agent-id:owner NAME`";

/** Whether what was deleted is alive: restored, or made again. A replica may go on to show it as it was before. */
async function isAlive<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  run: Run,
  tenant: Tenant,
  wanted: Inputs & Marked,
  { id, outputs = {} }: Match,
): Promise<boolean> {
  const object = new Presence(lifecycle, run, tenant, id);
  const deletedAt = run.journal.deletedAt(tenant.id, id) ?? run.startedAt;
  const read = (): ReturnType<typeof object.read> => object.read(wanted, outputs);
  return (await readUntilCertain(run, deletedAt, read, () => false)) !== undefined;
}

/**
 * Whether what a list shows was deleted. A list may show that for a while; but what somebody has restored or created
 * again since then exists, whatever the write journal says, and is not among the deleted items any more.
 */
async function isGone<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  run: Run,
  tenant: Tenant,
  wanted: Inputs & Marked,
  match: Match,
): Promise<boolean> {
  const deletedAt = run.journal.deletedAt(tenant.id, match.id);
  if (deletedAt === undefined) return false;
  const place = lifecycle.deletedPath?.(match.id, match.outputs ?? {});
  const isDeleted = async (at: Place): Promise<boolean> =>
    (await readUntilCertain(
      run,
      deletedAt,
      () => tenant.get(at.path, optionsOf(at)).catch(undefinedWhenGone),
      (seen) => seen !== undefined,
    )) !== undefined;
  return (place !== undefined && (await isDeleted(place))) || !(await isAlive(lifecycle, run, tenant, wanted, match));
}
