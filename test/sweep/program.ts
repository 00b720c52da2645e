/** One program with every kind, and what becomes of it: inputs changed, objects replaced, resources renamed. */
import type { Program } from "../miniature-engine/engine";
import { specimens } from "../kinds";
import {
  type Fleet,
  oneOfEach,
  parentsOf,
  programOf,
  type Resource,
  stems,
  type Variant,
  wishFor,
} from "../kinds/fleet";

/** What a run could mistake for another object stands there twice. */
function fleet(variant: Variant): Fleet {
  const siblings = specimens.flatMap((specimen): [string, Resource][] => {
    const { kind, stem, sibling } = specimen;
    return sibling ? [[`other-${stem}`, { kind, parents: stems(specimen), wish: sibling }]] : [];
  });
  return new Map([...oneOfEach((specimen) => wishFor(specimen, variant)), ...siblings]);
}

export const fleets = { first: fleet("first"), changed: fleet("changed"), replaced: fleet("replaced") };

/** The same objects under other names, without aliases, of whatever nothing hangs from. */
function renamed(of: Fleet): Program {
  const parents = new Set([...of.values()].flatMap(parentsOf));
  return programOf(of).map((declaration) =>
    parents.has(declaration.name) ? declaration : { ...declaration, name: `renamed-${declaration.name}` },
  );
}

export const programs = {
  first: programOf(fleets.first),
  changed: programOf(fleets.changed),
  /** Another blueprint takes everything that hangs from it along; a policy follows the new principal. */
  replaced: programOf(fleets.replaced),
  /** What has no place for a marker is found by its key, and has another resource from then on. */
  renamed: renamed(fleets.first),
  none: [] as Program,
};
