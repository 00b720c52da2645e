/** Who belongs to what: groups and administrative units, direct and nested, and the reporting line. */
import type { StoredObject } from "../state/store";
import type { Surroundings } from "./entity";
import { parseMembershipRule } from "./membership-rule";
import { unset } from "./user-properties";

type Around = Pick<Surroundings, "store" | "switches">;
type Stored = Pick<Surroundings, "store">;

const living = ({ store }: Stored, ids: readonly string[]): StoredObject[] => ids.flatMap((id) => store.get(id) ?? []);

export const isDynamic = ({ body }: StoredObject): boolean => listed(body["groupTypes"], "DynamicMembership");
export const isUnified = ({ body }: StoredObject): boolean => listed(body["groupTypes"], "Unified");

const listed = (list: unknown, word: string) => Array.isArray(list) && list.includes(word);

/** Users whom the rule of a dynamic group takes in. */
function ruled(group: StoredObject, around: Around): StoredObject[] {
  const fits = ruleOf(group);
  if (!fits) return [];
  return around.store.find({ kinds: kindsByRule(around) }).filter(fits);
}

/** Whom rules can reach: the documentation of agent users and its known-issues page disagree. */
function kindsByRule({ switches }: Around): string[] {
  return switches.profiles.agentUsersInDynamicGroups === "included" ? ["user", "agentUser"] : ["user"];
}

function ruleOf(group: StoredObject): ((user: StoredObject) => boolean) | undefined {
  const rule = group.body["membershipRule"];
  if (!isDynamic(group) || typeof rule !== "string") return undefined;
  const matches = parseMembershipRule(rule);
  return (user) => matches({ ...unset, ...user.body, objectId: user.id });
}

/** Direct members of a group or administrative unit. */
export function membersOf(container: StoredObject, around: Around): StoredObject[] {
  if (container.kind === "group" && isDynamic(container)) return ruled(container, around);
  return living(around, around.store.targets("members", container.id));
}

/** What an object is a direct member of: groups, administrative units, directory roles. */
export function memberOf(object: StoredObject, around: Around): StoredObject[] {
  const direct = [...living(around, around.store.sources("members", object.id)), ...rolesHeld(object, around)];
  if (!kindsByRule(around).includes(object.kind)) return direct;
  const where = { property: "groupTypes", value: "DynamicMembership" };
  const dynamic = around.store.find({ kinds: ["group"], where });
  return [...direct, ...dynamic.filter((group) => ruleOf(group)?.(object) === true)];
}

/** Directory roles that the object holds for the whole tenant: their members are whom they are assigned to. */
function rolesHeld({ id }: StoredObject, { store }: Stored): StoredObject[] {
  const held = store.find({ kinds: ["unifiedRoleAssignment"], where: { property: "principalId", value: id } });
  return held
    .filter(({ body }) => body["directoryScopeId"] === "/")
    .flatMap(({ body }) => activeRole(store, String(body["roleDefinitionId"])));
}

/** The directoryRole of a built-in role that is in use; custom roles have none. */
export const activeRole = (store: Stored["store"], value: string): StoredObject[] =>
  store.find({ kinds: ["directoryRole"], where: { property: "roleTemplateId", value } });

/** Everything reached from `start` by `next`, `start` itself left out. */
function reached(start: StoredObject, next: (object: StoredObject) => readonly StoredObject[]): StoredObject[] {
  const seen = new Map<string, StoredObject>();
  const queue = [...next(start)];
  for (let at = queue.shift(); at; at = queue.shift()) {
    if (seen.has(at.id) || at.id === start.id) continue;
    seen.set(at.id, at);
    queue.push(...next(at));
  }
  return [...seen.values()];
}

export const transitiveMembersOf = (group: StoredObject, around: Around): StoredObject[] =>
  reached(group, (object) => (object.kind === "group" ? membersOf(object, around) : []));

export const transitiveMemberOf = (object: StoredObject, around: Around): StoredObject[] =>
  reached(object, (at) => memberOf(at, around));

/** Whether an administrative unit with restricted management holds the object. */
export const restrictedBy = (object: StoredObject, around: Stored): boolean =>
  living(around, around.store.sources("members", object.id)).some(
    ({ kind, body }) => kind === "administrativeUnit" && body["isMemberManagementRestricted"] === true,
  );

/** The manager of a user: none or one. */
export const managerOf = (user: StoredObject, around: Stored): StoredObject[] =>
  living(around, around.store.targets("manager", user.id));

/** Users whose manager this is. */
export const directReportsOf = (user: StoredObject, around: Stored): StoredObject[] =>
  living(around, around.store.sources("manager", user.id));

/** What names this object in a relation of its own, such as `owners`. */
export const namedBy = (relation: string, object: StoredObject, around: Stored): StoredObject[] =>
  living(around, around.store.sources(relation, object.id));

/** What this object names in one of its relations. */
export const named = (relation: string, object: StoredObject, around: Stored): StoredObject[] =>
  living(around, around.store.targets(relation, object.id));
