/**
 * Named location: by its networks or by its countries. Graph has a type for each, and changes none into the other.
 *
 * Graph: /identity/conditionalAccess/namedLocations (v1.0)
 * Docs:  https://learn.microsoft.com/graph/api/resources/namedlocation
 */
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { policiesThatName } from "./conditional-access-policy";
import { canonicalNetwork, isV6, network } from "./network";
import { declaredName, displayName, hasMarker, shownName, unmarkedAmong } from "./name-suffix";
import { permissions } from "./permissions";
import type { Inventory } from "../engine/inventory";
import { sorted } from "../engine/json";
import type { Finding, Lifecycle } from "../engine/lifecycle";
import type { Listing } from "../engine/listing";
import { markerInName } from "../engine/marker";
import { EntraResource } from "../engine/pulumi/resource";
import { oneOf } from "../engine/run/bulk-read";
import { allOf } from "../engine/run/shared-list";
import { EntraError, messageOf, sentence, undefinedWhenGone } from "../graph/errors";
import type { Tenant } from "../graph/tenant";

// ---- what a program writes -------------------------------------------------

/** What a named location is declared with: networks or countries, as `definedBy` says. */
export interface NamedLocationArgs {
  /** Name people see, 1 to 240 characters; the tenant shows a suffix after it, made of the marker. Changed in place. */
  displayName: pulumi.Input<string>;
  /** Whether networks (`ipRanges`) or `countries` define it. Arguments of the other one are refused. A change replaces. */
  definedBy: pulumi.Input<"ipRanges" | "countries">;
  /** Networks in CIDR notation, IPv4 and IPv6, prefix length /8 or longer: `203.0.113.0/24`. An address in one is refused. 1 to 2,000. @default none: countries define it. Changed in place. */
  ipRanges?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether policies about trusted locations mean these networks. @default false. Changed in place. */
  isTrusted?: pulumi.Input<boolean>;
  /** Two-letter codes of ISO 3166-1: `DE`. At least one. @default none: networks define it. Changed in place. */
  countriesAndRegions?: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether addresses of unknown countries belong to it. @default false. Changed in place. */
  includeUnknownCountriesAndRegions?: pulumi.Input<boolean>;
  /** Whether the address (`clientIpAddress`) or the GPS of the Authenticator app (`authenticatorAppGps`) determines the country. @default "clientIpAddress". Changed in place. */
  countryLookupMethod?: pulumi.Input<"clientIpAddress" | "authenticatorAppGps">;
}

/**
 * Networks or countries that Conditional Access policies refer to by the id of the location.
 *
 * Give a policy `location.id` in `conditions.locations`: then Pulumi creates the location first and deletes it last. A trusted one is
 * deleted as well, if no policy names it: its trust is taken away just before, and given back where the delete fails; a run that is
 * cancelled or killed between the two leaves it without trust. The tenant shows the location as `<displayName> [xxxxxxxx]`.
 *
 * - **Id:** Graph's GUID of the location.
 * - **Replaced:** when `definedBy` changes. The new location is created first, the policies of this program change to its id, then the
 *   old one is deleted. With `pulumi up --replace` the location stays, and its id too: Pulumi finds it and deletes nothing.
 * - **Deleted:** softly, for 30 days. A new `up` creates another one. A tenant can contain at most 195 named locations.
 *
 * @see https://learn.microsoft.com/graph/api/resources/namedlocation
 * @throws INPUT_INVALID when arguments are given that belong to the other kind of location, or a network or country code is invalid
 * @throws OWNERSHIP_UNCLEAR when two locations have the suffix of this resource's marker
 * @throws REFUSED when a policy refers to the location that is to be deleted, or the tenant already contains 195 named locations, the maximum
 * @throws others, as every resource: docs/troubleshooting.md
 * @example
 * ```ts
 * import { NamedLocation } from "pulumi-entra-agent-id";
 *
 * const office = new NamedLocation("office", {
 *   displayName: "Head office",
 *   definedBy: "ipRanges",
 *   ipRanges: ["203.0.113.0/24", "2001:db8::/32"],
 *   isTrusted: true,
 * });
 * export const officeId = office.id;
 * ```
 */
export class NamedLocation extends EntraResource {
  /** Name people see, without the suffix. */
  declare readonly displayName: pulumi.Output<string>;
  /** `ipRanges` or `countries`. */
  declare readonly definedBy: pulumi.Output<string>;
  /** When Graph created it, ISO 8601. In a stack of version 0.1.0 from the next refresh on. */
  declare readonly createdDateTime: pulumi.Output<string>;

  constructor(name: string, args: NamedLocationArgs, opts?: pulumi.CustomResourceOptions) {
    super(namedLocation, name, args, ["createdDateTime"], opts);
  }
}

// ---- what is allowed -------------------------------------------------------

const forms = ["ipRanges", "countries"] as const;
const lookupMethods = ["clientIpAddress", "authenticatorAppGps"] as const;

interface Inputs {
  displayName: string;
  definedBy: (typeof forms)[number];
  ipRanges?: string[] | undefined;
  isTrusted?: boolean | undefined;
  countriesAndRegions?: string[] | undefined;
  includeUnknownCountriesAndRegions?: boolean | undefined;
  countryLookupMethod?: (typeof lookupMethods)[number] | undefined;
}

const country = z.string().regex(/^[A-Z]{2}$/, `must be a two-letter country code of ISO 3166-1, such as "DE"`);

const properties = {
  displayName,
  definedBy: z.enum(forms, `must be "ipRanges" or "countries"`),
  ipRanges: z
    .array(network)
    .min(1, "must name at least one network")
    .max(2_000, "must be at most 2000 networks")
    .transform(sorted)
    .optional(),
  isTrusted: z.boolean().optional(),
  countriesAndRegions: z.array(country).min(1, "must name at least one country").transform(sorted).optional(),
  includeUnknownCountriesAndRegions: z.boolean().optional(),
  countryLookupMethod: z.enum(lookupMethods, `must be "clientIpAddress" or "authenticatorAppGps"`).optional(),
};

/** What may be said of each of the two; the first must be. */
const members = {
  ipRanges: ["ipRanges", "isTrusted"],
  countries: ["countriesAndRegions", "includeUnknownCountriesAndRegions", "countryLookupMethod"],
} as const;

// ---- what it is in the tenant ----------------------------------------------

interface Location {
  readonly "@odata.type": string;
  readonly id: string;
  readonly displayName: string;
  readonly ipRanges?: readonly { readonly cidrAddress: string }[];
  readonly isTrusted?: boolean;
  readonly countriesAndRegions?: readonly string[];
  readonly includeUnknownCountriesAndRegions?: boolean;
  readonly countryLookupMethod?: Inputs["countryLookupMethod"];
  readonly createdDateTime?: string;
}

interface DeletedLocation extends Location {
  /** ISO 8601. */
  readonly deletedDateTime: string;
}

/** All named locations of the tenant, 195 at most. Graph documents no size for its pages. */
const locations: Listing<Location> = { collection: "/identity/conditionalAccess/namedLocations" };

/** Conditional Access has deleted items of its own. */
const deletedLocations: Listing<DeletedLocation> = {
  collection: "/identity/conditionalAccess/deletedItems/namedLocations",
};

const path = (id: string): string => `${locations.collection}/${encodeURIComponent(id)}`;

const types = {
  ipRanges: "#microsoft.graph.ipNamedLocation",
  countries: "#microsoft.graph.countryNamedLocation",
} as const;

const inventory: Inventory<[Location]> = {
  lists: [locations],
  marker: "nameSuffix",
  idIsKept: false,
  describe: ([all]) =>
    all.map(({ id, displayName, createdDateTime, ipRanges, countriesAndRegions, isTrusted }) => ({
      id,
      label: displayName,
      marker: markerInName(displayName),
      created: createdDateTime,
      details: ipRanges
        ? { networks: ipRanges.map(({ cidrAddress }) => cidrAddress), trusted: isTrusted ? "yes" : "no" }
        : { countries: countriesAndRegions ?? [] },
      deletePaths: [{ path: path(id) }],
    })),
  deleted: {
    list: deletedLocations,
    permissions: permissions.read,
    keepsKey: false,
    describe: ({ id, displayName, deletedDateTime }: DeletedLocation) => ({
      id,
      label: displayName,
      marker: markerInName(displayName),
      deleted: deletedDateTime,
    }),
  },
};

export const namedLocation: Lifecycle<Inputs> = {
  kind: "NamedLocation",
  noun: "named location",
  plural: "named locations",
  properties,
  rules(inputs) {
    const { definedBy } = inputs;
    const [must] = members[definedBy];
    const other = definedBy === "ipRanges" ? "countries" : "ipRanges";
    const foreign = members[other].filter((key) => inputs[key] !== undefined);
    return [
      ...(inputs[must] === undefined ? [{ property: must, reason: `must be given: ${definedBy} define it` }] : []),
      ...foreign.map((property): Finding => ({
        property,
        reason: `must be left out: only a location with definedBy "${other}" has it, and this one has definedBy "${definedBy}"`,
      })),
    ];
  },
  defaultsFor: ({ definedBy }) =>
    definedBy === "countries"
      ? { includeUnknownCountriesAndRegions: false, countryLookupMethod: "clientIpAddress" }
      : { isTrusted: false },
  nameOf: ({ displayName }) => displayName ?? "",
  replacedBy: ["definedBy"],
  permissions,
  role: "Conditional Access Administrator",
  inventory,
  duplicateCreate: "allowed",

  // The policies that name the old location change to the new one in between: Graph deletes none that is named.
  replacement: "create first",

  async find(tenant, { marker, definedBy }, after) {
    const all = await allOf(tenant, locations, after);
    return all
      .filter((one) => hasMarker(one.displayName, marker) && one["@odata.type"] === types[definedBy])
      .map(({ id, displayName }) => ({ id, label: `named location "${displayName}" (${id})` }));
  },

  namesakes: async (tenant, { marker }) => unmarkedAmong(await allOf(tenant, locations, 0), marker),

  async create(tenant, wanted) {
    const { id } = await tenant.post<Location>(locations.collection, body(wanted));
    return { id };
  },

  async read(tenant, id, { marker }, _outputs, bulk) {
    const found = await oneOf(tenant, bulk, locations, id, path(id)).catch(undefinedWhenGone);
    if (!found) return undefined;
    const { countriesAndRegions, includeUnknownCountriesAndRegions, countryLookupMethod } = found;
    const shared = { displayName: declaredName(found.displayName, marker) };
    const inputs: Partial<Inputs> =
      found["@odata.type"] === types.ipRanges
        ? {
            ...shared,
            definedBy: "ipRanges",
            ipRanges: sorted((found.ipRanges ?? []).map(({ cidrAddress }) => canonicalNetwork(cidrAddress))),
            isTrusted: found.isTrusted,
          }
        : {
            ...shared,
            definedBy: "countries",
            countriesAndRegions: sorted(countriesAndRegions ?? []),
            includeUnknownCountriesAndRegions,
            countryLookupMethod,
          };
    return { inputs, outputs: { createdDateTime: found.createdDateTime } };
  },

  async change(tenant, id, wanted) {
    await tenant.patch(path(id), body(wanted));
  },

  deletedPath: (id) => ({ path: `${deletedLocations.collection}/${encodeURIComponent(id)}` }),

  async remove(tenant, id, { isTrusted }) {
    try {
      await tenant.delete(path(id));
    } catch (refusal) {
      if (!(refusal instanceof EntraError) || refusal.code !== "REFUSED") throw refusal;
      const policies = await policiesThatName(tenant, id);
      if (policies.length > 0) throw inUse(refusal, policies);
      // What trusted it recently a replica may not show yet, so the state counts as well.
      if (isTrusted !== true && !(await isTrustedNow(tenant, id))) throw refusal;
      await removeTrusted(tenant, id);
    }
  },
};

function inUse(refusal: EntraError, policies: readonly string[]): EntraError {
  const names = policies.map((name) => `"${name}"`).join(", ");
  const message = `${sentence(refusal.message)} Policies with this location in their conditions: ${names}. Take it out of them first`;
  return new EntraError(refusal.code, message, { answer: refusal.answer, cause: refusal });
}

async function isTrustedNow(tenant: Tenant, id: string): Promise<boolean> {
  const location = await tenant.get<Location>(path(id)).catch(undefinedWhenGone);
  return location?.isTrusted === true;
}

/** Graph deletes none that is trusted, whoever trusted it. One that is not deleted after all is trusted again. */
async function removeTrusted(tenant: Tenant, id: string): Promise<void> {
  const trust = (isTrusted: boolean): Promise<unknown> =>
    tenant.patch(path(id), { "@odata.type": types.ipRanges, isTrusted });
  try {
    await trust(false);
    await tenant.delete(path(id));
  } catch (error) {
    if (error instanceof EntraError && error.code === "NOT_FOUND") throw error;
    // Without an answer it may be deleted, and then there is nothing to trust.
    await trust(true)
      .catch(undefinedWhenGone)
      .catch((reason: unknown) => {
        throw notTrustedAgain(error, reason);
      });
    throw error;
  }
}

function notTrustedAgain(error: unknown, reason: unknown): EntraError {
  const { code, answer } = error instanceof EntraError ? error : new EntraError("UNEXPECTED_ANSWER", messageOf(error));
  const message =
    `${sentence(messageOf(error))} It is not trusted any more: its trust was taken away to delete it, and could not be given back: ` +
    `${sentence(messageOf(reason))} Delete it again, or run \`pulumi up --refresh\`, which trusts it again`;
  return new EntraError(code, message, { answer, cause: error });
}

function body({ marker, definedBy, ipRanges, ...wanted }: Inputs & { marker: string }): object {
  return {
    ...wanted,
    "@odata.type": types[definedBy],
    displayName: shownName(wanted.displayName, marker),
    ...(ipRanges ? { ipRanges: ipRanges.map(rangeOf) } : {}),
  };
}

const rangeOf = (cidrAddress: string): object => ({
  "@odata.type": `#microsoft.graph.${isV6(cidrAddress) ? "iPv6" : "iPv4"}CidrRange`,
  cidrAddress,
});
