/** Whose an object is: found by its natural key, taken over only when it is ours. */
import { EntraError } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import type { Lifecycle, Made, Marked } from "./lifecycle";
import type { World } from "./world";

/**
 * The one object of ours with the natural key; brought back when it is soft-deleted.
 *
 * @param evenRemoved whether one counts that was deleted lately: where an id is made of names, it comes back with its parent
 * @throws EntraError OWNERSHIP_UNCLEAR when two match, or one that is somebody else's
 */
export async function findOurs<Inputs extends object>(
  lifecycle: Lifecycle<Inputs>,
  world: World,
  tenant: Tenant,
  wanted: Inputs & Marked,
  fresh: boolean,
  evenRemoved: boolean,
): Promise<Made<Inputs> | undefined> {
  const matches = (await lifecycle.find(tenant, wanted, fresh)).filter(
    // A list may show for a while what was deleted.
    ({ id, restore }) =>
      evenRemoved ||
      restore !== undefined ||
      !(world.claims.isRemoved(lifecycle.kind, id) || world.recent.isRemoved(tenant.id, id)),
  );
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
    await match.restore();
    world.recent.restored(tenant.id, match.id);
    world.tell(`restored ${match.label} from the deleted items`);
    return { id: match.id, existed: true };
  }
  world.warn(
    `took over ${match.label}: it bears the key of this resource, as after an interrupted run. ` +
      "If another stack declares it, give one of them its own name with `pulumi config set entra-agent-id:owner NAME`",
  );
  return { id: match.id, existed: true };
}
