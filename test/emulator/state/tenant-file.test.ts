import fc from "fast-check";
import { openTenant } from "../../../emulator/tenant";
import { asker, aBlueprint, blueprintCast, inMemory, people } from "../client";

const properties = fc.record(
  {
    displayName: fc.option(fc.string()),
    createdDateTime: fc.constant("2026-01-01T00:00:00Z"),
    customSecurityAttributes: fc.dictionary(fc.constantFrom("one", "__proto__x", "ä ö"), fc.constant({ a: 1 })),
  },
  { requiredKeys: [] },
);
const object = fc.record(
  {
    kind: fc.constantFrom("user", "servicePrincipal", "agentIdentity"),
    id: fc.uuid(),
    deletedDateTime: fc.constant("2026-02-01T00:00:00.000Z"),
    properties,
  },
  { requiredKeys: ["kind", "id", "properties"] },
);

/** Random tenants: objects, links among them, permissions, switches. */
const tenants = fc.uniqueArray(object, { selector: ({ id }) => id, maxLength: 8 }).chain((objects) =>
  fc.record({
    objects: fc.constant(objects),
    links: fc.array(fc.tuple(fc.constantFrom("owners", "members", "manager"), fc.nat(), fc.nat()), { maxLength: 8 }),
    permissions: fc.option(fc.subarray(["User.Read.All", "Group.Read.All"]), { nil: undefined }),
    policies: fc.nat(300),
  }),
);

describe("a tenant in a file", () => {
  it("is the same tenant when it is read back, whatever is in it", () => {
    const [one, other] = [openTenant({ memory: true }), openTenant({ memory: true })];
    fc.assert(
      fc.property(tenants, ({ objects, links, permissions, policies }) => {
        const related = objects.map((item, at) => {
          const own = links.filter(([, from]) => from % Math.max(objects.length, 1) === at);
          const ids = (relation: string) => [
            ...new Set(
              own.flatMap(([kind, , to]) => (kind === relation ? (objects[to % objects.length]?.id ?? []) : [])),
            ),
          ];
          return { ...item, relations: { owners: ids("owners"), members: ids("members"), manager: ids("manager") } };
        });
        one.importState({ objects: related });
        if (permissions) one.grant(permissions);
        one.set({ limits: { conditionalAccessPolicies: policies } });
        const file = one.exportState();
        one.importState(JSON.parse(JSON.stringify(file)));
        expect(one.exportState()).toEqual(file);
        other.importState(file);
        const elsewhere = JSON.stringify(other.exportState()).replaceAll(other.id, one.id);
        // The other tenant has a client secret of its own.
        const { objects: there, ...rest } = JSON.parse(elsewhere) as typeof file;
        expect(rest).toEqual({ ...file, objects: undefined, ...rest, tenant: file.tenant });
        const known = (all: typeof there) => all.map(({ id, kind, relations }) => ({ id, kind, relations }));
        expect(known(there)).toEqual(known(file.objects));
      }),
      { numRuns: 30 },
    );
    one.close();
    other.close();
  });

  it.each([
    ["application", { web: { redirectUris: 5 } }, "web.redirectUris: this is no Collection(Edm.String) (application)"],
    ["group", { displayName: 5 }, "displayName: this is no Edm.String (group)"],
    ["group", { colour: "red" }, "colour: there is no such property (group)"],
    ["group", { members: [] }, "members: this is a relation (group)"],
    ["user", { passwordCredentials: [] }, "passwordCredentials: there is no such property (user)"],
  ])("holds no %s with %j", async (kind, given, why) => {
    const { tenant, ask } = inMemory();
    const message = `cannot read the tenant file: objects[0].properties.${why}`;
    for (const take of [tenant.seed, tenant.importState])
      expect(() => {
        take.call(tenant, { objects: [{ kind, properties: given }] });
      }).toThrow(new TypeError(message));
    expect((await ask("GET /groups")).status).toBe(200);
    tenant.close();
  });

  it("has what clients created, and neither key nor secret", async () => {
    const { tenant, ask } = inMemory();
    const { blueprint, sponsor } = await aBlueprint(ask, { tags: ["b", "a"] });
    const added = await ask(`POST /applications/${blueprint.id}/addPassword`, {});
    const file = tenant.exportState();
    const found = file.objects.find(({ id }) => id === blueprint.id);
    expect(found).toMatchObject({
      kind: "agentIdentityBlueprint",
      properties: { displayName: "payroll", tags: ["b", "a"] },
      relations: { sponsors: [sponsor.split("/").at(-1)] },
    });
    const text = JSON.stringify(file);
    const { secretText } = added.body as unknown as { readonly secretText: string };
    expect(secretText).toHaveLength(40);
    for (const secret of [secretText, tenant.credentials().clientSecret, '"jwk"', "signingKey"])
      expect(text).not.toContain(secret);
    const elsewhere = openTenant({ memory: true });
    elsewhere.importState(file);
    expect((await asker(elsewhere)(`GET /applications/${blueprint.id}/${blueprintCast}`)).body.displayName).toBe(
      "payroll",
    );
    for (const one of [tenant, elsewhere]) one.close();
  });

  it("can be written by hand: objects beside the seed, or beside what is there", async () => {
    const { tenant, ask } = inMemory();
    const { adele } = await people(ask);
    const adeleId = adele.split("/").at(-1) ?? "";
    const file = {
      objects: [
        {
          kind: "group",
          id: "11111111-1111-4111-8111-111111111111",
          properties: { displayName: "Own" },
          relations: { members: [adeleId] },
        },
      ],
      switches: { limits: { conditionalAccessPolicies: 7 } },
      permissions: ["Group.Read.All", "GroupMember.Read.All"],
    };
    tenant.importState(file);
    expect((await ask("GET /groups")).body.value.map(({ displayName }) => displayName)).toContain("Own");
    expect((await ask("GET /users")).status).toBe(403);
    expect(tenant.switches().limits.conditionalAccessPolicies).toBe(7);
    tenant.reset();
    tenant.seed({ objects: [{ kind: "user", id: adeleId, properties: { displayName: "Another Adele" } }] });
    expect((await ask(`GET ${adele}`)).body.displayName).toBe("Another Adele");
    expect((await ask("GET /groups")).body.value).toHaveLength(4);
    tenant.close();
  });

  it.each([
    [{}, "at objects"],
    [{ format: 2, objects: [] }, "at format"],
    [{ objects: [{ kind: "user", displayName: "x" }] }, 'Unrecognized key: "displayName"\n  → at objects[0]'],
    [{ objects: [{ kind: "user", id: "x" }] }, "objects[0].id: this is no GUID (user x)"],
    [{ objects: [{ kind: "user" }, { kind: "usr" }] }, 'objects[1].kind: no kind "usr"'],
    [
      {
        objects: [
          { kind: "user", id: "A" },
          { kind: "user", id: "a" },
        ],
      },
      "objects[1].id: a is the id of objects[0] as well",
    ],
    [
      { objects: [{ kind: "group", relations: { members: ["x"] } }] },
      "objects[0].relations.members: there is no object x",
    ],
    [{ objects: [], permissions: ["Nonsense.All"] }, "Nonsense.All"],
    [{ objects: [], switches: { lagg: {} } }, "lagg"],
  ])("is refused with the path of what is wrong: %j", (file, message) => {
    const tenant = openTenant({ memory: true });
    const before = tenant.exportState();
    expect(() => tenant.importState(file)).toThrow(TypeError);
    expect(() => tenant.seed(file)).toThrow(message);
    expect(tenant.exportState()).toEqual(before);
    tenant.close();
  });
});

describe("a snapshot", () => {
  it("brings back everything but the request log, and only in its own tenant", async () => {
    const { tenant, ask } = inMemory();
    const { blueprint } = await aBlueprint(ask);
    await ask(`DELETE /applications/${blueprint.id}/${blueprintCast}`);
    const [file, snapshot] = [tenant.exportState(), tenant.snapshot()];
    tenant.fail({ effect: "before", answer: { status: 503 } });
    await ask(`DELETE /directory/deletedItems/${blueprint.id}`);
    tenant.set({ permissionsLagMs: 5 });
    await aBlueprint(ask);
    const asked = tenant.requests().length;
    tenant.restore(snapshot);
    expect(tenant.exportState()).toEqual(file);
    expect(tenant.faults()).toEqual([]);
    expect(tenant.requests()).toHaveLength(asked);
    expect((await ask(`GET /directory/deletedItems/${blueprint.id}`)).status).toBe(200);
    const other = openTenant({ memory: true });
    expect(() => {
      other.restore(snapshot);
    }).toThrow(`cannot restore the emulated tenant: the snapshot is of tenant ${tenant.id}.`);
    for (const one of [tenant, other]) one.close();
  });
});
