/**
 * Reads that stand in one list become pages of that list. Graph counts requests, not round trips: a thousand single reads
 * cost a thousand of its units however they travel, the ten pages that show the same objects cost ten.
 *
 * For refresh alone. What a list does not show, or shows otherwise than the state has it, is read by itself, so nothing is
 * ever gone or changed by what a list says. When a list is read, and when not: docs/decisions/0007.
 */
import { EntraError } from "../../graph/errors";
import { costOf } from "../../graph/quotas";
import type { Page, PageAddress, Tenant } from "../../graph/tenant";
import { workloadOf } from "../../graph/workload";
import { addressOf, filterOf, isAsFiltered, type Listed, type Listing, optionsOf, pathOf } from "../listing";
import { askable, unlessRefused } from "./filtered-list";

/** What a list says of an object. Without an item: the list was read to its end and has none. */
export interface Shown<Item> {
  readonly item: Item | undefined;
}

/** Milliseconds after which a list is too old to say how an object is now. */
const freshMs = 60_000;

/**
 * A list is read only if it costs at most this fraction of the single reads that it replaces. Where Graph grants one request a
 * second, each one saved is a second saved, and a list costs no more than one object: the first who asks reads it.
 */
const shareOf = (path: string): number => (workloadOf(path) === "conditionalAccess" ? 1 : 1 / 3);

const bulks = new WeakMap<Tenant, BulkReads>();

/** The lists of this process. `now` is in milliseconds, from any beginning. */
export function bulkReads(tenant: Tenant, now: () => number): BulkReads {
  const known = bulks.get(tenant) ?? new BulkReads(tenant, now);
  bulks.set(tenant, known);
  return known;
}

/** Lists for one look at a tenant, read anew. */
export const newBulkReads = (tenant: Tenant): BulkReads => new BulkReads(tenant, () => 0);

class BulkReads {
  readonly #lists = new Map<string, Pages>();
  /** By the id of a member that was shown. */
  readonly #listings = new Map<string, Listing>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    private readonly tenant: Tenant,
    private readonly now: () => number,
  ) {}

  look(listing: Listing, key: string, alone: string): Promise<Shown<Listed> | undefined> {
    return this.#ask(listing, (pages) => pages.look(listing, key, unitsOf(alone)));
  }

  all(listing: Listing, key: string, alone: string): Promise<readonly Listed[] | undefined> {
    return this.#ask(listing, (pages) => pages.all(listing, key, unitsOf(alone)));
  }

  /** Once more, of all, where Graph has just refused the filter. */
  async #ask<T>(listing: Listing, read: (pages: Pages) => Promise<T | undefined>): Promise<T | undefined> {
    const asked = askable(this.tenant, listing);
    const shown = await read(this.#pagesOf(asked));
    const isRefused = shown === undefined && addressOf(askable(this.tenant, listing)) !== addressOf(asked);
    return isRefused ? this.#ask(listing, read) : shown;
  }

  async listingOf(id: string): Promise<Listing | undefined> {
    if (!this.#listings.has(id)) await Promise.all(this.#underWay);
    return this.#listings.get(id);
  }

  #pagesOf(listing: Listing): Pages {
    const address = addressOf(listing);
    const known = this.#lists.get(address);
    if (known && this.now() - known.startedAt < freshMs) return known;
    const first = { path: pathOf(listing), version: listing.version ?? "v1.0" };
    const isFiltered = filterOf(listing) !== undefined;
    const pages = new Pages(first, this.now(), isFiltered, (at) => this.#page(at, listing));
    this.#lists.set(address, pages);
    return pages;
  }

  /** Without a page: Graph refuses the filter. */
  async #page({ path, version }: PageAddress, listing: Listing): Promise<Page<Listed> | undefined> {
    let arrived = (): void => undefined;
    const underWay = new Promise<void>((resolve) => (arrived = resolve));
    this.#underWay.add(underWay);
    try {
      const ask = () => this.tenant.page<Listed>(path, { version });
      const page =
        filterOf(listing) === undefined ? await ask() : (await unlessRefused(this.tenant, listing, ask))?.answer;
      for (const { id } of page?.items ?? []) this.#listings.set(id, listing);
      return page;
    } finally {
      this.#underWay.delete(underWay);
      arrived();
    }
  }
}

/** The reading of one object, as a life cycle does it. */
export class BulkRead {
  #listed = false;

  /** @param lists those of the process */
  constructor(private readonly lists: BulkReads) {}

  /** Whether anything was taken from a list. */
  get listed(): boolean {
    return this.#listed;
  }

  /**
   * The object with this key, out of a list; undefined when it has to be read alone.
   *
   * @param alone path of the read that the list saves
   */
  async one<Item extends Listed>(listing: Listing<Item>, key: string, alone: string): Promise<Item | undefined> {
    const shown = await this.#look(listing, key, alone);
    this.#listed ||= shown?.item !== undefined;
    return shown?.item;
  }

  /** All objects with this key, none included, out of a list that was read to its end; undefined when they have to be read alone. */
  async all<Item extends Listed>(
    listing: Listing<Item>,
    key: string,
    alone: string,
  ): Promise<readonly Item[] | undefined> {
    const shown = (await this.lists.all(listing, key, alone)) as readonly Item[] | undefined;
    this.#listed ||= shown !== undefined;
    return shown;
  }

  async #look<Item extends Listed>(listing: Listing<Item>, key: string, alone: string) {
    // What an address shows is always read as the same items.
    return (await this.lists.look(listing, key, alone)) as Shown<Item> | undefined;
  }

  /** The list that has shown this object; lists under way are waited for. */
  listingOf = (id: string): Promise<Listing | undefined> => this.lists.listingOf(id);
}

/**
 * An object that is read by itself at the path `alone`: out of a list, where there is one to look into. 404 is an
 * EntraError with code NOT_FOUND.
 */
export async function oneOf<Item extends Listed>(
  tenant: Tenant,
  bulk: BulkRead | undefined,
  listing: Listing<Item>,
  key: string,
  alone: string,
): Promise<Item> {
  return (await bulk?.one(listing, key, alone)) ?? tenant.get<Item>(alone, optionsOf(listing));
}

/** Neighbours that `$expand` shows at most: with as many, there may be more. */
const mostExpanded = 20;

/** What `$expand` shows, when it is all there is. */
export const whole = <Item>(expanded: readonly Item[] | undefined): readonly Item[] | undefined =>
  expanded && expanded.length < mostExpanded ? expanded : undefined;

const unitsOf = (path: string): number => costOf("GET", path, workloadOf(path)).units;

/** The items that a filter asks for, by their keys. */
class View {
  /** By key, and then by id: a page may show again what an earlier one has shown. */
  readonly #byKey = new Map<string, Map<string, Listed>>();
  #seen = 0;

  constructor(
    private readonly listing: Listing,
    private readonly items: readonly Listed[],
    private readonly isShown: (item: Listed) => boolean,
  ) {}

  all(key: string): readonly Listed[] {
    const { listing, items } = this;
    for (; this.#seen < items.length; this.#seen++) {
      const item = items[this.#seen];
      if (!item || !this.isShown(item)) continue;
      const itsKey = listing.keyOf?.(item) ?? item.id;
      const known = this.#byKey.get(itsKey) ?? new Map<string, Listed>();
      this.#byKey.set(itsKey, known.set(item.id, item));
    }
    return [...(this.#byKey.get(key)?.values() ?? [])];
  }
}

/** One list, as far as it was worth reading. */
class Pages {
  readonly #items: Listed[] = [];
  /** The items by their keys, for each filter that is looked at here. */
  readonly #views = new Map<string, View>();
  /** The page that comes next; undefined at the end, and where Graph refused. */
  #next: PageAddress | undefined;
  #isWhole = false;
  /** Resource units that the reads which asked would cost alone, and that the pages have cost. */
  #asked = 0;
  #spent = 0;
  #loading: Promise<void> | undefined;

  constructor(
    first: PageAddress,
    readonly startedAt: number,
    private readonly isFiltered: boolean,
    private readonly page: (at: PageAddress) => Promise<Page<Listed> | undefined>,
  ) {
    this.#next = first;
  }

  async look(listing: Listing, key: string, aloneUnits: number): Promise<Shown<Listed> | undefined> {
    const view = this.#viewOf(listing);
    const isKnown = await this.#readUntil(() => this.#isWhole || view.all(key).length > 0, aloneUnits);
    return isKnown ? { item: view.all(key)[0] } : undefined;
  }

  async all(listing: Listing, key: string, aloneUnits: number): Promise<readonly Listed[] | undefined> {
    const isKnown = await this.#readUntil(() => this.#isWhole, aloneUnits);
    return isKnown ? this.#viewOf(listing).all(key) : undefined;
  }

  #viewOf(listing: Listing): View {
    const filter = filterOf(listing) ?? "";
    const isShown = (item: Listed): boolean => this.isFiltered || isAsFiltered(listing, item);
    const view = this.#views.get(filter) ?? new View(listing, this.#items, isShown);
    this.#views.set(filter, view);
    return view;
  }

  /** Whether what is asked is known, after as many pages as it is worth. */
  async #readUntil(isKnown: () => boolean, aloneUnits: number): Promise<boolean> {
    this.#asked += aloneUnits;
    for (;;) {
      if (isKnown()) return true;
      this.#loading ??= this.#begin();
      if (!this.#loading) return false;
      await this.#loading;
    }
  }

  /** The next page, if there is one and it is worth its price. */
  #begin(): Promise<void> | undefined {
    const next = this.#next;
    if (next === undefined) return undefined;
    const units = unitsOf(next.path);
    if (this.#spent + units > this.#asked * shareOf(next.path)) return undefined;
    this.#spent += units;
    return this.#load(next).finally(() => (this.#loading = undefined));
  }

  async #load(at: PageAddress): Promise<void> {
    try {
      const page = await this.page(at);
      this.#items.push(...(page?.items ?? []));
      this.#next = page?.next;
      this.#isWhole = page !== undefined && page.next === undefined;
    } catch (error) {
      // Each object is read by itself then, and says what is wrong if it is wrong there too.
      if (!(error instanceof EntraError)) throw error;
      this.#next = undefined;
    }
  }
}
