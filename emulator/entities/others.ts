/** The smaller kinds: people, groups, federated credentials, grants, assignments. */
import { z } from "zod";
import { asStored, type Entity, type View } from "./entity";

const showsUser: View = ({ id, body }) => ({
  id,
  businessPhones: [],
  displayName: body["displayName"],
  givenName: body["givenName"],
  jobTitle: body["jobTitle"],
  mail: body["userPrincipalName"],
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: body["surname"],
  userPrincipalName: body["userPrincipalName"],
  accountEnabled: true,
  createdDateTime: body["createdDateTime"],
  department: body["department"],
  mailNickname: body["mailNickname"],
  userType: "Member",
});

export const user: Entity = {
  kind: "user",
  shows: showsUser,
  set: "users",
  indexed: ["userPrincipalName"],
  onlyOnSelect: ["accountEnabled", "department", "userType", "createdDateTime", "mailNickname"],
  filter: { userPrincipalName: ["eq", "in", "startswith"], displayName: ["eq", "startswith"], id: ["eq", "in"] },
};

export const group: Entity = {
  kind: "group",
  shows: asStored,
  set: "groups",
  indexed: [],
  filter: { displayName: ["eq", "startswith"], id: ["eq", "in"], groupTypes: ["any"] },
};

export const federatedIdentityCredential: Entity = {
  kind: "federatedIdentityCredential",
  shows: ({ id, body: { application: _application, ...shown } }) => ({ id, ...shown }),
  set: "federatedIdentityCredentials",
  indexed: ["application"],
};

const issuer = z
  .string()
  .regex(/^https:\/\/\S+$/)
  .max(600);
const subject = z.string().min(1).max(600);
const audiences = z.array(z.string().min(1).max(600)).length(1);
const description = z.string().max(600).nullable();
/** 1 to 120 characters that need no encoding in a URL. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,119}$/);
const credential = { resource: "FederatedIdentityCredential", readOnly: ["id"] };

export const credentialToCreate = {
  ...credential,
  schema: z.strictObject({ name, issuer, subject, audiences, description: description.default(null) }),
};
/** `name` may be repeated, never changed. */
export const credentialToChange = {
  ...credential,
  schema: z.strictObject({ name, issuer, subject, audiences, description }).partial(),
};

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

/** Body of `POST …/$ref`. */
export const reference = { resource: "Reference", schema: z.strictObject({ "@odata.id": z.string() }) };

export const conditionalAccessPolicy: Entity = {
  kind: "conditionalAccessPolicy",
  shows: asStored,
  set: "identity/conditionalAccess/policies",
  indexed: [],
};
