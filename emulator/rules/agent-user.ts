/** What holds of agent users beyond what holds of every user. */
import type { z } from "zod";
import type { agentUserToChange, agentUserToCreate } from "../entities/user-bodies";
import { badRequest, denied } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { checkCreator } from "./calling-person";
import { type AskedLicense, setLicenses } from "./license";
import { changeUser, checkPrincipalName, insertUser } from "./user";

/** With one of these a caller reaches every agent user; with the least one only those of its own agent identities. */
const reachAll = ["AgentIdUser.ReadWrite.All", "User.ReadWrite.All"];

/** A blueprint's application may only touch the users of identities made from that blueprint. */
function checkReach({ caller }: Context, identity: StoredObject | undefined): void {
  if (reachAll.some((name) => caller.permissions.has(name))) return;
  if (!caller.permissions.has("AgentIdUser.ReadWrite.IdentityParentedBy")) return;
  if (identity?.body["agentIdentityBlueprintId"] !== caller.appId) throw denied();
}

/** The same for one that exists, whose parent may be deleted. People are out of reach of that permission. */
export function checkReachOf(context: Context, user: StoredObject): void {
  if (user.kind === "agentUser")
    checkReach(context, context.store.get(String(user.body["identityParentId"]), "either"));
}

export function makeAgentUser(context: Context, body: z.infer<typeof agentUserToCreate.schema>): StoredObject {
  const { store } = context;
  const parent = store.get(body.identityParentId);
  if (!parent) throw badRequest(`Object with id ${body.identityParentId} not found.`);
  if (parent.kind !== "agentIdentity")
    throw badRequest(`Object '${parent.id}' cannot be the parent of an agent user: only agent identities can.`);
  checkReach(context, parent);
  checkCreator(context, [], [parent]);
  // One that is deleted can come back, and then there would be two.
  const where = { property: "identityParentId", value: parent.id };
  if (store.count({ kinds: ["agentUser"], where, deleted: "either" }) > 0)
    throw badRequest(`The agent identity '${parent.id}' already has an agent user.`);
  checkPrincipalName(context, body.userPrincipalName);
  return insertUser(context, "agentUser", { ...body, identityParentId: parent.id });
}

export function changeAgentUser(
  context: Context,
  user: StoredObject,
  { assignedLicenses, ...change }: z.infer<typeof agentUserToChange.schema>,
): StoredObject {
  checkReachOf(context, user);
  const changed = changeUser(context, user, change);
  if (assignedLicenses === undefined) return changed;
  const wanted = assignedLicenses.filter((one): one is AskedLicense & typeof one => typeof one["skuId"] === "string");
  return setLicenses(context, changed, wanted);
}
