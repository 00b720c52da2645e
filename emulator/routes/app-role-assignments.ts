/**
 * appRoleAssignments (what a service principal, user or group holds) and appRoleAssignedTo (who holds what on an API).
 */
import { appRoleAssignment, assignmentToCreate } from "../entities/app-role-assignment";
import type { Entity } from "../entities/entity";
import { group } from "../entities/group";
import { servicePrincipal } from "../entities/service-principal";
import { user } from "../entities/user";
import { objectAnswer } from "../odata/collection";
import { oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Context, keyOf, type Permission, type Route, route, targetOf } from "../route";
import { existing, makeAssignment } from "../rules/app-role-assignments";
import type { StoredObject } from "../state/store";
import { relationRoutes } from "./relations";

const { kind } = appRoleAssignment;

/** Where assignments are addressed: the object at whose end they are, and what reading and writing them there needs. */
interface End {
  readonly entity: Entity;
  readonly relation: "appRoleAssignments" | "appRoleAssignedTo";
  readonly read: readonly Permission[];
  readonly write: readonly Permission[];
}

const all = "AppRoleAssignment.ReadWrite.All";

const applications = {
  entity: servicePrincipal,
  read: ["Application.Read.All", all, "Directory.Read.All"],
  write: [[all, "Application.Read.All"]],
} as const;

const ends: readonly End[] = [
  { ...applications, relation: "appRoleAssignments" },
  { ...applications, relation: "appRoleAssignedTo" },
  { entity: user, relation: "appRoleAssignments", read: ["Directory.Read.All", all], write: [all] },
  {
    entity: group,
    relation: "appRoleAssignments",
    read: ["Directory.Read.All", all],
    write: [[all, "Group.Read.All"]],
  },
];

function routesOf({ entity, relation, read, write }: End): Route[] {
  const property = relation === "appRoleAssignments" ? "principalId" : "resourceId";
  const path = `/${entity.set}/{id}/${relation}`;
  const object = entity.kind.toLowerCase();
  const page = relation.toLowerCase();
  const found = (context: Context): StoredObject => {
    const assignment = existing(context.store, keyOf(context, "assignment"), [kind]);
    if (assignment.body[property] !== targetOf(context).id) throw notFound(assignment.id);
    return assignment;
  };
  return [
    ...relationRoutes({
      path: `/${entity.set}/{id}`,
      entity,
      relation,
      anyKind: true,
      permissions: read,
      basis: "example",
      source: `REF ${object}-list-${page}`,
    }),
    route({
      method: "POST",
      path,
      anyKind: true,
      permissions: write,
      basis: "example",
      source: `REF ${object}-post-${page}; REF agentid-platform-overview for what agents cannot hold`,
      differs: [
        "No documentation says how a permission that is blocked for agents is refused: here 400.",
        "A person needs the permission only: directory roles are not looked at.",
      ],
      body: assignmentToCreate,
      answers: kind,
      answer(context) {
        const { id } = targetOf(context);
        if (context.body[property].toLowerCase() !== id)
          throw badRequest(`Property '${property}' must be the id in the address.`);
        return objectAnswer(context, makeAssignment(context, context.body), 201);
      },
    }),
    route({
      method: "GET",
      path: `${path}/{assignment}`,
      anyKind: true,
      permissions: read,
      basis: "prose",
      source: "REF approleassignment-get",
      query: oneObjectOf(appRoleAssignment),
      answers: kind,
      answer: (context) => objectAnswer(context, found(context)),
    }),
    route({
      method: "DELETE",
      path: `${path}/{assignment}`,
      anyKind: true,
      permissions: write,
      basis: "prose",
      source: `REF ${object}-delete-${page}`,
      answer(context) {
        context.store.purge(found(context));
        return { status: 204 };
      },
    }),
  ];
}

export const appRoleAssignmentRoutes: Route[] = ends.flatMap(routesOf);
