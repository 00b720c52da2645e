import { inMemory, refusal } from "./client";
import { forPeople, all as policies } from "./policy";

const { tenant, ask } = inMemory();
beforeEach(() => tenant.reset());
afterAll(() => tenant.close());

const all = "/identity/conditionalAccess/namedLocations";
const ip = {
  "@odata.type": "#microsoft.graph.ipNamedLocation",
  displayName: "Untrusted IP named location",
  isTrusted: false,
  ipRanges: [
    { "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "12.34.221.11/22" },
    { "@odata.type": "#microsoft.graph.iPv6CidrRange", cidrAddress: "2001:0:9d38:90d6:0:0:0:0/63" },
  ],
};
const country = {
  "@odata.type": "#microsoft.graph.countryNamedLocation",
  displayName: "Named location with unknown countries and regions",
  countriesAndRegions: ["US", "GB"],
  includeUnknownCountriesAndRegions: true,
};
const idsOf = async (filter: string) =>
  (await ask(`GET ${all}?$filter=${encodeURIComponent(filter)}`)).body.value.map(({ id }) => id);

describe("a named location", () => {
  it("consists of addresses or of countries and reads as it was written", async () => {
    for (const asked of [ip, country]) {
      const made = await ask(`POST ${all}`, asked);
      expect([made.status, made.body]).toMatchObject([201, { ...asked, modifiedDateTime: made.body.createdDateTime }]);
      expect((await ask(`GET ${all}/${made.body.id}`)).body).toMatchObject(asked);
    }
  });

  it.each([ip, country])("can be written as it reads: $displayName", async (asked) => {
    const { id } = (await ask(`POST ${all}`, asked)).body;
    const { body: shown } = await ask(`GET ${all}/${id}`);
    expect((await ask(`POST ${all}`, shown)).status).toBe(201);
    expect((await ask(`PATCH ${all}/${id}`, shown)).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject(asked);
  });

  it("is found by type, by date and by country", async () => {
    const byIp = (await ask(`POST ${all}`, ip)).body;
    tenant.advance(1_000);
    const byCountry = (await ask(`POST ${all}`, country)).body;
    expect(await idsOf("isof('microsoft.graph.ipNamedLocation')")).toEqual([byIp.id]);
    expect(await idsOf(`createdDateTime ge ${byCountry.createdDateTime}`)).toEqual([byCountry.id]);
    const countries = (code: string) =>
      `microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq '${code}')`;
    expect(await idsOf(countries("GB"))).toEqual([byCountry.id]);
    expect(await idsOf(countries("CA"))).toEqual([]);
  });

  it("is changed by a body that says its type", async () => {
    const { id } = (await ask(`POST ${all}`, ip)).body;
    const type = { "@odata.type": ip["@odata.type"] };
    expect((await ask(`PATCH ${all}/${id}`, { ...type, isTrusted: true })).status).toBe(204);
    expect((await ask(`GET ${all}/${id}`)).body).toMatchObject({ ...ip, isTrusted: true });
    expect((await ask(`PATCH ${all}/${id}`, { displayName: "x" })).status).toBe(400);
    expect((await ask(`PATCH ${all}/${id}`, { "@odata.type": country["@odata.type"], displayName: "x" })).status).toBe(
      400,
    );
    expect((await ask(`POST ${all}`, { displayName: "x" })).status).toBe(400);
  });

  it.each([
    ["no range", { ipRanges: [] }],
    ["an address without length", { ipRanges: [{ ...ip.ipRanges[0], cidrAddress: "10.0.0.1" }] }],
    ["a network of the other family", { ipRanges: [{ ...ip.ipRanges[0], cidrAddress: "2001::/64" }] }],
    ["a byte over 255", { ipRanges: [{ ...ip.ipRanges[0], cidrAddress: "10.0.0.256/24" }] }],
    ["a property of the other type", { countriesAndRegions: ["US"] }],
  ])("is refused with %s", async (_case, change) => {
    expect((await ask(`POST ${all}`, { ...ip, ...change })).status).toBe(400);
  });

  it("stays while it is trusted or a policy names it", async () => {
    const { id } = (await ask(`POST ${all}`, { ...ip, isTrusted: true })).body;
    expect(refusal(await ask(`DELETE ${all}/${id}`))).toEqual([
      400,
      "BadRequest",
      expect.stringMatching(/^1041: A trusted/),
    ]);
    await ask(`PATCH ${all}/${id}`, { "@odata.type": ip["@odata.type"], isTrusted: false });
    const locations = { includeLocations: ["All"], excludeLocations: [id] };
    const policy = (await ask(`POST ${policies}`, forPeople({ conditions: { locations } }), { version: "beta" })).body;
    expect(refusal(await ask(`DELETE ${all}/${id}`))).toEqual([
      400,
      "BadRequest",
      expect.stringMatching(/^1042: .*in use/),
    ]);
    await ask(`DELETE ${policies}/${policy.id}`, undefined, { version: "beta" });
    expect((await ask(`DELETE ${all}/${id}`)).status).toBe(204);
    const bin = "/identity/conditionalAccess/deletedItems/namedLocations";
    expect((await ask(`POST ${bin}/${id}/restore`)).body).toMatchObject({ id, displayName: ip.displayName });
  });

  it("is one of 195 of the tenant at most; those that were deleted do not count", async () => {
    const others = Array.from({ length: 194 }, () => ({ kind: "countryNamedLocation", properties: country }));
    tenant.seed({ objects: others });
    const { id } = (await ask(`POST ${all}`, ip)).body;
    expect(refusal(await ask(`POST ${all}`, ip))).toEqual([
      400,
      "BadRequest",
      "1000: The tenant has 195 named locations, the most it can have.",
    ]);
    await ask(`DELETE ${all}/${id}`);
    expect((await ask(`POST ${all}`, ip)).status).toBe(201);
  });

  it("must be there for a policy to name it", async () => {
    const id = "11111111-1111-4111-8111-111111111111";
    const locations = { includeLocations: [id] };
    const asked = await ask(`POST ${policies}`, forPeople({ conditions: { locations } }));
    expect(refusal(asked)).toEqual([400, "BadRequest", expect.stringContaining(id)]);
  });
});

describe("what Conditional Access brings along", () => {
  it("has the three templates for agents, on beta", async () => {
    const { value } = (await ask("GET /identity/conditionalAccess/templates", undefined, { version: "beta" })).body;
    expect(value.map(({ id }) => id)).toEqual([
      "c5bf9137-a43c-48e1-9d13-8258b31b855d",
      "6bdcbbb7-ebd1-4f8f-a02f-652db0e3665d",
      "376d9923-7f15-40c2-830b-3312120f1eed",
    ]);
    const one = await ask(`GET /identity/conditionalAccess/templates/${value[0].id}`, undefined, { version: "beta" });
    expect(one.body).toMatchObject({
      scenarios: "aiAgents",
      details: { conditions: { users: { includeUsers: ["None"] } } },
    });
  });

  it("has the built-in authentication strengths", async () => {
    const { value } = (await ask("GET /policies/authenticationStrengthPolicies")).body;
    expect(value.map(({ displayName }) => displayName)).toContain("Phishing-resistant MFA");
    expect((await ask(`GET /policies/authenticationStrengthPolicies/${value[0].id}`)).body).toMatchObject(value[0]);
  });
});
