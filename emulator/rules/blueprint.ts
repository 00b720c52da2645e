/** What holds of blueprints, whoever asks. */
import type { z } from "zod";
import type { blueprintToCreate } from "../entities/application-body";
import { GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { newApplication } from "./application";
import { checkNothingBlocked } from "./blocked-permissions";
import { checkCreator } from "./calling-person";
import { ownCreatedAgent, rememberCreator } from "./ownership";
import { boundPeople, newId, setPeople, sponsorsOfNew } from "./people";
import { insertObject } from "./quota";
import { roleIds } from "./roles";

type NewBlueprint = z.infer<typeof blueprintToCreate.schema>;

/** @param uniqueName only upserts can set one */
export function makeBlueprint(context: Context, body: NewBlueprint, uniqueName?: string): StoredObject {
  const { "sponsors@odata.bind": sponsorUrls, "owners@odata.bind": ownerUrls, ...properties } = body;
  checkCreator(context, [roleIds.agentIdDeveloper]);
  const sponsors = sponsorsOfNew(context, sponsorUrls);
  const owners = boundPeople(context, ownerUrls);
  const kept = newApplication(context, properties, uniqueName);
  checkNothingBlocked(properties);
  const made = insertObject(context, "agentIdentityBlueprint", newId(), {
    ...kept,
    appId: newId(),
    createdByAppId: context.caller.appId,
    createdDateTime: context.now.toISOString(),
    ...countTowardLimit(context),
  });
  setPeople(context, "sponsors", made, sponsors);
  setPeople(context, "owners", made, owners);
  ownCreatedAgent(context, made);
  rememberCreator(context, made);
  return made;
}

/** Soft-deleted blueprints count. People who administer are not limited. */
function countTowardLimit({ caller, store, switches }: Context): { madeAppOnly?: true } {
  if (caller.idtyp === "user") return {};
  const most = switches.limits.agentIdentityBlueprints;
  const where = { property: "madeAppOnly", value: "true" };
  if (store.reaches({ kinds: ["agentIdentityBlueprint"], where, deleted: "either" }, most)) {
    throw new GraphRefusal(
      400,
      "AgentBlueprint_LimitExceeded",
      `Applications may have made at most ${most} agent identity blueprints in a tenant, deleted ones included.`,
    );
  }
  return { madeAppOnly: true };
}
