/** What a stack has in its state, from a file that `pulumi stack export` wrote. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { textOf } from "../provider/engine/json";
import { EntraError } from "../provider/graph/errors";

/** A resource of this package in the state of a stack. */
export interface StateResource {
  /** `payroll/prod`: project and stack. */
  readonly stack: string;
  readonly urn: string;
  /** Name in the program. */
  readonly name: string;
  readonly kind: string;
  readonly id: string;
  readonly marker: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The next run deletes it, has to finish deleting it, or makes another one in its place. */
  readonly deleting: boolean;
}

/** A create that was begun and whose end Pulumi has not seen: its object may be in the tenant, and is not in the state. */
export type PendingCreate = Pick<StateResource, "stack" | "urn" | "name" | "kind" | "marker" | "inputs">;

export interface StackState {
  readonly file: string;
  /** `payroll/prod`; undefined for a stack without resources. */
  readonly stack: string | undefined;
  /** When Pulumi last wrote to the state, in ISO 8601; undefined where the file does not say. */
  readonly lastChange: string | undefined;
  readonly resources: readonly StateResource[];
  readonly pendingCreates: readonly PendingCreate[];
}

/** The tenants in which resources of a state say they are. */
export const tenantIdsIn = (state: StackState): readonly string[] => [
  ...new Set(state.resources.map(({ outputs }) => textOf(outputs["tenantId"])).filter((id) => id !== "")),
];

const properties = z.record(z.string(), z.unknown()).default({});
const resource = z.looseObject({
  urn: z.string(),
  type: z.string(),
  id: z.string().default(""),
  inputs: properties,
  outputs: properties,
  delete: z.boolean().default(false),
  pendingReplacement: z.boolean().default(false),
});
const exported = z.looseObject({
  deployment: z.looseObject({
    manifest: z.looseObject({ time: z.string().optional() }).optional(),
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.looseObject({ resource, type: z.string() })).nullish(),
  }),
});

/**
 * The states in the files, each of another stack.
 *
 * @param files paths from `cwd`; `-` for the standard input
 * @throws EntraError INPUT_INVALID that says of every file why it cannot be taken
 */
export function stackStatesIn(files: readonly string[], cwd: string): StackState[] {
  if (files.length === 0)
    throw invalid(
      "cannot look for orphans without the states of stacks: name a file for every stack on this tenant, written by " +
        '"pulumi stack export --stack NAME > NAME.json". If you leave out a stack, all of its objects are listed as orphans.',
    );
  const states: StackState[] = [];
  const problems: string[] = [];
  const places = new Map<string, string>();
  for (const file of files) {
    const place = path.resolve(cwd, file);
    const before = places.get(place);
    places.set(place, file);
    if (before !== undefined) problems.push(notBoth(before, file, "the same file"));
    else
      try {
        states.push(stackStateIn(file, cwd));
      } catch (error) {
        if (!(error instanceof EntraError)) throw error;
        problems.push(error.message);
      }
  }
  problems.push(...sameStacks(states));
  if (problems.length > 0) throw invalid(problems.join("\n"));
  return states;
}

const invalid = (message: string, cause?: unknown): EntraError => new EntraError("INPUT_INVALID", message, { cause });

/** Whoever names one stack twice has left out another one. */
const notBoth = (first: string, second: string, what: string): string =>
  `cannot compare with both ${first} and ${second}: they are ${what}. Name a file for every stack, and each once.`;

function sameStacks(states: readonly StackState[]): string[] {
  return states.flatMap((state, index) => {
    const same = states.slice(0, index).find((other) => other.stack !== undefined && isSame(other, state));
    return same ? [notBoth(same.file, state.file, `both of the stack ${state.stack ?? ""}`)] : [];
  });
}

/** Stacks of one name in different backends have nothing in common. */
function isSame(one: StackState, other: StackState): boolean {
  if (one.stack !== other.stack) return false;
  if (one.resources.length === 0 || other.resources.length === 0) return true;
  const ids = new Set(one.resources.map(({ kind, id }) => `${kind} ${id}`));
  return other.resources.some(({ kind, id }) => ids.has(`${kind} ${id}`));
}

function stackStateIn(file: string, cwd: string): StackState {
  const { data, error } = exported.safeParse(jsonIn(file, cwd));
  if (!data) {
    const [issue] = error.issues;
    throw invalid(
      `cannot read a stack from ${file}: ${issue?.path.join(".") || "the file"} is not what "pulumi stack export" writes. ` +
        `Write the file with: pulumi stack export --stack NAME > ${file === "-" ? "FILE" : file}`,
    );
  }
  const { manifest, resources, pending_operations: pending } = data.deployment;
  const [first] = resources ?? [];
  const ours = (resources ?? []).flatMap(oursIn);
  const made = new Set(ours.filter(({ deleting }) => !deleting).map(({ urn }) => urn));
  return {
    file,
    stack: first && stackOf(first.urn),
    lastChange: manifest?.time,
    resources: ours,
    pendingCreates: (pending ?? [])
      .filter(({ type }) => type === "creating")
      .flatMap(({ resource: one }) => oursIn(one))
      // Pulumi keeps it noted until it is told to forget it, also when a later run has found or made the object.
      .filter(({ urn }) => !made.has(urn)),
  };
}

const ofThisPackage = /^pulumi-nodejs:dynamic\/entra-agent-id:(\w+)$/;

function oursIn({ urn, type, id, inputs, outputs, ...flags }: z.infer<typeof resource>): StateResource[] {
  const [, kind] = ofThisPackage.exec(type) ?? [];
  if (kind === undefined) return [];
  // After a refresh of an object that lost its marker only the inputs still name it, and the other way round.
  const marker = textOf(outputs["marker"]) || textOf(inputs["marker"]);
  const name = urn.split("::").slice(3).join("::");
  const deleting = flags.delete || flags.pendingReplacement;
  return [{ stack: stackOf(urn), urn, name, kind, id, marker, inputs, outputs, deleting }];
}

/** `urn:pulumi:prod::payroll::…` becomes `payroll/prod`. */
function stackOf(urn: string): string {
  const [stack = "", project = ""] = urn.replace("urn:pulumi:", "").split("::");
  return `${project}/${stack}`;
}

function jsonIn(file: string, cwd: string): unknown {
  try {
    return JSON.parse(readFileSync(file === "-" ? 0 : path.resolve(cwd, file), "utf8"));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? `it is not JSON: ${cause.message}` : (cause as Error).message;
    throw invalid(`cannot read a stack from ${file}: ${why}`, cause);
  }
}
