/**
 * Which objects the state of this run's stack has, as far as the run has seen: a kind that has no place for a marker tells
 * its own by that. A refresh sees all of them; without one, a run sees those that the program declares still, one by one.
 */
import type { Tenant } from "../../graph/tenant";

const seen = new WeakMap<Tenant, Set<string>>();

const keyOf = (kind: string, id: string): string => `${kind} ${id}`;

/** A resource of the stack has the object of this id. */
export function rememberInStack(tenant: Tenant, kind: string, id: string): void {
  const objects = seen.get(tenant) ?? new Set<string>();
  seen.set(tenant, objects.add(keyOf(kind, id)));
}

export const isInStack = (tenant: Tenant, kind: string, id: string): boolean =>
  seen.get(tenant)?.has(keyOf(kind, id)) === true;
