/**
 * Everything of some kinds in a tenant, as their inventories describe it. It costs one list for each collection, in pages:
 * what several kinds want to see of one is asked for once, as far as Graph allows, which expands one relation at a time.
 */
import { cited, EntraError, sentence } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import type { Described, DescribedDeleted } from "../inventory";
import type { Lifecycle } from "../lifecycle";
import { filterOf, type Listed, type Listing } from "../listing";
import { filteredList } from "./filtered-list";

/** What is read of a life cycle. */
export type Inventoried = Pick<Lifecycle<object>, "kind" | "plural" | "permissions" | "inventory">;

/** An object in the tenant. Its kind and id are what a resource in a state would have. */
export interface LiveObject extends Described {
  readonly kind: string;
}

export interface DeletedObject extends DescribedDeleted {
  readonly kind: string;
}

export interface TenantInventory {
  readonly objects: readonly LiveObject[];
  readonly deleted: readonly DeletedObject[];
}

export interface InventoryOptions {
  /** Where Graph can tell them apart, only what has a marker of this package. @default false */
  readonly onlyMarked?: boolean;
  /** Read objects whole, whatever of them is there, and ask for `details` that cost a request for each. @default false */
  readonly inDetail?: boolean;
}

/** Least Graph permissions to read the inventory of these kinds. */
export const permissionsToList = (kinds: readonly Inventoried[]): readonly string[] =>
  [
    ...new Set(
      kinds.flatMap(({ permissions, inventory }) => [...permissions.read, ...(inventory.deleted?.permissions ?? [])]),
    ),
  ].sort();

/** @throws EntraError that names what cannot be listed, and the permission where that is missing */
export async function tenantInventory(
  tenant: Tenant,
  kinds: readonly Inventoried[],
  { onlyMarked = false, inDetail = false }: InventoryOptions = {},
): Promise<TenantInventory> {
  const requests = new ListRequests(tenant, { onlyMarked, inDetail });
  // A list is called by the kind whose objects it shows, whoever else looks at it.
  for (const { plural, permissions, inventory } of kinds)
    for (const list of inventory.lists.slice(0, 1)) requests.add(list, { what: plural, permissions: permissions.read });
  for (const { plural, permissions, inventory } of kinds)
    for (const list of inventory.lists.slice(1)) requests.add(list, { what: plural, permissions: permissions.read });
  for (const {
    plural,
    inventory: { deleted },
  } of kinds)
    if (deleted) requests.add(deleted.list, { what: `deleted ${plural}`, permissions: deleted.permissions });
  const shown = await requests.send();

  const described = kinds.map(async ({ kind, plural, permissions, inventory: { lists, ...inventory } }) => {
    const items = lists.map((list) => shown.get(list) ?? []);
    const objects = await naming({ what: plural, permissions: permissions.read }, async () =>
      inventory.describe(items, { tenant, inDetail }),
    );
    return objects.map((object) => ({ kind, ...object }));
  });
  const deleted = kinds.flatMap(({ kind, inventory }) =>
    (inventory.deleted ? (shown.get(inventory.deleted.list) ?? []) : [])
      .flatMap((item) => inventory.deleted?.describe(item) ?? [])
      .map((object) => ({ kind, ...object })),
  );
  return { objects: (await Promise.all(described)).flat(), deleted };
}

/** For errors. */
interface Purpose {
  readonly what: string;
  readonly permissions: readonly string[];
}

/** One request of several listings. */
interface ListRequest extends Purpose {
  readonly listing: Listing;
  readonly of: readonly Listing[];
}

class ListRequests {
  readonly #requests: ListRequest[] = [];

  constructor(
    private readonly tenant: Tenant,
    private readonly options: Required<InventoryOptions>,
  ) {}

  add(listing: Listing, purpose: Purpose): void {
    if (this.#requests.some(({ of }) => of.includes(listing))) return;
    const index = this.#requests.findIndex((request) => showTheSame(request.listing, listing));
    const known = this.#requests[index];
    if (known) this.#requests[index] = { ...known, listing: both(known.listing, listing), of: [...known.of, listing] };
    else this.#requests.push({ ...purpose, listing, of: [listing] });
  }

  async send(): Promise<ReadonlyMap<Listing, readonly Listed[]>> {
    const shown = new Map<Listing, readonly Listed[]>();
    const ended = await Promise.allSettled(
      this.#requests.map(async ({ listing, of, ...purpose }) => {
        const asked = this.#asked(listing);
        const items = await naming(purpose, () => filteredList(this.tenant, asked));
        for (const one of of) shown.set(one, items);
      }),
    );
    // The first in the order of the kinds, whichever was refused first. When it is reported, no request is under way any more.
    const failed = ended.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return shown;
  }

  #asked(listing: Listing): Listing {
    const { onlyMarked, inDetail } = this.options;
    const asked = inDetail ? wholeOf(listing) : listing;
    return onlyMarked && listing.markedFromCreate ? { ...asked, onlyMarked: true } : asked;
  }
}

/** Without `$select`. */
function wholeOf({ select: _, ...listing }: Listing): Listing {
  return listing;
}

/** Whether one request can show what both do. */
const showTheSame = (one: Listing, other: Listing): boolean =>
  one.collection === other.collection &&
  one.version === other.version &&
  filterOf(one) === filterOf(other) &&
  one.markedFromCreate === other.markedFromCreate &&
  (one.expand === other.expand || one.expand === undefined || other.expand === undefined);

function both(one: Listing, other: Listing): Listing {
  const { select: _, ...rest } = { ...one, ...other };
  // Without `$select` one of them sees all there is.
  const select = one.select && other.select && [...new Set([...one.select, ...other.select])];
  return { ...rest, ...(select ? { select } : {}) };
}

async function naming<T>({ what, permissions }: Purpose, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    const { answer, code, message } = error;
    const advice =
      code === "FORBIDDEN"
        ? ` Grant ${permissions.join(" and ")} to the application you sign in as, with admin consent.`
        : "";
    const tail = answer ? ` ${cited(answer)}` : "";
    throw new EntraError(code, `cannot list ${what}: ${sentence(message)}${advice}${tail}`, { answer, cause: error });
  }
}
