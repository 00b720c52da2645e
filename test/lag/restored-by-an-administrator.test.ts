/** What others do to an object without a place among /directory/deletedItems that a run has deleted a moment ago. */
import { textOf } from "../../provider/engine/json";
import type { Entry } from "../../provider/engine/consistency/write-journal";
import { LaggingTenant } from "./lagging-tenant";
import { byHand, type Meddle, meddled } from "./meddled-process";
import { emptyState, up } from "../miniature-engine/engine";
import { agent, blueprint, credential, grant, location, policy, principal } from "../kinds/agent-kind";
import { specimenOf } from "../kinds";
import { type Fleet, programOf, type Resource } from "../kinds/fleet";

jest.setTimeout(120_000);

const tenant = new LaggingTenant();
afterAll(() => tenant.close());

const sponsors = ["diego.siciliani@contoso.com"];
const agentKind: readonly (readonly [string, Resource])[] = [
  ["blueprint", blueprint({ displayName: "Payroll", sponsors })],
  ["principal", principal("blueprint")],
  ["agent", agent("principal", { displayName: "Agent", sponsors, enabled: true })],
];
const policies = "/identity/conditionalAccess/policies";

async function asked<T>(path: string, init: RequestInit = {}): Promise<T> {
  tenant.keepTime();
  const headers = { authorization: `Bearer ${await tenant.emulated.token()}`, "content-type": "application/json" };
  const answer = await tenant.emulated.handle(new Request(`https://graph.microsoft.com${path}`, { headers, ...init }));
  expect(answer.ok).toBe(true);
  return (await answer.json()) as T;
}

describe("an object that a run has deleted a moment ago", () => {
  it("is taken as it is where an administrator has restored the policy, and no second one is made", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 } });
    const notes: Entry[] = [];
    const others: Fleet = new Map([...agentKind.slice(0, 2), ["office", location(specimenOf("NamedLocation").least)]]);
    const block = policy("principal", "office", { displayName: "Block", state: "enabled", riskLevels: ["high"] });
    const fleet: Fleet = new Map([...others, ["policy", block]]);
    const first = await up(emptyState, programOf(fleet), await meddled(tenant, notes));
    tenant.time.pass(3_600_000);
    const gone = await up(first.state, programOf(others), await meddled(tenant, notes));
    expect([...first.failures, ...gone.failures]).toEqual([]);
    const id = first.state.resources.find(({ name }) => name === "policy")?.id ?? "";
    await asked(`/beta/identity/conditionalAccess/deletedItems/policies/${id}/restore`, { method: "POST", body: "{}" });
    tenant.time.pass(30_000);

    const again = await up(gone.state, programOf(fleet), await meddled(tenant, notes));
    expect(again.failures).toEqual([]);
    const { value } = await asked<{ value: { id: string }[] }>(`/beta${policies}?$select=id`);
    expect(value.map((one) => one.id)).toEqual([id]);
  });

  it("is not made again over permissions that somebody has granted since", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 } });
    const notes: Entry[] = [];
    const all: Fleet = new Map([...agentKind, ["grant", grant("agent", ["User.Read.All"], [])]]);
    const first = await up(emptyState, programOf(all), await meddled(tenant, notes));
    tenant.time.pass(3_600_000);
    const gone = await up(first.state, programOf(new Map(agentKind)), await meddled(tenant, notes));
    expect([...first.failures, ...gone.failures]).toEqual([]);
    const agentId = first.state.resources.find(({ name }) => name === "agent")?.id ?? "";
    const graph = await asked<{ id: string; appRoles: { id: string; value: string }[] }>(
      "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id,appRoles",
    );
    const appRoleId = graph.appRoles.find(({ value }) => value === "Group.Read.All")?.id;
    await byHand(tenant, "POST", `/servicePrincipals/${agentId}/appRoleAssignments`, {
      principalId: agentId,
      resourceId: graph.id,
      appRoleId,
    });
    tenant.time.pass(30_000);

    const again = await up(gone.state, programOf(all), await meddled(tenant, notes));
    expect(again.failures).toEqual([expect.stringContaining("already holds Group.Read.All, which is not declared")]);
    const { value } = await asked<{ value: { appRoleId: string }[] }>(
      `/v1.0/servicePrincipals/${agentId}/appRoleAssignments`,
    );
    expect(value.map((one) => one.appRoleId)).toEqual([appRoleId]);
  });
});

describe("an agent identity that is replaced", () => {
  it("is never the one that was deleted for it, whatever conflict its create meets", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 } });
    const notes: Entry[] = [];
    const fleet: Fleet = new Map(agentKind);
    const first = await up(emptyState, programOf(fleet), await meddled(tenant, notes));
    expect(first.failures).toEqual([]);
    tenant.time.pass(3_600_000);
    const old = first.state.resources.find(({ name }) => name === "agent")?.id ?? "";
    const list = "/v1.0/servicePrincipals/microsoft.graph.agentIdentity";
    const before = await asked<object>(list);
    const one = await asked<object>(`/v1.0/servicePrincipals/${old}/microsoft.graph.agentIdentity`);
    const people = await asked<object>(`/v1.0/servicePrincipals/${old}/microsoft.graph.agentIdentity/sponsors`);
    const without = await up(first.state, programOf(new Map(agentKind.slice(0, 2))), await meddled(tenant, notes));
    expect(without.failures).toEqual([]);
    let conflicts = 0;
    let stale = 4;
    const meddle: Meddle = (request, send) => {
      const { pathname } = new URL(request.url);
      if (request.method === "POST" && pathname === list && conflicts++ === 0)
        return Promise.resolve(
          Response.json({ error: { code: "Error_MsaAppDoesNotExist", message: "Conflict." } }, { status: 409 }),
        );
      if (request.method === "GET" && pathname === list) return Promise.resolve(Response.json(before));
      if (request.method === "GET" && pathname.includes(`${old}/microsoft.graph.agentIdentity`) && stale-- > 0)
        return Promise.resolve(Response.json(pathname.endsWith("/sponsors") ? people : one));
      return send(request);
    };
    const again = await up(without.state, programOf(fleet), await meddled(tenant, notes, meddle));
    expect(again.failures).toEqual([expect.stringContaining("Conflict.")]);
    expect(again.state.resources.map(({ name }) => name)).toEqual(["blueprint", "principal"]);
  });
});

describe("a federated credential that is replaced", () => {
  it("is not the one that was deleted for it, where replicas say of both that it is there still", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 } });
    const notes: Entry[] = [];
    const fleet: Fleet = new Map([...agentKind.slice(0, 1), ["credential", credential()]]);
    const first = await up(emptyState, programOf(fleet), await meddled(tenant, notes));
    expect(first.failures).toEqual([]);
    tenant.time.pass(3_600_000);
    const [blueprint, made] = first.state.resources;
    const path = `/v1.0/applications/${textOf(blueprint?.outputs["objectId"])}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials`;
    const before = await asked<{ value: object[] }>(path);
    const without = await up(first.state, programOf(new Map(agentKind.slice(0, 1))), await meddled(tenant, notes));
    expect(without.failures).toEqual([]);

    // Three seconds behind.
    const untilMs = tenant.time.now() + 3_000;
    const meddle: Meddle = (request, send) => {
      const { pathname } = new URL(request.url);
      if (tenant.time.now() > untilMs || !pathname.startsWith(path)) return send(request);
      const error = { code: "Request_MultipleObjectsWithSameKeyValue", message: "It exists already." };
      if (request.method === "POST") return Promise.resolve(Response.json({ error }, { status: 409 }));
      return Promise.resolve(Response.json(pathname === path ? before : before.value[0]));
    };
    const run = await meddled(tenant, notes, meddle);
    const again = await up(without.state, programOf(fleet), run);
    const { value } = await asked<{ value: object[] }>(path);
    const kept = again.state.resources.filter(({ id }) => id === made?.id);
    expect([kept.length, again.failures]).toEqual([
      value.length,
      value.length > 0 ? [] : [expect.stringContaining("exists already")],
    ]);
    const last = await up(again.state, programOf(fleet), await meddled(tenant, notes));
    expect(last.failures).toEqual([]);
    expect((await asked<{ value: object[] }>(path)).value).toHaveLength(1);
  });
});

describe("a federated credential that a run replaces by one of the same name", () => {
  it("is not taken for there, where a replica refuses the new one for the old and shows that still", async () => {
    tenant.reset({ lag: { ms: 1, share: 0 } });
    const notes: Entry[] = [];
    const fleet: Fleet = new Map([...agentKind.slice(0, 1), ["credential", credential()]]);
    const { state, failures } = await up(emptyState, programOf(fleet), await meddled(tenant, notes));
    expect(failures).toEqual([]);
    tenant.time.pass(3_600_000);
    const [blueprint, made] = state.resources;
    const path = `/v1.0/applications/${textOf(blueprint?.outputs["objectId"])}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials`;
    const before = await asked<{ value: object[] }>(path);
    let untilMs = 0;
    const meddle: Meddle = (request, send) => {
      const { pathname } = new URL(request.url);
      if (tenant.time.now() > untilMs || !pathname.startsWith(path)) return send(request);
      const error = { code: "Request_MultipleObjectsWithSameKeyValue", message: "It exists already." };
      if (request.method === "POST") return Promise.resolve(Response.json({ error }, { status: 409 }));
      return Promise.resolve(Response.json(pathname === path ? before : before.value[0]));
    };
    const provider = (await meddled(tenant, notes, meddle)).provider("FederatedIdentityCredential");
    await provider.delete(made?.id ?? "", { ...made?.outputs });
    // Three seconds behind.
    untilMs = tenant.time.now() + 3_000;
    const again = await provider.create({ ...made?.inputs });
    const { value } = await asked<{ value: { id: string }[] }>(path);
    expect(value.map(({ id }) => id)).toEqual([again.outs["credentialId"]]);
    expect(again.outs["credentialId"]).not.toBe(made?.outputs["credentialId"]);
  });
});
