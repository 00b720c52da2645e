/** Lists that all resources of a run share: looking for a hundred policies before creating them costs one. */
import type { Tenant } from "../../graph/tenant";
import { addressOf, type Listed, type Listing, optionsOf, pathOf } from "../listing";
import { askable, filteredList } from "./filtered-list";
import { type Moment, RunMemory } from "./run-memory";

const lists = new RunMemory<readonly Listed[]>();

/**
 * Everything in the list, in pages.
 *
 * @param after what the list must know of: it is asked for anew where it was last asked for before
 */
export async function allOf<Item extends Listed>(
  tenant: Tenant,
  listing: Listing<Item>,
  after: Moment,
): Promise<readonly Item[]> {
  return filteredList(tenant, listing, async (asked) => {
    const ask = () => tenant.list<Item>(pathOf(asked), optionsOf(asked));
    // What an address shows is always read as the same items.
    return (await lists.of(tenant, addressOf(asked), ask, after)) as readonly Item[];
  });
}

/** When the list was last asked for; 0 where it was not. */
export const askedAt = (tenant: Tenant, listing: Listing): Moment =>
  lists.askedAt(tenant, addressOf(askable(tenant, listing)));
