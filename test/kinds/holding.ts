/** What a tenant holds of a fleet, by the names of its resources: read through Graph's paths, with no help of life cycles. */
import type { Tenant } from "../../provider/graph/tenant";
import { specimenOf, specimens } from ".";
import { type Fleet, marker, parentIn, type Resource } from "./fleet";
import type { Seen } from "./specimen";

/** An object in the tenant. */
export interface Found extends Seen {
  readonly kind: string;
  /** The resource whose marker it has; of what has no place for one, none. */
  readonly name?: string | undefined;
}

export interface Marked extends Found {
  readonly name: string;
}

export interface Holding {
  /** What is there of all kinds, also what is nobody's. */
  readonly all: readonly Found[];
  /** What has a marker of ours, and is there. */
  readonly marked: readonly Marked[];
  /** What has one, and is soft-deleted. */
  readonly deleted: readonly Marked[];
  /** Of a kind, by resource id. */
  readonly find: (kind: string, id: string) => Found | undefined;
}

/** @param names every name that a resource ever had */
export async function holdingOf(tenant: Pick<Tenant, "get" | "list">, names: Iterable<string>): Promise<Holding> {
  const markers = [...names].map((name) => [name, marker(name)] as const);
  const found = (kind: string, objects: readonly Seen[]): Found[] =>
    objects.map((seen) => {
      const { marker: own } = seen;
      const name = own === undefined ? undefined : markers.find(([, whole]) => whole.startsWith(own))?.[0];
      return { ...seen, kind, name };
    });
  const all = await Promise.all(specimens.map(async ({ kind, seen }) => found(kind, await seen(tenant))));
  const deleted = await Promise.all(
    specimens.map(async ({ kind, deleted }) => (deleted ? found(kind, await deleted.seen(tenant)) : [])),
  );
  const isMarked = (one: Found): one is Marked => one.name !== undefined;
  return {
    all: all.flat(),
    marked: all.flat().filter(isMarked),
    deleted: deleted.flat().filter(isMarked),
    find: (kind, id) => all.flat().find((one) => one.kind === kind && one.id === id),
  };
}

/** The objects that a resource of the fleet stands for: one, where all is well. */
export function objectsOf(name: string, fleet: Fleet, holding: Holding): readonly Found[] {
  const resource = fleet.get(name);
  if (!resource) return [];
  const { kind, parents, wish } = resource;
  const { idOf } = specimenOf(kind);
  if (!idOf) return holding.marked.filter((found) => found.kind === kind && found.name === name);
  const among = parentsSeen(parents, fleet, holding);
  const id = among && idOf(name, wish, among);
  const found = id === undefined ? undefined : holding.find(kind, id);
  return found ? [found] : [];
}

/** @returns undefined where one of them is not there */
function parentsSeen(
  parents: Resource["parents"],
  fleet: Fleet,
  holding: Holding,
): ((kind: string) => Found) | undefined {
  const seen = new Map(
    Object.values(parents).flatMap((name): [string, Found][] => {
      const [object] = objectsOf(name, fleet, holding);
      return object ? [[name, object]] : [];
    }),
  );
  if (seen.size < Object.keys(parents).length) return undefined;
  return parentIn(parents, (name) => seen.get(name) as Found);
}

/** What a reader must see of a resource that is as declared; undefined while a parent is missing. */
export function expectedOf(name: string, fleet: Fleet, holding: Holding): Seen["content"] | undefined {
  const resource = fleet.get(name);
  const parents = resource && parentsSeen(resource.parents, fleet, holding);
  return parents && specimenOf(resource.kind).content(name, resource.wish, parents);
}

/** Where the tenant is not as declared; empty when all is well. What is there beyond the declared is not looked at. */
export function differences(fleet: Fleet, holding: Holding): string[] {
  return [...fleet.keys()].flatMap((name) => {
    const objects = objectsOf(name, fleet, holding);
    const expected = expectedOf(name, fleet, holding);
    if (objects.length !== 1 || !expected) return [`${name}: ${objects.length} objects, declared 1`];
    return Object.entries(expected)
      .map(([key, value]) => [key, value, objects[0]?.content[key]] as const)
      .filter(([, value, actual]) => value !== undefined && JSON.stringify(actual) !== JSON.stringify(value))
      .map(([key, value, actual]) => `${name}.${key} is ${JSON.stringify(actual)}, declared ${JSON.stringify(value)}`);
  });
}

/** Objects without a marker that nobody declares, though what they hang from is declared. */
export function undeclared(fleet: Fleet, holding: Holding): readonly (Found & { readonly of: string })[] {
  const declared = new Set([...fleet.keys()].flatMap((name) => objectsOf(name, fleet, holding).map(({ id }) => id)));
  return holding.all
    .filter(({ kind, id }) => specimenOf(kind).idOf && !declared.has(id))
    .flatMap((found) => {
      const parent = holding.marked.find(
        ({ kind, id }) => id === found.parent && specimenOf(found.kind).parents.includes(kind),
      );
      return parent && fleet.has(parent.name) ? [{ ...found, of: parent.name }] : [];
    });
}
