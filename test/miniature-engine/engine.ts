/**
 * What Pulumi's engine does with dynamic providers, in this process and on virtual time: checks and diffs one at a time in
 * the order of needs, steps in parallel, replaces in the order that the provider names, and writes the state before and after each
 * step.
 *
 * Source of every rule here: Pulumi 3.259, pkg/resource/deploy/step_generator.go, step.go and pkg/backend/snapshot.go.
 */
import { same } from "../../provider/engine/json";
import { Deployment } from "./deployment";
import type { Program } from "./program";
import type { Operation, Options, Outcome, Process } from "./run";
import { Checkpoints, inOrder, type StackState, type StoredResource } from "./state";
import { performed } from "./step";

export type { Declaration, Known, Program } from "./program";
export type { Operation, Options, Outcome, Process } from "./run";
export { emptyState, type Properties, type StackState, type StoredResource } from "./state";

export async function up(
  state: StackState,
  program: Program,
  process: Process,
  options: Options = {},
): Promise<Outcome> {
  const deployment = new Deployment(program, process, checkpointsOf(state, options), options);
  await deployment.run();
  await deployment.deleteUndeclared();
  return ended(deployment.outcome(), options);
}

/** What `up` would do, besides leaving things as they are. @throws Error with all findings of `check` */
export async function preview(
  state: StackState,
  program: Program,
  process: Process,
): Promise<Readonly<Record<string, Operation>>> {
  const deployment = new Deployment(program, process, new Checkpoints(state, nowhere), { preview: true, parallel: 1 });
  await deployment.run();
  await deployment.deleteUndeclared();
  const { failures, operations } = deployment.outcome();
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return Object.fromEntries(Object.entries(operations).filter(([, operation]) => operation !== "same"));
}

export async function destroy(state: StackState, process: Process, options: Options = {}): Promise<Outcome> {
  return up(state, [], process, options);
}

/** Reads everything. What is not there any more is dropped from the state; what could not be read stays as it was. */
export async function refresh(
  state: StackState,
  process: Process,
  { clearPendingCreates = false, ...options }: Options & { readonly clearPendingCreates?: boolean } = {},
): Promise<Outcome> {
  const failures: string[] = [];
  const operations: Record<string, Operation> = {};
  const read = async (stored: StoredResource): Promise<StoredResource[]> => {
    if (stored.pendingReplacement) return [stored];
    try {
      const provider = process.provider(stored.kind);
      const found = await performed(stored.inputs, () => provider.read(stored.id, stored.outputs));
      if (found.id === "") {
        operations[stored.name] = "delete";
        return [];
      }
      // Pulumi takes what reads well for healthy: half-done is forgotten, and only a difference shows it.
      const { initErrors, ...healthy } = stored;
      const inputs = found.inputs ? { ...found.inputs, __provider: stored.inputs["__provider"] } : stored.inputs;
      const outputs = { ...found.props, __provider: stored.inputs["__provider"] };
      const changed = !same(inputs, stored.inputs) || !same(outputs, stored.outputs);
      operations[stored.name] = changed || initErrors ? "update" : "same";
      return [{ ...healthy, id: found.id, inputs, outputs }];
    } catch (error) {
      failures.push(`${stored.name}: ${error instanceof Error ? error.message : String(error)}`);
      return [stored];
    }
  };
  const kept = (await Promise.all(inOrder(state.resources).map(read))).flat();
  const names = new Set(kept.map(({ name }) => name));
  const resources = kept.map((one) => ({ ...one, needs: one.needs.filter((need) => names.has(need)) }));
  const pendingCreates = clearPendingCreates ? [] : state.pendingCreates;
  return ended({ state: { ...state, resources, pendingCreates }, failures, operations }, options);
}

const nowhere = (): void => undefined;

const checkpointsOf = (state: StackState, { checkpoints = true, saved = nowhere }: Options): Checkpoints =>
  new Checkpoints(state, checkpoints ? saved : nowhere);

function ended(outcome: Outcome, { saved = nowhere }: Options): Outcome {
  saved(outcome.state);
  return outcome;
}
