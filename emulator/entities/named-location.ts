/** namedLocation: by addresses or by country. */
import { z } from "zod";
import type { BodyRule } from "../body";
import type { Entity, Queryable } from "./entity";

/** Addresses in one location. */
export const mostRanges = 2_000;

const dates: Queryable = { filter: ["eq", "ge", "gt", "le", "lt"], orderBy: "default" };

const location: Omit<Entity, "kind"> = {
  set: "identity/conditionalAccess/namedLocations",
  derived: true,
  indexed: ["displayName"],
  queryable: {
    id: { filter: ["eq"] },
    displayName: { filter: ["eq", "startswith"], orderBy: "default" },
    createdDateTime: dates,
    modifiedDateTime: dates,
    isTrusted: { filter: ["eq"] },
    countriesAndRegions: { filter: ["any"] },
  },
  shows: ({ id, body, deletedDateTime }) => ({ id, deletedDateTime, ...body }),
};

export const ipNamedLocation: Entity = { ...location, kind: "ipNamedLocation" };
export const countryNamedLocation: Entity = { ...location, kind: "countryNamedLocation" };

const v4 = /^(\d{1,3}(\.\d{1,3}){3})\/(\d{1,2})$/;
const v6 = /^([0-9a-f:]+)\/(\d{1,3})$/i;

/** Networks from /8 for both families, as the portal takes them. */
function isCidr(type: string, address: string): boolean {
  const isV4 = type.toLowerCase().endsWith("ipv4cidrrange");
  const [, host = "", , length4 = ""] = (isV4 ? v4.exec(address) : null) ?? [];
  if (isV4) return z.ipv4().safeParse(host).success && Number(length4) >= 8 && Number(length4) <= 32;
  const [, host6 = "", length6 = ""] = v6.exec(address) ?? [];
  return z.ipv6().safeParse(host6).success && Number(length6) >= 8 && Number(length6) <= 128;
}

const range = z
  .looseObject({
    "@odata.type": z.string().regex(/^#?microsoft\.graph\.iPv[46]CidrRange$/i),
    cidrAddress: z.string(),
  })
  .refine((one) => isCidr(one["@odata.type"], one.cidrAddress));

const displayName = z.string().min(1).max(256);
const ipMembers = { isTrusted: z.boolean().default(false), ipRanges: z.array(range).min(1).max(mostRanges) };
const countryMembers = {
  countriesAndRegions: z.array(z.string().regex(/^[A-Z]{2}$/)).min(1),
  includeUnknownCountriesAndRegions: z.boolean().default(false),
  countryLookupMethod: z.enum(["clientIpAddress", "authenticatorAppGps"]).default("clientIpAddress"),
};

const rule = (type: string) => ({
  resource: "NamedLocation",
  code: "BadRequest" as const,
  type,
  // What was read may come back.
  ignored: ["@odata.context", "id", "createdDateTime", "modifiedDateTime", "deletedDateTime"],
});

/** Without defaults: what a change does not name stays. */
const changeable = { isTrusted: z.boolean(), ipRanges: ipMembers.ipRanges };

export const ipLocationToCreate = {
  ...rule("ipNamedLocation"),
  schema: z.looseObject({ displayName, ...ipMembers }),
} satisfies BodyRule;
export const ipLocationToChange = {
  ...rule("ipNamedLocation"),
  schema: z.looseObject({ displayName, ...changeable }).partial(),
} satisfies BodyRule;
export const countryLocationToCreate = {
  ...rule("countryNamedLocation"),
  schema: z.looseObject({ displayName, ...countryMembers }),
} satisfies BodyRule;
export const countryLocationToChange = {
  ...rule("countryNamedLocation"),
  schema: z
    .looseObject({
      displayName,
      countriesAndRegions: countryMembers.countriesAndRegions,
      includeUnknownCountriesAndRegions: z.boolean(),
      countryLookupMethod: z.enum(["clientIpAddress", "authenticatorAppGps"]),
    })
    .partial(),
} satisfies BodyRule;
/** Says no type, or another. */
export const locationWithoutType = { ...rule("namedLocation"), schema: z.looseObject({}) } satisfies BodyRule;
