/** What the switches of a tenant are set to, and how they are changed. */
import type { Lag } from "../state/lag";
import type { Clock } from "./clock";
import type { Profiles, ProfileSet } from "./profiles";

/** Throttling, as Microsoft documents it for Graph. */
export interface Quotas {
  /** Size of the tenant, which some quotas depend on: `S` under 50 users, `M` up to 500, `L` more. @default "S" */
  readonly size: "S" | "M" | "L";
  /**
   * Form of `Retry-After` in 429 answers: seconds as a whole number or with decimals, an HTTP date, or no header.
   * Conditional Access never sends one.
   * @default "integer"
   */
  readonly retryAfter: "integer" | "decimal" | "date" | "absent";
  /**
   * Share of each quota that there is, above 0 and up to 1; less makes throttling come sooner. @default 1: as
   * documented
   */
  readonly scale: number;
}

/** How much a tenant holds. One more is refused as Graph refuses it. */
export interface Limits {
  /** Conditional Access policies; soft-deleted ones count. @default 195 */
  readonly conditionalAccessPolicies: number;
  /** Entries of all collections in the manifest of one application. @default 1,200 */
  readonly manifestEntries: number;
  /** Directory objects that a person who is no administrator can create; soft-deleted ones count. @default 250 */
  readonly objectsOfAPerson: number;
  /**
   * Directory objects; soft-deleted ones count, and agents get 95 % of them. @default 300,000, as with a verified
   * domain
   */
  readonly directoryObjects: number;
  /** Blueprints that applications may create. @default 250 */
  readonly agentIdentityBlueprints: number;
  /** Agent identities that applications may create of one blueprint. @default 250 */
  readonly agentIdentitiesOfABlueprint: number;
  /** Owners of one object. @default 100 */
  readonly owners: number;
  /** Sponsors of one object. @default 100 */
  readonly sponsors: number;
  /** App role assignments of one principal. @default 1,500 */
  readonly appRoleAssignments: number;
}

/** Everything about a tenant that can be switched. */
export interface Switches {
  /** The tenant's clock, which tokens, deadlines and time stamps go by. */
  readonly clock: Clock;
  /** Reads that do not see the last writes, as with Graph's replicas. @default null: every read sees every write */
  readonly lag: Lag | null;
  /**
   * How long a request is under way, in milliseconds of this machine's time; at most 60,000. While it is, another write
   * to the same application is refused (409 `Directory_ConcurrencyViolation`). @default 0: requests never overlap
   */
  readonly latencyMs: number;
  /** How long a granted permission is missing from new tokens, in milliseconds. @default 0 */
  readonly permissionsLagMs: number;
  /**
   * How long a federated credential that was just made is missing from lists, in milliseconds; a read by its id shows it.
   * Seen in December 2025. @default 0
   */
  readonly unlistedMs: number;
  /** Throttling. @default null: off */
  readonly quotas: Quotas | null;
  /** How much the tenant holds. */
  readonly limits: Limits;
  /**
   * Answers to questions that Microsoft's documentation answers in two ways, or that real tenants answer otherwise than
   * it; FIDELITY.md lists them.
   */
  readonly profiles: Profiles;
}

/**
 * A change of switches: what is not named stays as it is. `clock`, `limits` and `profiles` are merged; `lag` and
 * `quotas` are replaced as a whole, so what of them is not named gets its default.
 */
export interface SwitchChanges {
  /** Shifts or stops the clock, or lets it run again: `{ stoppedAt: null }`. */
  readonly clock?: Partial<Clock>;
  /** Replica lag; null ends it. What is late is forgotten: every replica has everything then. */
  readonly lag?: (Pick<Lag, "ms" | "share"> & Partial<Lag>) | null;
  /** Milliseconds, at most 60,000; 0 ends it. */
  readonly latencyMs?: number;
  /** Milliseconds; 0 ends it. */
  readonly permissionsLagMs?: number;
  /** Milliseconds; 0 ends it. */
  readonly unlistedMs?: number;
  /** Throttling with the documented quotas: `{}`; null ends it. */
  readonly quotas?: Partial<Quotas> | null;
  /** Limits by name. */
  readonly limits?: Partial<Limits>;
  /**
   * Choices by the name of the question; or the name of a set, which chooses for all questions: `real` is a tenant as
   * real as we know, `default` the choice that each question begins with.
   */
  readonly profiles?: Partial<Profiles> | ProfileSet;
}
