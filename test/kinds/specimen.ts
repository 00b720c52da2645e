/**
 * What the harnesses of the tests must know of one kind of object. The sweeps, the lag matrix, the random lives of the model,
 * the runs of the real CLI and the tests of `orphans` take their kinds from here (index.ts) and switch on none.
 */
import type fc from "fast-check";
import type { Tenant } from "../../provider/graph/tenant";
import type { Known, Properties } from "../miniature-engine/engine";

/** Properties of an object, in Graph's words. */
export type Content = Readonly<Record<string, unknown>>;

/** An object of the tenant, read by somebody who knows nothing of life cycles. */
export interface Seen {
  /** Resource id. */
  readonly id: string;
  /** Id in the directory. @default the resource id */
  readonly objectId?: string;
  /** Path of the object. */
  readonly path: string;
  /** As much of a marker as it has. @default the kind has no place for one */
  readonly marker?: string | undefined;
  /** Resource id of what it hangs from. @default nothing */
  readonly parent?: string;
  readonly content: Content;
}

/** What a reader of the tenant sees of the parent of a kind. */
export type ParentsSeen = (kind: string) => Seen;

/** What somebody else does to an object behind Pulumi's back. */
export interface Edit {
  act(tenant: Tenant, seen: Seen): Promise<unknown>;
  /** The object is deleted by it, softly or for good. */
  readonly deletes?: "softly" | "for good";
  /** After a run that broke, the object may be in no state: it would be refused then, as one that somebody else made. */
  readonly unlessBroken?: true;
}

/** An object that somebody else made. */
export interface Made {
  /** As the resource id of the kind. */
  readonly id: string;
  /** Id in the directory. @default the same */
  readonly objectId?: string;
}

/** What somebody else puts beside an object of a resource. It is theirs: no run touches it as long as that object is there. */
export interface Neighbour {
  /** Whether it may stand beside what is declared with these inputs. @default always */
  beside?(inputs: Properties): boolean;
  /**
   * @param name of the neighbour, which nothing else in the tenant has
   * @returns what they made; or what they added to the object
   */
  add(tenant: Tenant, seen: Seen, name: string): Promise<{ readonly object: string } | Added>;
}

/** Something within an object. */
export type Added = { readonly tag: string } | { readonly owner: string };

/** Circumstances that a kind may be unable to recover from. */
export type Mishap = "renamed without an alias" | "the state is lost and the program has changed since";

/** Wish: what a resource is declared with, besides its parents and its name. Plain data, so that fast-check can make it. */
export interface Specimen<Wish extends object> {
  /** Name of the class. */
  readonly kind: string;
  /** What resources of this kind are called where there are several: `agent0`. No two kinds have the same. */
  readonly stem: string;
  /** What the resource is called in a program with one of each kind. Two kinds may have the same. */
  readonly called: string;
  /** Kinds of the resources that it is made of, one of each. Nothing else refers to another resource. */
  readonly parents: readonly string[];
  /** Whether a parent can have only one. @default any number */
  readonly onePerParent?: true;

  /** Nothing but what must be said. */
  readonly least: Wish;
  /** Everything that can be said. */
  readonly first: Wish;
  /** Everything changed that is changed in place. */
  readonly changed: Wish;
  /** What must be another object. @default only another parent makes a new one */
  readonly replaced?: Wish;
  /** A second one, where a run that looks for its object could mistake one for the other. @default it has a key in Graph */
  readonly sibling?: Wish;
  /** Anything that can be said. */
  readonly wishes: fc.Arbitrary<Wish>;
  /** Members of a wish that only a new object can have. */
  readonly key: readonly (keyof Wish & string)[];

  /** Arguments as the class takes them; what is undefined was left out. */
  args(name: string, wish: Wish, of: (kind: string) => Known): Properties;
  /** Everything of this kind in the tenant that is not deleted. */
  seen(tenant: Pick<Tenant, "get" | "list">): Promise<readonly Seen[]>;
  /** What of it a reader must see when a resource is as declared. Undefined: whatever it is. */
  content(name: string, wish: Wish, of: ParentsSeen): Content;
  /** Resource id, where the kind has no place for a marker. */
  idOf?(name: string, wish: Wish, of: ParentsSeen): string;
  /** What must hold of the tenant at every moment of a run, however it is interrupted. @returns what does not */
  always?(objects: readonly StoredObject[]): readonly string[];

  /** What of a soft-deleted one can be read, and by which of its contents one knows that it stood for the resource. */
  readonly deleted?: { seen(tenant: Pick<Tenant, "list">): Promise<readonly Seen[]>; readonly knownBy: string };
  /** Whether the next run brings back what others deleted softly: the id stays. @default a new object is made */
  readonly comesBack?: true;
  /** The kind with which it is deleted, and comes back as it was. @default none */
  readonly comesBackWith?: string;
  /** By what they do. */
  readonly edits: Readonly<Record<string, Edit>>;
  /**
   * Makes an object for another team that looks like `first`, of those that were made for the kinds it is made of.
   *
   * @default nobody has one
   */
  lookalike?(tenant: Tenant, of: (kind: string) => Made): Promise<Made>;
  /** What others put beside it, by what it is. @default nothing */
  readonly neighbours?: Readonly<Record<string, Neighbour>>;
  /** Mishaps that it cannot recover from by itself: why, and what the run says instead. @default none */
  readonly impossible?: { readonly [name in Mishap]?: { readonly why: string; readonly says?: RegExp } };
}

/** An object as the emulated tenant stores it. */
export interface StoredObject {
  readonly kind: string;
  readonly id: string;
  readonly properties?: Content;
  /** Ids behind each of its relations. */
  readonly relations?: Readonly<Record<string, readonly string[]>>;
  readonly deletedDateTime?: string;
}

/** A specimen whose wishes only itself needs to know. */
export type AnySpecimen = Specimen<object>;

/** What hands wishes to a specimen hands it its own: those it has made, or that were changed by it. */
export function aSpecimen<Wish extends object>(of: Specimen<Wish>): AnySpecimen {
  return of as unknown as AnySpecimen;
}

/** A wish with the members of another one that can be had in place. */
export const changedInPlace = ({ key }: AnySpecimen, now: object, wish: object): object => ({
  ...wish,
  ...picked(now, key),
});

/** A wish with the members of another one that only a new object can have. */
export const madeAnew = ({ key }: AnySpecimen, now: object, wish: object): object => ({ ...now, ...picked(wish, key) });

const picked = (from: object, keys: readonly string[]): object =>
  Object.fromEntries(keys.map((key) => [key, (from as Record<string, unknown>)[key]]));
