/** The tenant of a stack, opened beside the running CLI: for looking, and for changes behind Pulumi's back. */
import { isDeepStrictEqual } from "node:util";
import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { embeddedConnection } from "../../provider/graph/connection";
import type { Tenant } from "../../provider/graph/tenant";
import { specimens } from "../kinds";
import { aProcess } from "../miniature-engine/process";
import { titleOf } from "./outcome";
import type { Stack } from "./stack";

export interface OpenTenant {
  readonly emulated: EmulatedTenant;
  readonly graph: Tenant;
  /** Display names of what is there, by the stems of the kinds, and of what is in deletedItems. */
  contents(): Promise<Readonly<Record<string, readonly unknown[]>>>;
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
  const deleted = async (type: string): Promise<string[]> =>
    (await graph.list<Named>(`/directory/deletedItems/microsoft.graph.${type}`)).map(({ displayName }) => displayName);
  return {
    emulated,
    graph,
    async contents() {
      const there = specimens
        .filter(({ idOf }) => !idOf)
        .map(async ({ stem, seen }) => {
          const objects = await seen(graph);
          return [stem, objects.map(({ content }) => content["displayName"]).sort()] as const;
        });
      const gone = [...(await deleted("application")).sort(), ...(await deleted("servicePrincipal")).sort()];
      return { ...Object.fromEntries(await Promise.all(there)), deleted: gone };
    },
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
