/** What holds of named locations among themselves and with policies. */
import { conditionalAccessPolicy } from "../entities/conditional-access-policy";
import { plainBadRequest } from "../refusal";
import type { Store, StoredObject } from "../state/store";

/** Locations of one tenant; deleted ones do not count. */
export const mostLocations = 195;

export function checkLocationRoom(store: Store): void {
  if (store.count({ kinds: ["ipNamedLocation", "countryNamedLocation"] }) >= mostLocations)
    throw plainBadRequest(`1000: The tenant has ${mostLocations} named locations, the most it can have.`);
}

/** @throws {GraphRefusal} when it is trusted, or a policy names it */
export function checkLocationCanGo(store: Store, { id, body }: StoredObject): void {
  if (body["isTrusted"] === true)
    throw plainBadRequest("1041: A trusted named location cannot be deleted: set 'isTrusted' to false first.");
  for (const policy of store.walk({ kinds: [conditionalAccessPolicy.kind] })) {
    const { conditions } = policy.body as { readonly conditions?: { readonly locations?: Locations | null } };
    const { includeLocations = [], excludeLocations = [] } = conditions?.locations ?? {};
    if ([...includeLocations, ...excludeLocations].includes(id))
      throw plainBadRequest(`1042: The named location is in use by the policy '${policy.id}'.`);
  }
}

interface Locations {
  readonly includeLocations?: readonly string[];
  readonly excludeLocations?: readonly string[];
}
