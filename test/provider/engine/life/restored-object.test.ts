/** What a run must not forget of an object that the one before it brought back from the deleted items. */
import type { Entry } from "../../../../provider/engine/consistency/write-journal";
import { destroy, emptyState, refresh, up } from "../../../miniature-engine/engine";
import { LaggingTenant } from "../../../lag/lagging-tenant";
import { type Meddle, meddled } from "../../../lag/meddled-process";
import { blueprint, principal } from "../../../kinds/agent-kind";
import { type Fleet, programOf } from "../../../kinds/fleet";

jest.setTimeout(120_000);

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const sponsors = ["diego.siciliani@contoso.com"];
const fleet: Fleet = new Map([
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
]);

const refusesDeletes: Meddle = (request, send) =>
  request.method === "DELETE"
    ? Promise.resolve(
        Response.json({ error: { code: "Authorization_RequestDenied", message: "No." } }, { status: 403 }),
      )
    : send(request);

/** The first answers are those of a replica that does not know yet that the object is back. */
function before(id: string): { readonly meddle: Meddle; readonly isAsked: () => boolean } {
  const stale = new Map([
    [`/v1.0/directory/deletedItems/${id}`, () => Response.json({ id })],
    [
      `/v1.0/servicePrincipals/${id}/microsoft.graph.agentIdentityBlueprintPrincipal`,
      () => Response.json({ error: { code: "Request_ResourceNotFound", message: "Not here." } }, { status: 404 }),
    ],
  ]);
  const all = stale.size;
  const meddle: Meddle = (request, send) => {
    const { pathname } = new URL(request.url);
    const answer = stale.get(pathname);
    stale.delete(pathname);
    return answer ? Promise.resolve(answer()) : send(request);
  };
  return { meddle, isAsked: () => stale.size < all };
}

describe("an object that a run has restored", () => {
  it("is not forgotten when its delete is refused and a replica shows it among the deleted items still", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 } });
    const notes: Entry[] = [];
    const process = (meddle?: Meddle) => meddled(tenant, notes, meddle);
    const first = await up(emptyState, programOf(fleet), await process());
    tenant.time.pass(3_600_000);
    const gone = await destroy(first.state, await process());
    expect(gone.state.resources).toEqual([]);
    const back = await up(gone.state, programOf(fleet), await process());
    expect(back.failures).toEqual([]);
    const refused = await destroy(back.state, await process(refusesDeletes));
    expect(refused.failures).toEqual([expect.stringContaining("No.")]);
    const { id = "" } = back.state.resources.find(({ name }) => name === "principal") ?? {};
    const replica = before(id);
    const { operations, state } = await refresh(refused.state, await process(replica.meddle));
    expect([replica.isAsked(), operations["principal"]]).toEqual([true, "same"]);
    expect(state.resources.map(({ name }) => name)).toEqual(["blueprint", "principal"]);
  });
});
