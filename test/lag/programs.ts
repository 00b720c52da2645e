/** A program with every kind, as it is first, changed, and with replacements; and what must be true of a run. */
import { isDeepStrictEqual } from "node:util";
import { preview, type Process, refresh, type StackState } from "../miniature-engine/engine";
import { specimenOf, specimens } from "../kinds";
import { type Fleet, programOf, type Resource, wishFor } from "../kinds/fleet";
import { differences, holdingOf } from "../kinds/holding";
import { type AnySpecimen, madeAnew } from "../kinds/specimen";
import type { LaggingTenant } from "./lagging-tenant";

/** Replica lag as the switches of the emulated tenant name it: how long, and which share of the replicas' writes. */
export const cells = {
  "no lag": null,
  "1 s at 2 %": { ms: 1_000, share: 0.02 },
  "2 s at 10 %": { ms: 2_000, share: 0.1 },
  "5 s at 50 %": { ms: 5_000, share: 0.5 },
} as const;

export type Cell = keyof typeof cells;

/** What a program declares one after the other. `replaced`: names and keys that only a new object can have. */
export type Edition = "first" | "changed" | "replaced";

/** @param blueprints each with one of every kind, and a second one of what could be mistaken for another */
export function fleet(edition: Edition = "first", blueprints: readonly string[] = ["payroll", "travel"]): Fleet {
  return new Map(
    blueprints.flatMap((blueprint, index) =>
      specimens.flatMap((specimen): [string, Resource][] => {
        const { kind, stem, sibling, parents } = specimen;
        const of = Object.fromEntries(parents.map((parent) => [parent, `${blueprint}-${specimenOf(parent).stem}`]));
        const made = (name: string, wish: object): [string, Resource] => [name, { kind, parents: of, wish }];
        // One blueprint is replaced with all that hangs from it, the other keeps its name.
        const wish = wishIn(specimen, edition === "replaced" && index === 0 ? "changed" : edition);
        return [made(`${blueprint}-${stem}`, wish), ...(sibling ? [made(`${blueprint}-other-${stem}`, sibling)] : [])];
      }),
    ),
  );
}

/** What is replaced has been changed before. */
function wishIn(specimen: AnySpecimen, edition: Edition): object {
  if (edition !== "replaced") return specimen[edition];
  return madeAnew(specimen, specimen.changed, wishFor(specimen, "replaced"));
}

/** What is not as a run must leave it: in the tenant, of the tenant and the state together, in the next plan. */
export async function wrongs(
  tenant: LaggingTenant,
  state: StackState,
  wanted: Fleet,
  next: Process,
): Promise<string[]> {
  const plan = await preview(state, programOf(wanted), next);
  return [
    ...differences(wanted, await holdingOf(await tenant.reader(), wanted.keys())),
    ...(await orphans(tenant, state, wanted)),
    ...Object.entries(plan).map(([name, operation]) => `the next preview would ${operation} ${name}`),
  ];
}

/** Objects with the marker of a resource that are in no state. A second object of a resource is one of them. */
export async function orphans(tenant: LaggingTenant, state: StackState, wanted: Fleet): Promise<string[]> {
  const known = new Set(state.resources.map(({ id }) => id));
  const { marked } = await holdingOf(await tenant.reader(), wanted.keys());
  return marked.filter(({ id }) => !known.has(id)).map(({ name, id }) => `${name} (${id}) is in no state`);
}

/** What a refresh would show as a difference, where nobody changed anything. */
export async function drift(state: StackState, process: Process): Promise<string[]> {
  const { state: now, failures } = await refresh(state, process);
  const found = (name: string) => now.resources.find((resource) => resource.name === name);
  const changed = state.resources.filter((resource) => !isDeepStrictEqual(found(resource.name), resource));
  return [...failures, ...changed.map(({ name }) => `${name} is ${found(name) ? "changed" : "dropped"} by a refresh`)];
}
