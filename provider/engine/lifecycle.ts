/**
 * What one kind of object must say about itself. Everything else about the life of a resource is shared (driver.ts).
 *
 * A life cycle knows Microsoft Graph and nothing of Pulumi, so that another adapter can serve the same one.
 */
import type { z } from "zod";
import type { EntraError, GraphAnswer } from "../graph/errors";
import type { Tenant } from "../graph/tenant";
import type { Inventory } from "./inventory";
import type { Place } from "./listing";
import type { BulkRead } from "./run/bulk-read";
import type { Moment } from "./run/run-memory";

/** One thing wrong with an input. */
export interface Finding {
  /** Property path as Pulumi writes it: `sponsors`, `conditions.users.includeUsers[0]`. */
  readonly property: string;
  /** A phrase that continues the property's name: "must name at least one sponsor". */
  readonly reason: string;
  /** Only something is missing that another resource may make: waiting can cure it. @default nothing but another input can */
  readonly mayBeMade?: true;
}

/** What Graph allows once, where the object that has it changes within a run: no search finds out who declares it twice. */
export interface Exclusive extends Finding {
  /** The same for all that must not meet. */
  readonly key: string;
}

/** Inputs of every resource, besides its own. */
export interface Marked {
  /** Says which resource of which stack an object belongs to. Computed by the class from the resource's URN. */
  readonly marker: string;
}

export interface Confirmation<Inputs> {
  /** A boolean: true confirms. */
  readonly by: keyof Inputs & string;
  /** A sentence without its full stop. */
  readonly reason: string;
  /** What the confirmation does, after "to": "enable it". */
  readonly to: string;
  /** How to do without it, as a sentence. */
  readonly instead: string;
}

/** What a question is about, besides the inputs. */
export interface Asked extends Marked {
  /** Inputs and outputs as the state has them; empty before the create. */
  readonly olds: Readonly<Record<string, unknown>>;
  /** Whether an object is to be made of them, at first or in place of another one. */
  readonly makesNew: boolean;
  /** Whether a resource of this run has the object of this kind and id: then the create says that the program has it twice. */
  isClaimed(id: string): boolean;
}

/** Why an id is of nothing that can be referred to, as a phrase that continues the property's name. */
export type Referent = (tenant: Tenant, id: string) => Promise<string | undefined>;

/** What an object refers to. */
export interface Reference {
  /** The property that names it, as findings have it. */
  readonly property: string;
  /** Undefined as long as it is not known. */
  readonly id: string | undefined;
  readonly missing: Referent;
}

/** What somebody has made by hand, and a person may take for the wanted object. */
export interface Namesake {
  /** Resource id. */
  readonly id: string;
  readonly name: string;
}

/** An object in the tenant that has the natural key of a wanted one. */
export interface Match {
  /** Resource id. */
  readonly id: string;
  /** For messages: how a person finds the object in the admin centre. @default as the wanted one is called, and its id */
  readonly label?: string;
  /** What `deletedPath` needs to know of it besides its id. @default nothing */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Why it cannot be taken for this resource's own, and what to do; absent when it is ours. */
  readonly notOurs?: string | undefined;
  /**
   * Set when it is soft-deleted and reserves the key: brings it back. Resolves to what comes back with it that nobody asked
   * for, and what to do about that: a phrase. `isAlive` says for certain whether it is back, whatever a replica shows.
   */
  readonly restore?: (isAlive: () => Promise<boolean>) => Promise<string | undefined>;
}

/** What a person may want to look at, given how the object is called. What several objects say alike is reported of the first. */
export type Warning = (subject: string) => string;

/** An object as the tenant has it now. */
export interface Actual<Inputs> {
  /** In the canonical form of the inputs, every property that can be read. */
  readonly inputs: Partial<Inputs>;
  /** What Graph computed. Never the name of an input. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Whether the object has this resource's marker; left out by kinds that have no place for one. */
  readonly marked?: boolean;
}

/** What `warnings` are about. */
export interface Warned<Inputs> {
  readonly tenant: Tenant;
  readonly id: string;
  readonly declared: Partial<Inputs> & Marked;
  /** As the state has them; after a create or a change as they are now. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Undefined where a refresh finds it gone. */
  readonly actual: Actual<Inputs> | undefined;
  /** What this run has just done. `recovery`: it was found before a create. */
  readonly after: "create" | "recovery" | "change" | "read";
}

/** An object that was created, or found. */
export interface Made<Inputs> {
  /** Resource id. */
  readonly id: string;
  /** It was there before: something may belong to it already. @default it is new */
  readonly existed?: true;
  /** What Graph answered, where that says enough to go on without reading the object first. */
  readonly actual?: Actual<Inputs>;
}

/** Least Graph permissions per step, all of them needed together; quoted when Graph answers 403. */
export interface Permissions {
  /** For `questions`, where these read something else: people and groups by their names. @default as to read */
  readonly check?: readonly string[];
  readonly read: readonly string[];
  /** For the search before a create, where that reads more than the object: the deleted items. @default as to read */
  readonly find?: readonly string[];
  readonly create: readonly string[];
  readonly change: readonly string[];
  /** Restores as well what it deletes softly. */
  readonly remove: readonly string[];
  /** Not needed: without them, warnings do not name who disabled or deleted an object. @default nothing is optional */
  readonly explain?: readonly string[];
}

/**
 * What Graph does with the create of a second object that has the same key.
 *
 * - `refused`: whatever the first one is like.
 * - `refused while active`: beside a deleted one it is created, and what belongs to that would be deleted. So the deleted one is restored.
 * - `allowed`: nothing but our own search prevents a duplicate. A create whose answer was lost is sent again only when the
 *   time is over in which its object may show.
 */
export type DuplicateCreate = "refused" | "refused while active" | "allowed";

/** Another way to create an object, where the tenant or the caller's permissions rule out the usual one. */
export interface OtherCreate<Inputs> {
  readonly duplicateCreate: DuplicateCreate;
  /**
   * Whether the refusal means that this object can never be made in the usual way, and can be made in this one. A FORBIDDEN
   * holds for all of the kind in the run; any other refusal for this object alone, and only when it comes twice.
   */
  isFor(refusal: EntraError, wanted: Inputs & Marked): boolean;
  create(tenant: Tenant, wanted: Inputs & Marked): Promise<Made<Inputs>>;
  /**
   * What is otherwise with an object that was made like this: a phrase after its name.
   *
   * @param refusal what Graph said to the usual one, without its full stop
   */
  consequence(refusal: string): string;
}

/**
 * Which is first when a new object replaces the old one.
 *
 * - `delete first`: so the search before the create cannot take the old object for the new one.
 * - `create first`: for objects that Graph does not delete while others name them; these change to the new id in between.
 *   `find` must not match the old object after a change of `replacedBy`. Where none of that changed (`--replace`, a tainted
 *   resource) it does match it: the object stays, is brought to what is declared, and is not deleted.
 *
 * docs/decisions/0015
 */
export type Replacement = "delete first" | "create first";

export interface Lifecycle<Inputs extends object> {
  /** Name in the type token: `AgentIdentity`. Part of users' state: never changes. */
  readonly kind: string;
  /** Name in sentences: "agent identity". */
  readonly noun: string;
  /** The same of several: "agent identities". */
  readonly plural: string;
  /** One schema per property, canonical form included: sets sorted, defaults filled, Graph's own rewriting mirrored. */
  readonly properties: { readonly [Key in keyof Inputs]-?: z.ZodType<Inputs[Key]> };
  /**
   * Properties that no object has: they say what the program allows or asks for. `once`: it counts in the run whose program
   * has it; for an object that exists, adding it or leaving it out is no difference. @default all are the object's
   */
  readonly instructions?: { readonly [Key in keyof Inputs & string]?: "always" | "once" };
  /** What one property alone cannot say. Called only when every property is known and right by itself. */
  rules?(inputs: Inputs): readonly Finding[];
  /** Of these, one is declared and no more; it takes the place of the others. */
  readonly alternatives?: readonly string[];
  /** What no two resources of a program may declare, and what to say of the second; undefined as long as it is not known. */
  exclusive?(declared: Partial<Inputs>): Exclusive | undefined;
  /** Defaults that depend on the marker. */
  defaults?(marker: string): Partial<Inputs>;
  /** Defaults that depend on other inputs. */
  defaultsFor?(declared: Partial<Inputs>): Partial<Inputs>;
  /** How a person calls this object; `called` says how they call another one of that id. */
  nameOf(inputs: Partial<Inputs>, called: (id: string) => string): string;
  /** Properties whose change makes a new object. */
  readonly replacedBy: readonly (keyof Inputs & string)[];
  /** @default "delete first" */
  readonly replacement?: Replacement;
  readonly permissions: Permissions;
  /** Directory role that a person who has signed in needs. @default "Agent ID Administrator", or to own the object */
  readonly role?: string;
  /** What a 403 says of the licence that may be missing, as a sentence. @default that one may be */
  readonly licence?: string;
  /** All objects of this kind in a tenant. */
  readonly inventory: Inventory;
  readonly duplicateCreate: DuplicateCreate;

  /** Questions only the tenant can answer, asked at preview about inputs that changed: do these people exist, is this key free? */
  questions?(tenant: Tenant, inputs: Partial<Inputs>, about: Asked): Promise<readonly Finding[]>;
  /**
   * What it refers to. Whether that exists is asked at preview: of an object that is to be created or replaced about all of it,
   * of a change about what is new. Not asked about what this stack has, nor about what this machine has just written.
   */
  references?(inputs: Partial<Inputs>): readonly Reference[];
  /**
   * Objects of its kind, and of its parent, that have no marker of this package: a warning names those of the same name. Asked
   * of an object that is to be created at first, out of the list that `find` asks for. None where that shows its own.
   */
  namesakes?(tenant: Tenant, wanted: Partial<Inputs> & Marked): Promise<readonly Namesake[]>;
  /** What a person may want to know of an object, after the last step of each run with it. */
  warnings?(about: Warned<Inputs>): readonly Warning[] | Promise<readonly Warning[]>;
  /**
   * Objects that have the natural key, by one list that all resources of a run share, provided that it was asked for after
   * the given moment. What this run deleted it may show: where deleted objects keep their key, `isRemoved` keeps them apart
   * by id. Not asked where the object hangs from one that this run made: nothing can be there.
   */
  find(
    tenant: Tenant,
    wanted: Inputs & Marked,
    after: Moment,
    isRemoved: (id: string) => boolean,
  ): Promise<readonly Match[]>;
  /** Ids of the objects that must exist before this one. Where one was made moments ago, a refusal for its absence is waited out. */
  refersTo?(wanted: Inputs): readonly string[];
  /**
   * Ids of objects that this one names without belonging to them. A refusal for the absence of one that was made moments ago
   * is waited out too; and yet this one may have been there before them, so it is looked for.
   */
  mentions?(wanted: Inputs): readonly string[];
  /**
   * Set where the service that has these objects keeps a copy of the directory of its own, and knows what they refer to
   * later than the directory does: Conditional Access.
   */
  readonly hasOwnDirectory?: true;
  /**
   * Whether an answer may mean that Graph does not know yet what this one refers to, besides its general 400s. Where that
   * was made moments ago, it is waited out.
   */
  mayMissReferent?(answer: GraphAnswer): boolean;
  /** Ids of other objects that are of use only with this one: who names a blueprint may need its principal. */
  completes?(wanted: Inputs): readonly string[];
  /** The id, where it follows from the inputs: another resource of the run that has it is refused before anything is sent. */
  idOf?(wanted: Inputs): string;
  /** Makes the object. What it leaves undone, `change` does next. */
  create(tenant: Tenant, wanted: Inputs & Marked): Promise<Made<Inputs>>;
  /** @default there is one way */
  readonly otherCreate?: OtherCreate<Inputs>;
  /**
   * The object as it is now, or undefined when it is gone.
   *
   * @param declared what the program said: sets of people keep its spelling
   * @param outputs what was read last; empty right after a create
   * @param bulk lists to look into first, at a refresh; without, only what Graph says of this object counts
   */
  read(
    tenant: Tenant,
    id: string,
    declared: Partial<Inputs> & Marked,
    outputs: Readonly<Record<string, unknown>>,
    bulk?: BulkRead,
  ): Promise<Actual<Inputs> | undefined>;
  /**
   * What must be confirmed before `actual` may be brought to `wanted`: by which instruction that counts once, and why. It is
   * asked at preview too, of what the state has.
   */
  mustConfirm?(wanted: Partial<Inputs>, actual: Actual<Inputs>): Confirmation<Inputs> | undefined;
  /** A target on the way to `wanted`, where going straight there would be dangerous. Ends at `wanted` itself. */
  towards?(wanted: Inputs & Marked, actual: Actual<Inputs>): Inputs & Marked;
  /**
   * Called when the object was brought to a target on the way, and the change to the next one fails: brings it back to
   * `before` where it must not stay on the way.
   *
   * @returns what it is like now, as a sentence without its full stop; undefined where it may stay
   */
  takeBack?(tenant: Tenant, id: string, before: Actual<Inputs>, onTheWay: Inputs & Marked): Promise<string | undefined>;
  /** Moves `actual` to `wanted`: sends no request where nothing differs, adds before it removes. */
  change(tenant: Tenant, id: string, wanted: Inputs & Marked, actual: Actual<Inputs>): Promise<void>;
  /** Where a soft-deleted object of this kind lies, as proof that it is gone. */
  deletedPath?(id: string, outputs: Readonly<Record<string, unknown>>): Place;
  /** Where that lies, if it is soft-deleted, of which the object is a part: it is deleted and comes back with it, as it was. */
  deletedWith?(outputs: Readonly<Record<string, unknown>>): Place | undefined;
  /** Where that lies, if it is soft-deleted, without which there is no such object: as proof that it is gone. */
  goneWith?(id: string): Place;
  /**
   * Whether a read shows all that was written. What is made of several objects of Graph may be shown in part, by a replica that
   * lags. @default all or nothing
   */
  isWhole?(declared: Partial<Inputs>, actual: Actual<Inputs>): boolean;
  /**
   * Deletes, softly where Graph does.
   *
   * @param warn takes what is left that a person may want to know of
   * @throws EntraError NOT_FOUND when there is nothing to delete, or a replica does not know of it
   */
  remove(
    tenant: Tenant,
    id: string,
    declared: Partial<Inputs> & Marked,
    outputs: Readonly<Record<string, unknown>>,
    warn: (warning: Warning) => void,
  ): Promise<void>;
}

/** Find-or-create would recover the very object that a replacement deletes a moment later, unless `find` tells them apart. */
export const deletesFirst = ({ replacement }: { readonly replacement?: Replacement }): boolean =>
  replacement !== "create first";
