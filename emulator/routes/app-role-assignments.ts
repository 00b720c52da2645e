/** appRoleAssignments (what a service principal holds) and appRoleAssignedTo (who holds what on it). */
import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { listAnswer, objectAnswer } from "../odata/collection";
import { servicePrincipalKinds } from "../entities";
import { appRoleAssignment, assignmentToCreate } from "../entities/app-role-assignment";
import { collection } from "../odata/query";
import { badRequest, conflict, notFound } from "../refusal";
import { type Context, keyOf, type Route, route, targetOf } from "../route";
import type { StoredObject } from "../state/store";
import { view } from "../view";

const { kind } = appRoleAssignment;

/** App role assignments one principal can hold. */
export const mostAssignments = 1_500;

/** Stands for access without any role. */
const defaultAccess = "00000000-0000-0000-0000-000000000000";

const read = ["Application.Read.All", "AppRoleAssignment.ReadWrite.All"];
const write = [["AppRoleAssignment.ReadWrite.All", "Application.Read.All"]];

type NewAssignment = z.infer<typeof assignmentToCreate.schema>;

function make(context: Context, wanted: NewAssignment): StoredObject {
  const { store, now } = context;
  const principal = existing(context, wanted.principalId, [...servicePrincipalKinds, "user", "group"]);
  const resource = existing(context, wanted.resourceId, servicePrincipalKinds);
  const appRoleId = wanted.appRoleId.toLowerCase();
  const shown = view(resource, context);
  const roles = (shown["appRoles"] ?? []) as readonly { readonly id: string; readonly isEnabled: boolean }[];
  if (appRoleId !== defaultAccess && !roles.some(({ id, isEnabled }) => id === appRoleId && isEnabled)) {
    throw badRequest(`Permission being assigned was not found on application '${shown["appId"] as string}'.`);
  }
  const held = store.find({ kinds: [kind], where: { property: "principalId", value: principal.id } });
  if (held.some(({ body }) => body["resourceId"] === resource.id && body["appRoleId"] === appRoleId)) {
    // Third parties have seen 400 and 409 with this text.
    throw conflict("EntitlementGrant entry already exists.");
  }
  if (held.length >= mostAssignments)
    throw badRequest(`A principal can hold at most ${mostAssignments} app role assignments.`);
  return store.insert(kind, randomBytes(32).toString("base64url"), {
    deletedDateTime: null,
    appRoleId,
    createdDateTime: now.toISOString(),
    principalDisplayName: view(principal, context)["displayName"],
    principalId: principal.id,
    principalType: principal.kind === "user" ? "User" : principal.kind === "group" ? "Group" : "ServicePrincipal",
    resourceDisplayName: shown["displayName"],
    resourceId: resource.id,
  });
}

function existing({ store }: Context, id: string, kinds: readonly string[]): StoredObject {
  const object = store.get(id);
  if (object && kinds.includes(object.kind)) return object;
  throw notFound(id);
}

/** The same two routes from either end. */
const end = (collectionName: string, property: "principalId" | "resourceId"): Route[] => [
  route({
    method: "GET",
    path: `/servicePrincipals/{id}/${collectionName}`,
    anyKind: true,
    permissions: read,
    basis: "prose",
    source: `REF serviceprincipal-list-${collectionName.toLowerCase()}`,
    query: collection({}),
    answer: (context) => listAnswer(context, { kinds: [kind], where: { property, value: targetOf(context).id } }),
  }),
  route({
    method: "POST",
    path: `/servicePrincipals/{id}/${collectionName}`,
    anyKind: true,
    permissions: write,
    basis: "prose",
    source: `REF serviceprincipal-post-${collectionName.toLowerCase()}`,
    body: assignmentToCreate,
    answer(context) {
      const { id } = targetOf(context);
      if (context.body[property].toLowerCase() !== id)
        throw badRequest(`Property '${property}' must be the id in the address.`);
      return objectAnswer(context, make(context, context.body), 201);
    },
  }),
  route({
    method: "DELETE",
    path: `/servicePrincipals/{id}/${collectionName}/{assignment}`,
    anyKind: true,
    permissions: write,
    basis: "prose",
    source: `REF serviceprincipal-delete-${collectionName.toLowerCase()}`,
    answer(context) {
      const assignment = existing(context, keyOf(context, "assignment"), [kind]);
      if (assignment.body[property] !== targetOf(context).id) throw notFound(assignment.id);
      context.store.purge(assignment);
      return { status: 204 };
    },
  }),
];

export const appRoleAssignmentRoutes: Route[] = [
  ...end("appRoleAssignments", "principalId"),
  ...end("appRoleAssignedTo", "resourceId"),
];
