import { conditionalAccessPolicy } from "../../../provider/conditional-access/conditional-access-policy";
import { namedLocation } from "../../../provider/conditional-access/named-location";
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
    expect(await replaces({ definedBy: "countries" })).toEqual(["definedBy"]);
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
      "countries as well",
      asks({ countriesAndRegions: ["DE"] }),
      "countriesAndRegions",
      "must be left out: it says something of a location that is defined by countries, and this one is by ipRanges",
    ],
    [
      "trust in a country",
      countries({ isTrusted: true }),
      "isTrusted",
      "must be left out: it says something of a location that is defined by ipRanges, and this one is by countries",
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

  it("that a policy refers to cannot be deleted, and Graph's refusal says by which policy it is in use", async () => {
    const location = await run.create(namedLocation, asks({ isTrusted: true }));
    const policy = await run.create(conditionalAccessPolicy, {
      displayName: "Block elsewhere",
      conditions: {
        users: { includeUsers: ["AllAgentIdUsers"] },
        applications: { includeApplications: ["All"] },
        locations: { includeLocations: ["All"], excludeLocations: [location.id] },
      },
    });
    const later = await tenant.process();
    const provider = later.provider(namedLocation);
    await expect(provider.delete(location.id, location.outputs)).rejects.toThrow(
      new RegExp(`^cannot delete named location "Head office": 1042: .* in use by the policy '${policy.id}'`),
    );
    // Whoever is refused has changed nothing.
    expect(await all()).toMatchObject([{ isTrusted: true }]);
    await later.provider(conditionalAccessPolicy).delete(policy.id, policy.outputs);
    await provider.delete(location.id, location.outputs);
    expect(await all()).toEqual([]);
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
