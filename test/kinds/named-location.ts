import fc from "fast-check";
import { nameAndMarker } from "./name-suffix";
import { asSet } from "./people";
import { aSpecimen } from "./specimen";

interface Networks {
  readonly ipRanges: readonly string[];
  readonly isTrusted?: boolean;
}

interface Countries {
  readonly countriesAndRegions: readonly string[];
  readonly includeUnknownCountriesAndRegions?: boolean;
  readonly countryLookupMethod?: "clientIpAddress" | "authenticatorAppGps";
}

interface Wish {
  readonly displayName: string;
  /** One of the two is declared. */
  readonly definedBy: "ipRanges" | "countries";
  readonly networks: Networks;
  readonly countries: Countries;
}

interface Location {
  readonly id: string;
  readonly displayName: string;
  readonly ipRanges?: readonly { readonly cidrAddress: string }[];
  readonly isTrusted?: boolean;
  readonly countriesAndRegions?: readonly string[];
  readonly includeUnknownCountriesAndRegions?: boolean;
  readonly countryLookupMethod?: string;
}

const collection = "/identity/conditionalAccess/namedLocations";

const first: Wish = {
  displayName: "Head office",
  definedBy: "ipRanges",
  networks: { ipRanges: ["203.0.113.0/24", "2001:db8::/32"], isTrusted: true },
  countries: { countriesAndRegions: ["DE", "FR"], includeUnknownCountriesAndRegions: true },
};

export const specimen = aSpecimen<Wish>({
  kind: "NamedLocation",
  stem: "location",
  called: "office",
  parents: [],
  least: {
    displayName: "Head office",
    definedBy: "ipRanges",
    networks: { ipRanges: ["203.0.113.0/24"] },
    countries: { countriesAndRegions: ["DE"] },
  },
  first,
  changed: {
    ...first,
    displayName: "Offices",
    networks: { ipRanges: ["198.51.100.0/24", "203.0.113.0/24"], isTrusted: false },
    countries: { countriesAndRegions: ["FR", "NL"], countryLookupMethod: "authenticatorAppGps" },
  },
  replaced: { ...first, definedBy: "countries" },
  sibling: { ...first, displayName: "Branch office", definedBy: "countries" },
  wishes: fc.record({
    displayName: fc.constantFrom("Office", "Branch"),
    definedBy: fc.constantFrom<Wish["definedBy"]>("ipRanges", "countries"),
    networks: fc.record({
      ipRanges: fc.subarray(["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"], { minLength: 1 }),
      isTrusted: fc.boolean(),
    }),
    countries: fc.record({
      countriesAndRegions: fc.subarray(["DE", "FR", "NL"], { minLength: 1 }),
      includeUnknownCountriesAndRegions: fc.boolean(),
    }),
  }),
  key: ["definedBy"],
  args: (_name, { displayName, definedBy, networks, countries }) => ({
    displayName,
    definedBy,
    ...(definedBy === "ipRanges" ? networks : countries),
  }),
  async seen(tenant) {
    const all = await tenant.list<Location>(collection);
    return all.map(({ id, displayName: shown, ipRanges, countriesAndRegions, ...others }) => {
      const { displayName, marker } = nameAndMarker(shown);
      const { isTrusted, includeUnknownCountriesAndRegions, countryLookupMethod } = others;
      const networks = asSet(ipRanges?.map(({ cidrAddress }) => cidrAddress));
      return {
        id,
        path: `${collection}/${id}`,
        marker,
        content: {
          displayName,
          networks,
          isTrusted,
          countries: asSet(countriesAndRegions),
          includeUnknownCountriesAndRegions,
          countryLookupMethod,
        },
      };
    });
  },
  content: (_name, { displayName, definedBy, networks, countries }) =>
    definedBy === "ipRanges"
      ? { displayName, networks: asSet(networks.ipRanges), isTrusted: networks.isTrusted ?? false }
      : {
          displayName,
          countries: asSet(countries.countriesAndRegions),
          includeUnknownCountriesAndRegions: countries.includeUnknownCountriesAndRegions ?? false,
          countryLookupMethod: countries.countryLookupMethod ?? "clientIpAddress",
        },
  lookalike: (tenant) =>
    tenant.post<Location>(collection, {
      "@odata.type": "#microsoft.graph.ipNamedLocation",
      displayName: `${first.displayName} [aaaaaaaa]`,
      isTrusted: true,
      ipRanges: [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", cidrAddress: "203.0.113.0/24" }],
    }),
  edits: {
    "change the trust of": {
      async act(tenant, { path }) {
        const { isTrusted } = await tenant.get<Location>(path);
        // Only networks can be trusted.
        const change = isTrusted === undefined ? { displayName: "Renamed by hand" } : { isTrusted: !isTrusted };
        const type = isTrusted === undefined ? "countryNamedLocation" : "ipNamedLocation";
        await tenant.patch(path, { "@odata.type": `#microsoft.graph.${type}`, ...change });
      },
    },
  },
});
