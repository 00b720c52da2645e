import { type EmulatedTenant, openTenant } from "../../emulator/tenant";
import type { Described, Inventory } from "../../provider/engine/inventory";
import type { Listing } from "../../provider/engine/listing";
import { type Inventoried, permissionsToList, tenantInventory } from "../../provider/engine/run/tenant-inventory";
import { embeddedConnection } from "../../provider/graph/connection";
import { kinds } from "../../provider/kinds";
import { fleetsOf, deployed, spy } from "./a-fleet";

interface Named {
  readonly id: string;
  readonly displayName: string;
}

const described = ({ id, displayName }: Named): Described => ({
  id,
  label: displayName,
  deletePaths: [{ path: `/groups/${id}` }],
});

/** A kind that this package does not have. */
const aKind = (kind: string, inventory: Pick<Inventory, "lists"> & Partial<Inventory>): Inventoried => ({
  kind,
  plural: `${kind}s`,
  permissions: { read: ["Group.Read.All"], create: [], change: [], remove: [] },
  inventory: {
    marker: "none",
    idIsKept: false,
    describe: ([first = []]) => (first as readonly Named[]).map(described),
    ...inventory,
  },
});

describe("the inventory of a tenant", () => {
  let emulated: EmulatedTenant;
  beforeEach(() => {
    emulated = openTenant({ memory: true });
  });
  afterEach(() => emulated.close());

  async function listed(some: readonly Inventoried[], options = {}) {
    const spied = spy(emulated);
    const tenant = await embeddedConnection(spied.tenant, "the test tenant");
    return { ...(await tenantInventory(tenant, some, options)), requests: spied.requests };
  }

  const groups: Listing = { collection: "/groups", select: ["id", "displayName"] };

  it("asks once for what several kinds list, and shows each what it wants to see of it", async () => {
    const withMembers: Listing = { collection: "/groups", select: ["id", "visibility"], expand: "members" };
    const { objects, requests } = await listed([
      aKind("group", { lists: [groups] }),
      aKind("membership", {
        lists: [withMembers],
        describe: ([all = []]) =>
          (all as readonly (Named & { members: readonly Named[] })[]).flatMap(({ id, members }) =>
            members.map((member) => ({ ...described(member), id: `${id}/${member.id}`, parents: [id] })),
          ),
      }),
    ]);
    expect(requests).toEqual(["GET /groups?$select=id,displayName,visibility&$expand=members"]);
    expect(objects.filter(({ kind }) => kind === "group")).toHaveLength(4);
    expect(objects.filter(({ kind }) => kind === "membership").length).toBeGreaterThan(0);
  });

  it("asks apart for two relations, of which Graph expands one at a time, and for lists that are filtered otherwise", async () => {
    const { requests } = await listed([
      aKind("group", { lists: [groups] }),
      aKind("membership", { lists: [{ ...groups, expand: "members" }] }),
      aKind("ownership", { lists: [{ ...groups, expand: "owners" }] }),
      aKind("security group", { lists: [{ ...groups, filter: { securityEnabled: true } }] }),
    ]);
    expect(requests.sort()).toEqual([
      "GET /groups?$filter=securityEnabled eq true&$select=id,displayName",
      "GET /groups?$select=id,displayName&$expand=members",
      "GET /groups?$select=id,displayName&$expand=owners",
    ]);
  });

  it("says of a list that is refused what it shows, and which permission it needs", async () => {
    emulated.grant(["User.Read.All"]);
    await expect(listed([aKind("group", { lists: [groups] })])).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringMatching(
        /^cannot list groups: .+\. Grant Group\.Read\.All to the application you sign in as, with admin consent\. \[403 /,
      ) as string,
    });
  });

  it("of this package's kinds has exactly what was deployed, each of them with a request that deletes it", async () => {
    const resources = await deployed(emulated, fleetsOf(2));
    const { objects, deleted } = await listed(kinds, { onlyMarked: true });
    const keys = objects.map(({ kind, id }) => `${kind} ${id}`);
    expect(keys.sort()).toEqual(resources.map(({ kind, id }) => `${kind} ${id}`).sort());
    expect(deleted).toEqual([]);

    const tenant = await embeddedConnection(emulated, "the test tenant");
    // Kinds come in the order in which they depend on each other.
    for (const { deletePaths } of [...objects].reverse())
      for (const { path, version = "v1.0" } of deletePaths) await tenant.delete(path, { version });
    expect((await listed(kinds, { onlyMarked: true })).objects).toEqual([]);
  });

  it("knows of each deleted object of which kind it was, and its marker", async () => {
    const resources = await deployed(emulated, fleetsOf(1));
    const { objects } = await listed(kinds);
    const tenant = await embeddedConnection(emulated, "the test tenant");
    const soft = kinds.filter(({ inventory }) => inventory.deleted).map(({ kind }) => kind);
    for (const { kind, deletePaths } of [...objects].reverse())
      if (soft.includes(kind))
        for (const { path, version = "v1.0" } of deletePaths) await tenant.delete(path, { version });
    const { deleted } = await listed(kinds);
    expect(deleted.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(
      resources
        .filter(({ kind }) => soft.includes(kind))
        .map(({ kind, id }) => `${kind} ${id}`)
        .sort(),
    );
    for (const { kind, id, marker } of deleted) {
      const resource = resources.find((one) => one.kind === kind && one.id === id);
      expect(String(resource?.inputs["marker"]).startsWith(marker ?? "none")).toBe(true);
    }
  });

  it("needs the permissions that it names", () => {
    expect(permissionsToList(kinds)).toEqual([
      "AgentIdentity.Read.All",
      "AgentIdentityBlueprint.Read.All",
      "AgentIdentityBlueprintPrincipal.Read.All",
      "Application.Read.All",
      "DelegatedPermissionGrant.Read.All",
      "Policy.Read.All",
    ]);
  });
});
