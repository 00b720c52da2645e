/** What others do to what is ours behind Pulumi's back. */
import fc from "fast-check";
import { EntraError } from "../../provider/graph/errors";
import type { Tenant } from "../../provider/graph/tenant";
import { specimenOf, specimens } from "../kinds";
import { withDependents } from "../kinds/fleet";
import { expectedOf, type Found, type Holding, type Marked, objectsOf } from "../kinds/holding";
import { command, type StackCommand } from "./operations";
import type { Model, Stack } from "./stack";

/** What others write is everywhere before the next operation begins: no machine notes it. */
export const longestLagMs = 1_000;

/** What others delete counts as deleted once that is so old that no replica can lack it. */
const settle = ({ tenant }: Stack): void => tenant.time.pass(Math.max(longestLagMs, tenant.unseenMs));

/** What the model knows of an object that others deleted. */
function noteDeletion(model: Model, name: string, kind: string, isForGood: boolean): void {
  const { comesBack, idOf } = specimenOf(kind);
  // What has no id of its own is the same when it is made again.
  const moved = (comesBack && !isForGood) || idOf ? [] : withDependents(model.fleet, [name]);
  for (const one of moved) model.mayMove.add(one);
  if (comesBack) model.deletedByOthers.add(name);
}

/** Objects of ours that are of a kind, with the resources they stand for. */
export const oursOf = (kinds: readonly string[], model: Readonly<Model>, holding: Holding): Marked[] =>
  [...model.fleet].flatMap(([name, resource]) =>
    kinds.includes(resource.kind) ? objectsOf(name, model.fleet, holding).map((found) => ({ ...found, name })) : [],
  );

const editNames = [...new Set(specimens.flatMap(({ edits }) => Object.keys(edits)))];
const editable = (what: string): string[] => specimens.filter(({ edits }) => edits[what]).map(({ kind }) => kind);

const edit = fc.record({ what: fc.constantFrom(...editNames), pick: fc.nat() }).map(({ what, pick }) =>
  command(
    `others ${what} number ${pick}`,
    ({ fleet }) => [...fleet.values()].some(({ kind }) => editable(what).includes(kind)),
    async (model, stack) => {
      const fitting = oursOf(editable(what), model, await stack.holding(model.names));
      const found = fitting[pick % fitting.length];
      const change = found && specimenOf(found.kind).edits[what];
      if (!found || !change || (change.unlessBroken && model.broken)) return;
      model.drifted = true;
      if (change.deletes) noteDeletion(model, found.name, found.kind, change.deletes === "for good");
      await change.act(stack.others, found);
      settle(stack);
    },
  ),
);

/** Deleted objects that a resource is declared for, and that no other object stands for. */
async function missed({ fleet, names }: Model, stack: Stack): Promise<Found[]> {
  const holding = await stack.holding(names);
  return holding.deleted.filter(({ kind, name, content }) => {
    const { knownBy } = specimenOf(kind).deleted ?? {};
    if (fleet.get(name)?.kind !== kind || knownBy === undefined) return false;
    if (holding.marked.some((other) => other.kind === kind && other.name === name)) return false;
    return content[knownBy] === expectedOf(name, fleet, holding)?.[knownBy];
  });
}

const restore = fc.nat().map((pick) =>
  command(
    `others restore number ${pick}`,
    ({ names }) => names.size > 0,
    async (model, stack) => {
      const choice = await missed(model, stack);
      const found = choice[pick % choice.length];
      if (!found || !(await wasRestored(stack.others, found))) return;
      model.drifted = true;
      for (const back of withDependents(model.fleet, found.name === undefined ? [] : [found.name])) {
        model.restored.add(back);
        model.lost.add(back);
        model.mayMove.add(back);
      }
      settle(stack);
    },
  ),
);

/** Graph refuses what came before its parent. */
async function wasRestored(tenant: Tenant, { id, objectId = id }: Found): Promise<boolean> {
  try {
    await tenant.post(`/directory/deletedItems/${objectId}/restore`, {});
    return true;
  } catch (error) {
    if (error instanceof EntraError && error.code === "REFUSED") return false;
    throw error;
  }
}

export const edits: readonly fc.Arbitrary<StackCommand>[] = [edit, edit, restore];
