/** What a program declares, as data: resources by name, each made of the specimen of its kind. */
import { markerOf } from "../../provider/engine/marker";
import type { Declaration, Known, Program } from "../miniature-engine/program";
import { ancestorsOf, specimenOf, specimens } from ".";
import type { AnySpecimen } from "./specimen";

export interface Resource {
  readonly kind: string;
  /** Names of the resources that it is made of, by their kind. */
  readonly parents: Readonly<Record<string, string>>;
  /** Of its specimen. */
  readonly wish: object;
}

/** By name. */
export type Fleet = ReadonlyMap<string, Resource>;

/** What of its specimen a resource is declared with. */
export type Variant = "least" | "first" | "changed" | "replaced";

/** What `replaced` leaves as it is, where only another parent makes a new object, is `first`. */
export const wishFor = (specimen: AnySpecimen, variant: Variant): object => specimen[variant] ?? specimen.first;

export const marker = (name: string): string => markerOf(`urn:${name}`, "");

export const parentsOf = ({ parents }: Resource): string[] => Object.values(parents);

/** The names and everything that hangs from them. */
export function withDependents(fleet: Fleet, names: Iterable<string>): Set<string> {
  const found = new Set(names);
  for (let before = -1; found.size !== before;) {
    before = found.size;
    for (const [name, resource] of fleet) if (parentsOf(resource).some((parent) => found.has(parent))) found.add(name);
  }
  return found;
}

/**
 * One resource of each kind, called by the kind's stem.
 *
 * @param wish what each is declared with
 * @param these kinds; they need their ancestors
 */
export const oneOfEach = (
  wish: (specimen: AnySpecimen) => object,
  these: readonly string[] = specimens.map(({ kind }) => kind),
): Map<string, Resource> =>
  new Map(
    specimens
      .filter(({ kind }) => these.includes(kind))
      .map((specimen) => [specimen.stem, { kind: specimen.kind, parents: stems(specimen), wish: wish(specimen) }]),
  );

/** One of this kind and of those that it is made of. */
export const oneWithAncestors = (kind: string, wish: (specimen: AnySpecimen) => object): Map<string, Resource> =>
  oneOfEach(wish, [...ancestorsOf(kind), kind]);

/** Names of parents of which there is one each. */
export const stems = ({ parents }: AnySpecimen): Record<string, string> =>
  Object.fromEntries(parents.map((kind) => [kind, specimenOf(kind).stem]));

/** Parents first, whatever a resource hangs from by now. */
const order = specimens.map(({ kind }) => kind);

/** The program that declares a fleet. */
export const programOf = (fleet: Fleet): Program =>
  [...fleet]
    .sort(([, one], [, other]) => order.indexOf(one.kind) - order.indexOf(other.kind))
    .map(([name, { kind, parents, wish }]): Declaration => {
      const inputs: Declaration["inputs"] = (of) => specimenOf(kind).args(name, wish, parentIn(parents, of));
      return { name, kind, needs: Object.values(parents), inputs };
    });

/** Finds parents by kind. */
export const parentIn =
  <Found = Known>(parents: Resource["parents"], of: (name: string) => Found) =>
  (kind: string): Found => {
    const name = parents[kind];
    if (name === undefined) throw new Error(`a resource without a parent of the kind ${kind}`);
    return of(name);
  };
