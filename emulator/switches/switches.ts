/**
 * The switches of an emulated tenant: clock, replica lag, quotas, limits and the choices where Microsoft's
 * documentation contradicts itself. Off by default. Kept in the store, so that all its processes agree.
 *
 * A switch is set by `tenant.set`, by `entra-agent-id tenant set`, or for one request by the header
 * `x-emulated-switches: {"lag":{…}}`.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { forgetHistory } from "../state/history";
import type { Store } from "../state/store";
import { isPossible, timeOf, timeRefusal } from "./clock";
import { profileSets, profilesSchema } from "./profiles";
import type { SwitchChanges, Switches } from "./values";

const ms = z.number().int().min(0);

const clockSchema = z
  .strictObject({
    aheadMs: z.number().int().default(0),
    stoppedAt: z.iso.datetime().nullable().default(null),
  })
  .refine((clock) => isPossible(timeOf(clock)), timeRefusal);

const lagSchema = z.strictObject({
  replicas: z.number().int().min(1).max(16).default(3),
  ms,
  share: z.number().min(0).max(1),
  seed: z.number().int().default(1),
});

const quotasSchema = z.strictObject({
  size: z.enum(["S", "M", "L"]).default("S"),
  retryAfter: z.enum(["integer", "decimal", "date", "absent"]).default("integer"),
  scale: z.number().positive().max(1).default(1),
});

const limit = (documented: number) => z.number().int().min(0).default(documented);

const limitsSchema = z.strictObject({
  conditionalAccessPolicies: limit(195),
  manifestEntries: limit(1_200),
  objectsOfAPerson: limit(250),
  directoryObjects: limit(300_000),
  agentIdentityBlueprints: limit(250),
  agentIdentitiesOfABlueprint: limit(250),
  owners: limit(100),
  sponsors: limit(100),
  appRoleAssignments: limit(1_500),
});

const switchesSchema: z.ZodType<Switches> = z.strictObject({
  clock: clockSchema.prefault({}),
  lag: lagSchema.nullable().default(null),
  latencyMs: ms.max(60_000).default(0),
  permissionsLagMs: ms.default(0),
  unlistedMs: ms.default(0),
  quotas: quotasSchema.nullable().default(null),
  limits: limitsSchema.prefault({}),
  profiles: profilesSchema.prefault({}),
});

const key = "switches";

/** The switches that were last read from each store: every request needs them, and they seldom change. */
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
    profiles: chosen(switches, changes),
  };
  const result = switchesSchema.safeParse(merged);
  if (result.success) return result.data;
  throw new TypeError(`cannot set the switches of the emulated tenant: ${z.prettifyError(result.error)}`);
}

/** @throws {TypeError} for a set that there is not */
function chosen({ profiles }: Switches, { profiles: changes = {} }: SwitchChanges): object {
  if (typeof changes !== "string") return { ...profiles, ...changes };
  if (Object.hasOwn(profileSets, changes)) return profileSets[changes];
  const sets = Object.keys(profileSets).join(" and ");
  throw new TypeError(
    `cannot set the switches of the emulated tenant: "${changes}" is no set of profiles; there are ${sets}.`,
  );
}

/** Runs inside a write transaction. */
export function keepSwitches(store: Store, switches: Switches): void {
  if (!isDeepStrictEqual(switches.lag, switchesOf(store).lag)) forgetHistory(store);
  store.setMeta(key, JSON.stringify(switches));
}
