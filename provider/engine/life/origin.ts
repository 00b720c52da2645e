/** Where the object of a resource comes from: it is found, or made exactly once. */
import { EntraError, type EntraErrorCode } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import { createOnce, type Search, untilReferentsShow } from "./creation";
import type { Lifecycle, Made, Marked } from "../lifecycle";
import { findOurs } from "./ownership";
import { Presence } from "./presence";
import { moment } from "../run/run-memory";
import { everywhereMs, mayComeMs } from "../consistency/visibility";
import type { World } from "../run/world";

export class Origin<Inputs extends object> {
  readonly #referents: readonly string[];
  /** Whether what it refers to was made or changed so lately that a replica may not know. */
  readonly #young: boolean;
  /** How notes call it. */
  readonly #inNotes: readonly [tenantId: string, kind: string, marker: string];

  constructor(
    private readonly lifecycle: Lifecycle<Inputs>,
    private readonly world: World,
    private readonly tenant: Tenant,
    private readonly wanted: Inputs & Marked,
  ) {
    this.#referents = lifecycle.refersTo?.(wanted) ?? [];
    const named = [...this.#referents, ...(lifecycle.mentions?.(wanted) ?? [])];
    this.#young = named.some((id) => new Presence(lifecycle, world, tenant, id).isYoung());
    this.#inNotes = [tenant.id, lifecycle.kind, wanted.marker];
  }

  /** The object, if there is one of ours. */
  async find(): Promise<Made<Inputs> | undefined> {
    // Nothing hangs yet from what this process has made itself.
    if (this.#referents.some(this.world.claims.isMade)) return undefined;
    return this.#find({ after: 0, isThere: false });
  }

  /** Makes the object, where none was found. */
  async make(): Promise<Made<Inputs>> {
    const { lifecycle, world, wanted } = this;
    return createOnce(
      {
        create: () => this.#create(),
        find: (search) => this.#find(search),
        twin: lifecycle.twin,
        noted: { mayShowUntilMs: this.#mayShowUntilMs(), isUnsettled: this.#isUnsettled() },
        tell: (message) => world.tellWait(`${lifecycle.noun} "${lifecycle.nameOf(wanted, world.names.of)}" ${message}`),
      },
      world,
    );
  }

  /** Until when there may be one unseen beside which Graph would make another; undefined when there is none. */
  #mayShowUntilMs(): number | undefined {
    const { lifecycle, world } = this;
    if (lifecycle.twin === "refused" || this.#referents.some(world.claims.isMade)) return undefined;
    const made = everywhereMs(world);
    // One that was deleted is to be found among the deleted items, where Graph would make another beside it.
    const deleted = lifecycle.twin === "refused while active" ? { removed: made } : {};
    return world.recent.mayShowUntilMs(this.#inNotes, { asked: mayComeMs(world), made, ...deleted });
  }

  #isUnsettled = (): boolean => this.world.recent.isUnsettled(...this.#inNotes);

  #find({ after, isThere }: Search): Promise<Made<Inputs> | undefined> {
    const { lifecycle, world, tenant, wanted } = this;
    let known = after;
    const look = (): Promise<Made<Inputs> | undefined> => {
      const search = { after: known, isThere };
      known = moment();
      return findOurs(lifecycle, world, tenant, wanted, search);
    };
    // What was deleted lately a replica may not know to be among the deleted items; or somebody has brought it back.
    return untilReferentsShow(look, this.#young || this.#isUnsettled(), world.patience);
  }

  async #create(): Promise<Made<Inputs>> {
    const { lifecycle, world, tenant, wanted } = this;
    world.recent.asked(...this.#inNotes);
    try {
      const made = await untilReferentsShow(() => lifecycle.create(tenant, wanted), this.#young, world.patience);
      world.recent.made(...this.#inNotes, made.id);
      world.claims.make(made.id);
      return made;
    } catch (error) {
      if (error instanceof EntraError && hadNoEffect(error.code)) world.recent.refused(...this.#inNotes);
      throw error;
    }
  }
}

/** Every code but those after which nobody knows. */
const hadNoEffect = (code: EntraErrorCode): boolean => code !== "ANSWER_LOST" && code !== "UNEXPECTED_ANSWER";
