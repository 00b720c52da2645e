/** Where the object of a resource comes from: it is found, or created exactly once, on a service whose answers get lost. */
import { EntraError, type EntraErrorCode } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import { everywhereMs, unansweredMs, unseenMs } from "../consistency/consistency";
import { untilFound } from "../consistency/wait";
import type { CreateKey } from "../consistency/write-journal";
import { same } from "../json";
import type { Lifecycle, Made, Marked, OtherCreate } from "../lifecycle";
import { lastSearchAt, moment, type Moment } from "../run/run-memory";
import type { Run } from "../run/run";
import { createKey, findOwn } from "./ownership";
import { Presence } from "./presence";
import { Referents } from "./referents";

export class Creation<Inputs extends object> {
  readonly #parents: readonly string[];
  readonly #referents: Referents<Inputs>;
  /** How it is created. */
  #way: Pick<OtherCreate<Inputs>, "create" | "duplicateCreate">;

  constructor(
    private readonly lifecycle: Lifecycle<Inputs>,
    private readonly run: Run,
    private readonly tenant: Tenant,
    private readonly wanted: Inputs & Marked,
  ) {
    this.#parents = lifecycle.refersTo?.(wanted) ?? [];
    this.#referents = new Referents(lifecycle, run, tenant, wanted);
    this.#way = lifecycle;
  }

  /** The object, if there is one of ours. */
  async find(): Promise<Made<Inputs> | undefined> {
    // Nothing belongs yet to what this process has created itself.
    if (this.#hasNewReferent()) return undefined;
    return this.#search({ after: 0, isThere: false });
  }

  /** Creates the object, where none was found, in the usual way or, where that is ruled out, in the other one of its kind. */
  async createOnce(): Promise<Made<Inputs>> {
    const { lifecycle, run, tenant, wanted } = this;
    const { otherCreate } = lifecycle;
    if (!otherCreate) return this.#createOnce();
    const isRuledOut = ruledOut.get(tenant) ?? new Map<string, EntraError>();
    ruledOut.set(tenant, isRuledOut);
    const earlier = isRuledOut.get(lifecycle.kind);
    const isOut = earlier !== undefined && otherCreate.isFor(earlier, wanted);
    let outcome = isOut ? earlier : await this.#unlessRuledOut(otherCreate);
    // What is not permitted stays so. Any other refusal may be of one replica, for a moment: it counts when it comes twice.
    if (outcome instanceof EntraError && outcome.code !== "FORBIDDEN")
      outcome = await this.#unlessRuledOut(otherCreate);
    if (!(outcome instanceof EntraError)) return outcome;
    const refusal = outcome;
    this.#way = otherCreate;
    try {
      const made = await this.#createOnce();
      // Any other refusal may be about this object alone.
      if (refusal.code === "FORBIDDEN") isRuledOut.set(lifecycle.kind, refusal);
      const name = lifecycle.nameOf(wanted, run.names.of);
      if (!made.existed)
        run.warn(`${lifecycle.noun} "${name}" ${otherCreate.consequence(refusal.message.replace(/\.$/, ""))}`);
      return made;
    } catch (error) {
      // Neither is permitted: the usual one is what to ask for.
      throw codeOf(error) === "FORBIDDEN" && refusal.code === "FORBIDDEN" ? refusal : error;
    }
  }

  /** Creates the object in the usual way, or returns the refusal that speaks for the other one. */
  async #unlessRuledOut(otherCreate: OtherCreate<Inputs>): Promise<Made<Inputs> | EntraError> {
    try {
      return await this.#createOnce();
    } catch (error) {
      if (!(error instanceof EntraError) || !otherCreate.isFor(error, this.wanted)) throw error;
      return error;
    }
  }

  /**
   * Creates the object, where none was found. The create is sent once. When its answer is lost, or was lost with an earlier
   * process, the object is looked for before it is sent again: for a moment where Graph itself refuses a duplicate, and as
   * long as it may take to show where nothing else would prevent one.
   */
  async #createOnce(): Promise<Made<Inputs>> {
    const { run } = this;
    const mayShowUntil = this.#mayShowUntil();
    const isUnsettled = this.#isUnsettled();
    // The time counts from the earlier run, so it passes for all that it requested at once. Where it has passed since this
    // process began, the list that all resources share may be older.
    if (mayShowUntil !== undefined && mayShowUntil > run.startedAt) {
      const found = await this.#searchUntil(mayShowUntil, 0, "was requested by a run a moment ago");
      if (found !== undefined) return found;
    }
    const earlier = await this.#madeEarlier();
    if (earlier !== undefined) return earlier;
    const sentAt = moment();
    try {
      return await this.#send();
    } catch (error) {
      if (codeOf(error) !== "ANSWER_LOST") return this.#existing(error, sentAt, isUnsettled);
    }
    const isAllowed = this.#way.duplicateCreate === "allowed";
    const searchMs = isAllowed ? unansweredMs(run) : Math.min(2_000, unansweredMs(run));
    const found = await this.#searchUntil(run.timing.now() + searchMs, sentAt, "was requested and not answered");
    if (found !== undefined) return found;
    return this.#send().catch((error: unknown) => this.#existing(error, sentAt, isUnsettled));
  }

  /**
   * What an earlier run of this machine made, and the state has lost, may be on no replica that was asked, or only a list may
   * lack it: where Graph would make a second one, it is asked for by its id, and none is made while it may be unseen.
   *
   * @returns it, unless it is the one that is to be replaced
   * @throws EntraError NOT_YET_VISIBLE
   */
  async #madeEarlier(): Promise<Made<Inputs> | undefined> {
    const { lifecycle, run, tenant, wanted } = this;
    if (this.#way.duplicateCreate !== "allowed" || this.#hasNewReferent()) return undefined;
    const made = run.journal.made(this.#keyOf(this.#way), unseenMs(run));
    if (made === undefined) return undefined;
    const object = new Presence(lifecycle, run, tenant, made.id);
    const olds = { ...wanted, writtenAt: new Date(made.at).toISOString() };
    const seen = await object.certainly(olds, () => object.read(wanted, {}));
    const isWanted = seen !== undefined && lifecycle.replacedBy.every((key) => same(seen.inputs[key], wanted[key]));
    return isWanted ? { id: made.id, existed: true } : undefined;
  }

  /**
   * What Graph refuses because it is there already; a name that is taken is 409 for some objects and a plain 400 for others.
   *
   * @throws the refusal, when it is not there
   */
  async #existing(refusal: unknown, after: Moment, isUnsettled: boolean): Promise<Made<Inputs>> {
    const { run } = this;
    const isConflict = codeOf(refusal) === "CONFLICT";
    // Where duplicates are allowed, no create is refused for one.
    const mayExist = isConflict || codeOf(refusal) === "REFUSED";
    if (!mayExist || this.#way.duplicateCreate === "allowed") throw refusal;
    // A 409 says that it is there, and a replica may say so later. A 400 may mean anything: where nothing lags, one search.
    const mayLag = isUnsettled || run.lag.ms > 0;
    const searchMs = isConflict ? unansweredMs(run) : mayLag ? everywhereMs(run) : 0;
    const found = await this.#searchUntil(run.timing.now() + searchMs, after, undefined, isConflict);
    if (found !== undefined) return found;
    // The refusal came from a replica that still had the one that this machine has just deleted.
    if (isConflict && isUnsettled) return this.#send();
    throw refusal;
  }

  /**
   * Searches until the object is found or the moment has come. All resources that search until the same moment share one
   * list for their last search; before that, each takes the list that anybody requested since its last search.
   *
   * @param why for the person who waits
   * @param isThere whether Graph has just said that it is
   */
  async #searchUntil(at: number, after: Moment, why?: string, isThere = false): Promise<Made<Inputs> | undefined> {
    const { lifecycle, run, wanted } = this;
    const leftMs = at - run.timing.now();
    if (why !== undefined && leftMs > 0)
      run.progress(
        `${lifecycle.noun} "${lifecycle.nameOf(wanted, run.names.of)}" ${why}: ` +
          `looking for it for up to ${Math.ceil(leftMs / 1000)} s before it is requested again`,
      );
    const wait = untilFound(at, run);
    let searchedAt = after;
    let found: Made<Inputs> | undefined;
    while (await wait.again()) {
      found = await this.#search({ after: wait.isDue ? lastSearchAt(run.timing, at) : searchedAt, isThere });
      searchedAt = moment();
      wait.record(found === undefined ? "agrees" : "proof");
    }
    return found;
  }

  #search({
    after,
    isThere,
  }: {
    readonly after: Moment;
    readonly isThere: boolean;
  }): Promise<Made<Inputs> | undefined> {
    const { lifecycle, run, tenant, wanted } = this;
    let known = after;
    // What was deleted recently a replica may not know to be among the deleted items; or somebody has restored it.
    const search = (): Promise<Made<Inputs> | undefined> => {
      const since = known;
      known = moment();
      return findOwn(lifecycle, run, tenant, wanted, { after: since, isThere });
    };
    const recentlyWritten = this.#referents.recentlyWritten() || this.#isUnsettled();
    return this.#referents.untilKnown(search, { recentlyWritten, reads: true });
  }

  async #send(): Promise<Made<Inputs>> {
    const { run, tenant, wanted } = this;
    const way = this.#way;
    const key = this.#keyOf(way);
    run.journal.requested(key);
    try {
      const made = await this.#referents.untilKnown(() => way.create(tenant, wanted));
      run.journal.created(key, made.id);
      run.claims.recordCreated(made.id);
      return made;
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined && hadNoEffect(code)) run.journal.refused(key);
      throw error;
    }
  }

  /** Until when an object may exist that no read shows yet, although Graph would allow a duplicate; undefined when there is none. */
  #mayShowUntil(): number | undefined {
    const { lifecycle, run } = this;
    if (this.#hasNewReferent()) return undefined;
    const created = everywhereMs(run);
    // An earlier run may have made it in the other way.
    const times = [lifecycle, lifecycle.otherCreate].flatMap((way) => {
      if (!way || way.duplicateCreate === "refused") return [];
      // A deleted object must be restored from the deleted items: Graph would create a duplicate next to it.
      const deleted = way.duplicateCreate === "refused while active" ? { deleted: created } : {};
      const until = run.journal.mayShowUntil(this.#keyOf(way), { requested: unansweredMs(run), created, ...deleted });
      return until === undefined ? [] : [until];
    });
    return times.length === 0 ? undefined : Math.max(...times);
  }

  #keyOf = (way: object): CreateKey => createKey(this.lifecycle, this.tenant, this.wanted, way);

  #isUnsettled = (): boolean => this.run.journal.isUnsettled(this.#keyOf(this.#way));
  #hasNewReferent = (): boolean => this.#parents.some(this.run.claims.isCreated);
}

/** The missing permissions for which kinds are created in their other way, for the rest of the run. */
const ruledOut = new WeakMap<Tenant, Map<string, EntraError>>();

const codeOf = (error: unknown): EntraErrorCode | undefined => (error instanceof EntraError ? error.code : undefined);

/** Every code but those after which nobody knows. */
const hadNoEffect = (code: EntraErrorCode): boolean => code !== "ANSWER_LOST" && code !== "UNEXPECTED_ANSWER";
