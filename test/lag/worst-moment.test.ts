/** What others do, or a replica or a clock tells, at the one moment at which it could cost an object or minutes. */
import { textOf } from "../../provider/engine/json";
import type { Entry } from "../../provider/engine/consistency/write-journal";
import { destroy, emptyState, refresh, type StackState, up } from "../miniature-engine/engine";
import { agent as anAgent, blueprint, credential, principal } from "../kinds/agent-kind";
import { type Fleet, marker, programOf, type Resource } from "../kinds/fleet";
import { LaggingTenant } from "./lagging-tenant";
import { byHand, type Meddle, meddled } from "./meddled-process";

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const hourMs = 3_600_000;
const sponsors = ["diego.siciliani@contoso.com"];
const agent = anAgent("principal", { displayName: "Agent", sponsors, enabled: true });
const parents: Fleet = new Map<string, Resource>([
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
]);

/** A stack that was deployed an hour ago, in a tenant whose replicas may lag and do not. */
async function aStack(more: Readonly<Record<string, Resource>> = {}) {
  tenant.reset({ lag: { ms: 1, share: 0 } });
  const notes: Entry[] = [];
  const process = (meddle?: Meddle) => meddled(tenant, notes, meddle);
  const { state, failures } = await up(
    emptyState,
    programOf(new Map([...parents, ...Object.entries(more)])),
    await process(),
  );
  expect(failures).toEqual([]);
  tenant.time.pass(hourMs);
  const t0 = tenant.time.now();
  return {
    state,
    process,
    /** Something that another process of this machine did. @param atMs from now */
    note: (create: "requested" | "created", name: string, atMs = 0) =>
      notes.push({
        at: t0 + atMs,
        tenantId: tenant.emulated.id,
        kind: "AgentIdentity",
        marker: marker(name),
        create,
      }),
    sawLag: (lagMs: number) => notes.push({ at: t0, tenantId: tenant.emulated.id, lagMs }),
    /** Brings the stack up with more besides. */
    add: async (added: Readonly<Record<string, Resource>>, meddle?: Meddle) => {
      const program = programOf(new Map([...parents, ...Object.entries(added)]));
      return (await up(state, program, await process(meddle), { parallel: 1_000 })).failures;
    },
    minutes: () => (tenant.time.now() - t0) / 60_000,
  };
}

const of = (state: StackState, name: string) => state.resources.find((resource) => resource.name === name);

/** Counts the lists of agents. */
function listsOfAgents() {
  let lists = 0;
  const meddle: Meddle = (request, send) => {
    if (request.method === "GET" && request.url.includes("agentIdentityBlueprintId%20eq")) lists++;
    return send(request);
  };
  return { meddle, lists: () => lists };
}

/** Refuses whatever is asked for at a path. */
const refusing =
  (path: string, status: number, code: string, message: string): Meddle =>
  (request, send) =>
    request.method === "POST" && request.url.endsWith(path)
      ? Promise.resolve(Response.json({ error: { code, message } }, { status }))
      : send(request);

describe("a run at the worst moment", () => {
  it("keeps what others have set on a blueprint that they restored a moment after it was destroyed", async () => {
    const { state, process } = await aStack();
    const objectId = textOf(of(state, "blueprint")?.outputs["objectId"]);
    const path = `/applications/${objectId}/microsoft.graph.agentIdentityBlueprint`;
    const tags = () => tenant.emulated.exportState().objects.find(({ id }) => id === objectId)?.properties["tags"];
    await byHand(tenant, "PATCH", path, { tags: [...(tags() as string[]), "cost-centre-4711"] });
    const gone = await destroy(state, await process());
    await byHand(tenant, "POST", `/directory/deletedItems/${objectId}/restore`, {});
    expect((await up(gone.state, programOf(parents), await process())).failures).toEqual([]);
    expect(tags()).toContain("cost-centre-4711");
  });

  it("restores a principal that was deleted by hand although a replica does not show it among the deleted: no agent is lost", async () => {
    const { state, process } = await aStack({ agent });
    const id = of(state, "principal")?.id ?? "";
    await byHand(tenant, "DELETE", `/servicePrincipals/${id}/microsoft.graph.agentIdentityBlueprintPrincipal`);
    let stale = 0;
    const run = await process(async (request, send) => {
      const answer = await send(request);
      const { pathname } = new URL(request.url);
      if (stale > 0 || !pathname.endsWith("/directory/deletedItems/microsoft.graph.servicePrincipal")) return answer;
      stale++;
      const body = (await answer.json()) as { value: { id: string }[] };
      return Response.json({ ...body, value: body.value.filter((deleted) => deleted.id !== id) });
    });
    const refreshed = await refresh(state, run);
    expect(refreshed.operations).toMatchObject({ principal: "delete" });
    const later = await up(refreshed.state, programOf(new Map([...parents, ["agent", agent]])), run);
    expect([stale, later.failures, of(later.state, "principal")?.id]).toEqual([1, [], id]);
    // An agent whose principal is another is deleted by Graph before long.
    tenant.time.pass(48 * hourMs);
    tenant.emulated.set({ lag: null });
    await byHand(tenant, "GET", `/servicePrincipals/${of(later.state, "agent")?.id}/microsoft.graph.agentIdentity`);
  });

  it("makes at once another blueprint where an administrator deletes it for good just before it would be restored", async () => {
    const { state, process, minutes } = await aStack();
    const id = textOf(of(state, "blueprint")?.outputs["objectId"]);
    const gone = await destroy(state, await process());
    let purged = 0;
    const run = await process(async (request, send) => {
      if (purged === 0 && request.url.endsWith(`${id}/restore`)) {
        await byHand(tenant, "DELETE", `/directory/deletedItems/${id}`);
        purged++;
      }
      return send(request);
    });
    const { failures } = await up(gone.state, programOf(parents), run);
    expect([purged, failures, Math.round(minutes())]).toEqual([1, [], 0]);
  });

  it("lists no more agents for forty whose creation another run was killed at than for one", async () => {
    const counts: number[] = [];
    for (const count of [1, 40]) {
      const { note, add } = await aStack();
      const names = Array.from({ length: count }, (_, index) => `agent${index}`);
      for (const name of names) note("requested", name);
      const { meddle, lists } = listsOfAgents();
      expect(await add(Object.fromEntries(names.map((name) => [name, agent])), meddle)).toEqual([]);
      counts.push(lists());
    }
    const [forOne = 0, forForty] = counts;
    expect(forForty).toBe(forOne);
    expect(forOne).toBeLessThanOrEqual(25);
  });

  it.each([
    ["its name", "Request_BadRequest", "Property 'displayName' is invalid."],
    [
      "the quota of 250",
      "Directory_QuotaExceeded",
      "The directory object quota limit for the Principal has been exceeded.",
    ],
  ])(
    "tells at once why an agent is refused, also where a lag of 40 s was seen a moment ago: %s",
    async (_, code, message) => {
      const { sawLag, add, minutes } = await aStack();
      sawLag(40_000);
      const counted = listsOfAgents();
      const refuse = refusing("/servicePrincipals/microsoft.graph.agentIdentity", 400, code, message);
      const failures = await add({ agent }, (request, send) => refuse(request, (one) => counted.meddle(one, send)));
      expect(failures).toEqual([expect.stringContaining(message)]);
      expect([counted.lists(), Math.round(minutes() * 60)]).toEqual([1, 0]);
    },
  );

  it("waits for nothing that was noted in the future: the machine's clock was put back by an hour", async () => {
    const { note, add, minutes } = await aStack();
    note("created", "agent", hourMs);
    expect(await add({ agent })).toEqual([]);
    expect(Math.round(minutes())).toBe(0);
  });

  it("gives up in two minutes, not four, where the writes of others are in the way of a credential all the time", async () => {
    const { add, minutes } = await aStack();
    const message = "Error due to concurrent requests being made to the tenant.";
    const failures = await add(
      { credential: credential() },
      refusing("/federatedIdentityCredentials", 409, "Directory_ConcurrencyViolation", message),
    );
    expect(failures).toEqual([expect.stringContaining(message)]);
    expect(Math.round(minutes())).toBeLessThanOrEqual(2);
  });
});
