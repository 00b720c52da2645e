/**
 * How much Microsoft Graph can be asked, as its documentation says, and what a request costs.
 *
 * Source: throttling-limits of the Graph documentation (2024–2026); where its versions differ, the newest one.
 */
import type { Address } from "../odata/address";

export type Workload = "identityAndAccess" | "conditionalAccess" | "reports";

export type TenantSize = "S" | "M" | "L";

export interface Quota {
  readonly name: string;
  /** @default every workload */
  readonly workload?: Workload;
  /** Whose requests are summed up. */
  readonly of: "applicationInTenant" | "application" | "tenant";
  readonly counts: "units" | "writes" | "requests";
  /** Only writes to applications that personal accounts can sign in to. @default all */
  readonly personalAccounts?: true;
  readonly most: number | Readonly<Record<TenantSize, number>>;
  /** The time that `most` is for. */
  readonly seconds: number;
  /** The 429 has no Retry-After, whatever the switch says. @default it has one */
  readonly silent?: true;
}

const identity = { workload: "identityAndAccess" } as const;

export const quotaTable: readonly Quota[] = [
  { name: "global", of: "application", counts: "requests", most: 130_000, seconds: 10 },
  {
    name: "units",
    ...identity,
    of: "applicationInTenant",
    counts: "units",
    most: { S: 3_500, M: 5_000, L: 8_000 },
    seconds: 10,
  },
  { name: "unitsOfApplication", ...identity, of: "application", counts: "units", most: 150_000, seconds: 20 },
  { name: "writes", ...identity, of: "applicationInTenant", counts: "writes", most: 3_000, seconds: 150 },
  { name: "writesOfApplication", ...identity, of: "application", counts: "writes", most: 35_000, seconds: 300 },
  { name: "writesOfTenant", ...identity, of: "tenant", counts: "writes", most: 18_000, seconds: 300 },
  {
    name: "personalAccountApplications",
    ...identity,
    of: "applicationInTenant",
    counts: "writes",
    personalAccounts: true,
    most: 60,
    seconds: 60,
  },
  {
    name: "conditionalAccess",
    workload: "conditionalAccess",
    of: "tenant",
    counts: "requests",
    most: 1,
    seconds: 1,
    silent: true,
  },
  { name: "reports", workload: "reports", of: "applicationInTenant", counts: "requests", most: 5, seconds: 10 },
];

/** Resource units of requests that do not cost one. Listed POSTs ask and write nothing. */
const expensive: readonly { readonly request: string; readonly units: number; readonly selected?: number }[] = [
  { request: "GET applications", units: 2 },
  { request: "GET applications/{id}/extensionProperties", units: 2 },
  { request: "GET contracts", units: 3 },
  { request: "POST directoryObjects/getByIds", units: 5, selected: 2 },
  { request: "GET domains/{id}/domainNameReferences", units: 4 },
  { request: "GET groups/{id}/members", units: 3 },
  { request: "GET groups/{id}/transitiveMembers", units: 5 },
  { request: "POST users/{id}/checkMemberGroups", units: 4 },
  { request: "POST users/{id}/checkMemberObjects", units: 4 },
  { request: "POST users/{id}/getMemberGroups", units: 2 },
  { request: "POST users/{id}/getMemberObjects", units: 2 },
  { request: "GET users/{id}/licenseDetails", units: 2 },
  { request: "GET users/{id}/memberOf", units: 2 },
  { request: "GET users/{id}/ownedObjects", units: 2 },
  { request: "GET users/{id}/transitiveMemberOf", units: 2 },
  { request: "GET oauth2PermissionGrants", units: 2 },
  { request: "GET oauth2PermissionGrants/{id}", units: 2 },
  { request: "GET servicePrincipals/{id}/appRoleAssignments", units: 2 },
  { request: "GET subscribedSkus", units: 3 },
  { request: "GET users", units: 2 },
];

const expensiveByRequest = new Map(expensive.map((row) => [row.request.toLowerCase(), row]));

export interface Cost {
  /** Undefined where no quota is documented: `$batch` itself, whose parts are counted one by one. */
  readonly workload: Workload | undefined;
  readonly units: number;
  readonly writes: 0 | 1;
}

/** What a request costs; a type in the address changes nothing. */
export function costOf(method: string, { segments }: Pick<Address, "segments">, options: URLSearchParams): Cost {
  const path = segments.map(({ name, key }) => (key ? `${name}/{id}` : name)).join("/");
  const request = `${method} ${path.replace(/^me(?=\/|$)/i, "users/{id}")}`.toLowerCase();
  const row = expensiveByRequest.get(request);
  const { units = 1, selected } = row ?? {};
  const select = options.has("$select");
  const few = Number(options.get("$top") ?? Infinity) < 20;
  const base = select && selected !== undefined ? selected : units - (select ? 1 : 0);
  return {
    workload: workloadOf(segments),
    units: Math.max(1, base + (options.has("$expand") ? 1 : 0) - (few ? 1 : 0)),
    writes: method === "GET" || row ? 0 : 1,
  };
}

/** The service behind a path. Everything that is not another one's is a matter of identity and access. */
export function workloadOf([first, second]: Address["segments"]): Workload | undefined {
  const name = first?.name.toLowerCase();
  if (name === "$batch") return undefined;
  if (name === "identityprotection") return "conditionalAccess";
  if (name === "identity" && second?.name.toLowerCase() === "conditionalaccess") return "conditionalAccess";
  return name === "auditlogs" ? "reports" : "identityAndAccess";
}
