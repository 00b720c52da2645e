/** Whose an object is: found by its natural key, taken over only when it is ours. */
import { EntraError, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import type { Lifecycle, Made, Marked, Match } from "./lifecycle";
import type { Moment } from "./run-memory";
import { untilCertain } from "./visibility";
import type { World } from "./world";

/**
 * The one object of ours with the natural key; brought back when it is soft-deleted.
 *
 * @param after what a list must know of that is believed
 * @param evenRemoved whether one counts that was deleted lately: where an id is made of names, it comes back with its parent
 * @throws EntraError OWNERSHIP_UNCLEAR when two match, or one that is somebody else's
 */
export async function findOurs<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  world: World,
  tenant: Tenant,
  wanted: Inputs & Marked,
  after: Moment,
  evenRemoved: boolean,
): Promise<Made<Inputs> | undefined> {
  const found = await lifecycle.find(tenant, wanted, after, (id) => world.claims.isRemoved(lifecycle.kind, id));
  const isLive = await Promise.all(
    found.map(
      async (match) => evenRemoved || match.restore !== undefined || !(await isGone(lifecycle, world, tenant, match)),
    ),
  );
  const matches = found.filter((_, index) => isLive[index]);
  const [match, second] = matches;
  if (!match) return undefined;
  if (second)
    throw new EntraError(
      "OWNERSHIP_UNCLEAR",
      `two objects match: ${match.label} and ${second.label}. Delete the one that is not wanted`,
    );
  if (match.notOurs !== undefined)
    throw new EntraError("OWNERSHIP_UNCLEAR", `${match.label} exists already: ${match.notOurs}`);
  if (match.restore) {
    const cameBack = await match.restore();
    world.recent.restored(tenant.id, match.id);
    world.tell(`restored ${match.label} from the deleted items`);
    if (cameBack !== undefined) world.warn(`with ${match.label} came back ${cameBack}`);
    return { id: match.id, existed: true };
  }
  // What this process has asked for and was not answered is no surprise.
  if (!world.recent.isUnanswered(tenant.id, lifecycle.kind, wanted.marker))
    world.warn(
      `took over ${match.label}: it bears the key of this resource, as after an interrupted run. ` +
        "If another stack declares it, give one of them its own name with `pulumi config set entra-agent-id:owner NAME`",
    );
  return { id: match.id, existed: true };
}

/**
 * Whether what a list shows was deleted. A list may show that for a while; but what a person has restored since is there,
 * whatever this machine noted, and not among the deleted items any more.
 */
async function isGone<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  world: World,
  tenant: Tenant,
  { id, deletedPath }: Match,
): Promise<boolean> {
  if (world.claims.isRemoved(lifecycle.kind, id)) return true;
  const removedMs = world.recent.removedAtMs(tenant.id, id);
  if (removedMs === undefined) return false;
  // Graph itself refuses a second object with the same key.
  const path = deletedPath ?? (lifecycle.keyed ? undefined : lifecycle.deletedPath?.(id, {}));
  if (path === undefined) return true;
  const deleted = (): Promise<unknown> => tenant.get(path).catch(undefinedWhenGone);
  return (await untilCertain(deleted, (seen) => seen !== undefined, removedMs, world)) !== undefined;
}
