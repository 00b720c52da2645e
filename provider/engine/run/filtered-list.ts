/**
 * Lists that Graph is asked to filter. What it takes in a filter is not documented for every property, and tenants differ: where
 * one refuses, all are listed and compared here. That costs one refused request for each process, whatever the values are.
 */
import { EntraError } from "../../graph/errors";
import type { Tenant } from "../../graph/tenant";
import {
  filterKind,
  filterOf,
  isAsFiltered,
  type Listed,
  type Listing,
  optionsOf,
  pathOf,
  unfiltered,
} from "../listing";

/** What is known of filters of a kind. While the first is under way, the others wait for what becomes of it. */
type Known = "taken" | "refused" | Promise<unknown>;

const filters = new WeakMap<Tenant, Map<string, Known>>();

function knownOf(tenant: Tenant): Map<string, Known> {
  const known = filters.get(tenant) ?? new Map<string, Known>();
  filters.set(tenant, known);
  return known;
}

/** The list as this tenant can be asked for it, as far as that is known. */
export const askable = <Item extends Listed>(tenant: Tenant, listing: Listing<Item>): Listing<Item> =>
  filterOf(listing) !== undefined && knownOf(tenant).get(filterKind(listing)) === "refused"
    ? unfiltered(listing)
    : listing;

/**
 * Asks for a filtered list, or for its first page.
 *
 * @returns undefined where Graph refuses filters of this kind: then `askable` is the list of all
 */
export async function unlessRefused<T>(
  tenant: Tenant,
  listing: Listing,
  ask: () => Promise<T>,
): Promise<{ readonly answer: T } | undefined> {
  const known = knownOf(tenant);
  const kind = filterKind(listing);
  for (let earlier = known.get(kind); earlier !== "taken"; earlier = known.get(kind)) {
    if (earlier === "refused") return undefined;
    if (earlier !== undefined) {
      await earlier;
      continue;
    }
    const first = ask();
    known.set(
      kind,
      first.catch(() => undefined),
    );
    try {
      const answer = await first;
      known.set(kind, "taken");
      return { answer };
    } catch (error) {
      if (!isRefusal(error)) {
        known.delete(kind);
        throw error;
      }
      known.set(kind, "refused");
      return undefined;
    }
  }
  return { answer: await ask() };
}

/** Any 400: when it is not for the filter, the list of all is refused as well, and says why. */
const isRefusal = (error: unknown): boolean =>
  error instanceof EntraError && error.code === "REFUSED" && error.answer?.status === 400;

/**
 * Everything in a list, filtered by Graph or here.
 *
 * @param ask for the whole of a list
 */
export async function filteredList<Item extends Listed>(
  tenant: Tenant,
  listing: Listing<Item>,
  ask: (asked: Listing<Item>) => Promise<readonly Item[]> = (asked) =>
    tenant.list<Item>(pathOf(asked), optionsOf(asked)),
): Promise<readonly Item[]> {
  if (filterOf(listing) === undefined) return ask(listing);
  const filtered = await unlessRefused(tenant, listing, () => ask(listing));
  return filtered?.answer ?? (await ask(unfiltered(listing))).filter((item) => isAsFiltered(listing, item));
}
