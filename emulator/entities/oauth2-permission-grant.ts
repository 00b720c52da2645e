/** What an application may do in the name of people. */
import { z } from "zod";
import type { Entity } from "./entity";

export const oauth2PermissionGrant: Entity = {
  kind: "oAuth2PermissionGrant",
  set: "oauth2PermissionGrants",
  indexed: ["clientId", "resourceId", "principalId"],
  queryable: {
    clientId: { filter: ["eq"] },
    consentType: { filter: ["eq"] },
    principalId: { filter: ["eq"] },
    resourceId: { filter: ["eq"] },
    scope: { filter: ["eq"] },
  },
  // startTime and expiryTime are beta's alone: required there once, ignored always.
  shows({ id, body: { startTime = null, expiryTime = null, ...shown } }, { version }) {
    return { id, ...shown, ...(version === "beta" ? { startTime, expiryTime } : {}) };
  },
};

const scope = z.string().max(3850);

const grant = { resource: "OAuth2PermissionGrant", type: "oAuth2PermissionGrant" };

export const grantToCreate = {
  ...grant,
  readOnly: ["id"],
  schema: z.looseObject({
    clientId: z.guid(),
    consentType: z.enum(["AllPrincipals", "Principal"]),
    principalId: z.guid().nullable().default(null),
    resourceId: z.guid(),
    scope,
  }),
};
export const grantToChange = {
  ...grant,
  readOnly: ["id", "clientId", "consentType", "principalId", "resourceId"],
  schema: z.looseObject({ scope }),
};
