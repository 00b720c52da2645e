/** An object that was written minutes ago, and a replica that has none of it yet: a run on a machine without a journal. */
import type { Snapshot } from "../../../../emulator/tenant";
import { textOf } from "../../../../provider/engine/json";
import { kinds } from "../../../../provider/kinds";
import { destroy, emptyState, refresh, type StackState, up } from "../../../miniature-engine/engine";
import { programOf } from "../../../kinds/fleet";
import { LaggingTenant, type RunSettings } from "../../../lag/lagging-tenant";
import { byHand } from "../../../lag/meddled-process";
import { fleet, wrongs } from "../../../lag/programs";

jest.setTimeout(120_000);

const minuteMs = 60_000;
const wanted = fleet("first", ["payroll"]);
const tenant = new LaggingTenant();
/** What a replica has that has nothing of the stack. */
let before: Snapshot;
let deployed: { readonly snapshot: Snapshot; readonly state: StackState };

beforeAll(async () => {
  tenant.reset({});
  before = tenant.emulated.snapshot();
  const { state, failures } = await up(emptyState, programOf(wanted), await tenant.process({ newMachine: true }));
  expect(failures).toEqual([]);
  expect(new Set(state.resources.map(({ kind }) => kind)).size).toBe(kinds.length);
  deployed = { snapshot: tenant.emulated.snapshot(), state };
});
afterAll(() => tenant.close());

/** The stack as it was deployed so long ago; `process` is one on a new machine. */
function ago(ms: number) {
  tenant.reset({});
  tenant.emulated.restore(deployed.snapshot);
  tenant.time.pass(ms);
  return {
    state: deployed.state,
    process: (settings: RunSettings = {}) => tenant.process({ ...settings, newMachine: true }),
  };
}

/** Everything that happens meanwhile is answered by a replica. @param has what it has by then */
async function onReplica<T>(act: () => Promise<T>, has = before): Promise<T> {
  const now = tenant.emulated.snapshot();
  tenant.emulated.restore(has);
  try {
    return await act();
  } finally {
    tenant.emulated.restore(now);
  }
}

const notFound = (): Promise<Response> =>
  Promise.resolve(
    Response.json({ error: { code: "Request_ResourceNotFound", message: "Not here." } }, { status: 404 }),
  );

const names = ({ resources }: StackState): string[] => resources.map(({ name }) => name).sort();
const all = (): string[] => names(deployed.state);
const of = (state: StackState, kind: string) => {
  const found = state.resources.find((one) => one.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};
const isStillAsDeclared = async (state: StackState): Promise<string[]> =>
  wrongs(tenant, state, wanted, await tenant.process({ newMachine: true }));

const says =
  /the tenant does not show (it|all of it)\. It was written recently, and a replica may not have it yet\. Until 2026-11-21T12:3\d:\d\dZ /;

describe("an object that was written five minutes ago, and that the replica asked does not know", () => {
  it("stays in the state at a refresh, of every kind, which fails and says until when that is so", async () => {
    const { state, process } = ago(5 * minuteMs);
    const run = await onReplica(async () => refresh(state, await process()));
    expect(run.state).toEqual(state);
    expect(run.failures.map((failure) => failure.split(":")[0]).sort()).toEqual(all());
    expect(run.failures.filter((failure) => !says.test(failure) && !/NOT_YET_VISIBLE/.test(failure))).toEqual([]);
    expect(run.failures[0]).toContain("ENTRA_AGENT_ID_REPLICATION_MINUTES=0");
    expect(await isStillAsDeclared(run.state)).toEqual([]);
  });

  it("is neither changed nor made again by an up", async () => {
    const { state, process } = ago(5 * minuteMs);
    const changed = fleet("changed", ["payroll"]);
    const run = await onReplica(async () => up(state, programOf(changed), await process()));
    expect(run.failures.length).toBeGreaterThan(0);
    expect(run.state.resources.map(({ id }) => id).sort()).toEqual(state.resources.map(({ id }) => id).sort());
    expect(await isStillAsDeclared(state)).toEqual([]);
    const again = await up(run.state, programOf(changed), await process());
    expect(again.failures).toEqual([]);
    expect(await wrongs(tenant, again.state, changed, await process())).toEqual([]);
  });

  it.each(kinds.map(({ kind }) => kind))("is not forgotten by its delete: %s", async (kind) => {
    const { state, process } = ago(5 * minuteMs);
    const { id, outputs } = of(state, kind);
    const deleting = onReplica(async () => (await process()).provider(kind).delete(id, outputs));
    await expect(deleting).rejects.toMatchObject({ code: "NOT_YET_VISIBLE" });
    expect(await isStillAsDeclared(state)).toEqual([]);
  });

  it.each(kinds.map(({ kind }) => kind))(
    "is deleted when another replica knows it a moment later: %s",
    async (kind) => {
      const { state, process } = ago(5 * minuteMs);
      const { id, name, outputs } = of(state, kind);
      // Graph deletes no location that a policy names.
      const policies = state.resources.filter(({ needs }) => kind === "NamedLocation" && needs.includes(name));
      for (const one of policies) await (await process()).provider(one.kind).delete(one.id, one.outputs);
      let misses = 0;
      const run = await process({
        meddle: (request, send) => (request.method === "DELETE" && misses++ === 0 ? notFound() : send(request)),
      });
      await run.provider(kind).delete(id, outputs);
      const left = (await isStillAsDeclared(state)).join("; ");
      expect(left).toContain(`${name}: 0 objects, declared 1`);
    },
  );

  it("is not forgotten where only the delete is refused and a read of another replica shows nothing either", async () => {
    const { state, process } = ago(5 * minuteMs);
    const run = await onReplica(async () => destroy(state, await process()));
    expect(names(run.state)).toEqual(all());
    expect(await isStillAsDeclared(run.state)).toEqual([]);
    const last = await destroy(run.state, await process());
    expect([last.failures, last.state.resources]).toEqual([[], []]);
  });
});

describe.each(["FederatedIdentityCredential", "PermissionGrant"])("a %s that was written five minutes ago", (kind) => {
  const isDeleted = async (state: StackState): Promise<void> => {
    const left = (await isStillAsDeclared(state)).join("; ");
    expect(left).toContain(`${of(state, kind).name}: 0 objects, declared 1`);
  };

  it("is deleted where the first delete took effect, was answered 504, and the second is a 404", async () => {
    const { state, process } = ago(5 * minuteMs);
    const { id, outputs } = of(state, kind);
    const lost = new Set<string>();
    const run = await process({
      async meddle(request, send) {
        const answer = await send(request);
        if (request.method !== "DELETE" || lost.has(request.url)) return answer;
        lost.add(request.url);
        return Response.json({ error: { code: "UnknownError", message: "No answer." } }, { status: 504 });
      },
    });
    await run.provider(kind).delete(id, outputs);
    expect(lost.size).toBeGreaterThan(0);
    await isDeleted(state);
  });

  it.each([20_000, 3 * minuteMs])(
    "counts as deleted for this machine when it was deleted %i ms ago and the state was not saved",
    async (sinceMs) => {
      const { state } = ago(5 * minuteMs);
      const { id, outputs } = of(state, kind);
      await (await tenant.process()).provider(kind).delete(id, outputs);
      tenant.time.pass(sinceMs);
      await (await tenant.process()).provider(kind).delete(id, outputs);
      expect((await (await tenant.process()).provider(kind).read(id, outputs)).id).toBe("");
      await isDeleted(state);
    },
  );

  it("is not forgotten by the second delete of this machine either, where the first one found nothing to delete", async () => {
    const { state } = ago(5 * minuteMs);
    const { id, outputs } = of(state, kind);
    for (const sinceMs of [20_000, 3 * minuteMs]) {
      const deleting = onReplica(async () => (await tenant.process()).provider(kind).delete(id, outputs));
      await expect(deleting).rejects.toMatchObject({ code: "NOT_YET_VISIBLE" });
      tenant.time.pass(sinceMs);
    }
    const reading = onReplica(async () => (await tenant.process()).provider(kind).read(id, outputs));
    await expect(reading).rejects.toMatchObject({ code: "NOT_YET_VISIBLE" });
    expect(await isStillAsDeclared(state)).toEqual([]);
  });
});

describe("an object that a run of this machine wrote seconds ago, where the limit is set to none", () => {
  it.each(["AgentIdentity", "FederatedIdentityCredential", "PermissionGrant"])(
    "is not forgotten by a delete whose first answers come from a replica that does not know it: %s",
    async (kind) => {
      const { state } = ago(60 * minuteMs);
      const { id, name, inputs, outputs } = of(state, kind);
      const change = kind === "PermissionGrant" ? { application: ["Group.Read.All"] } : { description: "changed" };
      const news = { ...inputs, ...(kind === "AgentIdentity" ? { displayName: "Changed" } : change) };
      const { outs } = await (await tenant.process({ unseenMs: 0 })).provider(kind).update(id, outputs, news);
      tenant.time.pass(5_000);
      const knownAt = tenant.time.now() + 3_000;
      const run = await tenant.process({
        unseenMs: 0,
        meddle: (request, send) => (tenant.time.now() < knownAt ? notFound() : send(request)),
      });
      await run.provider(kind).delete(id, outs);
      expect((await isStillAsDeclared(state)).join("; ")).toContain(`${name}: 0 objects, declared 1`);
    },
  );
});

describe("a delete of what was written long ago", () => {
  it.each(kinds.map(({ kind }) => kind))("takes no time where Graph does not find it: %s", async (kind) => {
    const { state, process } = ago(60 * minuteMs);
    const { id, outputs } = of(state, kind);
    const begunMs = tenant.time.now();
    await onReplica(async () => (await process()).provider(kind).delete(id, outputs));
    expect(tenant.time.now() - begunMs).toBe(0);
  });

  it("is sent again where a replica did not show all that was to be deleted, and another one does", async () => {
    const { state, process } = ago(60 * minuteMs);
    const { id, name, outputs } = of(state, "PermissionGrant");
    let lists = 0;
    const run = await process({
      meddle: (request, send) =>
        request.method === "GET" && request.url.includes("/appRoleAssignments") && lists++ === 0
          ? Promise.resolve(Response.json({ value: [] }))
          : send(request),
    });
    await run.provider("PermissionGrant").delete(id, outputs);
    expect((await isStillAsDeclared(state)).join("; ")).toContain(`${name}: 0 objects, declared 1`);
  });
});

describe("what counts as gone all the same", () => {
  it("is what lies among the deleted items, and what was deleted with it", async () => {
    const { state, process } = ago(5 * minuteMs);
    const { id } = of(state, "AgentIdentity");
    await byHand(tenant, "DELETE", `/servicePrincipals/${id}/microsoft.graph.agentIdentity`);
    const run = await refresh(state, await process());
    expect(run.failures).toEqual([]);
    const dropped = all().filter((name) => !names(run.state).includes(name));
    const grants = state.resources.filter((one) => one.inputs["agentId"] === id).map(({ name }) => name);
    expect(grants).toHaveLength(1);
    expect(dropped).toEqual([of(state, "AgentIdentity").name, ...grants].sort());
  });

  it("is what was written more than thirty minutes ago", async () => {
    const { state, process } = ago(30 * minuteMs);
    const run = await onReplica(async () => refresh(state, await process()));
    expect([run.failures, run.state.resources]).toEqual([[], []]);
    const young = ago(29 * minuteMs);
    expect((await onReplica(async () => refresh(young.state, await young.process()))).state).toEqual(young.state);
  });

  it.each<[string, RunSettings]>([
    ["the limit is set to none", { unseenMs: 0 }],
    ["the tenant has no replicas", { isReplicated: false }],
  ])("is everything where %s", async (_, settings) => {
    const { state, process } = ago(5 * minuteMs);
    const run = await onReplica(async () => refresh(state, await process(settings)));
    expect([run.failures, run.state.resources]).toEqual([[], []]);
  });

  it("is everything that the state of version 0.1.0 has, which knows no times", async () => {
    const { state, process } = ago(5 * minuteMs);
    const without = state.resources.map((one) => {
      const { createdDateTime: _, writtenAt: __, ...outputs } = one.outputs;
      return { ...one, outputs };
    });
    const gone = await onReplica(async () => refresh({ ...state, resources: without }, await process()));
    expect([gone.failures, gone.state.resources]).toEqual([[], []]);
    const filled = await refresh({ ...state, resources: without }, await process());
    for (const { kind, outputs } of filled.state.resources)
      expect([kind, outputs["createdDateTime"]]).toEqual([kind, of(state, kind).outputs["createdDateTime"]]);
  });
});

describe("the time of the last write", () => {
  it("is kept by a refresh and by an update that changes nothing, and is that of the update where it changes something", async () => {
    const { state, process } = ago(60 * minuteMs);
    const refreshed = await refresh(state, await process());
    expect(refreshed.state).toEqual(state);
    const grant = of(state, "PermissionGrant");
    const { provider } = await process();
    const same = await provider("PermissionGrant").update(grant.id, grant.outputs, grant.inputs);
    expect(same.outs["writtenAt"]).toBe(grant.outputs["writtenAt"]);
    const news = { ...grant.inputs, application: ["Group.Read.All"] };
    const changed = await provider("PermissionGrant").update(grant.id, grant.outputs, news);
    expect(textOf(changed.outs["writtenAt"]) > textOf(grant.outputs["writtenAt"])).toBe(true);
    const agent = of(state, "AgentIdentity");
    const renamed = await provider("AgentIdentity").update(agent.id, agent.outputs, {
      ...agent.inputs,
      displayName: "B",
    });
    expect(renamed.outs["writtenAt"]).toBe(agent.outputs["writtenAt"]);
  });
});

describe("a grant of which a replica shows one permission of several", () => {
  const half: RunSettings = {
    meddle: (request, send) =>
      request.method === "GET" && request.url.includes("/appRoleAssignments")
        ? Promise.resolve(Response.json({ value: [] }))
        : send(request),
  };

  it("is no drift, and its delete does not leave the other one behind", async () => {
    const { state, process } = ago(5 * minuteMs);
    const run = await refresh(state, await process(half));
    expect(run.state).toEqual(state);
    expect(run.failures).toEqual([expect.stringContaining("does not show all of it")]);
    const { id, outputs } = of(state, "PermissionGrant");
    const deleting = (await process(half)).provider("PermissionGrant").delete(id, outputs);
    await expect(deleting).rejects.toMatchObject({ code: "NOT_YET_VISIBLE" });
    expect(await isStillAsDeclared(state)).toEqual([]);
  });

  it.each([
    ["stays where another resource claims it while its delete still reads", "GET"],
    ["is made again where another resource claims it while its delete is sent", "DELETE"],
  ])("%s", async (_, method) => {
    const { state, process } = ago(5 * minuteMs);
    const { id, inputs, outputs } = of(state, "PermissionGrant");
    let count = 0;
    let isReached = (): void => undefined;
    const reached = new Promise<void>((resolve) => (isReached = resolve));
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const run = await process({
      async meddle(request, send) {
        if (request.method === method && request.url.includes("/appRoleAssignments") && count++ === 0) {
          isReached();
          await gate;
        }
        return send(request);
      },
    });
    const grants = run.provider("PermissionGrant");
    const deleting = grants.delete(id, outputs);
    await reached;
    const checked = await grants.check({}, { ...inputs, marker: "cccccccccccccccc" });
    const creating = grants.create(checked.inputs);
    goOn();
    await deleting;
    expect((await creating).id).toBe(id);
    expect(await isStillAsDeclared(state)).toEqual([]);
  });

  it("is drift half an hour later", async () => {
    const { state, process } = ago(31 * minuteMs);
    const run = await refresh(state, await process(half));
    expect([run.failures, of(run.state, "PermissionGrant").inputs["application"]]).toEqual([[], []]);
  });
});

describe("a principal that a run has restored five minutes ago", () => {
  it("is not forgotten because a replica shows it among the deleted items still", async () => {
    const { state, process } = ago(60 * minuteMs);
    const principal = of(state, "AgentIdentityBlueprintPrincipal");
    await byHand(
      tenant,
      "DELETE",
      `/servicePrincipals/${principal.id}/microsoft.graph.agentIdentityBlueprintPrincipal`,
    );
    const dropped = await refresh(state, await process());
    expect(names(dropped.state)).not.toContain(principal.name);
    const deleted = tenant.emulated.snapshot();
    tenant.time.pass(minuteMs);
    const restored = await up(dropped.state, programOf(wanted), await process());
    expect([restored.failures, of(restored.state, principal.kind).id]).toEqual([[], principal.id]);
    tenant.time.pass(5 * minuteMs);
    const run = await onReplica(async () => refresh(restored.state, await process()), deleted);
    expect(names(run.state)).toContain(principal.name);
    // Deleted since then, it is gone.
    await byHand(
      tenant,
      "DELETE",
      `/servicePrincipals/${principal.id}/microsoft.graph.agentIdentityBlueprintPrincipal`,
    );
    const last = await refresh(restored.state, await process());
    expect(names(last.state)).not.toContain(principal.name);
  });
});

describe("what only the journal of this machine knows", () => {
  /** Answers reads for three seconds as they were answered before. */
  function behind() {
    const answers = new Map<string, string>();
    const endsAt = { ms: Infinity };
    const record: RunSettings = {
      async meddle(request, send) {
        const answer = await send(request);
        if (request.method === "GET" && answer.ok) answers.set(request.url, await answer.clone().text());
        return answer;
      },
    };
    const replay: RunSettings = {
      meddle(request, send) {
        const known = request.method === "GET" && tenant.time.now() < endsAt.ms ? answers.get(request.url) : undefined;
        return known === undefined ? send(request) : Promise.resolve(Response.json(JSON.parse(known)));
      },
    };
    return { record, replay, begin: () => void (endsAt.ms = tenant.time.now() + 3_000) };
  }

  it("is that a delete was sent by a run that was killed: a replica that shows the object still is not believed", async () => {
    const { state } = ago(60 * minuteMs);
    const { id, outputs } = of(state, "ConditionalAccessPolicy");
    const { record, replay, begin } = behind();
    await (await tenant.process(record)).provider("ConditionalAccessPolicy").read(id, outputs);
    await (await tenant.process(replay)).provider("ConditionalAccessPolicy").read(id, outputs);
    let isSent = (): void => undefined;
    const sent = new Promise<void>((resolve) => (isSent = resolve));
    let answerAtLast = (): void => undefined;
    const never = new Promise<void>((resolve) => (answerAtLast = resolve));
    const killed = await tenant.process({
      async meddle(request, send) {
        const answer = await send(request);
        if (request.method !== "DELETE") return answer;
        isSent();
        await never;
        return answer;
      },
    });
    const deleting = killed.provider("ConditionalAccessPolicy").delete(id, outputs);
    await sent;
    begin();
    const found = await (await tenant.process(replay)).provider("ConditionalAccessPolicy").read(id, outputs);
    expect(found.id).toBe("");
    answerAtLast();
    await deleting;
  });

  it("is that it restored a principal, where the limit is set to none", async () => {
    const { state } = ago(60 * minuteMs);
    const { kind, id, outputs, name } = of(state, "AgentIdentityBlueprintPrincipal");
    await (await tenant.process({ unseenMs: 0 })).provider(kind).delete(id, outputs);
    tenant.time.pass(20_000);
    const deleted = tenant.emulated.snapshot();
    const without = { ...state, resources: state.resources.filter((one) => one.name !== name) };
    const again = await up(without, programOf(wanted), await tenant.process({ unseenMs: 0 }));
    expect([again.failures, of(again.state, kind).id]).toEqual([[], id]);
    tenant.time.pass(2_000);
    const knownAt = tenant.time.now() + 3_000;
    const run = await tenant.process({
      unseenMs: 0,
      meddle: (request, send) =>
        tenant.time.now() < knownAt && request.url.includes(id)
          ? onReplica(() => send(request), deleted)
          : send(request),
    });
    expect((await run.provider(kind).read(id, of(again.state, kind).outputs)).id).toBe(id);
  });
});
