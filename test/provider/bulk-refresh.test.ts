import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { agentIdentity } from "../../provider/identities/agent-identity";
import { defaultTiming } from "../../provider/engine/consistency/consistency";
import { embeddedConnection } from "../../provider/graph/connection";
import type { StoredResource } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import {
  agentsOf,
  blueprintsOf,
  credentialOf,
  deployed,
  fleetsOf,
  readAll,
  refreshed,
  refreshedAlone,
  spy,
} from "./a-fleet";

const identities = "/servicePrincipals/microsoft.graph.agentIdentity";
const isList = (request: string): boolean => request.includes("$top=");
const ofIdentities = (request: string): boolean => request.startsWith(`GET ${identities}?`);

describe("a refresh of a fleet", () => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
  });
  afterEach(() => emulated.close());

  /** Agents with one sponsor and one grant of each kind; what is left is one read of sponsors for each, and one of what their principal holds. */
  it.each([
    { agents: 1, alone: 11, bulk: 11 },
    { agents: 5, alone: 27, bulk: 20 },
    { agents: 100, alone: 407, bulk: 115 },
    { agents: 250, alone: 1_007, bulk: 269 },
  ])("costs $bulk requests and units where single reads of $agents agents cost $alone", async (expected) => {
    const resources = await deployed(emulated, agentsOf("helpers", expected.agents));
    const alone = await refreshedAlone(emulated, resources);
    const bulk = await refreshed(emulated, resources);
    expect({ alone: alone.requests.length, bulk: bulk.requests.length }).toEqual({
      alone: expected.alone,
      bulk: expected.bulk,
    });
    expect(bulk.units).toBeLessThanOrEqual(expected.bulk);
    expect(bulk.found).toEqual(alone.found);
    expect(bulk.found).toEqual(asStored(resources));
  });

  it("of 100 blueprints with principal, credential and grants each costs a fifth, however many travel together", async () => {
    const resources = await deployed(emulated, blueprintsOf(100));
    const alone = await refreshedAlone(emulated, resources);
    expect(alone.requests).toHaveLength(602);
    for (const parallel of [1, 8, 64]) {
      const bulk = await refreshed(emulated, resources, parallel);
      expect(bulk.requests.length).toBeLessThanOrEqual(125);
      expect(bulk.units).toBeLessThanOrEqual(126);
      expect(bulk.found).toEqual(alone.found);
    }
  });

  describe("with a Conditional Access policy each", () => {
    const policyList = "/beta/identity/conditionalAccess/policies";
    const ofPolicies = (request: string): boolean => request.includes("/identity/conditionalAccess/");

    it("of 100 takes at most 12 round trips, and one request for all policies", async () => {
      const resources = await deployed(emulated, fleetsOf(100));
      const spied = spy(emulated);
      const process = await aProcess(spied.tenant, { batched: true });
      expect(await readAll(process, resources, 64)).toEqual(asStored(resources));
      expect(spied.requests.length).toBeLessThanOrEqual(12);

      const policies = resources.filter(({ kind }) => kind === "ConditionalAccessPolicy");
      for (const parallel of [1, 8]) {
        const { found, requests } = await refreshed(emulated, policies, parallel);
        expect(found).toEqual(asStored(policies));
        expect(requests).toEqual([`GET ${policyList}`]);
      }
    });

    it("asks for one policy no more often than a read of it alone would", async () => {
      const resources = await deployed(emulated, fleetsOf(1));
      expect((await refreshed(emulated, resources)).requests.filter(ofPolicies)).toEqual([`GET ${policyList}`]);
    });

    it("reads by itself what the list shows otherwise than the state has it, and proves what was deleted", async () => {
      const resources = await deployed(emulated, fleetsOf(9));
      const policies = resources.filter(({ kind }) => kind === "ConditionalAccessPolicy");
      const [renamed, deleted, purged] = policies.map(({ id }) => id);
      const graph = await embeddedConnection(emulated);
      const beta = { version: "beta" } as const;
      const path = (id = "") => `/identity/conditionalAccess/policies/${id}`;
      const deletedPath = (id = "") => `/identity/conditionalAccess/deletedItems/policies/${id}`;
      await graph.patch(path(renamed), { displayName: "Renamed by hand" }, beta);
      for (const id of [deleted, purged]) await graph.delete(path(id), beta);
      await graph.delete(deletedPath(purged), beta);

      const { found, requests } = await refreshed(emulated, resources);
      const alone = await refreshedAlone(emulated, resources);
      expect(found).toEqual(alone.found);
      expect(found.get("fleet 0 policy")).toMatchObject({ inputs: { displayName: "Renamed by hand" } });
      expect([found.get("fleet 1 policy"), found.get("fleet 2 policy")]).toEqual([
        { id: "", props: {} },
        { id: "", props: {} },
      ]);
      const asked = requests.filter(ofPolicies);
      const timesOf = (request: string): number => asked.filter((one) => one === request).length;
      expect(timesOf(`GET ${policyList}`)).toBe(1);
      expect(timesOf(`GET /beta${path(renamed)}`)).toBe(1);
      // Among the deleted items it is gone for certain; where it is in neither place, a replica might not show it yet.
      expect([timesOf(`GET /beta${path(deleted)}`), timesOf(`GET /beta${deletedPath(deleted)}`)]).toEqual([1, 1]);
      expect(timesOf(`GET /beta${path(purged)}`)).toBeGreaterThan(1);
      expect(asked.filter((request) => policies.slice(3).some(({ id }) => request.includes(id)))).toEqual([]);
    });

    it("reads each policy by itself where Graph refuses the list", async () => {
      const resources = await deployed(emulated, fleetsOf(3));
      const answer = { status: 400, body: { error: { code: "BadRequest", message: "No." } } };
      emulated.fail({
        method: "GET",
        path: "/identity/conditionalAccess/policies$",
        effect: "before",
        answer,
        times: 9,
      });
      const { found, requests } = await refreshed(emulated, resources);
      expect(found).toEqual(asStored(resources));
      expect(requests.filter(ofPolicies)).toHaveLength(4);
    });
  });

  it("reads owners with those of the neighbours, and by themselves where they are more than a list shows", async () => {
    const people = Array.from({ length: 25 }, (_, index) => `someone${index}@contoso.com`);
    emulated.plant(
      people.map((userPrincipalName) => ({
        kind: "user",
        id: crypto.randomUUID(),
        body: { userPrincipalName, displayName: userPrincipalName, accountEnabled: true },
      })),
    );
    const resources = await deployed(emulated, [
      ...agentsOf("few", 10, { owners: ["johanna.lorenz@contoso.com"] }),
      ...agentsOf("many", 10, { owners: people }),
    ]);
    const { found, requests } = await refreshed(emulated, resources, 1);
    expect(found).toEqual(asStored(resources));
    // Two before the list is worth its price, and ten that no list shows.
    expect(requests.filter((request) => request.includes("/owners?"))).toHaveLength(12);
  });

  it("reads the credentials of one blueprint as one list", async () => {
    const names = Array.from({ length: 20 }, (_, index) => credentialOf("payroll", `workflow-${index}`));
    const resources = await deployed(emulated, [...agentsOf("payroll", 0), ...names]);
    const { found, requests } = await refreshed(emulated, resources);
    expect(found).toEqual(asStored(resources));
    expect(requests.filter((request) => request.includes("federatedIdentityCredentials"))).toHaveLength(3);
  });

  describe("with lists that cannot be had", () => {
    let resources: readonly StoredResource[];
    beforeEach(async () => {
      resources = await deployed(emulated, agentsOf("helpers", 12));
    });

    it("reads everything by itself where Graph refuses a list, filtered and whole, and asks for that list no more", async () => {
      const answer = { status: 400, body: { error: { code: "Request_UnsupportedQuery", message: "No." } } };
      emulated.fail({ method: "GET", path: `${identities}$`, effect: "before", answer, times: 99 });
      emulated.fail({ method: "GET", path: "/oauth2PermissionGrants$", effect: "before", answer, nth: 3 });
      const { found, requests } = await refreshed(emulated, resources, 1);
      expect(found).toEqual(asStored(resources));
      const lists = requests.filter(ofIdentities).map((request) => request.includes("$filter"));
      expect(lists).toEqual([true, false]);
    });

    it("says of each resource what it would have said alone", async () => {
      emulated.grant(["User.Read.All"]);
      const { found } = await refreshed(emulated, resources, 1);
      const alone = await refreshedAlone(emulated, resources);
      const plain = (text: unknown) => String(text).replaceAll(/request [0-9a-f-]{36}/g, "request");
      for (const { name } of resources) expect(plain(found.get(name))).toBe(plain(alone.found.get(name)));
      expect(plain(found.get("helpers agent 11"))).toBe(
        'cannot read agent identity "helpers agent 11": Insufficient privileges to complete the operation. ' +
          "Grant AgentIdentity.Read.All to the application Pulumi signs in as, with admin consent. A consent of the last two minutes may not be in force yet. [403 Authorization_RequestDenied, request]",
      );
    });

    it("does not follow a next page that leads elsewhere", async () => {
      const body = { value: [], "@odata.nextLink": "https://elsewhere.example/v1.0/servicePrincipals" };
      emulated.fail({
        method: "GET",
        path: `${identities}$`,
        effect: "before",
        answer: { status: 200, body },
        times: 9,
      });
      const { found, requests } = await refreshed(emulated, resources, 1);
      expect(found).toEqual(asStored(resources));
      expect(requests.filter(ofIdentities)).toHaveLength(1);
    });
  });

  it("stops a list that is long and of others, after a third of what single reads cost", async () => {
    const resources = await deployed(emulated, agentsOf("helpers", 30));
    const graph = await embeddedConnection(emulated);
    const [exemplar] = await graph.list<{ resourceId: string }>("/oauth2PermissionGrants");
    // Ours come first in the emulated tenant; they are planted again behind 40,000 consents of others.
    const ours = await graph.list<{ id: string; clientId: string }>("/oauth2PermissionGrants");
    for (const { id } of ours) await graph.delete(`/oauth2PermissionGrants/${id}`);
    const grant = (clientId: string) => ({
      kind: "oAuth2PermissionGrant",
      id: crypto.randomUUID(),
      body: {
        clientId,
        consentType: "AllPrincipals",
        principalId: null,
        resourceId: exemplar?.resourceId,
        scope: "Mail.Read",
      },
    });
    emulated.plant([
      ...Array.from({ length: 12_000 }, () => grant(crypto.randomUUID())),
      ...ours.map(({ clientId }) => grant(clientId)),
    ]);
    const { found, requests } = await refreshed(emulated, resources);
    expect(found).toEqual(asStored(resources));
    const ofConsents = requests.filter((request) => request.startsWith("GET /oauth2PermissionGrants"));
    expect(ofConsents.filter(isList)).toHaveLength(10);
    // One for each agent, and one for the principal of which they might inherit.
    expect(ofConsents).toHaveLength(41);
  });

  it("reads what single users consented to, and what agents inherit, out of the same lists", async () => {
    const resources = await deployed(emulated, agentsOf("helpers", 30));
    const graph = await embeddedConnection(emulated);
    const [{ resourceId } = fail()] = await graph.list<{ resourceId: string }>("/oauth2PermissionGrants");
    const users = await graph.list<{ id: string }>("/users?$select=id");
    const agentIds = resources.filter(({ kind }) => kind === agentIdentity.kind).map(({ id }) => id);
    const grant = (body: object) => graph.post("/oauth2PermissionGrants", { resourceId, scope: "Mail.Send", ...body });
    // Of every second agent; two users each.
    for (const clientId of agentIds.filter((_, index) => index % 2 === 0))
      for (const { id: principalId } of users.slice(0, 2))
        await grant({ clientId, consentType: "Principal", principalId });
    const { id: principal } = resources.find(({ name }) => name === "helpers principal") ?? fail();
    await grant({ clientId: principal, consentType: "AllPrincipals", scope: "Files.Read" });
    const { objectId } = resources.find(({ name }) => name === "helpers")?.outputs ?? {};
    await graph.post(
      `/applications/${String(objectId)}/microsoft.graph.agentIdentityBlueprint/inheritablePermissions`,
      {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        inheritableScopes: { "@odata.type": "#microsoft.graph.allAllowedScopes" },
      },
    );
    const alone = await refreshedAlone(emulated, resources);
    const bulk = await refreshed(emulated, resources);
    expect(bulk.found).toEqual(alone.found);
    expect(bulk.requests.filter((request) => request.startsWith("GET /oauth2PermissionGrants")).length).toBeLessThan(
      10,
    );
    expect(bulk.requests.filter((request) => request.includes("/inheritablePermissions"))).toHaveLength(1);
    const propsOf = (index: number) => (bulk.found.get(`helpers agent ${index} grant`) as { props: object }).props;
    const consented = users.slice(0, 2).map(({ id }) => ({ principalId: id, delegated: ["Mail.Send"] }));
    const inherited = { application: [], delegated: ["Files.Read"] };
    expect(propsOf(29)).toMatchObject({ consentedByUsers: [], inherited });
    expect((propsOf(28) as { consentedByUsers: object }).consentedByUsers).toEqual(
      consented.sort((one, other) => (one.principalId < other.principalId ? -1 : 1)),
    );
  });

  describe("and lists", () => {
    let resources: readonly StoredResource[];
    beforeEach(async () => {
      resources = await deployed(emulated, agentsOf("helpers", 12));
    });
    const agents = () => resources.filter(({ kind }) => kind === agentIdentity.kind);
    const one = () => agents()[11] ?? fail();

    it("are read anew after a minute", async () => {
      let now = 0;
      const spied = spy(emulated);
      const timing = { now: () => now, pause: (ms: number) => ((now += ms), Promise.resolve()) };
      const process = await aProcess(spied.tenant, { run: { timing: { ...defaultTiming, ...timing } } });
      await readAll(process, agents(), 1);
      now += 59_999;
      await readAll(process, agents(), 1);
      expect(spied.requests.filter(ofIdentities)).toHaveLength(1);
      now += 1;
      await readAll(process, agents(), 1);
      expect(spied.requests.filter(ofIdentities)).toHaveLength(2);
    });

    it("say nothing of an object that this process has written", async () => {
      const process = await aProcess(emulated);
      await readAll(process, agents(), 1);
      const { id, outputs, inputs } = one();
      const renamed = { ...inputs, displayName: "New name" };
      const { outs } = await process.provider(agentIdentity.kind).update(id, outputs, renamed);
      expect(await process.provider(agentIdentity.kind).read(id, outs)).toMatchObject({
        props: { displayName: "New name" },
      });
    });

    it("do not bring back what this process has deleted", async () => {
      const names = ["one", "two", "three", "four"].map((name) => credentialOf("payroll", `ci-${name}`));
      const credentials = (await deployed(emulated, [...agentsOf("payroll", 0), ...names])).slice(2);
      const process = await aProcess(emulated);
      await readAll(process, credentials, 1);
      const { kind, id, outputs } = credentials[3] ?? fail();
      await process.provider(kind).delete(id, outputs);
      expect(await process.provider(kind).read(id, outputs)).toEqual({ id: "", props: {} });
    });

    it("never say that something is gone: what they do not have is looked at by itself", async () => {
      const answer = { status: 200, body: { value: [] } };
      emulated.fail({ method: "GET", path: `${identities}$`, effect: "before", answer, times: 9 });
      const { found } = await refreshed(emulated, resources, 1);
      expect(found).toEqual(asStored(resources));
    });

    it("are not read for two objects, nor by creates and updates", async () => {
      const { requests } = await refreshed(emulated, agents().slice(0, 2), 2);
      expect(requests.filter(isList)).toEqual([]);
      const spied = spy(emulated);
      const process = await aProcess(spied.tenant);
      for (const { id, outputs, inputs } of agents())
        await process.provider(agentIdentity.kind).update(id, outputs, { ...inputs, enabled: false });
      expect(spied.requests.filter(isList)).toEqual([]);
    });
  });
});

/** What a refresh finds where nothing has changed. */
const asStored = (resources: readonly StoredResource[]): Map<string, object> =>
  new Map(
    resources.map(({ name, id, inputs, outputs }) => {
      const { __provider: _text, ...props } = outputs;
      const { __provider: _own, ...declared } = inputs;
      return [name, { id, props, inputs: declared }];
    }),
  );

function fail(): never {
  throw new Error("there are not so many");
}
