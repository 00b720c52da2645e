/** Who has a key, among objects that keep theirs when they are deleted. */
import type { Tenant } from "../../graph/tenant";
import { type Moment, RunMemory } from "./run-memory";

export class KeyHolders<T> {
  readonly #lists = new RunMemory<readonly T[]>();

  /**
   * @param collection path of the active ones
   * @param deletedItems path of the deleted ones
   */
  constructor(
    private readonly collection: string,
    private readonly deletedItems: string,
  ) {}

  /**
   * The active ones, or else the deleted.
   *
   * @param after what the lists must know of
   * @param isRemoved whether this process has deleted it, whatever the list of the active ones shows
   */
  async of(
    tenant: Tenant,
    has: (one: T) => boolean,
    after: Moment,
    isRemoved: (one: T) => boolean,
  ): Promise<{ readonly active: readonly T[]; readonly deleted: readonly T[] }> {
    const listed = await this.#lists.of(tenant, "active", () => tenant.list<T>(this.collection), after);
    const holders = listed.filter(has);
    const active = holders.filter((one) => !isRemoved(one));
    if (holders.length > 0) return { active, deleted: active.length > 0 ? [] : holders };
    // What was deleted before the one list and after the other would be in neither.
    const since = this.#lists.askedAt(tenant, "active");
    const deleted = await this.#lists.of(tenant, "deleted", () => tenant.list<T>(this.deletedItems), since);
    return { active, deleted: deleted.filter(has) };
  }
}
