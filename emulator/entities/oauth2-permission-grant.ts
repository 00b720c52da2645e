/** What an application may do in the name of people. */
import { z } from "zod";
import { asStored, type Entity } from "./entity";

export const oauth2PermissionGrant: Entity = {
  kind: "oAuth2PermissionGrant",
  shows: asStored,
  set: "oauth2PermissionGrants",
  indexed: ["clientId", "resourceId", "principalId"],
  filter: { clientId: ["eq"], consentType: ["eq"], principalId: ["eq"], resourceId: ["eq"] },
};

const scopes = z.string().max(3850);

export const grantToCreate = {
  resource: "OAuth2PermissionGrant",
  readOnly: ["id"],
  schema: z.strictObject({
    clientId: z.guid(),
    consentType: z.enum(["AllPrincipals", "Principal"]),
    principalId: z.guid().nullable().default(null),
    resourceId: z.guid(),
    scope: scopes,
  }),
};
export const grantToChange = {
  resource: "OAuth2PermissionGrant",
  readOnly: ["id", "clientId", "consentType", "principalId", "resourceId"],
  schema: z.strictObject({ scope: scopes }),
};
