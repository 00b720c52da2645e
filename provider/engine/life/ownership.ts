/** Whose an object is: found by its natural key, taken over only when it is ours. */
import { EntraError, undefinedWhenGone } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import type { Search } from "./creation";
import type { Lifecycle, Made, Marked, Match } from "../lifecycle";
import { optionsOf, type Place } from "../listing";
import { Presence } from "./presence";
import { untilCertain } from "../consistency/visibility";
import { stepOf, worded } from "./wording";
import type { World } from "../run/world";

/**
 * The one object of ours with the natural key; brought back when it is soft-deleted.
 *
 * @throws EntraError OWNERSHIP_UNCLEAR when two match, or one that is somebody else's
 */
export async function findOurs<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  world: World,
  tenant: Tenant,
  wanted: Inputs & Marked,
  { after, isThere }: Search,
): Promise<Made<Inputs> | undefined> {
  const found = await lifecycle.find(tenant, wanted, after, (id) => world.claims.isRemoved(lifecycle.kind, id));
  const isLive = await Promise.all(
    found.map(async (match) => {
      if (match.restore !== undefined) return true;
      // Where an id is made of names, what this run deleted comes back with its parent.
      if (!isThere && world.claims.isRemoved(lifecycle.kind, match.id)) return false;
      return !(await isGone(lifecycle, world, tenant, wanted, match));
    }),
  );
  const called = `${lifecycle.noun} "${lifecycle.nameOf(wanted, world.names.of)}"`;
  const matches = found.map((match) => ({ ...match, label: match.label ?? `${called} (${match.id})` }));
  const [match, second] = matches.filter((_, index) => isLive[index]);
  if (!match) return undefined;
  if (second)
    throw new EntraError(
      "OWNERSHIP_UNCLEAR",
      `two objects match: ${match.label} and ${second.label}. ${match.restore ? restoreOne : "Delete the one that is not wanted"}`,
    );
  if (match.notOurs !== undefined)
    throw new EntraError("OWNERSHIP_UNCLEAR", `${match.label} exists already: ${match.notOurs}`);
  if (match.restore) {
    const alsoRestored = await match
      .restore(() => isAlive(lifecycle, world, tenant, wanted, match))
      .catch((error: unknown) => {
        throw worded(error, stepOf(lifecycle, "restore", wanted, world.names));
      });
    world.recent.restored(tenant.id, match.id);
    world.tell(`restored ${match.label} from the deleted items`);
    if (alsoRestored !== undefined) world.warn(`with ${match.label} came back ${alsoRestored}`);
    return { id: match.id, existed: true };
  }
  // What this process has asked for and was not answered is no surprise.
  if (!world.recent.isUnanswered(tenant.id, lifecycle.kind, wanted.marker)) {
    const explains = world.told.inFullBy(whyTakenOver, match.label) === match.label;
    world.warn(`took over ${match.label}${explains ? `. ${whyTakenOver}` : ""}`);
  }
  return { id: match.id, existed: true };
}

const restoreOne =
  "Both are deleted: restore the one that is wanted with POST /v1.0/directory/deletedItems/{id}/restore";

const whyTakenOver =
  "What is taken over is this stack's own by its unique name, its marker or what it is made of, as after an interrupted run or " +
  "when the state was lost. If another stack declares it too, give one of the stacks an owner of its own: `pulumi config set entra-agent-id:owner NAME`";

/** Whether what was deleted is alive: restored, or made again. A replica may go on to show it as it was before. */
async function isAlive<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  world: World,
  tenant: Tenant,
  wanted: Inputs & Marked,
  { id, outputs = {} }: Match,
): Promise<boolean> {
  const object = new Presence(lifecycle, world, tenant, id);
  const deletedMs = world.recent.removedAtMs(tenant.id, id) ?? world.begunMs;
  const read = (): ReturnType<typeof object.read> => object.read(wanted, outputs);
  return (await untilCertain(read, () => false, deletedMs, world)) !== undefined;
}

/**
 * Whether what a list shows was deleted. A list may show that for a while; but what a person has restored since, or made
 * again, is there, whatever this machine noted, and not among the deleted items any more.
 */
async function isGone<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  world: World,
  tenant: Tenant,
  wanted: Inputs & Marked,
  match: Match,
): Promise<boolean> {
  const removedMs = world.recent.removedAtMs(tenant.id, match.id);
  if (removedMs === undefined) return false;
  const place = lifecycle.deletedPath?.(match.id, match.outputs ?? {});
  const deleted = async (at: Place): Promise<boolean> =>
    (await untilCertain(
      () => tenant.get(at.path, optionsOf(at)).catch(undefinedWhenGone),
      (seen) => seen !== undefined,
      removedMs,
      world,
    )) !== undefined;
  return (place !== undefined && (await deleted(place))) || !(await isAlive(lifecycle, world, tenant, wanted, match));
}
