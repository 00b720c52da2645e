/** What agent identities inherit of one API's permissions. */
import { z } from "zod";
import type { Entity } from "./entity";

export const inheritablePermission: Entity = {
  kind: "inheritablePermission",
  set: "inheritablePermissions",
  // Not derived from anything, but REF shows the type in every answer.
  derived: true,
  indexed: ["application"],
  shows({ body: { application: _application, inheritableRoles, ...shown } }, { switches }) {
    const isShown = inheritableRoles !== undefined && switches.profiles.inheritableRolesOnBlueprint === "shown";
    return { ...shown, ...(isShown ? { inheritableRoles } : {}) };
  },
};

const inheritable = { resource: "InheritablePermission", type: "inheritablePermission" };
const pattern = z.looseObject({ "@odata.type": z.string() });
const scopes = pattern.extend({ scopes: z.array(z.string().min(1)).min(1).optional() });

export const inheritableToCreate = {
  ...inheritable,
  schema: z.looseObject({ resourceAppId: z.guid(), inheritableScopes: scopes, inheritableRoles: pattern.optional() }),
};
export const inheritableToChange = {
  ...inheritable,
  readOnly: ["resourceAppId"],
  schema: z.looseObject({ inheritableScopes: scopes, inheritableRoles: pattern }).partial(),
};
