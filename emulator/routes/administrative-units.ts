/** /directory/administrativeUnits, and on beta the same at /administrativeUnits. */
import { administrativeUnit, scopedRoleMemberToAdd, unitToChange, unitToCreate } from "../entities/administrative-unit";
import { groupToCreate } from "../entities/group-bodies";
import { reference } from "../entities/reference";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, countOnly, oneObject, oneObjectOf } from "../odata/query-rule";
import { denied, notFound } from "../refusal";
import { type Context, keyOf, type Permission, type Permissions, type Route, route } from "../route";
import { makeGroup } from "../rules/group";
import {
  addScopedRole,
  addToUnit,
  makeUnit,
  removeFromUnit,
  removeScopedRole,
  scopedRoleAt,
} from "../rules/administrative-unit";
import { softDelete } from "../rules/deletion";
import type { StoredObject } from "../state/store";
import { relationRoutes } from "./relations";

const read: readonly Permission[] = [
  "AdministrativeUnit.Read.All",
  "AdministrativeUnit.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const write: readonly Permission[] = ["AdministrativeUnit.ReadWrite.All", "Directory.ReadWrite.All"];
const readRoles: readonly Permission[] = [
  "RoleManagement.Read.Directory",
  "Directory.Read.All",
  "RoleManagement.ReadWrite.Directory",
  "Directory.ReadWrite.All",
];
const writeRoles: readonly Permission[] = ["RoleManagement.ReadWrite.Directory"];

const createGroups = {
  application: [
    ["Group.Create", "AdministrativeUnit.Read.All"],
    ["Group.ReadWrite.All", "AdministrativeUnit.Read.All"],
    "Directory.ReadWrite.All",
  ],
  delegated: [["Group.ReadWrite.All", "AdministrativeUnit.Read.All"], "Directory.ReadWrite.All"],
} as const satisfies Permissions;

/** What is made in a unit says of which type it is. */
const isGroup = (body: unknown): boolean =>
  typeof body === "object" &&
  body !== null &&
  "@odata.type" in body &&
  /^#?microsoft\.graph\.group$/i.test(String(body["@odata.type"]));

const unrestricted =
  "Members of a unit with restricted management can be changed by whoever may change them elsewhere.";

function unitAt(context: Context): StoredObject {
  const id = keyOf(context, "unit");
  const found = context.store.get(id);
  if (found?.kind === administrativeUnit.kind) return found;
  throw notFound(id);
}

/** REF administrativeunit-list-members: hidden members need a permission of their own. */
function seen(context: Context): StoredObject {
  const unit = unitAt(context);
  const hidden = unit.body["visibility"] === "HiddenMembership";
  if (hidden && !context.caller.permissions.has("Member.Read.Hidden")) throw denied();
  return unit;
}

const at = (all: string, versions: Pick<Route, "versions">): Route[] => {
  const one = `${all}/{unit}`;
  return [
    route({
      ...versions,
      method: "GET",
      path: all,
      permissions: read,
      basis: "prose",
      source: "REF directory-list-administrativeunits",
      query: collectionOf(administrativeUnit),
      answers: "administrativeUnit",
      answer: (context) => listAnswer(context, { kinds: [administrativeUnit.kind] }),
    }),
    route({
      ...versions,
      method: "GET",
      path: `${all}/$count`,
      permissions: read,
      basis: "inferred",
      source: "as /users/$count",
      query: { ...collectionOf(administrativeUnit), ...countOnly },
      answers: "Edm.String",
      answer: (context) => listAnswer(context, { kinds: [administrativeUnit.kind] }),
    }),
    route({
      ...versions,
      method: "POST",
      path: all,
      permissions: write,
      basis: "example",
      source: "REF directory-post-administrativeunits",
      differs: ["Units with dynamic membership are not emulated."],
      body: unitToCreate,
      answers: "administrativeUnit",
      answer: (context) => objectAnswer(context, makeUnit(context, context.body), 201),
    }),
    route({
      ...versions,
      method: "GET",
      path: one,
      permissions: read,
      basis: "prose",
      source: "REF administrativeunit-get",
      query: oneObjectOf(administrativeUnit),
      answers: "administrativeUnit",
      answer: (context) => objectAnswer(context, unitAt(context)),
    }),
    route({
      ...versions,
      method: "PATCH",
      path: one,
      permissions: write,
      basis: "prose",
      source: "REF administrativeunit-update",
      body: unitToChange,
      answer(context) {
        const unit = unitAt(context);
        context.store.replace(unit, { ...unit.body, ...context.body });
        return { status: 204 };
      },
    }),
    route({
      ...versions,
      method: "DELETE",
      path: one,
      permissions: write,
      basis: "prose",
      source: "REF administrativeunit-delete",
      answer(context) {
        softDelete(context, unitAt(context));
        return { status: 204 };
      },
    }),
    ...relationRoutes({
      ...versions,
      path: one,
      entity: administrativeUnit,
      relation: "members",
      at: seen,
      casts: ["user", "group"],
      permissions: read,
      basis: "prose",
      source: "REF administrativeunit-list-members",
      differs: ["A hidden membership is refused without Member.Read.Hidden; no page says how Graph hides it."],
    }),
    route({
      ...versions,
      method: "POST",
      path: `${one}/members/$ref`,
      permissions: write,
      basis: "example",
      source: "REF administrativeunit-post-members; ENT authorization-agent-id: which agents can be members",
      differs: [unrestricted],
      body: reference,
      answer(context) {
        addToUnit(context, unitAt(context), context.body["@odata.id"]);
        return { status: 204 };
      },
    }),
    route({
      ...versions,
      method: "POST",
      path: `${one}/members`,
      when: isGroup,
      permissions: createGroups,
      basis: "prose",
      source: "REF administrativeunit-post-members: a new group within the unit",
      differs: ["The caller needs no role at the unit, only the permission."],
      body: groupToCreate,
      answers: "directoryObject",
      answer(context) {
        const unit = unitAt(context);
        const made = makeGroup(context, context.body);
        context.store.link("members", unit.id, made.id);
        return objectAnswer(context, made, 201, true);
      },
    }),
    route({
      ...versions,
      method: "DELETE",
      path: `${one}/members/{member}/$ref`,
      permissions: write,
      basis: "example",
      source: "REF administrativeunit-delete-members",
      answer(context) {
        removeFromUnit(context, unitAt(context), keyOf(context, "member"));
        return { status: 204 };
      },
    }),
    ...relationRoutes({
      ...versions,
      path: one,
      entity: administrativeUnit,
      relation: "scopedRoleMembers",
      at: unitAt,
      permissions: readRoles,
      basis: "prose",
      source: "REF administrativeunit-list-scopedrolemembers",
    }),
    route({
      ...versions,
      method: "POST",
      path: `${one}/scopedRoleMembers`,
      permissions: writeRoles,
      basis: "prose",
      source: "REF administrativeunit-post-scopedrolemembers",
      differs: ["Every built-in role can be given for a unit; Graph has a list of those that can."],
      body: scopedRoleMemberToAdd,
      answers: "scopedRoleMembership",
      answer: (context) => objectAnswer(context, addScopedRole(context, unitAt(context), context.body), 201),
    }),
    route({
      ...versions,
      method: "GET",
      path: `${one}/scopedRoleMembers/{membership}`,
      permissions: readRoles,
      basis: "prose",
      source: "REF administrativeunit-get-scopedrolemembers",
      query: oneObject,
      answers: "scopedRoleMembership",
      answer: (context) => objectAnswer(context, scopedRoleAt(context, unitAt(context), keyOf(context, "membership"))),
    }),
    route({
      ...versions,
      method: "DELETE",
      path: `${one}/scopedRoleMembers/{membership}`,
      permissions: writeRoles,
      basis: "prose",
      source: "REF administrativeunit-delete-scopedrolemembers",
      answer(context) {
        removeScopedRole(context, unitAt(context), keyOf(context, "membership"));
        return { status: 204 };
      },
    }),
  ];
};

export const administrativeUnitRoutes: Route[] = [
  ...at("/directory/administrativeUnits", {}),
  ...at("/administrativeUnits", { versions: ["beta"] }),
];
