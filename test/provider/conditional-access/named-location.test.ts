import { conditionalAccessPolicy } from "../../../provider/conditional-access/conditional-access-policy";
import { namedLocation } from "../../../provider/conditional-access/named-location";
import { LaggingTenant } from "../../lag/lagging-tenant";
import { emptyState, preview, type Program, up } from "../../miniature-engine/engine";
import { aProcess } from "../../miniature-engine/process";
import { aTenant, markerOfTests, type TestProcess, type TestTenant } from "../a-tenant";

interface Location {
  readonly id: string;
  readonly displayName: string;
  readonly isTrusted?: boolean;
}

const collection = "/identity/conditionalAccess/namedLocations";
const ranges = ["203.0.113.0/24", "2001:db8::/32"];
const asks = (change: object = {}) => ({
  displayName: "Head office",
  definedBy: "ipRanges",
  ipRanges: ranges,
  ...change,
});
const countries = (change: object = {}) => ({
  displayName: "Where we are",
  definedBy: "countries",
  countriesAndRegions: ["FR", "DE", "DE"],
  ...change,
});

const excluding = (location: string) => ({
  displayName: "Block elsewhere",
  conditions: {
    users: { includeUsers: ["AllAgentIdUsers"] },
    applications: { includeApplications: ["All"] },
    locations: { includeLocations: ["All"], excludeLocations: [location] },
  },
});
/** A location, and a policy that names it. */
const program = (location: object): Program => [
  { name: "office", kind: "NamedLocation", inputs: () => ({ ...location }) },
  { name: "block", kind: "ConditionalAccessPolicy", needs: ["office"], inputs: (of) => excluding(of("office").id) },
];

describe("a named location", () => {
  let tenant: TestTenant;
  let run: TestProcess;
  const all = () => tenant.graph.list<Location>(collection);

  beforeEach(async () => {
    tenant = await aTenant();
    run = await tenant.process();
  });
  afterEach(() => tenant.emulated.close());

  it("is created of networks of both families, changed in place, read and deleted", async () => {
    const made = await run.create(namedLocation, asks());
    expect(await all()).toMatchObject([
      {
        id: made.id,
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        displayName: "Head office [aaaabbbb]",
        isTrusted: false,
        ipRanges: [
          { "@odata.type": "#microsoft.graph.iPv6CidrRange", cidrAddress: "2001:db8::/32" },
          { "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" },
        ],
      },
    ]);
    const provider = run.provider(namedLocation);
    expect(await provider.read(made.id, made.outputs)).toEqual({
      id: made.id,
      props: made.outputs,
      inputs: made.inputs,
    });
    const news = { ...made.inputs, displayName: "Offices", ipRanges: ["203.0.113.0/24"], isTrusted: true };
    const { outs } = await provider.update(made.id, made.outputs, news);
    expect(await all()).toMatchObject([{ id: made.id, displayName: "Offices [aaaabbbb]", isTrusted: true }]);

    await (await tenant.process()).provider(namedLocation).delete(made.id, outs);
    expect(await all()).toEqual([]);
    expect(await tenant.graph.list("/identity/conditionalAccess/deletedItems/namedLocations")).toMatchObject([
      { id: made.id },
    ]);
  });

  it("is created of countries, with the defaults of Graph in its state and none of networks", async () => {
    const made = await run.create(namedLocation, countries());
    expect(made.inputs).toEqual({
      displayName: "Where we are",
      definedBy: "countries",
      countriesAndRegions: ["DE", "FR"],
      includeUnknownCountriesAndRegions: false,
      countryLookupMethod: "clientIpAddress",
      marker: markerOfTests,
    });
    expect(await all()).toMatchObject([
      { "@odata.type": "#microsoft.graph.countryNamedLocation", countriesAndRegions: ["DE", "FR"] },
    ]);
  });

  it("is replaced where countries take the place of networks, and by nothing else", async () => {
    const { id, inputs, outputs } = await run.create(namedLocation, asks());
    const provider = run.provider(namedLocation);
    const replaces = async (news: object) => (await provider.diff(id, outputs, { ...inputs, ...news })).replaces;
    expect(await replaces({ displayName: "Offices", ipRanges: ["198.51.100.0/24"], isTrusted: true })).toEqual([]);
    expect(await provider.diff(id, outputs, { ...inputs, definedBy: "countries" })).toEqual({
      replaces: ["definedBy"],
      deleteBeforeReplace: false,
    });
  });

  it("is found again by the end of its name, and not made twice, when the answer to its create was lost", async () => {
    tenant.emulated.fail({ method: "POST", path: "namedLocations$", effect: "after", answer: "reset" });
    const made = await run.create(namedLocation, asks());
    expect(await all()).toMatchObject([{ id: made.id }]);
    // The state is lost.
    const again = await (await tenant.process()).create(namedLocation, asks({ isTrusted: true }));
    expect(again.id).toBe(made.id);
    expect(await all()).toMatchObject([{ id: made.id, isTrusted: true }]);
  });

  it("has one spelling for each network, whatever the program and Graph write: no drift", async () => {
    const made = await run.create(namedLocation, asks({ ipRanges: ["2001:DB8:0::/32", "2001:0db8::/32"] }));
    expect(made.inputs).toMatchObject({ ipRanges: ["2001:db8::/32"] });
    const cidrAddress = "2001:0DB8:0:0:0:0:0:0/32";
    await tenant.graph.patch(`${collection}/${made.id}`, {
      "@odata.type": "#microsoft.graph.ipNamedLocation",
      ipRanges: [{ "@odata.type": "#microsoft.graph.iPv6CidrRange", cidrAddress }],
    });
    const later = (await tenant.process()).provider(namedLocation);
    expect(await later.read(made.id, made.outputs)).toMatchObject({ inputs: made.inputs });
  });

  it("is not the one of another resource that has the same name", async () => {
    const one = await run.create(namedLocation, asks());
    const other = await run.create(namedLocation, asks(), "bbbbccccddddeeee");
    expect(other.id).not.toBe(one.id);
    expect(await all()).toHaveLength(2);
  });

  it.each([
    ["no networks", asks({ ipRanges: undefined }), "ipRanges", "must be given: ipRanges define it"],
    ["an empty list", asks({ ipRanges: [] }), "ipRanges", "must name at least one network"],
    [
      "an address",
      asks({ ipRanges: ["203.0.113.7"] }),
      "ipRanges[0]",
      'must be a network in CIDR notation, such as "203.0.113.0/24" or "2001:db8::/32"',
    ],
    [
      "half the world",
      asks({ ipRanges: ["0.0.0.0/1"] }),
      "ipRanges[0]",
      "must be a network of at least 8 bits: /8 or longer",
    ],
    [
      "an address in a network",
      asks({ ipRanges: ["203.0.113.7/24"] }),
      "ipRanges[0]",
      'must be a network, and "203.0.113.7/24" is an address in one: for the network write "203.0.113.0/24"',
    ],
    [
      "countries as well",
      asks({ countriesAndRegions: ["DE"] }),
      "countriesAndRegions",
      'must be left out: only a location with definedBy "countries" has it, and this one has definedBy "ipRanges"',
    ],
    [
      "trust in a country",
      countries({ isTrusted: true }),
      "isTrusted",
      'must be left out: only a location with definedBy "ipRanges" has it, and this one has definedBy "countries"',
    ],
    [
      "a country by name",
      countries({ countriesAndRegions: ["Germany"] }),
      "countriesAndRegions[0]",
      'must be a two-letter country code of ISO 3166-1, such as "DE"',
    ],
    ["neither", { displayName: "Nowhere" }, "definedBy", 'must be "ipRanges" or "countries"'],
  ])("is refused at preview: %s", async (_, args, property, reason) => {
    await expect(run.create(namedLocation, args)).rejects.toMatchObject({ findings: [{ property, reason }] });
    expect(await all()).toEqual([]);
  });

  describe("that a policy refers to", () => {
    const writes = () => tenant.requestsSince().filter((what) => !what.startsWith("GET"));

    it.each([true, false])(
      "cannot be deleted, trusted or not (%s): the error names the policy, no change is sent",
      async (isTrusted) => {
        const location = await run.create(namedLocation, asks({ isTrusted }));
        const policy = await run.create(conditionalAccessPolicy, excluding(location.id));
        const later = await tenant.process();
        const provider = later.provider(namedLocation);
        tenant.requestsSince();
        await expect(provider.delete(location.id, location.outputs)).rejects.toThrow(
          /^cannot delete named location "Head office": 104[12]: .*\. Policies with this location in their conditions: "Block elsewhere \[aaaabbbb\]"\. Take it out of them first\. \[400 BadRequest, request .*\]$/,
        );
        expect(writes()).toEqual([expect.stringMatching(/^DELETE .*namedLocations/)]);
        expect(await all()).toMatchObject([{ isTrusted }]);
        await later.provider(conditionalAccessPolicy).delete(policy.id, policy.outputs);
        await provider.delete(location.id, location.outputs);
        expect(await all()).toEqual([]);
      },
    );

    it("is replaced: created anew, then the policy changes to the new id, then the old one is deleted", async () => {
      const networks = program(asks({ isTrusted: true }));
      const { state } = await up(emptyState, networks, await aProcess(tenant.emulated));
      const [before] = await all();
      tenant.requestsSince();
      const after = await up(state, program(countries()), await aProcess(tenant.emulated));
      expect([after.failures, after.operations]).toEqual([[], { office: "replace", block: "update" }]);
      expect(writes().map((what) => what.replace(before?.id ?? "", "old"))).toEqual([
        expect.stringMatching(/^POST .*namedLocations$/),
        expect.stringMatching(/^PATCH .*policies/),
        expect.stringMatching(/^DELETE .*old$/),
        expect.stringMatching(/^PATCH .*old$/),
        expect.stringMatching(/^DELETE .*old$/),
      ]);
      const [now, ...others] = await all();
      expect([now, others]).toMatchObject([{ countriesAndRegions: ["DE", "FR"] }, []]);
      expect(await tenant.graph.list("/identity/conditionalAccess/policies", { version: "beta" })).toMatchObject([
        { conditions: { locations: { excludeLocations: [now?.id] } } },
      ]);
      expect(after.state.pendingDeletes).toEqual([]);
      expect(await preview(after.state, program(countries()), await aProcess(tenant.emulated))).toEqual({});
    });

    it("is replaced in one run although a list shows the policy as it was before that run", async () => {
      const { state } = await up(emptyState, program(asks({ isTrusted: true })), await aProcess(tenant.emulated));
      const policies = await tenant.graph.list("/identity/conditionalAccess/policies", { version: "beta" });
      const answer = { status: 200, body: { value: policies } };
      tenant.emulated.fail({ method: "GET", path: "policies$", times: 1_000, effect: "before", answer });
      const { failures } = await up(state, program(countries()), await aProcess(tenant.emulated));
      expect([failures, (await all()).length]).toEqual([[], 1]);
    });
  });

  it("stays what it is when nothing that replaces it has changed: the new create finds it, and the delete leaves it", async () => {
    const made = await run.create(namedLocation, asks());
    const later = await tenant.process();
    expect(await later.create(namedLocation, asks())).toMatchObject({ id: made.id });
    await later.provider(namedLocation).delete(made.id, made.outputs);
    expect(await all()).toMatchObject([{ id: made.id }]);
    expect(tenant.warnings).toEqual([
      expect.stringContaining("recovered named location"),
      expect.stringContaining("another resource of this update has it now"),
    ]);
  });

  const answered = (status: number) => ({ status, body: { error: { code: "Some", message: "No" } } });
  it.each([
    ["a refusal", answered(400), "REFUSED"],
    ["a missing permission", answered(403), "FORBIDDEN"],
    ["a conflict", answered(409), "CONFLICT"],
    ["throttling", answered(429), "THROTTLED"],
    ["an error of the service", answered(503), "ANSWER_LOST"],
    ["a broken connection", "reset", "ANSWER_LOST"],
    ["a page of a proxy", "html", "ANSWER_LOST"],
  ] as const)("is trusted again when the delete without its trust ends in %s", async (_, answer, code) => {
    const made = await run.create(namedLocation, asks({ isTrusted: true }));
    const process = await aProcess(tenant.emulated);
    tenant.emulated.fail({ method: "DELETE", path: "namedLocations/", nth: 2, times: 1_000, effect: "before", answer });
    tenant.requestsSince();
    await expect(process.provider("NamedLocation").delete(made.id, made.outputs)).rejects.toMatchObject({ code });
    const changes = tenant.requestsSince().filter((what) => what.startsWith("PATCH"));
    expect(changes).toHaveLength(2);
    expect(await all()).toMatchObject([{ id: made.id, isTrusted: true }]);
  });

  it("is trusted again when no connection can be made for the delete without its trust", async () => {
    const made = await run.create(namedLocation, asks({ isTrusted: true }));
    let deletes = 0;
    const handle = (request: Request): Promise<Response> => {
      const refused = request.method === "DELETE" && ++deletes > 1;
      if (!refused) return tenant.emulated.handle(request);
      const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      return Promise.reject(new TypeError("fetch failed", { cause }));
    };
    const process = await aProcess({ handle, token: () => tenant.emulated.token() });
    await expect(process.provider("NamedLocation").delete(made.id, made.outputs)).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    expect(await all()).toMatchObject([{ id: made.id, isTrusted: true }]);
  });

  it("says that it is not trusted any more when the run is cancelled between the two requests", async () => {
    const made = await run.create(namedLocation, asks({ isTrusted: true }));
    const cancel = new AbortController();
    const handle = async (request: Request): Promise<Response> => {
      const response = await tenant.emulated.handle(request);
      if (request.method === "PATCH") cancel.abort();
      return response;
    };
    const emulated = { handle, token: () => tenant.emulated.token() };
    const process = await aProcess(emulated, { tuning: { cancelled: cancel.signal } });
    await expect(process.provider("NamedLocation").delete(made.id, made.outputs)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("It is not trusted any more") as string,
    });
  });

  it.each([
    ["is deleted although it was trusted a moment ago", program(asks({ isTrusted: true })).slice(0, 1), []],
    ["is deleted after the policy that named it", program(asks({ isTrusted: true })), []],
    [
      "is deleted after the policy changed to the new location",
      program(asks({ isTrusted: true })),
      program(countries()),
    ],
  ])("%s, and no replica may show that yet", async (_, before, after) => {
    const lagging = new LaggingTenant();
    for (let seed = 1; seed <= 10; seed++) {
      lagging.reset({ lag: { ms: 5_000, share: 0.5, seed } });
      const made = await up(emptyState, before, await lagging.process());
      const done = await up(made.state, after, await lagging.process());
      const left = await (await lagging.reader()).list<Location>(collection);
      expect([seed, made.failures, done.failures]).toEqual([seed, [], []]);
      expect(left.map(({ id }) => id)).toEqual(
        done.state.resources.filter(({ kind }) => kind === "NamedLocation").map(({ id }) => id),
      );
    }
    lagging.close();
  });

  it("is not made twice when the state of its replacement was lost, and no replica may show it yet", async () => {
    const lagging = new LaggingTenant();
    for (let seed = 1; seed <= 10; seed++) {
      lagging.reset({ lag: { ms: 5_000, share: 0.5, seed } });
      const { state } = await up(emptyState, program(asks()), await lagging.process());
      await up(state, program(countries()), await lagging.process());
      const again = await up(state, program(countries()), await lagging.process());
      const left = await (await lagging.reader()).list<Location>(collection);
      expect([seed, again.failures, left.length]).toEqual([seed, [], 1]);
    }
    lagging.close();
  });

  it("is deleted once when the answer to the delete without its trust was lost", async () => {
    const made = await run.create(namedLocation, asks({ isTrusted: true }));
    tenant.emulated.fail({ method: "DELETE", path: "namedLocations/", nth: 2, effect: "after", answer: "reset" });
    await (await aProcess(tenant.emulated)).provider("NamedLocation").delete(made.id, made.outputs);
    expect(await all()).toEqual([]);
  });

  it("is not trusted again when a replica says that it is gone", async () => {
    const made = await run.create(namedLocation, asks({ isTrusted: true }));
    const answer = { status: 404, body: { error: { code: "NotFound", message: "Not there." } } };
    tenant.emulated.fail({ method: "DELETE", path: "namedLocations/", nth: 2, effect: "before", answer });
    tenant.requestsSince();
    await (await aProcess(tenant.emulated)).provider("NamedLocation").delete(made.id, made.outputs);
    const writes = tenant.requestsSince().filter((what) => !what.startsWith("GET"));
    expect(writes.map((what) => what.split(" ")[0])).toEqual(["DELETE", "PATCH", "DELETE", "DELETE"]);
    expect(await all()).toEqual([]);
  });

  it("says that it is not trusted any more when the trust could not be given back", async () => {
    const made = await run.create(namedLocation, asks({ isTrusted: true }));
    tenant.emulated.fail({
      method: "DELETE",
      path: "namedLocations/",
      nth: 2,
      effect: "before",
      answer: answered(400),
    });
    tenant.emulated.fail({ method: "PATCH", path: "namedLocations/", nth: 2, effect: "before", answer: answered(403) });
    const process = await aProcess(tenant.emulated);
    await expect(process.provider("NamedLocation").delete(made.id, made.outputs)).rejects.toThrow(
      /No\. It is not trusted any more: .* could not be given back: No\. Delete it again, or run `pulumi up --refresh`/,
    );
  });

  it("is deleted although somebody has trusted it meanwhile, and twice is as good as once", async () => {
    const made = await run.create(namedLocation, asks());
    const trusted = { "@odata.type": "#microsoft.graph.ipNamedLocation", isTrusted: true };
    await tenant.graph.patch(`${collection}/${made.id}`, trusted);
    const provider = (await tenant.process()).provider(namedLocation);
    await provider.delete(made.id, made.outputs);
    await provider.delete(made.id, made.outputs);
    expect(await all()).toEqual([]);
  });

  it("says which permission is missing", async () => {
    const error = { code: "AccessDenied", message: "Insufficient privileges." };
    tenant.emulated.fail({
      method: "POST",
      path: "namedLocations$",
      effect: "before",
      answer: { status: 403, body: { error } },
    });
    await expect(run.create(namedLocation, asks())).rejects.toThrow(
      /Grant Policy\.ReadWrite\.ConditionalAccess and Policy\.Read\.All/,
    );
  });
});
