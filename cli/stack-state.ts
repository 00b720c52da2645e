/** What a stack has in its state, from a file that `pulumi stack export` wrote. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { textOf } from "../provider/engine/json";

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
  /** The next run deletes it, or has to finish deleting it. */
  readonly deleting: boolean;
}

/** A create that was begun and whose end Pulumi has not seen. */
export type PendingCreate = Pick<StateResource, "stack" | "urn" | "name" | "kind" | "marker">;

export interface StackState {
  readonly file: string;
  /** `payroll/prod`; undefined for a stack without resources. */
  readonly stack: string | undefined;
  /** When Pulumi last wrote to the state, in ISO 8601; undefined where the file does not say. */
  readonly lastChange: string | undefined;
  readonly resources: readonly StateResource[];
  readonly pendingCreates: readonly PendingCreate[];
}

/** The tenants that resources of a state say they live in. */
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
});
const exported = z.looseObject({
  deployment: z.looseObject({
    manifest: z.looseObject({ time: z.string().optional() }).optional(),
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.looseObject({ resource, type: z.string() })).nullish(),
  }),
});

/**
 * @param file path from `cwd`; `-` for the standard input
 * @throws Error when it cannot be read, or `pulumi stack export` did not write it
 */
export function stackStateIn(file: string, cwd: string): StackState {
  const { data, error } = exported.safeParse(jsonIn(file, cwd));
  if (!data) {
    const [issue] = error.issues;
    throw new Error(
      `cannot read a stack from ${file}: ${issue?.path.join(".") || "the file"} is not what "pulumi stack export" writes. ` +
        `Write the file with: pulumi stack export --stack NAME > ${file === "-" ? "FILE" : file}`,
    );
  }
  const { manifest, resources, pending_operations: pending } = data.deployment;
  const [first] = resources ?? [];
  return {
    file,
    stack: first && stackOf(first.urn),
    lastChange: manifest?.time,
    resources: (resources ?? []).flatMap(oursIn),
    pendingCreates: (pending ?? [])
      .filter(({ type }) => type === "creating")
      .flatMap(({ resource: one }) => oursIn(one)),
  };
}

const ofThisPackage = /^pulumi-nodejs:dynamic\/entra-agent-id:(\w+)$/;

function oursIn({ urn, type, id, inputs, outputs, delete: deleting }: z.infer<typeof resource>): StateResource[] {
  const [, kind] = ofThisPackage.exec(type) ?? [];
  if (kind === undefined) return [];
  // After a refresh of an object that lost its marker only the inputs still name it, and the other way round.
  const marker = textOf(outputs["marker"]) || textOf(inputs["marker"]);
  const name = urn.split("::").slice(3).join("::");
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
    throw new Error(`cannot read a stack from ${file}: ${why}`, { cause });
  }
}
