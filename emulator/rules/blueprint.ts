/** What holds of blueprints, whoever asks. */
import type { z } from "zod";
import type { blueprintToChange, blueprintToCreate } from "../entities/application";
import { boundPeople, newId, setPeople, sponsorsOfNew } from "./people";
import { badRequest, GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";

/** Blueprints that applications may make in one tenant, soft-deleted ones included. People who administer are not limited. */
export const mostBlueprintsMadeAppOnly = 250;

type NewBlueprint = z.infer<typeof blueprintToCreate.schema>;
type Change = z.infer<typeof blueprintToChange.schema>;

const kinds = ["application", "agentIdentityBlueprint"];

/** @param uniqueName only upserts can set one */
export function makeBlueprint(context: Context, body: NewBlueprint, uniqueName?: string): StoredObject {
  const { "sponsors@odata.bind": sponsorUrls, "owners@odata.bind": ownerUrls, ...properties } = body;
  const sponsors = sponsorsOfNew(context, sponsorUrls);
  const owners = boundPeople(context, ownerUrls);
  checkUnique(context, "uniqueName", uniqueName === undefined ? [] : [uniqueName]);
  checkUnique(context, "identifierUris", properties.identifierUris ?? []);
  const made = context.store.insert("agentIdentityBlueprint", newId(), {
    ...properties,
    ...(uniqueName === undefined ? {} : { uniqueName }),
    appId: newId(),
    createdByAppId: context.caller.appId,
    createdDateTime: context.now.toISOString(),
    ...countTowardLimit(context),
  });
  setPeople(context, "sponsors", made, sponsors);
  setPeople(context, "owners", made, owners);
  return made;
}

function countTowardLimit({ caller, store }: Context): { madeAppOnly?: true } {
  if (caller.idtyp === "user") return {};
  const where = { property: "madeAppOnly", value: "true" };
  if (store.count({ kinds: ["agentIdentityBlueprint"], where, deleted: "either" }) >= mostBlueprintsMadeAppOnly) {
    throw new GraphRefusal(
      400,
      "AgentBlueprint_LimitExceeded",
      `Applications may have made at most ${mostBlueprintsMadeAppOnly} agent identity blueprints in a tenant, deleted ones included.`,
    );
  }
  return { madeAppOnly: true };
}

export function changeBlueprint(context: Context, blueprint: StoredObject, change: Change): void {
  checkUnique(context, "identifierUris", change.identifierUris ?? [], blueprint.id);
  checkDisabledFirst(entries(blueprint.body["appRoles"]), change.appRoles);
  const api = blueprint.body["api"] as Json | undefined;
  checkDisabledFirst(entries(api?.["oauth2PermissionScopes"]), change.api?.oauth2PermissionScopes);
  context.store.replace(blueprint, { ...blueprint.body, ...change });
}

/** A soft-deleted object keeps its names reserved. */
function checkUnique({ store }: Context, property: string, values: readonly string[], self?: string): void {
  for (const value of values) {
    const others = store.find({ kinds, where: { property, value }, deleted: "either" }).filter(({ id }) => id !== self);
    if (others.length > 0)
      throw badRequest(`Another object with the same value for property ${property} already exists.`);
  }
}

interface Entitlement {
  readonly id: string;
  readonly isEnabled: boolean;
}

const entries = (value: unknown): readonly Entitlement[] => (Array.isArray(value) ? (value as Entitlement[]) : []);

/** A scope or role is disabled in one request and removed in another. */
function checkDisabledFirst(before: readonly Entitlement[], after: readonly Entitlement[] | undefined): void {
  if (!after) return;
  if (before.some(({ id, isEnabled }) => isEnabled && !after.some((kept) => kept.id === id))) {
    throw new GraphRefusal(
      400,
      "CannotDeleteOrUpdateEnabledEntitlement",
      "Property cannot be deleted or updated unless it is disabled first.",
    );
  }
}
