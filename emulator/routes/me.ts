/** /me: the user who is signed in. */
import { userKinds } from "../entities";
import { user } from "../entities/user";
import { userToChange } from "../entities/user-bodies";
import { objectAnswer } from "../odata/collection";
import { oneObjectOf } from "../odata/query-rule";
import { notFound, plainBadRequest } from "../refusal";
import type { Answer } from "../answer";
import { type Context, type Permissions, type Route, route } from "../route";
import { changeUser, checkIdentities, revokeSessions } from "../rules/user";
import type { StoredObject } from "../state/store";
import { userOf } from "./users";

/** @throws {GraphRefusal} 400 for an application: no user is signed in */
export function meOf({ caller, store }: Context): StoredObject {
  if (caller.idtyp === "app") {
    throw plainBadRequest("/me request is only valid with delegated authentication flow.");
  }
  const found = store.get(caller.oid);
  if (found && userKinds.includes(found.kind)) return found;
  throw notFound(caller.oid);
}

/** Applications pass the permission check, so that the refusal says why. */
const onlyPeople = (...delegated: readonly string[]): Permissions => ({ application: [[]], delegated });

/** REF user-update: what people may write on themselves. */
const own = [
  "aboutMe",
  "birthday",
  "hireDate",
  "interests",
  "mobilePhone",
  "businessPhones",
  "mySite",
  "officeLocation",
  "pastProjects",
  "preferredLanguage",
  "preferredName",
  "responsibilities",
  "schools",
  "skills",
];

const accessTokensStay = "There are no refresh tokens yet; access tokens are good until they end, as Graph's are.";

function revoked(context: Context, user: StoredObject): Answer {
  revokeSessions(context, user);
  return { status: 200, body: { "@odata.context": `${context.base}/$metadata#Edm.Boolean`, value: true } };
}

export const meRoutes: Route[] = [
  route({
    method: "GET",
    path: "/me",
    permissions: onlyPeople("User.Read", "User.ReadWrite", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"),
    basis: "prose",
    source: "REF user-get",
    query: oneObjectOf(user),
    answers: "user",
    answer: (context) => objectAnswer(context, meOf(context)),
  }),
  route({
    method: "PATCH",
    path: "/me",
    permissions: {
      application: [[]],
      delegated: [{ name: "User.ReadWrite", only: own }, "User.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    basis: "example",
    source: "REF user-update",
    differs: ["Which properties User.ReadWrite lets people change on themselves is taken from the self-service pages."],
    body: userToChange,
    answer(context) {
      const me = meOf(context);
      checkIdentities(context, context.body);
      changeUser(context, me, context.body);
      return { status: 204 };
    },
  }),
  route({
    method: "POST",
    path: "/me/revokeSignInSessions",
    permissions: onlyPeople("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
    basis: "example",
    source: "REF user-revokesigninsessions",
    differs: [accessTokensStay],
    answers: "Edm.Boolean",
    answer: (context) => revoked(context, meOf(context)),
  }),
  route({
    method: "POST",
    path: "/users/{id}/revokeSignInSessions",
    anyKind: true,
    permissions: ["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    permissionsByKind: { agentUser: ["User.RevokeSessions.All", "User.ReadWrite.All"] },
    basis: "prose",
    source: "REF user-revokesigninsessions",
    differs: [accessTokensStay],
    answers: "Edm.Boolean",
    answer: (context) => revoked(context, userOf(context)),
  }),
];
