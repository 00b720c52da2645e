/** Files as `pulumi stack export` writes them, of what the miniature engine keeps. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { typeToken } from "../../provider/engine/pulumi/resource";
import type { Known, Program, StackState } from "../miniature-engine/engine";
import { newsOf } from "../miniature-engine/program";

/** @param program says what the pending creates are for */
export function writeExport(project: string, stack: string, state: StackState, program: Program = []): void {
  const urn = (kind: string, name: string) => `urn:pulumi:${stack}::payroll::${typeToken(kind)}::${name}`;
  const parts = (kind: string, name: string) => ({ urn: urn(kind, name), custom: true, type: typeToken(kind) });
  const deployment = {
    manifest: { time: new Date().toISOString(), magic: "", version: "v3.259.0" },
    secrets_providers: { type: "passphrase", state: { salt: "" } },
    resources: [
      {
        urn: `urn:pulumi:${stack}::payroll::pulumi:pulumi:Stack::payroll-${stack}`,
        custom: false,
        type: "pulumi:pulumi:Stack",
      },
      ...[...state.resources, ...state.pendingDeletes].map((one) => ({
        ...parts(one.kind, one.name),
        ...((one.pendingReplacement ?? state.pendingDeletes.includes(one)) && { delete: true }),
        id: one.id,
        inputs: one.inputs,
        outputs: one.outputs,
      })),
    ],
    pending_operations: program
      .filter(({ name }) => state.pendingCreates.includes(name))
      .map((declaration) => ({
        resource: {
          ...parts(declaration.kind, declaration.name),
          inputs: newsOf(declaration, (name) => knownIn(state, name)),
        },
        type: "creating",
      })),
  };
  writeFileSync(path.join(project, `${stack}.json`), JSON.stringify({ version: 3, deployment }, undefined, 4));
}

function knownIn({ resources }: StackState, name: string): Known {
  const found = resources.find((resource) => resource.name === name);
  if (!found) throw new Error(`there is no ${name} in the state`);
  return found;
}
