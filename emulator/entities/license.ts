/** Licences: what a user holds of the subscriptions of the tenant. */
import type { Json, StoredObject } from "../state/store";
import type { Surroundings } from "./entity";

/** A licence as users keep it, with the plans that are switched off. */
export interface License {
  readonly skuId: string;
  readonly disabledPlans: readonly string[];
}

export interface ServicePlan {
  readonly servicePlanId: string;
  readonly servicePlanName: string;
  /** Name of the service in `assignedPlans`. */
  readonly service: string;
}

/** Licences of a user, in the order in which they were assigned. */
export const licensesOf = ({ body }: StoredObject): readonly License[] =>
  (body["assignedLicenses"] ?? []) as readonly License[];

const assignedAt = ({ body }: StoredObject): Json => (body["licensesAssigned"] ?? {}) as Json;

/** The subscription with this SKU, when the tenant has it. */
export function subscriptionOf(skuId: string, { store }: Pick<Surroundings, "store">): StoredObject | undefined {
  return store.find({ kinds: ["subscribedSku"], where: { property: "skuId", value: skuId } })[0];
}

export const servicePlansOf = ({ body }: StoredObject): readonly ServicePlan[] =>
  body["servicePlans"] as readonly ServicePlan[];

/** Plans of the user's licences that are switched on. */
function* plansOf(user: StoredObject, around: Surroundings): Generator<ServicePlan & { readonly since: unknown }> {
  for (const { skuId, disabledPlans } of licensesOf(user)) {
    const subscription = subscriptionOf(skuId, around);
    for (const plan of subscription ? servicePlansOf(subscription) : []) {
      if (!disabledPlans.includes(plan.servicePlanId)) yield { ...plan, since: assignedAt(user)[skuId] };
    }
  }
}

export const assignedPlansOf = (user: StoredObject, around: Surroundings): Json[] =>
  [...plansOf(user, around)].map(({ servicePlanId, service, since }) => ({
    assignedDateTime: since,
    capabilityStatus: "Enabled",
    service,
    servicePlanId,
  }));

/** One entry a service, as REF provisionedPlan has it. */
export function provisionedPlansOf(user: StoredObject, around: Surroundings): Json[] {
  const services = new Set([...plansOf(user, around)].map(({ service }) => service));
  return [...services].map((service) => ({ capabilityStatus: "Enabled", provisioningStatus: "Success", service }));
}

export const licenseAssignmentStatesOf = (user: StoredObject): Json[] =>
  licensesOf(user).map(({ skuId, disabledPlans }) => ({
    skuId,
    disabledPlans,
    assignedByGroup: null,
    state: "Active",
    error: "None",
    lastUpdatedDateTime: assignedAt(user)[skuId],
  }));
