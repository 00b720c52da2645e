/** How many objects the directory can hold. */
import { applicationKinds, servicePrincipalKinds } from "../entities";
import { GraphRefusal } from "../refusal";
import type { Context } from "../route";

const counted = [...applicationKinds, ...servicePrincipalKinds, "user", "agentUser", "group"];

/** Agents leave this part of the directory to others, in percent. */
const shareOfAgents = 95;

/** @throws {GraphRefusal} when blueprints and agent identities have no room left */
export function checkRoomForAgents({ store, switches }: Context): void {
  const most = switches.limits.directoryObjects;
  if (store.count({ kinds: counted, deleted: "either" }) + 1 <= (most * shareOfAgents) / 100) return;
  throw new GraphRefusal(
    403,
    "Agent_Directory_QuotaExceeded",
    `Agent identity blueprints and agent identities have exceeded ${shareOfAgents}% of the tenant resource quota.`,
  );
}
