/** One object in the tenant: what it is like, how certain that is, and how it differs from what was declared. */
import { EntraError, undefinedWhenGone } from "../../graph/errors";
import { replicationVariable } from "../../graph/settings";
import type { Tenant } from "../../graph/tenant";
import { BulkRead, bulkReads } from "../run/bulk-read";
import { inOrderOf, pick, same, textOf } from "../json";
import { optionsOf, type Place } from "../listing";
import { canonicalOf } from "../inputs";
import type { Actual, Lifecycle, Marked } from "../lifecycle";
import { everywhereMs, unseenMs } from "../consistency/consistency";
import type { Run } from "../run/run";
import { readUntilCertain } from "./reads";

type Properties = Readonly<Record<string, unknown>>;
type Seen<Inputs> = Actual<Inputs> | undefined;

export class Presence<Inputs extends object> {
  constructor(
    readonly lifecycle: Lifecycle<Inputs>,
    readonly run: Run,
    readonly tenant: Tenant,
    readonly id: string,
    /** Ids of what it refers to. */
    private readonly referents: readonly string[] = [],
  ) {}

  /** The object as one read shows it, its inputs in the order of what was declared. */
  async read(declared: Partial<Inputs> & Marked, outputs: Properties, bulk?: BulkRead): Promise<Seen<Inputs>> {
    const seen = await this.lifecycle.read(this.tenant, this.id, declared, outputs, bulk);
    // No object has them: they are as the program says.
    const instructions = pick(declared, Object.keys(this.lifecycle.instructions ?? {}));
    return seen && { ...seen, inputs: { ...inOrderOf(declared, seen.inputs), ...instructions } };
  }

  /**
   * How a refresh reads: first out of lists that many share, then alone. Where lists were believed and do not show what the
   * state has, the object itself is asked; one that this process has written is never looked up in a list.
   */
  refreshing(olds: Properties): () => Promise<Seen<Inputs>> {
    const { lifecycle, run, tenant, id } = this;
    const declared = declaredIn(lifecycle, olds);
    const written = run.claims.isClaimed(lifecycle.kind, id) || run.claims.isDeleted(lifecycle.kind, id);
    let bulk = written ? undefined : new BulkRead(bulkReads(tenant, run.timing.now));
    return async () => {
      const first = bulk;
      bulk = undefined;
      const seen = await this.read(declared, olds, first);
      return first?.listed && differences(lifecycle, declared, seen).length > 0 ? this.read(declared, olds) : seen;
    };
  }

  /**
   * What the tenant has by now. A replica that lags must not make Pulumi forget an object, nor show as drift what a run
   * wrote recently; what nobody of this machine wrote recently is believed at once. That it is gone is not believed while
   * the state says that it may be unseen: docs/decisions/0017.
   *
   * @throws EntraError NOT_YET_VISIBLE
   */
  async certainly(olds: Properties, read: () => Promise<Seen<Inputs>>): Promise<Seen<Inputs>> {
    const { lifecycle, run, tenant, id } = this;
    const writtenAt = this.writtenAt();
    const declared = declaredIn(lifecycle, olds);
    const isAsWritten = (seen: Seen<Inputs>): boolean =>
      !run.journal.isDeleting(tenant.id, id) && differences(lifecycle, declared, seen).length === 0;
    const attempt = async (): Promise<{ readonly seen: Seen<Inputs>; readonly isGone: boolean }> => {
      const seen = await read();
      return { seen, isGone: seen === undefined && (await this.isProvenGone(olds)) };
    };
    const { seen, isGone } = await readUntilCertain(run, writtenAt ?? run.startedAt, attempt, (one) =>
      one.seen === undefined
        ? one.isGone
        : this.#showsAll(olds, one.seen) && (writtenAt === undefined || isAsWritten(one.seen)),
    );
    if (!isGone && !this.isExplained(olds) && !this.#showsAll(olds, seen)) throw this.unseen(olds, seen);
    return seen;
  }

  /**
   * Until when it proves nothing that reads do not show the object, because its last write that the state knows of may not
   * be on every replica; undefined when that was long ago.
   */
  unseenUntil(olds: Properties): number | undefined {
    const { run } = this;
    const ms = unseenMs(run);
    const until = Math.max(timeOf(olds["createdDateTime"]), timeOf(olds["writtenAt"])) + ms;
    return ms > 0 && until > run.timing.now() ? until : undefined;
  }

  /** Whether what is missing of an object without a recycle bin is explained by a delete that this machine has sent. */
  isExplained(olds: Properties): boolean {
    const { lifecycle, run, tenant, id } = this;
    if (lifecycle.deletedPath !== undefined) return false;
    const at = run.journal.deletionAt(tenant.id, id, unseenMs(run));
    // Another machine may have made it again since.
    return at !== undefined && at >= timeOf(olds["writtenAt"]);
  }

  /** Whether the object lies where it proves that it is gone. */
  async isProvenGone(olds: Properties): Promise<boolean> {
    const { lifecycle, run, tenant, id } = this;
    if (run.journal.isRestored(tenant.id, id)) return false;
    const item = await this.#itemAt(lifecycle.deletedPath?.(id, olds));
    if (item !== undefined) return !this.#isRestoredSince(item, olds);
    if (await this.isDeletedWithWhole(olds)) return true;
    if (lifecycle.goneWith === undefined) return false;
    // What this machine has deleted recently a replica may not know to be among the deleted items.
    const isDeleted = (one: string): boolean => run.journal.deletedAt(tenant.id, one) !== undefined;
    return this.referents.some(isDeleted) || this.#isThere(lifecycle.goneWith(id));
  }

  /** That it is not shown, or in part only, proves nothing yet. */
  unseen(olds: Properties, seen?: Seen<Inputs>): EntraError {
    const until = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
    const what = seen === undefined ? "it" : "all of it";
    return new EntraError(
      "NOT_YET_VISIBLE",
      `the tenant does not show ${what}. It was written recently, and a replica may not have it yet. ` +
        `Until ${until(this.unseenUntil(olds) ?? 0)} it does not count as deleted. ` +
        `If somebody deleted it permanently, set ${replicationVariable}=0 for one run`,
    );
  }

  /** Whether what is seen may be all there is of the object. */
  #showsAll(olds: Properties, seen: Seen<Inputs>): boolean {
    if (this.unseenUntil(olds) === undefined) return true;
    return seen !== undefined && (this.lifecycle.isWhole?.(declaredIn(this.lifecycle, olds), seen) ?? true);
  }

  /** When a run of this machine wrote it, or restored what it refers to, if replicas may not show that yet. */
  writtenAt = (): number | undefined => {
    const { run, tenant, id } = this;
    return [id, ...this.#restored()]
      .map((one) => run.journal.writtenAt(tenant.id, one, everywhereMs(run)))
      .reduce((last, at) => (at !== undefined && at > (last ?? 0) ? at : last), undefined);
  };

  /** Whether it is deleted with what it is part of: restoring that restores both. */
  async isDeletedWithWhole(olds: Properties): Promise<boolean> {
    return this.#restored().length === 0 && (await this.#isThere(this.lifecycle.deletedWith?.(olds)));
  }

  /** Whether a replica shows it among the deleted items as it was before this stack restored it. */
  #isRestoredSince({ deletedDateTime }: DeletedItem, olds: Properties): boolean {
    return this.unseenUntil(olds) !== undefined && timeOf(deletedDateTime) < timeOf(olds["writtenAt"]);
  }

  #restored = (): string[] => this.referents.filter((id) => this.run.journal.isRestored(this.tenant.id, id));

  #isThere = async (at: Place | undefined): Promise<boolean> => (await this.#itemAt(at)) !== undefined;

  #itemAt = async (at: Place | undefined): Promise<DeletedItem | undefined> =>
    at && this.tenant.get<DeletedItem>(at.path, optionsOf(at)).catch(undefinedWhenGone);
}

interface DeletedItem {
  /** ISO 8601. */
  readonly deletedDateTime?: string;
}

/** Milliseconds since 1970; long ago where it is not known. */
function timeOf(dateTime: unknown): number {
  const time = Date.parse(textOf(dateTime));
  return Number.isNaN(time) ? -Infinity : time;
}

/** Declared properties that the tenant has otherwise. */
export function differences<Inputs extends object>(
  { properties }: Lifecycle<Inputs>,
  wanted: Partial<Inputs>,
  actual: Seen<Inputs>,
): string[] {
  const keys = Object.keys(properties) as (keyof Inputs & string)[];
  const differing: string[] = keys.filter(
    (key) => wanted[key] !== undefined && !same(wanted[key], actual?.inputs[key]),
  );
  return actual?.marked === false ? [...differing, "marker"] : differing;
}

/** What the program declared, as the state remembers it, in canonical form. */
export const declaredIn = <Inputs extends object>(
  { properties }: Lifecycle<Inputs>,
  olds: Properties,
): Partial<Inputs> & Marked => {
  const declared = pick(olds, Object.keys(properties));
  const canonical = inOrderOf(declared, canonicalOf({ properties }, declared));
  return { ...canonical, marker: textOf(olds["marker"]) } as Partial<Inputs> & Marked;
};
