/** appRoleAssignments (what a service principal holds) and appRoleAssignedTo (who holds what on it). */
import { appRoleAssignment, assignmentToCreate } from "../entities/app-role-assignment";
import { servicePrincipal } from "../entities/service-principal";
import { objectAnswer } from "../odata/collection";
import { oneObjectOf } from "../odata/query";
import { badRequest, notFound } from "../refusal";
import { type Context, keyOf, type Route, route, targetOf } from "../route";
import { existing, makeAssignment } from "../rules/app-role-assignments";
import type { StoredObject } from "../state/store";
import { relationRoutes } from "./relations";

const { kind } = appRoleAssignment;

const read = ["Application.Read.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All"];
const write = [["AppRoleAssignment.ReadWrite.All", "Application.Read.All"]];

/** The same routes from either end. */
function end(relation: string, property: "principalId" | "resourceId"): Route[] {
  const path = `/servicePrincipals/{id}/${relation}`;
  const page = relation.toLowerCase();
  const found = (context: Context): StoredObject => {
    const assignment = existing(context.store, keyOf(context, "assignment"), [kind]);
    if (assignment.body[property] !== targetOf(context).id) throw notFound(assignment.id);
    return assignment;
  };
  return [
    ...relationRoutes({
      path: "/servicePrincipals/{id}",
      entity: servicePrincipal,
      relation,
      anyKind: true,
      permissions: read,
      basis: "example",
      source: `REF serviceprincipal-list-${page}`,
    }),
    route({
      method: "POST",
      path,
      anyKind: true,
      permissions: write,
      basis: "example",
      source: `REF serviceprincipal-post-${page}; REF agentid-platform-overview for what agents cannot hold`,
      differs: ["No documentation says how a permission that is blocked for agents is refused: here 400."],
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
      source: `REF serviceprincipal-delete-${page}`,
      answer(context) {
        context.store.purge(found(context));
        return { status: 204 };
      },
    }),
  ];
}

export const appRoleAssignmentRoutes: Route[] = [
  ...end("appRoleAssignments", "principalId"),
  ...end("appRoleAssignedTo", "resourceId"),
];
