/** Bringing an object to what is wanted: changes what differs and waits until it shows. */
import { EntraError, sentence } from "../../graph/errors";
import { requireConfirmed } from "./instructions";
import { readUntilShown } from "./reads";
import { Referents } from "./referents";
import { inOrderOf, same, textOf } from "../json";
import type { Actual, Marked } from "../lifecycle";
import { differences, type Presence } from "./presence";

type Properties = Readonly<Record<string, unknown>>;

export class Settlement<Inputs extends object> {
  #known: Actual<Inputs> | undefined;
  /** As the state has it, or since then. */
  #writtenAt: string | undefined;
  readonly #referents: Referents<Inputs>;

  /**
   * @param outputs as the state has them; empty after a create
   * @param known what the create was answered, where that says enough to go on without reading the object first
   */
  constructor(
    readonly object: Presence<Inputs>,
    readonly wanted: Inputs & Marked,
    private readonly olds: Properties,
    known?: Actual<Inputs>,
  ) {
    this.#known = known && { ...known, inputs: inOrderOf(wanted, known.inputs) };
    this.#writtenAt = textOf(olds["writtenAt"]) || undefined;
    this.#referents = new Referents(object.lifecycle, object.run, object.tenant, wanted);
  }

  /**
   * What Graph computed, as far as it was seen: also of an object that could not be brought all the way. And `writtenAt`: when
   * the last write was sent after which a replica may not show the object.
   */
  get outputs(): Properties {
    return { ...this.#known?.outputs, writtenAt: this.#writtenAt };
  }

  /** As it was seen last. */
  get actual(): Actual<Inputs> | undefined {
    return this.#known;
  }

  /** @throws EntraError NOT_YET_VISIBLE, and whatever a request was refused with */
  async ofCreated(): Promise<void> {
    this.#noteWrite();
    const isShown = this.#known === undefined;
    this.#known ??= await readUntilShown(this.object.run, this.#read, (one) => one !== undefined);
    await this.#settle(isShown, true);
  }

  /** @throws EntraError NOT_FOUND when it is gone; otherwise as after a create */
  async ofChanged(): Promise<void> {
    const recentlyWritten = this.object.writtenAt() !== undefined || this.#referents.recentlyWritten();
    this.#known = await this.object.certainly(this.olds, this.#read);
    await this.#settle(true, recentlyWritten);
  }

  #noteWrite(): void {
    this.#writtenAt = new Date(this.object.run.timing.now()).toISOString();
  }

  readonly #read = (): Promise<Actual<Inputs> | undefined> =>
    this.object.read(this.wanted, this.#known?.outputs ?? this.olds);

  /**
   * @param isShown whether what is known was read, and not answered to a write
   * @param recentlyWritten then a replica may not know yet what it refers to
   */
  async #settle(isShown: boolean, recentlyWritten: boolean): Promise<void> {
    const { lifecycle, run, tenant, id } = this.object;
    let left: { readonly before: Actual<Inputs>; readonly onTheWay: Inputs & Marked } | undefined;
    for (let target: (Inputs & Marked) | undefined; target !== this.wanted || !isShown; isShown = true) {
      const now = this.#known;
      if (!now) throw new EntraError("NOT_FOUND", `it is not in tenant ${tenant.name} any more`);
      const next: Inputs & Marked = lifecycle.towards?.(this.wanted, now) ?? this.wanted;
      if (target && next !== this.wanted && same(target, next))
        throw new EntraError("UNEXPECTED_ANSWER", "the update did not converge");
      target = next;
      const change = (from: Actual<Inputs>): Promise<void> => {
        run.journal.written(tenant.id, id);
        // Where Graph says when an object was created, no change of it makes it unseen.
        if (lifecycle.deletedPath === undefined) this.#noteWrite();
        return this.#referents.untilKnown(() => lifecycle.change(tenant, id, next, from), { recentlyWritten });
      };
      const differs = differences(lifecycle, next, now).length > 0;
      if (differs) requireConfirmed(lifecycle, run, next, now);
      if (differs) await change(now).catch((error: unknown) => this.#takeBack(error, left));
      if (differs && next !== this.wanted) left = { before: left?.before ?? now, onTheWay: next };
      if (differs || !isShown) this.#known = await this.#untilShown(next, change);
    }
  }

  /** @throws the error, with what the object is like now */
  async #takeBack(
    error: unknown,
    left: { readonly before: Actual<Inputs>; readonly onTheWay: Inputs & Marked } | undefined,
  ): Promise<never> {
    const { lifecycle, run, tenant, id } = this.object;
    if (left === undefined || !(error instanceof EntraError)) throw error;
    run.journal.written(tenant.id, id);
    const outcome = await lifecycle.takeBack?.(tenant, id, left.before, left.onTheWay);
    if (outcome === undefined) throw error;
    const { code, message, answer } = error;
    throw new EntraError(code, `${sentence(message)} ${outcome}`, { cause: error, answer });
  }

  async #untilShown(
    wanted: Inputs,
    resend: (seen: Actual<Inputs>) => Promise<void>,
  ): Promise<Actual<Inputs> | undefined> {
    const { lifecycle, run } = this.object;
    let differing: string[] = [];
    const shows = (seen: Actual<Inputs> | undefined): boolean =>
      (differing = differences(lifecycle, wanted, seen)).length === 0;
    try {
      return await readUntilShown(run, this.#read, shows, async (one) => one && resend(one));
    } catch (error) {
      if (!(error instanceof EntraError) || error.code !== "NOT_YET_VISIBLE") throw error;
      throw new EntraError(
        error.code,
        `${error.message}: ${differing.join(", ")} ${differing.length === 1 ? "is" : "are"} not as declared`,
      );
    }
  }
}
