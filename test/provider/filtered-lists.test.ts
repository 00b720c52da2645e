import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import { tenantInventory } from "../../provider/engine/run/tenant-inventory";
import { embeddedConnection } from "../../provider/graph/connection";
import { kinds } from "../../provider/kinds";
import { emptyState, type Program, refresh, up } from "../miniature-engine/engine";
import { aProcess } from "../miniature-engine/process";
import { agentsOf, deployed, readAll, refreshedAlone, spy } from "./a-fleet";

const identities = "/servicePrincipals/microsoft.graph.agentIdentity";
const ofIdentities = (request: string): boolean => request.startsWith(`GET ${identities}?`);
const isFiltered = (request: string): boolean => request.includes("$filter=agentIdentityBlueprintId");

/** Some tenants answer 400 "Unsupported or invalid query filter clause"; no page says whether all do, or none. */
describe.each(["served", "refused"] as const)("where a list of identities by their blueprint is %s", (choice) => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
    emulated.set({ profiles: { identitiesByBlueprint: choice } });
  });
  afterEach(() => emulated.close());

  const lists = (requests: readonly string[]) => {
    const all = requests.filter(ofIdentities);
    return { filtered: all.filter(isFiltered).length, whole: all.filter((one) => !isFiltered(one)).length };
  };
  const agentsOfTwo = (each: number): Program => [...agentsOf("helpers", each), ...agentsOf("movers", each)];

  it("agents are added to several blueprints, and each is searched for first, with one refused request at most", async () => {
    const { state } = await up(emptyState, agentsOfTwo(2), await aProcess(emulated), { parallel: 64 });
    const spied = spy(emulated);
    const added = await up(state, agentsOfTwo(4), await aProcess(spied.tenant), { parallel: 64 });
    expect(added.failures).toEqual([]);
    expect(lists(spied.requests)).toEqual(choice === "served" ? { filtered: 2, whole: 0 } : { filtered: 1, whole: 1 });
    const again = await refresh(added.state, await aProcess(emulated));
    expect(Object.values(again.operations).filter((one) => one !== "same")).toEqual([]);
  });

  it("an agent of a lost state is found again, and no other blueprint's is taken for it", async () => {
    const { state } = await up(emptyState, agentsOfTwo(2), await aProcess(emulated), { parallel: 64 });
    const resources = state.resources.filter(({ kind }) => kind !== "AgentIdentity" && kind !== "PermissionGrant");
    const again = await up({ ...state, resources }, agentsOfTwo(2), await aProcess(emulated), { parallel: 64 });
    expect(again.failures).toEqual([]);
    const ids = (of: typeof state) => Object.fromEntries(of.resources.map(({ name, id }) => [name, id]));
    expect(ids(again.state)).toEqual(ids(state));
  });

  it("a refresh shows what single reads show, and costs one refused request at most", async () => {
    const resources = await deployed(emulated, agentsOfTwo(30));
    const alone = await refreshedAlone(emulated, resources);
    for (const parallel of [1, 64]) {
      const spied = spy(emulated);
      expect(await readAll(await aProcess(spied.tenant), resources, parallel)).toEqual(alone.found);
      expect(lists(spied.requests).filtered).toBeLessThanOrEqual(choice === "served" ? 8 : 2);
      expect(spied.requests.length).toBeLessThan(alone.requests.length / 2);
    }
  });
});

describe("a tenant that refuses any filter", () => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
  });
  afterEach(() => emulated.close());

  const refusing = () => {
    const refused: string[] = [];
    const handle = async (request: Request): Promise<Response> => {
      const { search, pathname } = new URL(request.url);
      if (request.method !== "GET" || !search.includes("filter")) return emulated.handle(request);
      refused.push(pathname);
      const error = {
        code: "Request_UnsupportedQuery",
        message: "Unsupported or invalid query filter clause specified.",
      };
      return Response.json({ error }, { status: 400 });
    };
    return { refused, tenant: { handle, token: () => emulated.token() } };
  };

  it("has its agents and their permissions managed all the same", async () => {
    const { tenant, refused } = refusing();
    const program = agentsOf("helpers", 3);
    const made = await up(emptyState, program, await aProcess(tenant), { parallel: 64 });
    expect(made.failures).toEqual([]);
    const refreshed = await refresh(made.state, await aProcess(tenant));
    expect(refreshed.failures).toEqual([]);
    expect(Object.values(refreshed.operations).filter((one) => one !== "same")).toEqual([]);
    const changed = program.map((one) =>
      one.kind === "PermissionGrant"
        ? {
            ...one,
            inputs: (of: Parameters<typeof one.inputs>[0]) => ({ ...one.inputs(of), delegated: ["User.Read"] }),
          }
        : one,
    );
    const after = await up(refreshed.state, changed, await aProcess(tenant), { parallel: 64 });
    expect(after.failures).toEqual([]);
    const found = await refreshedAlone(emulated, after.state.resources);
    expect([...found.found.values()].filter((one) => typeof one === "string")).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
  });

  it("shows what has this package's marker and nothing else, where that alone is asked for", async () => {
    await deployed(emulated, agentsOf("helpers", 2));
    const theirs = await embeddedConnection(emulated, "the test tenant");
    const [user] = await theirs.list<{ id: string }>("/users");
    const bind = { "sponsors@odata.bind": [theirs.url(`/users/${user?.id ?? ""}`)] };
    const byHand = { displayName: "by hand", ...bind };
    const { appId } = await theirs.post<{ appId: string }>(
      "/applications/microsoft.graph.agentIdentityBlueprint",
      byHand,
    );
    await theirs.post("/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal", { appId });
    await theirs.post(identities, { ...byHand, agentIdentityBlueprintId: appId });
    const { tenant, refused } = refusing();
    const onlyMarked = { onlyMarked: true };
    const expected = await tenantInventory(theirs, kinds, onlyMarked);
    expect(await tenantInventory(await embeddedConnection(tenant, "the test tenant"), kinds, onlyMarked)).toEqual(
      expected,
    );
    expect(refused.length).toBeGreaterThan(0);
    const kindsByHand = expected.objects.filter(({ label }) => label === "by hand").map(({ kind }) => kind);
    expect(kindsByHand).toEqual(["AgentIdentityBlueprintPrincipal"]);
  });
});
