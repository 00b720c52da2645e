/** What Entra keeps for 30 days after it was deleted. */
import type { Place } from "../engine/listing";
import { EntraError } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

export const deletedItem = (id: string): string => `/directory/deletedItems/${encodeURIComponent(id)}`;

/** The same where a life cycle says where its object is. */
export const deletedPlace = (id: string): Place => ({ path: deletedItem(id) });

/**
 * What is restored with an object, as a phrase. Once it is restored, that this cannot be read undoes nothing: then the phrase
 * says where to look.
 *
 * @param what plural: "permissions"
 * @param paths of the lists that `read` reads
 */
export async function restoredWith(
  tenant: Tenant,
  what: string,
  paths: readonly string[],
  read: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    const lists = paths.map((path) => `GET ${tenant.url(path)}`).join(", ");
    return `perhaps ${what} that no program declares: they could not be read (${error.code}). Have somebody who may look at ${lists}`;
  }
}

/**
 * Brings an object back. When the answer is lost it is asked for again, and Graph finds nothing to restore: that is done,
 * where the object is alive.
 *
 * @param isAlive whether it is for certain, whatever a replica shows
 * @throws EntraError NOT_FOUND when it is neither alive nor among the deleted
 */
export async function restoreDeleted(tenant: Tenant, id: string, isAlive: () => Promise<boolean>): Promise<void> {
  try {
    await tenant.post(`${deletedItem(id)}/restore`, {}, { repeatable: true });
  } catch (error) {
    if (!(error instanceof EntraError) || error.code !== "NOT_FOUND" || !(await isAlive())) throw error;
  }
}
