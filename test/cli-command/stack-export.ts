/** Files as `pulumi stack export` writes them, of what the miniature engine keeps. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { markerOf } from "../../provider/engine/marker";
import { typeToken } from "../../provider/engine/resource";
import type { Program, StackState } from "../miniature-engine/engine";

/** @param program says of which kinds the pending creates are */
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
      ...state.resources.map(({ name, kind, id, inputs, outputs, pendingReplacement }) => ({
        ...parts(kind, name),
        ...(pendingReplacement && { delete: true }),
        id,
        inputs,
        outputs,
      })),
    ],
    pending_operations: program
      .filter(({ name }) => state.pendingCreates.includes(name))
      .map(({ name, kind }) => ({
        resource: { ...parts(kind, name), inputs: { marker: markerOf(`urn:${name}`, "") } },
        type: "creating",
      })),
  };
  writeFileSync(path.join(project, `${stack}.json`), JSON.stringify({ version: 3, deployment }, undefined, 4));
}
