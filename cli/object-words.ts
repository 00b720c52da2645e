/** Objects and their kinds, as the commands list them. Everything a kind says about itself comes from its life cycle. */
import type { Details } from "../provider/engine/inventory";
import type { LiveObject } from "../provider/engine/run/tenant-inventory";
import { type Kind, kinds } from "../provider/kinds";

/** Every kind of object that the command knows, by its name. */
export const lifecycles: ReadonlyMap<string, Kind> = new Map(kinds.map((lifecycle) => [lifecycle.kind, lifecycle]));

/** `agent identities, permission grants`: of the kinds for which this holds. */
export const pluralsWhere = (holds: (lifecycle: Kind) => boolean): string =>
  kinds
    .filter(holds)
    .map(({ plural }) => plural)
    .join(", ");

/** Kinds that have no place for a marker. */
export const unmarkedPlurals = pluralsWhere(({ inventory }) => inventory.marker === "none");

/** An object in the tenant, as reports have it. */
export interface ListedObject {
  readonly kind: string;
  readonly id: string;
  readonly displayName: string;
  /** As much of it as fits where it is; undefined where the object has none. */
  readonly marker?: string | undefined;
  /** ISO 8601, where Graph says. */
  readonly created?: string | undefined;
  /** Id of what it is deleted with: the blueprint, or the agent that holds a permission. */
  readonly belongsTo?: string;
  /** What it gives, in words: whom a credential trusts, what a permission allows. */
  readonly gives?: string;
  readonly details?: Details;
  /** Requests that delete it, as `DELETE /v1.0/…`. */
  readonly deletedBy: readonly string[];
  /** Permissions for that. @default those of its kind */
  readonly deleteNeeds?: readonly string[];
  /** What to do with it where it is wanted. @default declare it as it is */
  readonly ifWanted?: string;
  /** It follows from other objects, and goes with them. */
  readonly isComputed?: true;
}

export function listed({ label, parents, deletePaths, ...object }: LiveObject): ListedObject {
  const [belongsTo] = parents ?? [];
  return {
    ...object,
    displayName: label,
    ...(belongsTo === undefined ? {} : { belongsTo }),
    deletedBy: deletePaths.map(({ path, version = "v1.0" }) => `DELETE /${version}${path}`),
  };
}

/** `Agent identity "Payslip helper"`; a kind that this version does not know by its name. */
export function titled(kind: string, displayName: string): string {
  const noun = lifecycles.get(kind)?.noun ?? kind;
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)} "${displayName}"`;
}

/** How many there are of each kind, in the order in which they first come. */
export function countedByKind(objects: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** `2 agent identities, 1 Conditional Access policy`. */
export const sums = (count: Readonly<Record<string, number>>): string =>
  Object.entries(count)
    .map(([kind, number]) => counted(number, lifecycles.get(kind)?.noun ?? kind, lifecycles.get(kind)?.plural))
    .join(", ");

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `2026-11-21 11:43 UTC` */
export const time = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;
