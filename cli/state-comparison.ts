/**
 * The states of stacks beside what is in the tenant, and what a person does about each difference.
 *
 * Ids decide whether an object is in a state: markers only say who made it. Some kinds have no place for a marker, such as
 * credentials and permissions, and others get it after the create, which may be interrupted. Such objects on one that is in a
 * state are findings all the same: what an interrupted run leaves and what somebody added look alike, and either one is a way
 * to act as the agent that no program declares. Only a person can tell which it is; `--marked-only` leaves them out where
 * others are meant to keep credentials there. Those on an orphan are deleted with it.
 */
import { isMarkedFromCreate } from "../provider/engine/inventory";
import { Names } from "../provider/engine/run/names";
import type { LiveObject, TenantInventory } from "../provider/engine/run/tenant-inventory";
import type { Tenant } from "../provider/graph/tenant";
import type { Kind } from "../provider/kinds";
import { countedByKind, lifecycles, listed, type ListedObject } from "./object-words";
import type { PendingCreate, StackState, StateResource } from "./stack-state";

/** An object in the tenant that is in no state. */
export interface Finding extends ListedObject {
  /** Its create is among a state's pending operations, or a resource with its marker has another object. */
  readonly madeFor?: Pick<PendingCreate, "stack" | "urn" | "name">;
  /** Made after the last change of every state: a run that is not in them may still be responsible. */
  readonly afterStates: boolean;
  /** What is deleted with it, by kind. */
  readonly dependents: Readonly<Record<string, number>>;
  /** What to do: steps, or what holds and what then. */
  readonly next: readonly string[];
}

/** A resource in a state whose object is not in the tenant. */
export interface Missing extends Pick<StateResource, "kind" | "id" | "stack" | "urn" | "name"> {
  readonly displayName: string;
  /** When it was deleted, where the deleted items still hold it. */
  readonly deleted?: string | undefined;
  readonly next: readonly string[];
}

export interface Comparison {
  /** Objects that have a marker. */
  readonly orphans: readonly Finding[];
  /** Objects without a marker on an object that is in a state. */
  readonly undeclared: readonly Finding[];
  readonly missing: readonly Missing[];
}

export async function compare(
  states: readonly StackState[],
  live: TenantInventory,
  tenant: Tenant,
  markedOnly: boolean,
): Promise<Comparison> {
  const resources = states.flatMap((state) => state.resources);
  const objects = live.objects.filter(({ isComputed }) => isComputed !== true);
  const surroundings: Surroundings = {
    pending: states.flatMap(({ pendingCreates }) => pendingCreates),
    resources,
    inStates: new Set(resources.map(keyOf)),
    hanging: hangingIn(objects),
    lastChange: Math.max(...states.map(({ lastChange }) => Date.parse(lastChange ?? ""))),
  };
  const idsInStates = new Set(resources.map(({ id }) => id));
  const unclaimed = objects.filter((object) => !surroundings.inStates.has(keyOf(object)));
  return {
    orphans: unclaimed.filter(({ marker }) => marker !== undefined).map((object) => finding(object, surroundings)),
    undeclared: unclaimed
      .filter(({ marker, parents: [parent = ""] = [] }) => marker === undefined && idsInStates.has(parent))
      .map((object) => finding(object, surroundings)),
    missing: await missingFrom(resources, live, tenant, markedOnly),
  };
}

/** What a finding is judged by. */
interface Surroundings {
  readonly pending: readonly PendingCreate[];
  readonly resources: readonly StateResource[];
  readonly inStates: ReadonlySet<string>;
  /** What is deleted with an object, by its key. */
  readonly hanging: ReadonlyMap<string, readonly LiveObject[]>;
  /** Of the state that was written last, in milliseconds; NaN where one does not say. */
  readonly lastChange: number;
}

const keyOf = ({ kind, id }: Pick<LiveObject, "kind" | "id">): string => `${kind} ${id}`;

function hangingIn(objects: readonly LiveObject[]): Map<string, LiveObject[]> {
  const hanging = new Map<string, LiveObject[]>();
  const holders = new Map(objects.map((object) => [object.id, object]));
  for (const object of objects)
    for (const holder of (object.parents ?? []).map((id) => holders.get(id)))
      if (holder) hanging.set(keyOf(holder), [...(hanging.get(keyOf(holder)) ?? []), object]);
  return hanging;
}

function finding(object: LiveObject, { pending, resources, inStates, hanging, lastChange }: Surroundings): Finding {
  const hasItsMarker = (one: PendingCreate): boolean =>
    object.marker !== undefined && one.kind === object.kind && one.marker.startsWith(object.marker);
  const begun = pending.find((one) => hasItsMarker(one) || isNamedBy(one, object));
  const other = resources.find(hasItsMarker);
  const madeFor = begun ?? other;
  const dependents = hanging.get(keyOf(object)) ?? [];
  const inUse = dependents.filter((dependent) => inStates.has(keyOf(dependent))).length;
  return {
    ...listed(object),
    ...(madeFor && { madeFor: { stack: madeFor.stack, urn: madeFor.urn, name: madeFor.name } }),
    afterStates: Date.parse(object.created ?? "") > lastChange,
    dependents: countedByKind(dependents),
    next: nextFor(listed(object), begun, other, inUse),
  };
}

/**
 * Whether an object that has no marker is the one that a create asked for: its inputs say what it is on, and its name
 * there. Where an object has its marker from the create on, one without is somebody else's.
 */
function isNamedBy({ kind, inputs }: PendingCreate, { kind: ofObject, marker, id, parents = [] }: LiveObject): boolean {
  const lifecycle = lifecycles.get(kind);
  if (marker !== undefined || kind !== ofObject || !lifecycle || isMarkedFromCreate(lifecycle.inventory)) return false;
  const said = Object.values(inputs);
  return [parents[0], ...id.split("/").slice(1)].every((part) => said.includes(part));
}

function nextFor(
  object: ListedObject,
  begun: PendingCreate | undefined,
  other: StateResource | undefined,
  inUse: number,
): string[] {
  const lifecycle = lifecycles.get(object.kind);
  const deletion =
    object.deletedBy.length === 0
      ? "it can be deleted by hand only: Microsoft Graph has no request for it"
      : `${object.deletedBy.join(", ")} (needs ${(object.deleteNeeds ?? lifecycle?.permissions.remove ?? []).join(" and ")})`;
  if (inUse > 0)
    return [
      `do not delete it: ${inUse} ${inUse === 1 ? "object" : "objects"} of your stacks would be deleted with it`,
      'declare it in the stack and under the name that it had, and "pulumi up" recovers it',
    ];
  if (begun)
    return [
      `run "pulumi up" in ${begun.stack}: while the program declares "${begun.name}", it recovers the object`,
      `if the program does not declare it any more: ${deletion}`,
      'then "pulumi refresh --clear-pending-creates" removes the pending create from the state',
    ];
  if (other)
    return [
      `${other.stack} has ${other.id} as "${other.name}", and this one has the same marker`,
      `if no other stack has it: ${deletion}`,
    ];
  if (object.marker === undefined)
    return [
      `if it is wanted: ${object.ifWanted ?? 'declare it as it is, and "pulumi up" manages it from then on'}`,
      `if not: ${deletion}`,
    ];
  return [
    ...(lifecycle?.inventory.marker === "nameSuffix"
      ? ["only the end of its name looks like this package's: make sure that nobody else made it"]
      : []),
    "if another stack has it: look again with that stack's file as well",
    'if its program should have kept it: declare it again under the same name, and "pulumi up" recovers it',
    `if nobody needs it: ${deletion}`,
  ];
}

async function missingFrom(
  resources: readonly StateResource[],
  live: TenantInventory,
  tenant: Tenant,
  markedOnly: boolean,
): Promise<Missing[]> {
  const there = new Set(live.objects.map(keyOf));
  const names = namesIn(resources);
  const deletedAt = new Map(live.deleted.map((item) => [keyOf(item), item.deleted]));
  const suspects = resources
    .filter((resource) => !resource.deleting && !there.has(keyOf(resource)))
    .filter(({ kind }) => !markedOnly || lifecycles.get(kind)?.inventory.marker !== "none");
  const missing = await Promise.all(
    suspects.map(async (resource) => {
      const { kind, id, marker, outputs, stack, urn, name } = resource;
      const lifecycle = lifecycles.get(kind);
      // Lists show what has a marker; somebody may have taken it off, or a replica may be behind.
      if (!lifecycle || (await lifecycle.read(tenant, id, { marker }, outputs)) !== undefined) return [];
      const deleted = deletedAt.get(keyOf(resource));
      const displayName = lifecycle.nameOf(resource.inputs, names.of);
      return [{ kind, id, stack, urn, name, displayName, deleted, next: nextForMissing(lifecycle, deleted) }];
    }),
  );
  return missing.flat();
}

/** What hangs from others comes after them in a state, so that it is called by their names. */
function namesIn(resources: readonly StateResource[]): Names {
  const names = new Names();
  for (const { kind, id, inputs } of resources)
    names.remember(id, lifecycles.get(kind)?.nameOf(inputs, names.of) ?? "");
  return names;
}

function nextForMissing({ inventory }: Kind, deleted: string | undefined): string[] {
  const isRestored = deleted !== undefined && inventory.deleted?.keepsKey === true;
  const makes = isRestored
    ? "restores it from the deleted items"
    : `creates a new one${inventory.idIsKept ? "" : ", with another id"}`;
  return [
    `"pulumi refresh" takes it out of the state, and the next "pulumi up" ${makes}`,
    "if it is meant to be gone: remove it from the program first",
  ];
}
