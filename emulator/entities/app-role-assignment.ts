/** A role of a resource that a principal holds. */
import { z } from "zod";
import type { Entity } from "./entity";

export const appRoleAssignment: Entity = {
  kind: "appRoleAssignment",
  set: "appRoleAssignments",
  indexed: ["principalId", "resourceId"],
  queryable: {
    principalId: { filter: ["eq"] },
    resourceId: { filter: ["eq"] },
    principalDisplayName: { filter: ["eq", "startswith"] },
    principalType: { filter: ["eq"] },
  },
  // Beta has another name for the time of its making.
  shows({ id, body: { createdDateTime, ...shown } }, { version }) {
    const time = version === "beta" ? { creationTimestamp: createdDateTime } : { createdDateTime };
    return { id, ...shown, ...time };
  },
};

export const assignmentToCreate = {
  resource: "AppRoleAssignment",
  type: "appRoleAssignment",
  readOnly: [
    "id",
    "createdDateTime",
    "creationTimestamp",
    "deletedDateTime",
    "principalDisplayName",
    "principalType",
    "resourceDisplayName",
  ],
  schema: z.looseObject({ principalId: z.guid(), resourceId: z.guid(), appRoleId: z.guid() }),
};
