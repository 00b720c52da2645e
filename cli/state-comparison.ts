/**
 * The states of stacks beside what is in the tenant, and what a person does about each difference.
 *
 * Ids decide whether an object is in a state: markers only say who made it. Credentials and permissions have no place for a
 * marker, and neither has a blueprint principal whose first run was interrupted. Those on an object that is in a state are
 * findings all the same: what an interrupted run leaves and what somebody added look alike, and either one is a way to act
 * as the agent that no program declares. Only a person can tell which it is; `--marked-only` leaves them out where others
 * are meant to keep credentials there. Those on an orphan go with it.
 */
import { Names } from "../provider/engine/run/names";
import type { Tenant } from "../provider/graph/tenant";
import { type Kind, kinds as registry } from "../provider/kinds";
import { kinds, type LiveObject, type LiveObjects, unmarkedKinds } from "./live-objects";
import type { PendingCreate, StackState, StateResource } from "./stack-state";

/** Every kind of object that the command knows, by its name. */
export const lifecycles: ReadonlyMap<string, Kind> = new Map(registry.map((lifecycle) => [lifecycle.kind, lifecycle]));

export const nounOf = (kind: string): string => lifecycles.get(kind)?.noun ?? kind;

/** An object in the tenant that is in no state. */
export interface Finding extends LiveObject {
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
  /** Objects that bear a marker. */
  readonly orphans: readonly Finding[];
  /** Objects without a marker on an object that is in a state. */
  readonly undeclared: readonly Finding[];
  readonly missing: readonly Missing[];
}

export async function compare(
  states: readonly StackState[],
  live: LiveObjects,
  tenant: Tenant,
  markedOnly: boolean,
): Promise<Comparison> {
  const resources = states.flatMap((state) => state.resources);
  const surroundings: Surroundings = {
    pending: states.flatMap(({ pendingCreates }) => pendingCreates),
    resources,
    inStates: new Set(resources.map(keyOf)),
    hanging: hangingIn(live.objects),
    lastChange: Math.max(...states.map(({ lastChange }) => Date.parse(lastChange ?? ""))),
  };
  const idsInStates = new Set(resources.map(({ id }) => id));
  const unclaimed = live.objects.filter((object) => !surroundings.inStates.has(keyOf(object)));
  return {
    orphans: unclaimed.filter(({ marker }) => marker !== undefined).map((object) => finding(object, surroundings)),
    undeclared: unclaimed
      .filter(({ marker, belongsTo = "" }) => marker === undefined && idsInStates.has(belongsTo))
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

/** Entra deletes the identities of a blueprint with the blueprint, and with its principal. */
function hangingIn(objects: readonly LiveObject[]): Map<string, LiveObject[]> {
  const hanging = new Map<string, LiveObject[]>();
  const principals = new Map(objects.filter(({ kind }) => kind === kinds.principal).map((one) => [one.belongsTo, one]));
  const holders = new Map(objects.map((object) => [object.id, object]));
  for (const object of objects) {
    const principal = object.kind === kinds.identity ? principals.get(object.belongsTo) : undefined;
    for (const holder of [holders.get(object.belongsTo ?? ""), principal])
      if (holder) hanging.set(keyOf(holder), [...(hanging.get(keyOf(holder)) ?? []), object]);
  }
  return hanging;
}

function finding(object: LiveObject, { pending, resources, inStates, hanging, lastChange }: Surroundings): Finding {
  const bearsIts = (one: PendingCreate): boolean =>
    object.marker !== undefined && one.kind === object.kind && one.marker.startsWith(object.marker);
  const begun = pending.find((one) => bearsIts(one) || isNamedBy(one, object));
  const twin = resources.find(bearsIts);
  const madeFor = begun ?? twin;
  const dependents = hanging.get(keyOf(object)) ?? [];
  const inUse = dependents.filter((dependent) => inStates.has(keyOf(dependent))).length;
  return {
    ...object,
    ...(madeFor && { madeFor: { stack: madeFor.stack, urn: madeFor.urn, name: madeFor.name } }),
    afterStates: Date.parse(object.created ?? "") > lastChange,
    dependents: countedByKind(dependents),
    next: nextFor(object, begun, twin, inUse),
  };
}

/**
 * Whether an object that bears no marker is the one that a create asked for: its inputs say what it is on, and its name
 * there. An identity bears its marker from the first, so one without is somebody else's.
 */
function isNamedBy({ kind, inputs }: PendingCreate, { kind: ofObject, marker, id, belongsTo }: LiveObject): boolean {
  if (marker !== undefined || kind !== ofObject || kind === kinds.identity) return false;
  const said = Object.values(inputs);
  return [belongsTo, ...id.split("/").slice(1)].every((part) => said.includes(part));
}

/** How many there are of each kind. */
export function countedByKind(objects: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function nextFor(
  object: LiveObject,
  begun: PendingCreate | undefined,
  twin: StateResource | undefined,
  inUse: number,
): string[] {
  const deletion = `${object.deletedBy.join(", ")} (needs ${lifecycles.get(object.kind)?.permissions.remove.join(" and ") ?? ""})`;
  if (inUse > 0)
    return [
      `do not delete it: ${inUse} of what is deleted with it ${inUse === 1 ? "is" : "are"} in your stacks`,
      'declare it in the stack and under the name that it had, and "pulumi up" takes it over',
    ];
  if (begun)
    return [
      `run "pulumi up" in ${begun.stack}: while the program declares "${begun.name}", it takes the object over`,
      `if the program does not declare it any more: ${deletion}`,
      'then "pulumi refresh --clear-pending-creates" forgets the create',
    ];
  if (twin)
    return [
      `${twin.stack} has ${twin.id} as "${twin.name}", and this one bears the same marker`,
      `if no other stack has it: ${deletion}`,
    ];
  if (object.marker === undefined)
    return ['if it is wanted: declare it as it is, and "pulumi up" takes it over', `if not: ${deletion}`];
  return [
    ...(object.kind === kinds.policy
      ? ["only the end of its name looks like this package's: make sure that nobody else made it"]
      : []),
    "if another stack has it: look again with that stack's file as well",
    'if its program should have kept it: declare it again under the same name, and "pulumi up" takes it over',
    `if nobody needs it: ${deletion}`,
  ];
}

async function missingFrom(
  resources: readonly StateResource[],
  live: LiveObjects,
  tenant: Tenant,
  markedOnly: boolean,
): Promise<Missing[]> {
  const there = new Set(live.objects.map(keyOf));
  const names = namesIn(resources);
  const deletedAt = new Map(live.deleted.map((item) => [keyOf(item), item.deleted]));
  const suspects = resources
    .filter((resource) => !resource.deleting && !there.has(keyOf(resource)))
    .filter(({ kind }) => !markedOnly || !unmarkedKinds.includes(kind));
  const missing = await Promise.all(
    suspects.map(async (resource) => {
      const { kind, id, marker, outputs, stack, urn, name } = resource;
      const lifecycle = lifecycles.get(kind);
      // Lists show what bears a marker; somebody may have taken it off, or a replica may be behind.
      if (!lifecycle || (await lifecycle.read(tenant, id, { marker }, outputs)) !== undefined) return [];
      const deleted = deletedAt.get(keyOf(resource));
      const displayName = lifecycle.nameOf(resource.inputs, names.of);
      return [{ kind, id, stack, urn, name, displayName, deleted, next: nextForMissing(kind, deleted) }];
    }),
  );
  return missing.flat();
}

/** What hangs from others comes after them in a state, so that it is called by their names. */
function namesIn(resources: readonly StateResource[]): Names {
  const names = new Names();
  for (const { kind, id, inputs } of resources) names.note(id, lifecycles.get(kind)?.nameOf(inputs, names.of) ?? "");
  return names;
}

function nextForMissing(kind: string, deleted: string | undefined): string[] {
  const isRestored = deleted !== undefined && (kind === kinds.blueprint || kind === kinds.principal);
  const makes = isRestored ? "brings it back from the deleted items" : "makes a new one";
  const id = !isRestored && kind === kinds.identity ? ", with another id" : "";
  return [
    `"pulumi refresh" takes it out of the state, and the next "pulumi up" ${makes}${id}`,
    "if it is meant to be gone: take it out of the program first",
  ];
}
