/** inheritablePermissions of blueprints: what their agent identities hold too. */
import { belongingTo } from "../entities/application";
import { inheritablePermission, inheritableToChange, inheritableToCreate } from "../entities/inheritable-permission";
import { objectAnswer, relatedAnswer } from "../odata/collection";
import { oneObject } from "../odata/query-rule";
import { notFound } from "../refusal";
import { type Context, keyOf, type Route, route, targetOf } from "../route";
import { changeInheritable, inheritableOf, makeInheritable } from "../rules/inheritable-permissions";
import type { StoredObject } from "../state/store";
import { blueprintCreate, blueprintRead } from "./application-permissions";
import { castNeeded } from "./people";

const all = "/applications/{id}/microsoft.graph.agentIdentityBlueprint/inheritablePermissions";
const one = `${all}/{resource}`;
const { kind } = inheritablePermission;

function found(context: Context): StoredObject {
  const permission = inheritableOf(context, targetOf(context), keyOf(context, "resource"));
  if (permission) return permission;
  throw notFound(keyOf(context, "resource"));
}

export const inheritablePermissionRoutes: Route[] = [
  route({
    ...castNeeded,
    method: "GET",
    path: all,
    permissions: blueprintRead,
    basis: "prose",
    source: "REF agentidentityblueprint-list-inheritablepermissions",
    query: oneObject,
    answers: kind,
    answer: (context) => relatedAnswer(context, belongingTo(kind, targetOf(context), context), kind),
  }),
  route({
    ...castNeeded,
    method: "POST",
    path: all,
    permissions: blueprintCreate,
    basis: "example",
    source: "REF agentidentityblueprint-post-inheritablepermissions, ENT configure-inheritable-permissions-blueprints",
    differs: [
      "Whether the resource exists and publishes the scopes is not looked at.",
      "Owners may, as REF says; a client of Microsoft has seen owners with the role Agent ID Developer refused.",
    ],
    body: inheritableToCreate,
    answers: kind,
    answer: (context) => objectAnswer(context, makeInheritable(context, targetOf(context), context.body), 201),
  }),
  route({
    ...castNeeded,
    method: "GET",
    path: one,
    permissions: blueprintRead,
    basis: "prose",
    source: "REF inheritablepermission-get",
    query: oneObject,
    answers: kind,
    answer: (context) => objectAnswer(context, found(context)),
  }),
  route({
    ...castNeeded,
    method: "PATCH",
    path: one,
    permissions: blueprintCreate,
    basis: "example",
    source: "REF inheritablepermission-update",
    body: inheritableToChange,
    answers: kind,
    answer(context) {
      const changed = changeInheritable(context, found(context), context.body);
      const { inheritablePermissionPatch: status } = context.switches.profiles;
      return status === "200" ? objectAnswer(context, changed) : { status: 204 };
    },
  }),
  route({
    ...castNeeded,
    method: "DELETE",
    path: one,
    permissions: blueprintCreate,
    basis: "example",
    source: "REF agentidentityblueprint-delete-inheritablepermissions",
    answer(context) {
      context.store.purge(found(context));
      return { status: 204 };
    },
  }),
];
