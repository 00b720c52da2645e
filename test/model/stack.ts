/** A stack under test: the model of it, the real thing, and what must hold between the two. */
import type { Tenant } from "../../provider/graph/tenant";
import {
  destroy,
  emptyState,
  type Operation,
  preview,
  refresh,
  type StackState,
  type StoredResource,
  up,
} from "../miniature-engine/engine";
import { specimenOf } from "../kinds";
import { type Fleet, programOf, type Resource } from "../kinds/fleet";
import { differences, type Holding, holdingOf, undeclared } from "../kinds/holding";
import { type Theirs, touched } from "../kinds/neighbours";
import { objectsIn } from "../sweep/picture";
import type { Kill, ProcessSettings, TestProcess, TestTenant } from "./tenant";
import type { Fault } from "../../emulator/tenant";

/** What others put beside a resource of ours. */
export interface Addition extends Theirs {
  /** What they did. */
  readonly addition: string;
  /** Of what they made, or the tag. */
  readonly name: string;
  /** Name of the resource it was added to. */
  readonly resource: string;
}

/** What the model knows. */
export class Model {
  readonly fleet = new Map<string, Resource>();
  /** Every name a resource ever had: markers are made of names. */
  readonly names = new Set<string>();
  /** Taken out of the program, and in the tenant until an update: a blueprint has one principal, an agent one grant. */
  readonly leaving = new Map<string, Resource>();
  /** Others changed what is ours, or an operation did not come to its end, since the state was last refreshed. */
  drifted = false;
  /** An operation did not come to its end since the tenant was last as declared. */
  broken = false;
  /** Declared when an operation was cut off, and perhaps in the tenant though in no state. */
  readonly lost = new Set<string>();
  /** Brought back by others since the tenant was last as declared: known by their keys only, as after an interruption. */
  readonly restored = new Set<string>();
  /** Resources that may have another object when the tenant is next as declared. */
  readonly mayMove = new Set<string>();
  readonly ids = new Map<string, string>();
  /** What others deleted and a run restores: what comes back with it may have been taken out of the program meanwhile; the run says so. */
  readonly deletedByOthers = new Set<string>();
  theirs: Addition[] = [];
}

export interface Disturbance {
  readonly faults?: readonly Fault[];
  readonly kill?: Kill;
  /** A permission that is missing from some request on. */
  readonly denied?: Fault;
}

export interface Circumstances
  extends Disturbance, Pick<ProcessSettings, "onTheWire" | "aroundEach" | "issue" | "time"> {
  readonly parallel?: number;
  readonly batched?: boolean;
  readonly latencyMs?: number;
  readonly checkpoints?: boolean;
}

/** How an operation ended. */
interface End {
  readonly failures: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
}

export class Stack {
  state: StackState = emptyState;

  constructor(
    readonly tenant: TestTenant,
    readonly others: Tenant,
    /** What another team had before. */
    readonly lookalikes: readonly Theirs[] = [],
  ) {}

  up(fleet: Fleet, circumstances: Circumstances = {}): Promise<End> {
    const { parallel = 8, checkpoints = true } = circumstances;
    return this.#run(circumstances, (process, saved) =>
      up(this.state, programOf(fleet), process, { parallel, checkpoints, saved }),
    );
  }

  refresh(circumstances: Circumstances = {}): Promise<End> {
    const clearPendingCreates = true;
    return this.#run(circumstances, async (process, saved) => {
      const end = await refresh(this.state, process, { clearPendingCreates, saved });
      refuseWrites(process);
      return end;
    });
  }

  destroy(circumstances: Circumstances = {}): Promise<End> {
    const { parallel = 8, checkpoints = true } = circumstances;
    return this.#run(circumstances, (process, saved) => destroy(this.state, process, { parallel, checkpoints, saved }));
  }

  async preview(fleet: Fleet): Promise<Readonly<Record<string, Operation>>> {
    const process = await this.tenant.process();
    const planned = await preview(this.state, programOf(fleet), process);
    refuseWrites(process);
    return planned;
  }

  holding = (names: Iterable<string>): Promise<Holding> => holdingOf(this.others, names);

  async #run(
    { faults = [], denied, parallel: _, checkpoints: __, ...settings }: Circumstances,
    operation: (process: TestProcess, saved: (state: StackState) => void) => Promise<End & { state: StackState }>,
  ): Promise<End> {
    const process = await this.tenant.process(settings);
    for (const fault of denied ? [...faults, denied] : faults) this.tenant.emulated.fail(fault);
    const saved = (state: StackState): void => {
      if (!process.isDead() || settings.kill?.who === "provider") this.state = plain(state);
    };
    const outcome = await Promise.race([operation(process, saved), process.killed]);
    // A person is slower than the last requests of what was killed.
    await this.tenant.arrivals();
    this.tenant.emulated.clearFaults();
    if (!outcome) return { failures: ["killed"], operations: {} };
    this.state = plain(outcome.state);
    return outcome;
  }
}

function refuseWrites({ writes }: TestProcess): void {
  if (writes.length > 0) throw new Error(`it only had to look, and sent ${writes.join(", ")}`);
}

/** A state goes through a file. */
const plain = (state: StackState): StackState => JSON.parse(JSON.stringify(state)) as StackState;

/** What holds whatever has happened. */
export async function checkAlways(model: Model, stack: Stack): Promise<void> {
  const holding = await stack.holding(model.names);
  const replaced = new Set(stack.state.pendingDeletes.map(({ id }) => id));
  const marked = holding.marked.filter(({ id }) => !replaced.has(id));
  for (const { kind, name, id } of marked) {
    const second = marked.find((other) => other.kind === kind && other.name === name && other.id !== id);
    if (second) throw new Error(`${kind} ${name} is there twice: ${id} and ${second.id}`);
  }
  const owners = new Map<string, string>();
  for (const { kind, id, name, pendingReplacement } of stack.state.resources) {
    if (pendingReplacement) continue;
    const owner = owners.get(`${kind} ${id}`);
    if (owner !== undefined) throw new Error(`the state names ${id} as ${kind} of ${owner} and of ${name}`);
    owners.set(`${kind} ${id}`, name);
    const object = holding.marked.find((found) => found.id === id && found.kind === kind);
    if (object && object.name !== name) throw new Error(`the state names ${object.name}'s ${id} as ${name}'s`);
  }
  const wrong = touched([...stack.lookalikes, ...model.theirs], objectsIn(stack.tenant.emulated));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

/** What holds after a refresh: it forgets nothing that is there, and keeps nothing that is gone for good. */
export async function checkSeen(before: StackState, stack: Stack, { names }: Model): Promise<void> {
  const { deleted, find } = await stack.holding(names);
  const kept = (id: string, name: string): boolean =>
    stack.state.resources.some((one) => one.id === id && one.name === name);
  const comesBack = ({ kind, id }: StoredResource): boolean => {
    const { comesBackWith } = specimenOf(kind);
    return deleted.some((parent) => parent.kind === comesBackWith && id.startsWith(`${parent.id}/`));
  };
  for (const stored of before.resources) {
    const { kind, id, name, pendingReplacement } = stored;
    if (pendingReplacement) continue;
    const isThere = find(kind, id) !== undefined;
    if (isThere && !kept(id, name)) throw new Error(`the refresh forgot ${name} (${id}), which is there`);
    if (!isThere && kept(id, name) && !comesBack(stored))
      throw new Error(`the refresh keeps ${name} (${id}), which is gone`);
  }
}

/** What holds after an operation that says that the tenant is as declared. */
export async function checkSettled(model: Model, stack: Stack): Promise<void> {
  const holding = await stack.holding(model.names);
  const problems = differences(model.fleet, holding);
  for (const { kind, name, id } of holding.marked) {
    const stored = stack.state.resources.find((one) => one.name === name && one.kind === kind);
    if (stored?.id === id || (!stored && model.lost.has(name))) continue;
    problems.push(`${kind} ${name} (${id}) is in the tenant and not in the state`);
  }
  problems.push(...leftBehind(model, holding));
  for (const name of model.fleet.keys()) {
    const [id, before] = [stack.state.resources.find((one) => one.name === name)?.id ?? "", model.ids.get(name)];
    if (id === "") problems.push(`${name} is not in the state`);
    if (before !== undefined && before !== id && !model.mayMove.has(name))
      problems.push(`${name} was ${before} and is ${id}, though nothing had to be made anew`);
    model.ids.set(name, id);
  }
  for (const name of model.ids.keys()) if (!model.fleet.has(name)) model.ids.delete(name);
  model.mayMove.clear();
  const planned = await stack.preview(model.fleet);
  if (Object.keys(planned).length > 0) problems.push(`the next preview plans ${JSON.stringify(planned)}`);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** What nobody declares any more and no interruption explains. */
function leftBehind({ fleet, lost, theirs, deletedByOthers }: Model, holding: Holding): string[] {
  const explained = (of: string): boolean => [...lost].some((name) => !fleet.has(name) && name !== of);
  return undeclared(fleet, holding)
    .filter(({ of, kind }) => !(specimenOf(kind).comesBackWith && deletedByOthers.has(of)) && !explained(of))
    .filter(({ id }) => !theirs.some(({ name }) => name === id.split("/").at(-1)))
    .map(({ kind, id, of }) => `${kind} ${id} of ${of} was not taken away`);
}
