/** Who has a key, among objects that keep theirs when they are deleted. */
import type { Tenant } from "../../graph/tenant";
import type { Listed, Listing } from "../listing";
import type { Moment } from "./run-memory";
import { allOf, askedAt } from "./shared-list";

/** Where the objects of a kind are. */
export interface Places<Item extends Listed> {
  readonly active: Listing<Item>;
  readonly deleted: Listing<Item>;
}

/**
 * The active ones that have the key, or else the deleted.
 *
 * @param after what the lists must know of
 * @param isRemoved whether this process has deleted it, whatever the list of the active ones shows
 */
export async function keyHolders<Item extends Listed>(
  tenant: Tenant,
  places: Places<Item>,
  has: (one: Item) => boolean,
  after: Moment,
  isRemoved: (one: Item) => boolean,
): Promise<{ readonly active: readonly Item[]; readonly deleted: readonly Item[] }> {
  const holders = (await allOf(tenant, places.active, after)).filter(has);
  const active = holders.filter((one) => !isRemoved(one));
  if (holders.length > 0) return { active, deleted: active.length > 0 ? [] : holders };
  // What was deleted before the one list and after the other would be in neither.
  const deleted = await allOf(tenant, places.deleted, askedAt(tenant, places.active));
  return { active, deleted: deleted.filter(has) };
}
