/** One object in the tenant: what it is like, how certain that is, and how it differs from what was declared. */
import { undefinedWhenGone } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import { BulkRead, bulkReads } from "../run/bulk-read";
import { inOrderOf, pick, same, textOf } from "../json";
import { optionsOf, type Place } from "../listing";
import { canonicalOf } from "../inputs";
import type { Actual, Lifecycle, Marked } from "../lifecycle";
import { everywhereMs } from "../consistency/consistency";
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
    return seen && { ...seen, inputs: inOrderOf(declared, seen.inputs) };
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
   * wrote a moment ago; what nobody of this machine wrote lately is believed at once.
   */
  async certainly(olds: Properties, read: () => Promise<Seen<Inputs>>): Promise<Seen<Inputs>> {
    const { lifecycle, run, tenant, id } = this;
    const writtenAt = this.writtenAt();
    const declared = declaredIn(lifecycle, olds);
    const isAsWritten = (seen: Seen<Inputs>): boolean =>
      !run.journal.isDeleting(tenant.id, id) && differences(lifecycle, declared, seen).length === 0;
    const isProof = (seen: Seen<Inputs>): boolean | Promise<boolean> =>
      seen === undefined ? this.#isDeleted(olds) : writtenAt === undefined || isAsWritten(seen);
    return readUntilCertain(run, writtenAt ?? run.startedAt, read, isProof);
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

  async #isDeleted(olds: Properties): Promise<boolean> {
    if (this.run.journal.isRestored(this.tenant.id, this.id)) return false;
    return (await this.#isThere(this.lifecycle.deletedPath?.(this.id, olds))) || this.isDeletedWithWhole(olds);
  }

  #restored = (): string[] => this.referents.filter((id) => this.run.journal.isRestored(this.tenant.id, id));

  #isThere = async (at: Place | undefined): Promise<boolean> =>
    at !== undefined && (await this.tenant.get(at.path, optionsOf(at)).catch(undefinedWhenGone)) !== undefined;
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
