/** Who can make an agent identity, of which blueprint, and how many. */
import { GraphRefusal, denied } from "../refusal";
import type { Context } from "../route";
import type { Store, StoredObject } from "../state/store";
import { checkCreator } from "./calling-person";

/** Every blueprint holds this permission for its own agent identities, without a grant. */
export const ownAgentsPermission = "AgentIdentity.CreateAsManager";

const refused = (status: number, code: GraphRefusal["code"], message: string) =>
  new GraphRefusal(status, code, message);

/** Kinds of agent that the calling application is. */
function agentKindsOf({ caller, store }: Context): string[] {
  const where = { property: "appId", value: caller.appId };
  return store.find({ kinds: ["agentIdentity", "agentIdentityBlueprint"], where }).map(({ kind }) => kind);
}

/** @returns the living blueprint of an agent identity to be made */
function blueprintAt(store: Store, blueprintId: string): StoredObject {
  const where = { property: "appId", value: blueprintId };
  const [blueprint] = store.replica.find({ kinds: ["agentIdentityBlueprint"], where });
  if (blueprint) return blueprint;
  throw refused(
    400,
    "AgentIdentity_IncompatibleParentType",
    `The agentIdentityBlueprintId '${blueprintId}' is not the appId of an agent identity blueprint.`,
  );
}

function principalAt(store: Store, blueprintId: string): StoredObject {
  const where = { property: "appId", value: blueprintId };
  const [principal] = store.replica.find({ kinds: ["agentIdentityBlueprintPrincipal"], where });
  if (principal) return principal;
  throw refused(
    400,
    "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
    "The Agent Blueprint Principal for the Agent Blueprint does not exist.",
  );
}

/** Kinds of application that are refused before anything else is looked at. */
function checkCallingApplication(context: Context, blueprintId: string): void {
  const { caller } = context;
  if (caller.idtyp !== "app") return;
  const kinds = agentKindsOf(context);
  if (kinds.includes("agentIdentity")) {
    throw refused(
      403,
      "Error_AgentIdentitiesCreatingAgentIdentitiesNotAllowed",
      "Agent identities can't create other agent identities.",
    );
  }
  if (caller.appId.toLowerCase() === blueprintId.toLowerCase()) return;
  if (kinds.includes("agentIdentityBlueprint")) {
    throw refused(
      403,
      "Error_AgentBlueprintCannotCreateAssociatedIdentity",
      "Agent identity blueprints can't create agent identities that are associated with another agent identity blueprint.",
    );
  }
  const others = ["AgentIdentity.Create.All", "AgentIdentity.ReadWrite.All"];
  if (others.some((name) => caller.permissions.has(name))) return;
  throw refused(
    403,
    "Error_AgentIdentitySelfCreateRequired",
    `Applications can only create agent identities under themselves: '${blueprintId}' is not the calling application's appId.`,
  );
}

/**
 * @returns what the new agent identity must remember of its making
 * @throws {GraphRefusal} when this caller cannot make one of this blueprint now
 */
export function checkNewIdentity(context: Context, blueprintId: string): { countsTowardLimitOf?: string } {
  const { store, caller, switches } = context;
  checkCallingApplication(context, blueprintId);
  const blueprint = blueprintAt(store, blueprintId);
  checkCreator(context, [], [blueprint, principalAt(store, blueprintId)]);
  if (caller.idtyp === "user") return {};
  const appId = String(blueprint.body["appId"]);
  const most = switches.limits.agentIdentitiesOfABlueprint;
  const counted = { property: "countsTowardLimitOf", value: appId };
  if (store.reaches({ kinds: ["agentIdentity"], where: counted, deleted: "either" }, most)) {
    throw refused(
      400,
      "AgentIdentity_LimitExceeded",
      `An agent identity blueprint can have at most ${most} agent identities, deleted ones included.`,
    );
  }
  return { countsTowardLimitOf: appId };
}

/** A blueprint that holds nothing else changes and deletes its own agent identities only. */
export function checkOwnAgent({ caller }: Context, identity: StoredObject, wide: readonly string[]): void {
  if (wide.some((name) => caller.permissions.has(name))) return;
  if (caller.permissions.has(ownAgentsPermission) && identity.body["agentIdentityBlueprintId"] !== caller.appId)
    throw denied();
}
