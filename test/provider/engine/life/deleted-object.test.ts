/** What others do to an object that a run has deleted a moment ago, and what the next run makes of what it is shown. */
import { textOf } from "../../../../provider/engine/json";
import type { Entry } from "../../../../provider/engine/consistency/write-journal";
import { emptyState, up } from "../../../miniature-engine/engine";
import { LaggingTenant } from "../../../lag/lagging-tenant";
import { byHand, type Meddle, meddled } from "../../../lag/meddled-process";
import { agent, blueprint, principal } from "../../../kinds/agent-kind";
import { type Fleet, programOf, type Resource } from "../../../kinds/fleet";

jest.setTimeout(120_000);

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const sponsors = ["diego.siciliani@contoso.com"];
const fleet: readonly (readonly [string, Resource])[] = [
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
  ["agent", agent("principal", { displayName: "Agent", sponsors, enabled: true })],
];
const lists: Readonly<Record<string, string>> = {
  blueprint: "/applications/microsoft.graph.agentIdentityBlueprint",
  principal: "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal",
  agent: "/servicePrincipals/microsoft.graph.agentIdentity",
};

/** A stack whose last resource was deleted by a run of this machine a moment ago, and how it is declared again. */
async function aDeleted(name: string) {
  tenant.reset({ lag: { ms: 1, share: 0 } });
  const notes: Entry[] = [];
  const process = (meddle?: Meddle) => meddled(tenant, notes, meddle);
  const last = fleet.findIndex(([other]) => other === name);
  const all: Fleet = new Map(fleet.slice(0, last + 1));
  const others: Fleet = new Map(fleet.slice(0, last));
  const path = `/v1.0${lists[name]}`;
  const first = await up(emptyState, programOf(all), await process());
  tenant.time.pass(3_600_000);
  const headers = { authorization: `Bearer ${await tenant.emulated.token()}` };
  const list = new Request(`https://graph.microsoft.com${path}`, { headers });
  const before: unknown = await (await tenant.emulated.handle(list)).json();
  const gone = await up(first.state, programOf(others), await process());
  expect([...first.failures, ...gone.failures]).toEqual([]);
  const deleted = first.state.resources.find((resource) => resource.name === name);
  return {
    id: deleted?.id ?? "",
    deletedItem: `/directory/deletedItems/${textOf(deleted?.outputs["objectId"]) || deleted?.id}`,
    /** @param stale lists that show the object as if nothing had happened */
    async declareAgain(stale: number) {
      let creates = 0;
      const run = await process((request, send) => {
        const { pathname } = new URL(request.url);
        if (request.headers.has("prefer") || (request.method === "POST" && pathname === path)) creates++;
        const isStale = request.method === "GET" && pathname === path && stale-- > 0;
        return isStale ? Promise.resolve(Response.json(before)) : send(request);
      });
      const { failures, state } = await up(gone.state, programOf(all), run);
      return { failures, creates, id: state.resources.find((resource) => resource.name === name)?.id };
    },
  };
}

describe("an object that a run has deleted a moment ago", () => {
  // A blueprint principal cannot be deleted for good.
  it.each(["blueprint", "agent"])(
    "is made anew where an administrator has deleted it for good and a list shows it still: %s",
    async (name) => {
      const { id, deletedItem, declareAgain } = await aDeleted(name);
      await byHand(tenant, "DELETE", deletedItem);
      const again = await declareAgain(1);
      expect(again).toMatchObject({ failures: [], creates: 1 });
      expect(again.id).not.toBe(id);
    },
  );

  it.each(["blueprint", "principal", "agent"])(
    "is taken as it is where an administrator has restored it, and nothing is made: %s",
    async (name) => {
      const { id, deletedItem, declareAgain } = await aDeleted(name);
      await byHand(tenant, "POST", `${deletedItem}/restore`, {});
      expect(await declareAgain(0)).toEqual({ failures: [], creates: 0, id });
    },
  );
});
