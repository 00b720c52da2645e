/** The tenant of a stack, opened beside the running CLI: for looking, and for changes behind Pulumi's back. */
import { isDeepStrictEqual } from "node:util";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import { aProcess } from "../miniature-engine/process";
import { titleOf } from "./outcome";
import type { Stack } from "./stack";

export interface OpenTenant {
  readonly emulated: EmulatedTenant;
  readonly graph: Tenant;
  /** Display names of what is there and what is in deletedItems, by kind. */
  contents(): Promise<Record<"blueprints" | "principals" | "identities" | "policies" | "deleted", string[]>>;
  /** "Kind name" of each resource that a refresh by a new process finds other than the state has it. */
  drift(): Promise<string[]>;
}

interface Named {
  readonly displayName: string;
}

const opened: EmulatedTenant[] = [];
afterAll(() => opened.forEach((tenant) => tenant.close()));

export async function tenantOf(stack: Stack): Promise<OpenTenant> {
  const emulated = openTenant({ directory: stack.tenantDirectory });
  opened.push(emulated);
  const graph = await embeddedConnection(emulated, "the stack's tenant");
  const names = async (path: string, version: "v1.0" | "beta" = "v1.0"): Promise<string[]> =>
    (await graph.list<Named>(path, { version })).map(({ displayName }) => displayName).sort();
  return {
    emulated,
    graph,
    contents: async () => ({
      blueprints: await names("/applications/microsoft.graph.agentIdentityBlueprint"),
      principals: await names("/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal"),
      identities: await names("/servicePrincipals/microsoft.graph.agentIdentity"),
      policies: await names("/identity/conditionalAccess/policies", "beta"),
      deleted: [
        ...(await names("/directory/deletedItems/microsoft.graph.application")),
        ...(await names("/directory/deletedItems/microsoft.graph.servicePrincipal")),
      ],
    }),
    async drift() {
      const engine = await aProcess(emulated);
      const drifted: string[] = [];
      for (const { urn, type, id, inputs, outputs } of stack.backend.state()) {
        if (id === undefined) continue;
        const { __provider, ...declared } = inputs;
        const found = await engine.provider(type.split(":").at(-1) ?? "").read(id, outputs);
        const known = { id, inputs: declared, props: { ...outputs } };
        delete known.props["__provider"];
        if (!isDeepStrictEqual(found, known)) drifted.push(titleOf(urn) ?? urn);
      }
      return drifted;
    },
  };
}
