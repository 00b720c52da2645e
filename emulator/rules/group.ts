/** What holds of groups, whoever asks. */
import type { z } from "zod";
import { checkBody } from "../body";
import { groupToCreate, type groupToChange, keptByExchange } from "../entities/group-bodies";
import { isDynamic } from "../entities/membership";
import { parseMembershipRule } from "../entities/membership-rule";
import { badRequest, denied } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";
import { addMembers, addOwner } from "./group-members";
import { boundPeople, newId } from "./people";
import { insertObject } from "./quota";
import { checkFree, proxyAddressesFor } from "./user";

/** Owners and members that a new group can be given together. */
export const mostRelationsAtOnce = 20;

type NewGroup = z.infer<typeof groupToCreate.schema>;
type Change = z.infer<typeof groupToChange.schema>;

interface Shape {
  readonly unified: boolean;
  readonly dynamic: boolean;
  readonly mailEnabled: boolean;
  readonly securityEnabled: boolean;
  readonly roleAssignable: boolean;
  readonly rule: unknown;
}

function shapeOf(body: Json): Shape {
  const types = Array.isArray(body["groupTypes"]) ? (body["groupTypes"] as unknown[]) : [];
  return {
    unified: types.includes("Unified"),
    dynamic: types.includes("DynamicMembership"),
    mailEnabled: body["mailEnabled"] === true,
    securityEnabled: body["securityEnabled"] === true,
    roleAssignable: body["isAssignableToRole"] === true,
    rule: body["membershipRule"] ?? null,
  };
}

/** Which combinations make a group. Wordings are ours where no page gives one. */
function checkShape({ unified, dynamic, mailEnabled, securityEnabled, roleAssignable, rule }: Shape): void {
  if (unified && !mailEnabled) throw badRequest("A Microsoft 365 group must be mail-enabled.");
  if (!unified && mailEnabled)
    throw badRequest(
      "The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and try again.",
    );
  if (!unified && !securityEnabled) throw badRequest("A group must be a security group or a Microsoft 365 group.");
  if (dynamic && typeof rule !== "string")
    throw badRequest("A value is required for property 'membershipRule' of a group with dynamic membership.");
  if (!dynamic && rule !== null)
    throw badRequest("Property 'membershipRule' can only be set on a group with dynamic membership.");
  if (roleAssignable && !securityEnabled) throw badRequest("A role-assignable group must be security-enabled.");
  if (roleAssignable && dynamic) throw badRequest("A role-assignable group cannot have dynamic membership.");
  if (typeof rule === "string") parseMembershipRule(rule);
}

/** @throws {GraphRefusal} 403: who may write groups may not write those that can hold directory roles */
export function checkRoleAssignable({ caller: { permissions } }: Context, roleAssignable: boolean): void {
  if (roleAssignable && !permissions.has("RoleManagement.ReadWrite.Directory")) throw denied();
}

const visibilities = ["Public", "Private", "HiddenMembership"];

/** In Graph's spelling. Microsoft 365 groups are public and role-assignable ones private when nobody says otherwise. */
function visibilityOf(asked: string | null | undefined, { unified, roleAssignable }: Shape): string | null {
  const known = visibilities.find((name) => name.toLowerCase() === asked?.toLowerCase()) ?? null;
  if (roleAssignable) {
    if (known !== null && known !== "Private") throw badRequest("A role-assignable group must be private.");
    return "Private";
  }
  if (known === "HiddenMembership" && !unified)
    throw badRequest("Only Microsoft 365 groups can hide their membership.");
  return known ?? (unified ? "Public" : null);
}

/** @param uniqueName only upserts can set one */
export function makeGroup(context: Context, body: NewGroup, uniqueName?: string): StoredObject {
  const { store, caller, now } = context;
  const { "members@odata.bind": memberUrls = [], "owners@odata.bind": ownerUrls = [], ...properties } = body;
  const shape = shapeOf(properties);
  checkRoleAssignable(context, shape.roleAssignable);
  checkShape(shape);
  if (memberUrls.length + ownerUrls.length > mostRelationsAtOnce)
    throw badRequest(`At most ${mostRelationsAtOnce} owners and members can be added when a group is made.`);
  const members = boundPeople(context, memberUrls);
  const owners = boundPeople(context, ownerUrls);
  if (shape.unified) checkFree(context, ["group"], "mailNickname", [properties.mailNickname]);
  if (uniqueName !== undefined) checkFree(context, ["group"], "uniqueName", [uniqueName]);
  const mail = shape.mailEnabled ? `${properties.mailNickname}@${context.domain}` : null;
  const at = now.toISOString();
  const made = insertObject(context, "group", newId(), {
    ...properties,
    ...(uniqueName === undefined ? {} : { uniqueName }),
    groupTypes: properties.groupTypes ?? [],
    visibility: visibilityOf(properties.visibility, shape),
    mail,
    proxyAddresses: mail === null ? [] : proxyAddressesFor(context, mail),
    ...(shape.dynamic ? { membershipRuleProcessingState: properties.membershipRuleProcessingState ?? "On" } : {}),
    createdDateTime: at,
    renewedDateTime: at,
  });
  addMembers(context, made, members);
  // A Microsoft 365 group that a person makes without naming owners is theirs.
  const own = shape.unified && owners.length === 0 && caller.idtyp === "user" ? store.get(caller.oid) : undefined;
  for (const owner of own ? [own] : owners) addOwner(context, made, owner);
  if (caller.idtyp === "user") store.link("createdObjects", caller.oid, made.id);
  return made;
}

export function changeGroup(context: Context, group: StoredObject, change: Change): StoredObject {
  const { "members@odata.bind": memberUrls, ...properties } = change;
  checkRoleAssignable(context, group.body["isAssignableToRole"] === true);
  checkExchange(Object.keys(change));
  if (memberUrls) addMembers(context, group, boundPeople(context, memberUrls));
  const body = { ...group.body, ...properties };
  const shape = shapeOf(body);
  checkShape(shape);
  if (shape.unified !== shapeOf(group.body).unified)
    throw badRequest("A group cannot become a Microsoft 365 group, or cease to be one.");
  if (properties.visibility !== undefined) checkVisibility(group, properties.visibility);
  if (shape.unified && properties.mailNickname !== undefined)
    checkFree(context, ["group"], "mailNickname", [properties.mailNickname], group.id);
  // Members by hand and members by rule do not mix: whoever was added goes when the group becomes dynamic.
  if (shape.dynamic && !isDynamic(group))
    for (const id of context.store.targets("members", group.id)) context.store.unlink("members", group.id, id);
  const visible = properties.visibility === undefined ? {} : { visibility: visibilityOf(properties.visibility, shape) };
  return context.store.replace(group, { ...body, ...visible });
}

function checkVisibility({ body }: StoredObject, asked: string | null): void {
  const hidden = (value: unknown) => typeof value === "string" && value.toLowerCase() === "hiddenmembership";
  if (hidden(asked) !== hidden(body["visibility"]))
    throw badRequest("Whether the membership is hidden can only be said when the group is made.");
}

function checkExchange(names: readonly string[]): void {
  if (names.some((name) => keptByExchange.includes(name)) && !names.every((name) => keptByExchange.includes(name)))
    throw badRequest(`The properties ${keptByExchange.join(", ")} must be changed in a request of their own.`);
}

/** `PATCH /groups(uniqueName='…')` with `Prefer: create-if-missing`. */
export function makeMissingGroup(context: Context, body: unknown, uniqueName: string): StoredObject {
  return makeGroup(context, checkBody(groupToCreate, body, context.version), uniqueName);
}
