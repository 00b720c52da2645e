/** /users: people, and agent users among them. */
import { checkBody } from "../body";
import { userKinds } from "../entities";
import { agentUser, user } from "../entities/user";
import { agentUserToChange, localAccountToCreate, userToChange, userToCreate } from "../entities/user-bodies";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, countOnly, oneObjectOf } from "../odata/query-rule";
import { notFound } from "../refusal";
import { type Context, type Route, route, targetOf } from "../route";
import { changeAgentUser, checkReachOf } from "../rules/agent-user";
import { softDelete } from "../rules/deletion";
import { changeUser, checkIdentities, makeLocalAccount, makeUser } from "../rules/user";
import type { StoredObject } from "../state/store";
import {
  change,
  changeOfAgentUser,
  list,
  read,
  readAgentUser,
  remove,
  write,
  writeAgentUser,
} from "./user-permissions";

/** The user that is addressed. @throws {GraphRefusal} 404 */
export function userOf(context: Context): StoredObject {
  const found = targetOf(context);
  if (userKinds.includes(found.kind)) return found;
  throw notFound(found.id);
}

const saysIdentities = (body: unknown) =>
  typeof body === "object" && body !== null && "identities" in body && !("userPrincipalName" in body);

const one = "/users/{id}";

const mailAtOnce = "mail is the user principal name at once; Graph sets it when the user gets a mailbox.";

export const userRoutes: Route[] = [
  route({
    method: "GET",
    path: "/users",
    permissions: list,
    basis: "prose",
    source: "REF user-list",
    differs: ["User.ReadBasic.All reads every property here, and a few basic ones in Graph."],
    query: collectionOf(user),
    answers: "user",
    answer: (context) => listAnswer(context, { kinds: userKinds }, false),
  }),
  route({
    method: "GET",
    path: "/users/$count",
    permissions: list,
    basis: "prose",
    source: "REF user-list, example 5",
    query: { ...collectionOf(user), ...countOnly },
    answers: "Edm.String",
    answer: (context) => listAnswer(context, { kinds: userKinds }),
  }),
  route({
    method: "POST",
    path: "/users",
    permissions: write,
    when: saysIdentities,
    basis: "example",
    source: "REF user-post-users, example 2",
    differs: [
      "Graph makes local accounts in external tenants only; the emulated tenant is of every kind.",
      "Custom policies decide about their passwords: any password is taken.",
    ],
    body: localAccountToCreate,
    answers: "user",
    answer: (context) => objectAnswer(context, makeLocalAccount(context, context.body), 201),
  }),
  route({
    method: "POST",
    path: "/users",
    permissions: write,
    basis: "example",
    source: "REF user-post-users",
    differs: [mailAtOnce],
    body: userToCreate,
    answers: "user",
    answer: (context) => objectAnswer(context, makeUser(context, context.body), 201),
  }),
  route({
    method: "GET",
    path: one,
    anyKind: true,
    permissions: read,
    permissionsByKind: { agentUser: readAgentUser },
    basis: "prose",
    source: "REF user-get, REF agentuser-get",
    differs: ["User.ReadBasic.All reads every property here, and a few basic ones in Graph."],
    query: oneObjectOf(user),
    answers: "user",
    answer: (context) => objectAnswer(context, userOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    anyKind: true,
    permissions: change,
    permissionsByKind: { agentUser: changeOfAgentUser },
    basis: "example",
    source: "REF user-update; REF agentuser-update: agent users can be changed here without their type",
    body: userToChange,
    answer(context) {
      const target = userOf(context);
      checkIdentities(context, context.body);
      if (target.kind !== agentUser.kind) changeUser(context, target, context.body);
      else changeAgentUser(context, target, checkBody(agentUserToChange, context.body, context.version));
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    anyKind: true,
    permissions: remove,
    permissionsByKind: { agentUser: writeAgentUser },
    basis: "example",
    source: "REF user-delete, REF agentuser-delete",
    answer(context) {
      const target = userOf(context);
      checkReachOf(context, target);
      softDelete(context, target);
      return { status: 204 };
    },
  }),
  route({
    method: "POST",
    path: `${one}/revokeSignInSessions`,
    anyKind: true,
    permissions: ["User.RevokeSessions.All", ...write],
    permissionsByKind: { agentUser: ["User.RevokeSessions.All", ...writeAgentUser] },
    basis: "prose",
    source: "REF user-revokesigninsessions",
    differs: ["Tokens of the emulated tenant stay good until they expire."],
    answers: "Edm.Boolean",
    answer(context) {
      const target = userOf(context);
      checkReachOf(context, target);
      const signInSessionsValidFromDateTime = context.now.toISOString();
      context.store.replace(target, { ...target.body, signInSessionsValidFromDateTime });
      return { status: 200, body: { "@odata.context": `${context.base}/$metadata#Edm.Boolean`, value: true } };
    },
  }),
];
