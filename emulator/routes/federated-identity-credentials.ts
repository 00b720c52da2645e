/** federatedIdentityCredentials of applications and blueprints. */
import { belongingTo, listedCredentials } from "../entities/application";
import {
  credentialToChange,
  credentialToCreate,
  federatedIdentityCredential,
} from "../entities/federated-identity-credential";
import { objectAnswer, relatedAnswer } from "../odata/collection";
import { collectionOf, oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { type Context, keyOf, type Permissions, type Route, route, targetOf } from "../route";
import { changeCredential, completeCredential, makeCredential } from "../rules/federated-identity-credentials";
import { checkOwned } from "../rules/ownership";
import type { StoredObject } from "../state/store";
import {
  blueprintCredentials,
  blueprintRead,
  ownedBy,
  plainRead,
  plainWrite,
  writeAll,
} from "./application-permissions";
import { mayCreate } from "./applications";

const all = "/applications/{id}/federatedIdentityCredentials";
const one = `${all}/{credential}`;
const { kind } = federatedIdentityCredential;

const readers: Readonly<Record<string, Permissions>> = {
  agentIdentityBlueprint: [...blueprintRead, "Application.Read.All"],
};
const writers: Readonly<Record<string, Permissions>> = { agentIdentityBlueprint: blueprintCredentials };

/**
 * The application that is addressed. A blueprint without its cast: seen refused on beta in December 2025; newer
 * documentation says that "the short path might work but isn't supported".
 */
function applicationAt(context: Context): StoredObject {
  const object = targetOf(context);
  const cast = /\/(?:microsoft\.)?graph\.agentIdentityBlueprint(?:\/|$)/i.test(decodeURIComponent(context.path));
  const served = context.switches.profiles.federatedCredentialsWithoutCast === "served";
  if (object.kind !== "agentIdentityBlueprint" || cast || served) return object;
  throw badRequest(
    "A resource with type 'Microsoft.DirectoryServices.AgentIdentityBlueprint' was found, but it is not assignable to the " +
      "expected type 'Microsoft.DirectoryServices.FederatedIdentityCredential'.",
  );
}

function changeable(context: Context): StoredObject {
  const object = applicationAt(context);
  checkOwned(context, object, ownedBy, [writeAll, ...blueprintCredentials]);
  return object;
}

/** The credential that the address names by its id, or, in one of two ways, by its name. */
function known(context: Context, application: StoredObject): StoredObject | undefined {
  const { property, value = "" } = context.keys["credential"] ?? {};
  const { federatedCredentialKey: blueprintKey } = context.switches.profiles;
  const byName = application.kind === "agentIdentityBlueprint" ? blueprintKey : "nameKey";
  const credentials = belongingTo(kind, application, context);
  const found = credentials.find(({ id }) => property === "id" && id === value.toLowerCase());
  if (found || byName !== (property === "name" ? "nameKey" : "nameSegment")) return found;
  return credentials.find(({ body }) => body["name"] === value);
}

function found(context: Context, application: StoredObject): StoredObject {
  const credential = known(context, application);
  if (credential) return credential;
  throw notFound(keyOf(context, "credential"));
}

const reading = { anyKind: true, permissions: plainRead, permissionsByKind: readers, answers: kind } as const;
const writing = { anyKind: true, permissions: plainWrite, permissionsByKind: writers } as const;

export const federatedIdentityCredentialRoutes: Route[] = [
  route({
    ...reading,
    method: "GET",
    path: all,
    basis: "prose",
    source: "REF application-list-federatedidentitycredentials",
    query: collectionOf(federatedIdentityCredential),
    answer: (context) => relatedAnswer(context, listedCredentials(applicationAt(context), context), kind),
  }),
  route({
    ...reading,
    method: "GET",
    path: one,
    basis: "prose",
    source: "REF federatedidentitycredential-get",
    query: oneObjectOf(federatedIdentityCredential),
    answer: (context) => objectAnswer(context, found(context, applicationAt(context))),
  }),
  route({
    ...writing,
    method: "POST",
    path: all,
    basis: "example",
    source:
      "REF application-post-federatedidentitycredentials; expressions over claims: ENT workload-identities-flexible-federated-identity-credentials",
    differs: ["An Agent ID Developer adds them to every blueprint; no page says whether only to its own."],
    body: credentialToCreate,
    answers: kind,
    answer: (context) => objectAnswer(context, makeCredential(context, changeable(context), context.body), 201),
  }),
  route({
    ...writing,
    method: "PATCH",
    path: one,
    basis: "prose",
    source: "REF federatedidentitycredential-update, -upsert",
    body: credentialToChange,
    answers: kind,
    answer(context) {
      const application = changeable(context);
      const key = context.keys["credential"];
      const credential = known(context, application);
      if (credential) changeCredential(context, application, credential, context.body);
      else if (key?.property !== "name" || !mayCreate(context.body, context.headers))
        throw notFound(keyOf(context, "credential"));
      else {
        const body = completeCredential(context, context.body, key.value);
        return objectAnswer(context, makeCredential(context, application, body), 201);
      }
      return { status: 204 };
    },
  }),
  route({
    ...writing,
    method: "DELETE",
    path: one,
    basis: "prose",
    source: "REF federatedidentitycredential-delete",
    answer(context) {
      context.store.purge(found(context, changeable(context)));
      return { status: 204 };
    },
  }),
];
