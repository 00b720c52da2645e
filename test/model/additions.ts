/** What others make beside what is ours. It is theirs to take away. */
import fc from "fast-check";
import { specimenOf, specimens } from "../kinds";
import { besideOne } from "../kinds/neighbours";
import { idOf, nestor } from "../kinds/people";
import type { Neighbour } from "../kinds/specimen";
import { objectsIn } from "../sweep/picture";
import { longestLagMs, oursOf } from "./edits";
import { command } from "./operations";
import type { Model, Stack } from "./stack";

/** Beside what the kinds have beside them: it goes with its blueprint, which a stack that deletes it has to say. */
const anAgent: Neighbour = {
  async add(tenant, { parent }, displayName) {
    const { id } = await tenant.post<{ id: string }>("/servicePrincipals/microsoft.graph.agentIdentity", {
      displayName,
      agentIdentityBlueprintId: parent,
      "sponsors@odata.bind": [tenant.url(`/users/${await idOf(tenant, nestor)}`)],
    });
    return { object: id };
  },
};

const neighboursOfKind = (kind: string): Readonly<Record<string, Neighbour>> => ({
  ...specimenOf(kind).neighbours,
  ...(kind === "AgentIdentityBlueprintPrincipal" ? { "an agent of their own": anAgent } : {}),
});

const names = [...new Set(specimens.flatMap(({ kind }) => Object.keys(neighboursOfKind(kind))))];
const kindsWith = (what: string): string[] =>
  specimens.filter(({ kind }) => neighboursOfKind(kind)[what]).map(({ kind }) => kind);

export const addition = fc.record({ what: fc.constantFrom(...names), pick: fc.nat() }).map(({ what, pick }) =>
  command(
    `others add ${what} to number ${pick}`,
    ({ fleet }) => [...fleet.values()].some(({ kind }) => kindsWith(what).includes(kind)),
    async (model, stack) => {
      await add(model, stack, what, pick);
    },
  ),
);

async function add(model: Model, stack: Stack, addition: string, pick: number): Promise<void> {
  const fitting = oursOf(kindsWith(addition), model, await stack.holding(model.names)).filter(
    ({ kind, name }) => neighboursOfKind(kind)[addition]?.beside?.({ ...model.fleet.get(name)?.wish }) !== false,
  );
  const found = fitting[pick % fitting.length];
  const neighbour = found && neighboursOfKind(found.kind)[addition];
  // Graph refuses a second one of the same.
  if (!found || !neighbour || model.theirs.some((one) => one.addition === addition && one.resource === found.name))
    return;
  const name = `their-${model.theirs.length}`;
  const at = { seen: found, what: `${addition} (${name}) beside ${found.name}`, name };
  const made = await besideOne(stack.others, () => objectsIn(stack.tenant.emulated), neighbour, at);
  model.theirs.push({ ...made, addition, name, resource: found.name });
  stack.tenant.time.pass(longestLagMs);
}
