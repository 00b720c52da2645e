/**
 * The report of `entra-agent-id orphans`, as people read it: what must be done before it can be trusted, the sum, how far
 * it can be trusted even then, and each finding.
 */
import { counted, type ListedObject, sums, time, titled, unmarkedPlurals } from "./object-words";
import type { PendingCreate } from "./stack-state";
import type { Comparison, Finding, Missing } from "./state-comparison";

/** An object with a marker among the deleted items. */
interface DeletedItem extends Pick<ListedObject, "kind" | "id" | "displayName" | "marker"> {
  /** ISO 8601. */
  readonly deleted: string;
}

export interface OrphansReport extends Comparison {
  readonly tenant: { readonly id: string; readonly name: string };
  readonly stacks: readonly {
    readonly file: string;
    readonly stack: string | undefined;
    readonly lastChange: string | undefined;
    /** How many of this package. */
    readonly resources: number;
  }[];
  /** Creates of killed or running runs: what they made is among the findings, and the next run recovers it. */
  readonly pending: readonly Pick<PendingCreate, "stack" | "urn" | "name" | "kind">[];
  readonly markedOnly: boolean;
  readonly deleted: {
    /** By kind. */
    readonly count: Readonly<Record<string, number>>;
    readonly objects?: readonly DeletedItem[];
  };
}

export function* orphansLines(report: OrphansReport): Generator<string> {
  const { tenant, stacks, pending, markedOnly, orphans, undeclared, missing, deleted } = report;
  yield* pendingLines(pending);
  yield `Found ${counted(orphans.length, "orphan")}, ${undeclared.length} undeclared and ${counted(missing.length, "missing object")}.`;
  yield `Tenant: ${tenant.name} (${tenant.id})`;
  yield "";
  yield `Compared with ${counted(stacks.length, "stack")}:`;
  for (const { stack, file, resources, lastChange } of stacks)
    yield (
      `  ${stack ?? "a stack without resources"}  from ${file}, ${counted(resources, "resource")} of this package` +
      (lastChange === undefined ? "" : `, last changed ${time(lastChange)}`)
    );
  yield "WHAT ANY OTHER STACK MADE IN THIS TENANT IS LISTED AS AN ORPHAN. Delete nothing before every stack is in this list.";
  if (markedOnly) yield `Left out: ${unmarkedPlurals}.`;
  if (orphans.length > 0)
    yield* [
      "",
      "ORPHANS have a marker of this package and are in none of these stacks. Where the last run of a stack failed or was killed,",
      'run "pulumi up" and export again first: it recovers what that run made.',
    ];
  for (const orphan of orphans) yield* findingLines(orphan);
  if (undeclared.length > 0)
    yield* [
      "",
      "UNDECLARED objects belong to objects of these stacks, and no stack declares them. Somebody may have added them on purpose.",
    ];
  for (const one of undeclared) yield* findingLines(one);
  if (missing.length > 0) yield* ["", "MISSING objects are in one of these stacks, and not in the tenant."];
  for (const one of missing) yield* missingLines(one);
  yield* deletedLines(deleted);
}

/** By stack. What a killed run made looks orphaned until another one has recovered it. */
function* pendingLines(pending: OrphansReport["pending"]): Generator<string> {
  for (const stack of new Set(pending.map((one) => one.stack))) {
    const names = pending.filter((one) => one.stack === stack).map(({ name }) => `"${name}"`);
    const shown = names.slice(0, 10).join(", ");
    yield `DELETE NOTHING YET. A run of ${stack} was killed, or is still active: ${counted(names.length, "create")} ${names.length === 1 ? "is" : "are"} pending, and what ${names.length === 1 ? "it" : "they"} created is not in its state.`;
    yield `  ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ""}`;
    yield '"pulumi up" recovers the objects that exist; until then they are listed below. With the program as it was:';
    yield "  pulumi cancel        only if that run is not active any more";
    yield "  pulumi up";
    yield "  pulumi refresh --clear-pending-creates";
    yield "Then export this stack again, and look again.";
    yield "";
  }
}

function* findingLines(found: Finding): Generator<string> {
  const { kind, id, displayName, marker, created, afterStates, madeFor, gives, dependents, next } = found;
  yield "";
  yield titled(kind, displayName);
  yield `  id      ${id}`;
  if (gives !== undefined) yield `  gives   it ${gives}`;
  if (marker !== undefined) yield `  marker  ${marker}${madeFor ? `, of "${madeFor.name}" in ${madeFor.stack}` : ""}`;
  if (created !== undefined)
    yield `  created ${time(created)}${afterStates && !madeFor ? ", after the last change of these stacks: a run that is not in the files may have created it" : ""}`;
  if (Object.keys(dependents).length > 0) yield `  with it ${sums(dependents)} would be deleted`;
  yield* steps(next);
}

function* missingLines({ kind, id, displayName, stack, name, deleted, next }: Missing): Generator<string> {
  yield "";
  yield titled(kind, displayName);
  yield `  id      ${id}`;
  yield `  in      ${stack}, as "${name}"`;
  if (deleted !== undefined) yield `  deleted ${time(deleted)}`;
  yield* steps(next);
}

const steps = (next: readonly string[]): string[] =>
  next.map((step, index) => `  ${index === 0 ? "next" : "    "}    ${step}`);

function* deletedLines({ count, objects }: OrphansReport["deleted"]): Generator<string> {
  if (Object.keys(count).length === 0) return;
  const hint = objects ? "" : "; --deleted lists them";
  yield "";
  yield `Deleted items that have a marker: ${sums(count)}. They count toward Graph's limits until they are permanently deleted, after 30 days${hint}.`;
  for (const { kind, displayName, id, deleted } of objects ?? [])
    yield `  ${titled(kind, displayName)}, ${id}, deleted ${time(deleted)}`;
}
