/**
 * Which objects the state of this run's stack has, as far as the run has seen: a kind that has no place for a marker tells
 * its own by that. A refresh sees all of them; without one, a run sees those that the program declares still, one by one.
 */
import type { Tenant } from "../../graph/tenant";

/** By id: the kinds of resources that have it. */
const seen = new WeakMap<Tenant, Map<string, Set<string>>>();

/** A resource of the stack has the object of this id. */
export function rememberInStack(tenant: Tenant, kind: string, id: string): void {
  const objects = seen.get(tenant) ?? new Map<string, Set<string>>();
  const kinds = objects.get(id) ?? new Set<string>();
  seen.set(tenant, objects.set(id, kinds.add(kind)));
}

export const isInStack = (tenant: Tenant, kind: string, id: string): boolean =>
  seen.get(tenant)?.get(id)?.has(kind) === true;

/** The same, of whatever kind. */
export const isOfStack = (tenant: Tenant, id: string): boolean => seen.get(tenant)?.has(id) === true;
