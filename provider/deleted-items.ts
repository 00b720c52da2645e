/** What Entra keeps for 30 days after it was deleted. */
import { EntraError, undefinedWhenGone } from "./graph/errors";
import type { Tenant } from "./graph/tenant";

export const deletedItem = (id: string): string => `/directory/deletedItems/${encodeURIComponent(id)}`;

/**
 * Brings an object back. When the answer is lost it is asked for again, and Graph finds nothing to restore: that is done,
 * where the object is alive.
 *
 * @param living path of the object once it is back
 * @throws EntraError NOT_FOUND when it is neither alive nor among the deleted
 */
export async function restoreDeleted(tenant: Tenant, id: string, living: string): Promise<void> {
  try {
    await tenant.post(`${deletedItem(id)}/restore`, {}, { repeatable: true });
  } catch (error) {
    if (!(error instanceof EntraError) || error.code !== "NOT_FOUND") throw error;
    const alive = await tenant.get<object>(living).catch(undefinedWhenGone);
    if (!alive) throw error;
  }
}
