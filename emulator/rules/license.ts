/** Giving users licences of the tenant's subscriptions, and taking them away. */
import { type License, licensesOf, servicePlansOf, subscriptionOf } from "../entities/license";
import { badRequest } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";

/** As clients ask for it. */
export interface AskedLicense {
  readonly skuId: string;
  readonly disabledPlans?: readonly string[] | undefined;
}

const ids = (list: readonly string[]) => list.map((id) => id.toLowerCase());

/** `assignLicense`: a licence that the user has is replaced, so plans can be switched on and off. */
export function assignLicense(
  context: Context,
  user: StoredObject,
  add: readonly AskedLicense[],
  remove: readonly string[],
): StoredObject {
  const held = licensesOf(user);
  const removed = ids(remove);
  if (removed.some((skuId) => !held.some((one) => one.skuId === skuId)))
    throw badRequest("User does not have a corresponding license.");
  const added = ids(add.map(({ skuId }) => skuId));
  const kept = held.filter(({ skuId }) => !removed.includes(skuId) && !added.includes(skuId));
  return setLicenses(context, user, [...kept, ...add]);
}

/** @throws {GraphRefusal} 400 when the user cannot have one of them */
export function setLicenses(context: Context, user: StoredObject, asked: readonly AskedLicense[]): StoredObject {
  const { store, now } = context;
  const licenses = asked.map((one) => checked(context, user, one));
  const since = (user.body["licensesAssigned"] ?? {}) as Json;
  const licensedSkus = licenses.map(({ skuId }) => skuId);
  return store.replace(user, {
    ...user.body,
    assignedLicenses: licenses,
    licensedSkus,
    licensesAssigned: Object.fromEntries(licensedSkus.map((skuId) => [skuId, since[skuId] ?? now.toISOString()])),
  });
}

function checked(context: Context, user: StoredObject, { skuId, disabledPlans = [] }: AskedLicense): License {
  const subscription = subscriptionOf(skuId, context);
  if (!subscription) throw badRequest(`License ${skuId} does not correspond to a valid company License.`);
  const sku = String(subscription.body["skuId"]);
  const already = licensesOf(user).some((one) => one.skuId === sku);
  if (!already) checkSeat(context, user, subscription);
  const plans = ids(disabledPlans);
  const unknown = plans.find((plan) => !servicePlansOf(subscription).some((one) => one.servicePlanId === plan));
  if (unknown !== undefined) throw badRequest(`License ${sku} does not contain the service plan ${unknown}.`);
  return { skuId: sku, disabledPlans: plans };
}

function checkSeat({ store }: Context, { body }: StoredObject, subscription: StoredObject): void {
  if (typeof body["usageLocation"] !== "string")
    throw badRequest("License assignment cannot be done for user with invalid usage location.");
  const sku = String(subscription.body["skuId"]);
  const used = store.count({ kinds: ["user", "agentUser"], where: { property: "licensedSkus", value: sku } });
  if (used >= Number(subscription.body["units"]))
    throw badRequest(`Subscription with SKU ${sku} does not have any available licenses.`);
}
