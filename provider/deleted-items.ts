/** What Entra keeps for 30 days after it was deleted. */
import { EntraError } from "./graph/errors";
import type { Tenant } from "./graph/tenant";

export const deletedItem = (id: string): string => `/directory/deletedItems/${encodeURIComponent(id)}`;

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
