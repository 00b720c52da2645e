/**
 * Everything about an emulated tenant that can be switched: its clock, replica lag, quotas, limits and the choices where
 * Microsoft's documentation contradicts itself. Off by default. Kept in the store, so that all its processes agree.
 *
 * A switch is set by `tenant.set`, by `entra-agent-id tenant`, or for one request by the header
 * `x-emulated-switches: {"lag":{…}}`.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { forgetHistory } from "../state/history";
import type { Store } from "../state/store";
import { isPossible, timeOf, timeRefusal } from "./clock";
import { profileChoices, profilesSchema } from "./profiles";

const ms = z.number().int().min(0);

/** Its time must lie between 1970 and 9000. */
const clockSchema = z
  .strictObject({
    /** How far the tenant's clock is ahead of this machine's, in milliseconds. @default 0 */
    aheadMs: z.number().int().default(0),
    /** ISO time at which the clock stands still until it is set or advanced. @default null: it runs */
    stoppedAt: z.iso.datetime().nullable().default(null),
  })
  .refine((clock) => isPossible(timeOf(clock)), timeRefusal);

const lagSchema = z.strictObject({
  /** Copies of the directory a read can come to. @default 3 */
  replicas: z.number().int().min(1).max(16).default(3),
  /** How long a write stays unseen where it is late, in milliseconds. */
  ms,
  /** Part of the replicas' writes that are late, from 0 to 1: 0.02 is one in fifty. */
  share: z.number().min(0).max(1),
  /** Makes the draws repeatable. @default 1 */
  seed: z.number().int().default(1),
});

const quotasSchema = z.strictObject({
  /** Size of the tenant: under 50 users, up to 500, more. @default "S" */
  size: z.enum(["S", "M", "L"]).default("S"),
  /** Form of Retry-After in 429 answers. Conditional Access never sends one. @default "integer" */
  retryAfter: z.enum(["integer", "decimal", "date", "absent"]).default("integer"),
  /** Share of each quota that there is; less makes throttling come sooner. @default 1: as documented */
  scale: z.number().positive().max(1).default(1),
});

const limitsSchema = z.strictObject({
  /** Conditional Access policies a tenant can hold; deleted ones that can come back count. @default 195, as documented */
  conditionalAccessPolicies: z.number().int().min(0).default(195),
  /** Entries of all collections in the manifest of one application. @default 1,200 */
  manifestEntries: z.number().int().min(0).default(1_200),
  /** Directory objects that a person who is no administrator can make; deleted ones that can come back count. @default 250 */
  objectsOfAPerson: z.number().int().min(0).default(250),
  /** Directory objects a tenant can hold; deleted ones that can come back count, agents get 95 %. @default 300,000, as with a verified domain */
  directoryObjects: z.number().int().min(0).default(300_000),
  /** Blueprints that applications may make. @default 250 */
  agentIdentityBlueprints: z.number().int().min(0).default(250),
  /** Agent identities that applications may make of one blueprint. @default 250 */
  agentIdentitiesOfABlueprint: z.number().int().min(0).default(250),
  /** Owners of one object. @default 100 */
  owners: z.number().int().min(0).default(100),
  /** Sponsors of one object. @default 100 */
  sponsors: z.number().int().min(0).default(100),
  /** App role assignments of one principal. @default 1,500 */
  appRoleAssignments: z.number().int().min(0).default(1_500),
});

const switchesSchema = z.strictObject({
  clock: clockSchema.prefault({}),
  /** Reads that do not see the last writes. @default null: every read sees every write */
  lag: lagSchema.nullable().default(null),
  /**
   * How long a request is under way, in milliseconds of this machine's time; at most a minute. While it is, another write
   * to the same application is refused (409 Directory_ConcurrencyViolation). @default 0: nothing overlaps
   */
  latencyMs: ms.max(60_000).default(0),
  /** How long a granted permission is missing from new tokens, in milliseconds. @default 0 */
  permissionsLagMs: ms.default(0),
  /** Throttling with the documented quotas and costs. @default null: off */
  quotas: quotasSchema.nullable().default(null),
  limits: limitsSchema.prefault({}),
  profiles: profilesSchema.prefault({}),
});

export type Switches = Readonly<z.infer<typeof switchesSchema>>;

/** What is named changes; `clock`, `limits` and `profiles` are merged, `lag` and `quotas` replaced whole. */
export type SwitchChanges = Readonly<Partial<z.input<typeof switchesSchema>>>;

export { profileChoices };

const key = "switches";

/** What each store last said: every request asks, and the answer seldom changes. */
const known = new WeakMap<Store, { readonly text: string | undefined; readonly switches: Switches }>();

export function switchesOf(store: Store): Switches {
  const text = store.meta(key);
  const last = known.get(store);
  if (last && last.text === text) return last.switches;
  const switches = switchesSchema.parse(text === undefined ? {} : JSON.parse(text));
  known.set(store, { text, switches });
  return switches;
}

/** @throws {TypeError} for an unknown switch or value, naming it */
export function changed(switches: Switches, changes: SwitchChanges): Switches {
  const merged = {
    ...switches,
    ...changes,
    clock: { ...switches.clock, ...changes.clock },
    limits: { ...switches.limits, ...changes.limits },
    profiles: { ...switches.profiles, ...changes.profiles },
  };
  const result = switchesSchema.safeParse(merged);
  if (result.success) return result.data;
  throw new TypeError(`not a switch of the emulated tenant: ${z.prettifyError(result.error)}`);
}

/** Runs inside a write transaction. */
export function keepSwitches(store: Store, switches: Switches): void {
  if (!isDeepStrictEqual(switches.lag, switchesOf(store).lag)) forgetHistory(store);
  store.setMeta(key, JSON.stringify(switches));
}
