/** /applications: the plain ones, and every kind in one list. */
import type { z } from "zod";
import { checkBody } from "../body";
import { applicationKinds } from "../entities";
import { application } from "../entities/application";
import { applicationToChange, applicationToCreate, applicationToUpsert } from "../entities/application-body";
import type { RequestHeaders } from "../exchange";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import type { Answer } from "../answer";
import { type Context, keyOf, type Route, route, targetOf } from "../route";
import { changeApplication, newApplication } from "../rules/application";
import { softDelete } from "../rules/deletion";
import { checkOwned, ownCreated, rememberCreator } from "../rules/ownership";
import { newPassword } from "../rules/password-credentials";
import { boundPeople, newId, setPeople } from "../rules/people";
import { insertObject } from "../rules/quota";
import type { StoredObject } from "../state/store";
import { ownedBy, plainRead, plainWrite, writeAll } from "./application-permissions";
import { certificatesShown } from "./credentials";
import { peopleRoutes } from "./people";

const one = "/applications/{id}";

type NewApplication = z.infer<typeof applicationToCreate.schema>;

/** The application that is addressed, if this caller may change it. */
function changeable(context: Context): StoredObject {
  const object = targetOf(context);
  checkOwned(context, object, ownedBy, [writeAll]);
  return object;
}

function make(context: Context, body: NewApplication, uniqueName?: string): Answer {
  const {
    "sponsors@odata.bind": _swallowed,
    "owners@odata.bind": ownerUrls,
    passwordCredentials = [],
    ...properties
  } = body;
  const owners = boundPeople(context, ownerUrls);
  const passwords = passwordCredentials.map((asked) => newPassword(context, asked));
  const made = insertObject(context, application.kind, newId(), {
    ...newApplication(context, properties, uniqueName),
    appId: newId(),
    createdByAppId: context.caller.appId,
    createdDateTime: context.now.toISOString(),
    ...(passwords.length > 0 ? { passwordCredentials: passwords.map(({ kept }) => kept) } : {}),
  });
  setPeople(context, "owners", made, owners);
  ownCreated(context, made);
  rememberCreator(context, made);
  const answer = objectAnswer(context, made, 201);
  // The only time the secret is seen.
  const shown = passwords.length > 0 ? { passwordCredentials: passwords.map((password) => password.shown) } : {};
  return { ...answer, body: { ...answer.body, ...shown } };
}

/** `Prefer: create-if-missing`, alone or among others. */
export const mayCreate = (_body: unknown, headers: RequestHeaders): boolean =>
  /(^|[,\s])create-if-missing($|[,;\s])/i.test(headers.get("prefer") ?? "");

export const applicationRoutes: Route[] = [
  route({
    method: "POST",
    path: "/applications",
    permissions: plainWrite,
    basis: "example",
    source: "REF application-post-applications; ENT agent-id-ai-guided-setup for a blueprint without its header",
    differs: [
      "Whether a person may register applications is not looked at.",
      "No page says what counts as an entry of the manifest: here every element of every collection, nested ones too.",
      "Deleted objects that cannot come back are gone; Graph counts a quarter of each toward the quota for 30 days.",
      "Whoever holds a built-in role that is named Administrator is not limited to 250 objects of their own.",
    ],
    body: applicationToCreate,
    answers: "application",
    answer: (context) => make(context, context.body),
  }),
  route({
    method: "GET",
    path: "/applications",
    permissions: plainRead,
    basis: "example",
    source: "REF application-list",
    query: collectionOf(application),
    answers: "application",
    answer: (context) => listAnswer(context, { kinds: applicationKinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: plainRead,
    basis: "example",
    source: "REF application-get",
    query: oneObjectOf(application),
    answers: "application",
    answer: (context) => certificatesShown(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: plainWrite,
    makesMissing: true,
    when: mayCreate,
    basis: "prose",
    source: "REF application-upsert",
    body: applicationToUpsert,
    answers: "application",
    answer(context) {
      const { "sponsors@odata.bind": _sponsors, "owners@odata.bind": owners, ...properties } = context.body;
      if (context.target) {
        if (owners) throw badRequest("Owners of an existing object are changed by their references.");
        changeApplication(context, changeable(context), properties);
        return { status: 204 };
      }
      if (context.keys["id"]?.property.toLowerCase() !== "uniquename") throw notFound(keyOf(context, "id"));
      return make(context, checkBody(applicationToCreate, context.body, context.version), keyOf(context, "id"));
    },
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: plainWrite,
    basis: "example",
    source: "REF application-update",
    body: applicationToChange,
    answer(context) {
      changeApplication(context, changeable(context), context.body);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: plainWrite,
    basis: "example",
    source: "REF application-delete",
    answer(context) {
      softDelete(context, changeable(context));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    path: one,
    entity: application,
    relation: "owners",
    read: plainRead,
    write: plainWrite,
    basis: "example",
    source: "REF application-list-owners, application-post-owners, application-delete-owners",
    checked: (context, object) => {
      checkOwned(context, object, ownedBy, [writeAll]);
    },
  }),
];
