/** What a person changes in a program. */
import fc from "fast-check";
import { specimenOf, specimens } from "../kinds";
import { type Fleet, parentsOf, type Resource, withDependents } from "../kinds/fleet";
import { changedInPlace, madeAnew } from "../kinds/specimen";
import { declaring, type StackCommand } from "./operations";
import type { Model } from "./stack";

/** What a resource is made of: a wish of each kind, of which one is taken; `parent` stands for any of those that fit. */
const wishes = fc.record({
  of: fc.record(Object.fromEntries(specimens.map(({ kind, wishes }) => [kind, wishes]))),
  parent: fc.nat(),
});

type Wishes = typeof wishes extends fc.Arbitrary<infer Wish> ? Wish : never;

/** Most of a kind at a time: few, so that names, keys and deleted objects meet again. */
const most = 3;

const freeName = (fleet: Fleet, kind: string): string | undefined =>
  Array.from({ length: most }, (_, index) => `${specimenOf(kind).stem}${index}`).find((name) => !fleet.has(name));

const namesOf = (fleet: Fleet, kind: string): string[] =>
  [...fleet].filter(([, resource]) => resource.kind === kind).map(([name]) => name);

const oneOf = (names: readonly string[], number: number): string | undefined => names[number % names.length];

/** The resource as the wishes say; undefined when it has nothing to hang from. */
function resourceOf(
  name: string | undefined,
  kind: string,
  { fleet, leaving }: Readonly<Model>,
  { of, parent }: Wishes,
): Resource | undefined {
  const specimen = specimenOf(kind);
  const others = [...fleet, ...leaving].flatMap(([other, one]) => (other === name || one.kind !== kind ? [] : one));
  const taken = specimen.onePerParent ? others.flatMap(parentsOf) : [];
  const parents = specimen.parents.flatMap((parentKind): [string, string][] => {
    const free = namesOf(fleet, parentKind).filter((one) => !taken.includes(one));
    const chosen = oneOf(free, parent);
    return chosen === undefined ? [] : [[parentKind, chosen]];
  });
  if (parents.length < specimen.parents.length) return undefined;
  return { kind, parents: Object.fromEntries(parents), wish: wished(of, kind) };
}

const wished = (of: Wishes["of"], kind: string): object => of[kind] ?? specimenOf(kind).first;

/**
 * After a run that was cut off, what has no place for a marker is known by its content, so a person brings the run to its end
 * before changing it; otherwise the product stops and says so, which is tested elsewhere. So does one who brought something
 * back.
 */
function maySettleLater({ drifted, broken, fleet, restored }: Readonly<Model>, names: Iterable<string>): boolean {
  return [...names].every((name) => {
    const resource = fleet.get(name);
    return !restored.has(name) && !(resource && isUnmarked(resource.kind) && (drifted || broken));
  });
}

const isUnmarked = (kind: string): boolean => specimenOf(kind).idOf !== undefined;

const kinds = specimens.map(({ kind }) => kind);

function declare(model: Model, kind: string, wish: Wishes): void {
  const name = freeName(model.fleet, kind);
  const resource = resourceOf(name, kind, model, wish);
  if (name === undefined || !resource) return;
  model.fleet.set(name, resource);
  model.names.add(name);
}

const add = fc.record({ kind: fc.constantFrom(...kinds), wish: wishes }).map(({ kind, wish }) =>
  declaring(
    `declare ${kind} ${JSON.stringify(wish)}`,
    (model) =>
      freeName(model.fleet, kind) !== undefined &&
      resourceOf(freeName(model.fleet, kind), kind, model, wish) !== undefined &&
      (!isUnmarked(kind) || !(model.drifted || model.broken)),
    (model) => {
      declare(model, kind, wish);
    },
  ),
);

const wholeKind: readonly string[] = [
  "AgentIdentityBlueprint",
  "AgentIdentityBlueprintPrincipal",
  "AgentIdentity",
  "AgentIdentity",
  "FederatedIdentityCredential",
  "PermissionGrant",
];

/** A whole agent kind at once: a blueprint, its principal, two agents, a credential and a grant. */
const addKind = fc.array(wishes, { minLength: 6, maxLength: 6 }).map((all) =>
  declaring(
    `declare an agent kind ${JSON.stringify(all)}`,
    ({ fleet, drifted, broken }) => freeName(fleet, "AgentIdentityBlueprint") !== undefined && !drifted && !broken,
    (model) => {
      all.forEach((wish, index) => declare(model, wholeKind[index] ?? "AgentIdentity", wish));
    },
  ),
);

/** Others' owners are managed as soon as the program names some. */
function becomesManaged(model: Model, name: string): void {
  model.theirs = model.theirs.filter(({ addition, resource }) => resource !== name || addition !== "an owner");
}

/** Brings a resource to the wishes, where that changes it and nothing is made anew. */
const change = fc.record({ pick: fc.nat(), wish: wishes }).map(({ pick, wish }) =>
  declaring(
    `change number ${pick} to ${JSON.stringify(wish)}`,
    (model) => model.fleet.size > 0 && maySettleLater(model, [oneOf([...model.fleet.keys()], pick) ?? ""]),
    (model) => {
      const name = oneOf([...model.fleet.keys()], pick) ?? "";
      const now = model.fleet.get(name);
      if (now) model.fleet.set(name, changed(now, wish));
      becomesManaged(model, name);
    },
  ),
);

const changed = (now: Resource, { of }: Wishes): Resource => ({
  ...now,
  wish: changedInPlace(specimenOf(now.kind), now.wish, wished(of, now.kind)),
});

/** Changes what a resource is known by: it is made anew, and what hangs from it too. */
const replace = fc.record({ pick: fc.nat(), wish: wishes }).map(({ pick, wish }) =>
  declaring(
    `make number ${pick} anew by ${JSON.stringify(wish)}`,
    (model) =>
      model.fleet.size > 0 &&
      maySettleLater(model, withDependents(model.fleet, [oneOf([...model.fleet.keys()], pick) ?? ""])),
    (model) => {
      const name = oneOf([...model.fleet.keys()], pick) ?? "";
      const now = model.fleet.get(name);
      if (now) model.fleet.set(name, anew(name, now, model, wish));
      for (const moved of withDependents(model.fleet, [name])) model.mayMove.add(moved);
    },
  ),
);

/** By its key, and by another parent where one fits. */
function anew(name: string, now: Resource, model: Readonly<Model>, wishes: Wishes): Resource {
  const wish = madeAnew(specimenOf(now.kind), now.wish, wished(wishes.of, now.kind));
  return { ...now, wish, parents: resourceOf(name, now.kind, model, wishes)?.parents ?? now.parents };
}

const takeOut = fc.nat().map((pick) =>
  declaring(
    `take number ${pick} out`,
    (model) =>
      model.fleet.size > 0 &&
      maySettleLater(model, withDependents(model.fleet, [oneOf([...model.fleet.keys()], pick) ?? ""])),
    (model) => {
      for (const name of withDependents(model.fleet, [oneOf([...model.fleet.keys()], pick) ?? ""])) {
        const gone = model.fleet.get(name);
        if (gone) model.leaving.set(name, gone);
        model.fleet.delete(name);
        model.mayMove.add(name);
      }
    },
  ),
);

export const declarations: readonly fc.Arbitrary<StackCommand>[] = [
  addKind,
  add,
  add,
  change,
  change,
  replace,
  takeOut,
];
