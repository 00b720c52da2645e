/** The specimens of all kinds, in the order of the registry: what a kind is made of stands before it. */
import { existsSync } from "node:fs";
import path from "node:path";
import { kinds } from "../../provider/kinds";
import type { AnySpecimen } from "./specimen";

/** `AgentIdentity` is described in agent-identity.ts. */
const fileOf = (kind: string): string => `${kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.ts`;

/** @throws Error for a kind without a specimen */
export function loadSpecimen(kind: string): AnySpecimen {
  const file = fileOf(kind);
  if (!existsSync(path.join(__dirname, file)))
    throw new Error(
      `the kind ${kind} has no specimen, so no sweep, lag matrix or random run would meet it: write test/kinds/${file}`,
    );
  const { specimen } = jest.requireActual<{ specimen: AnySpecimen }>(`./${file}`);
  if (specimen.kind !== kind) throw new Error(`test/kinds/${file} describes ${specimen.kind}, and not ${kind}`);
  return specimen;
}

export const specimens: readonly AnySpecimen[] = kinds.map(({ kind }) => loadSpecimen(kind));

export function specimenOf(kind: string): AnySpecimen {
  const found = specimens.find((one) => one.kind === kind);
  if (!found) throw new Error(`there is no kind ${kind}`);
  return found;
}

/** The kinds that one of this kind is made of, and those that these are made of: parents first. */
export function ancestorsOf(kind: string): readonly string[] {
  const all = specimenOf(kind).parents.flatMap((parent) => [...ancestorsOf(parent), parent]);
  return [...new Set(all)];
}
