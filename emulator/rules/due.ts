/** What happens in a tenant by itself once its time has come: clean-ups, and the end of what was deleted. */
import type { Surroundings } from "../entities/entity";
import type { Switches } from "../switches/values";
import { cleanUp } from "./cascade";
import { cleanUpKind, expire, expiryKind } from "./deletion";

/**
 * Does everything that is due, as of the time it was due. One cheap look when nothing is. Not inside a transaction: it
 * opens its own.
 */
export function catchUp({ store: primary }: Pick<Surroundings, "store">, now: Date, switches: Switches): void {
  if (!primary.hasDue(now)) return;
  primary.transaction("write", () => {
    const store = primary.seenBy({ lag: null, replica: 0, now, reads: false });
    // Work makes work: what a clean-up deletes expires 30 days later, which can be over as well.
    for (let tasks = store.takeDue(now); tasks.length > 0; tasks = store.takeDue(now)) {
      for (const { dueAt, kind, payload } of tasks) {
        if (kind === cleanUpKind) cleanUp({ store, switches, now: new Date(dueAt) }, payload);
        else if (kind === expiryKind) expire(store, payload);
      }
    }
  });
}
