// @ts-check
/** Licences of a page stand for those the company has: the first is added, the second is held and removed. */
import { isObject } from "./placeholder.mjs";

/**
 * @param {import("./world.mjs").World} world @param {import("./world.mjs").Made} target
 * @param {Record<string, unknown>} documented body of assignLicense @returns {Promise<object>}
 */
export async function licences(world, target, documented) {
  const { body } = await world.ask("GET", "/subscribedSkus");
  const [added, held] = Array.isArray(body["value"]) ? body["value"].filter(isObject) : [];
  const plans = Array.isArray(added?.["servicePlans"]) ? added["servicePlans"].filter(isObject) : [];
  const { addLicenses, removeLicenses } = documented;
  world.tenant.plant([{ id: target.id, kind: target.kind, body: { usageLocation: "US" } }]);
  const remove = Array.isArray(removeLicenses) && removeLicenses.length > 0 && held !== undefined;
  if (remove) {
    const assigned = { addLicenses: [{ skuId: held["skuId"], disabledPlans: [] }], removeLicenses: [] };
    await world.ask("POST", `${target.path}/assignLicense`, assigned);
  }
  const adds = Array.isArray(addLicenses) ? addLicenses.filter(isObject).slice(0, 1) : [];
  return {
    addLicenses: adds.map(({ disabledPlans }) => ({
      skuId: added?.["skuId"],
      disabledPlans: Array.isArray(disabledPlans)
        ? plans.slice(0, disabledPlans.length).map((one) => one["servicePlanId"])
        : [],
    })),
    removeLicenses: remove ? [held["skuId"]] : [],
  };
}
