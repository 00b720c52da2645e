/** A role of a resource that a principal holds. */
import { z } from "zod";
import { asStored, type Entity } from "./entity";

export const appRoleAssignment: Entity = {
  kind: "appRoleAssignment",
  shows: asStored,
  set: "appRoleAssignments",
  indexed: ["principalId", "resourceId"],
};

export const assignmentToCreate = {
  resource: "AppRoleAssignment",
  readOnly: [
    "id",
    "createdDateTime",
    "deletedDateTime",
    "principalDisplayName",
    "principalType",
    "resourceDisplayName",
  ],
  schema: z.strictObject({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() }),
};
