/**
 * What a kind says of all its objects in a tenant: in which lists they are seen, and how a person would describe each. From it
 * come the lists that the search before a create and the refresh share, and all that `entra-agent-id orphans` and `tenant show`
 * know of a kind.
 */
import type { Tenant } from "../graph/tenant";
import type { Listed, Listing, Place } from "./listing";

/** An object in the tenant, whoever made it. */
export interface Described {
  /** Resource id: what a state has. */
  readonly id: string;
  /** How people call it. */
  readonly label: string;
  /** The marker, or as much of it as fits where it is; undefined where it has none. */
  readonly marker?: string | undefined;
  /** ISO 8601, where Graph says. */
  readonly created?: string | undefined;
  /** Resource ids of what it is deleted with. It is shown under the first of them. @default nothing */
  readonly parents?: readonly string[];
  /** What it gives, as a phrase after "it": whom a credential trusts, what a permission allows. */
  readonly gives?: string;
  /** What else a reader wants to know, by the word that stands before it. Only what has been asked for in detail. */
  readonly details?: Details;
  /** A DELETE of each deletes it. Empty where Graph has none. */
  readonly deletePaths: readonly Place[];
  /** Permissions for that. @default those of its kind */
  readonly deleteNeeds?: readonly string[];
  /** What to do with it where it is wanted. @default declare it as it is */
  readonly ifWanted?: string;
  /** It follows from other objects, and goes with them: a reader sees it, and nobody declares or deletes it. */
  readonly isComputed?: true;
}

export type Details = Readonly<Record<string, string | readonly string[]>>;

/** An object among the deleted items. */
export interface DescribedDeleted {
  /** Resource id, as it was. */
  readonly id: string;
  readonly label: string;
  readonly marker?: string | undefined;
  /** ISO 8601. */
  readonly deleted: string;
}

/** How an inventory is read. */
export interface Look {
  readonly tenant: Tenant;
  /** Whether `details` are wanted, also where they cost requests for each object. */
  readonly inDetail: boolean;
}

/** @typeParam Lists what the members of each list are read as */
export interface Inventory<Lists extends readonly Listed[] = readonly Listed[]> {
  /** What they show together is all objects of the kind. The first is asked for under the kind's name, and says whether only marked objects can be listed. What several kinds list is asked for once. */
  readonly lists: { readonly [Index in keyof Lists]: Listing<Lists[Index]> };
  /** Where its objects have a marker. */
  readonly marker: "tag" | "nameSuffix" | "none";
  /** Whether another object, made in the place of one that is gone, has the same id: then it is made of the inputs. */
  readonly idIsKept: boolean;
  /** @param shown what each of `lists` shows, in the same order */
  describe(
    shown: { readonly [Index in keyof Lists]: readonly Lists[Index][] },
    look: Look,
  ): readonly Described[] | Promise<readonly Described[]>;
  /** @default it is deleted permanently */
  readonly deleted?: DeletedItems;
}

/** Where objects of a kind are for some time after they were deleted. */
export interface DeletedItems<Item extends Listed = Listed> {
  /** May hold objects of other kinds. */
  readonly list: Listing<Item>;
  /** Least Graph permissions to read it. */
  readonly permissions: readonly string[];
  /** Whether a deleted object keeps its key, so that the next create of the same resource restores it. */
  readonly keepsKey: boolean;
  /** Undefined for an object of another kind. */
  describe(item: Item): DescribedDeleted | undefined;
}

/** Whether every object of the kind has its marker as soon as it is there. */
export const isMarkedFromCreate = ({ marker, lists: [first] }: Inventory): boolean =>
  marker === "nameSuffix" || (marker === "tag" && first?.markedFromCreate === true);
