/** federatedIdentityCredentials of a blueprint. */
import type { z } from "zod";
import { checkBody } from "../body";
import { objectAnswer, wholeListAnswer } from "../odata/collection";
import { credentialToChange, credentialToCreate, federatedIdentityCredential } from "../entities/federated-identity-credential";
import { newId } from "../rules/people";
import { oneObject } from "../odata/query";
import { badRequest, conflict, notFound } from "../refusal";
import { type Context, keyOf, type Route, route, targetOf } from "../route";
import type { StoredObject } from "../state/store";

const all = "/applications/{id}/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials";
const one = `${all}/{credential}`;
const { kind } = federatedIdentityCredential;

/** Federated identity credentials of one application. */
export const mostCredentials = 20;

const read = ["AgentIdentityBlueprint.Read.All", "AgentIdentityBlueprint.ReadWrite.All", "Application.Read.All"];
const write = ["AgentIdentityBlueprint.AddRemoveCreds.All", "AgentIdentityBlueprint.ReadWrite.All"];

/** Seen on beta in December 2025. Newer documentation says the short path "might work but isn't supported". */
const uncast = () =>
  badRequest(
    "A resource with type 'Microsoft.DirectoryServices.AgentIdentityBlueprint' was found, but it is not assignable to the " +
      "expected type 'Microsoft.DirectoryServices.FederatedIdentityCredential'.",
  );

type Credential = z.infer<typeof credentialToCreate.schema>;

const credentialsOf = ({ store }: Context, application: StoredObject): StoredObject[] =>
  store.find({ kinds: [kind], where: { property: "application", value: application.id } });

/** The credential that the address names by id or by name. */
function known(context: Context): StoredObject | undefined {
  const key = context.keys["credential"];
  const credentials = credentialsOf(context, targetOf(context));
  if (key?.property === "name") return credentials.find(({ body }) => body["name"] === key.value);
  return credentials.find(({ id }) => key?.property === "id" && id === key.value.toLowerCase());
}

function found(context: Context): StoredObject {
  const credential = known(context);
  if (credential) return credential;
  throw notFound(keyOf(context, "credential"));
}

function checkTrust(
  context: Context,
  application: StoredObject,
  wanted: Pick<Credential, "issuer" | "subject">,
  self?: string,
): void {
  const same = credentialsOf(context, application).find(
    ({ id, body }) => id !== self && body["issuer"] === wanted.issuer && body["subject"] === wanted.subject,
  );
  if (same)
    throw badRequest(
      `FederatedIdentityCredential with issuer '${wanted.issuer}' and subject '${wanted.subject}' already exists.`,
    );
}

function make(context: Context, wanted: Credential): StoredObject {
  const application = targetOf(context);
  const others = credentialsOf(context, application);
  if (others.some(({ body }) => body["name"] === wanted.name)) {
    throw conflict(`FederatedIdentityCredential with name ${wanted.name} already exists.`);
  }
  checkTrust(context, application, wanted);
  if (others.length >= mostCredentials)
    throw badRequest(`An application can have at most ${mostCredentials} federated identity credentials.`);
  return context.store.insert(kind, newId(), { application: application.id, ...wanted });
}

function changeTo(context: Context, credential: StoredObject, body: z.infer<typeof credentialToChange.schema>): void {
  if (body.name !== undefined && body.name !== credential.body["name"])
    throw badRequest("Property 'name' is read-only and cannot be set.");
  const changed = { ...credential.body, ...body };
  checkTrust(context, targetOf(context), changed as unknown as Credential, credential.id);
  context.store.replace(credential, changed);
}

export const federatedIdentityCredentialRoutes: Route[] = [
  route({
    method: "GET",
    path: all,
    permissions: read,
    basis: "prose",
    source: "REF application-list-federatedidentitycredentials",
    query: oneObject,
    uncast,
    answer: (context) =>
      wholeListAnswer(
        context,
        credentialsOf(context, targetOf(context)),
        `applications('${targetOf(context).id}')/federatedIdentityCredentials`,
      ),
  }),
  route({
    method: "GET",
    path: one,
    permissions: read,
    basis: "prose",
    source: "REF federatedidentitycredential-get",
    query: oneObject,
    uncast,
    answer: (context) => objectAnswer(context, found(context)),
  }),
  route({
    method: "POST",
    path: all,
    permissions: write,
    basis: "prose",
    source: "REF application-post-federatedidentitycredentials",
    body: credentialToCreate,
    uncast,
    answer: (context) => objectAnswer(context, make(context, context.body), 201),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: write,
    basis: "prose",
    source: "REF federatedidentitycredential-update, -upsert",
    body: credentialToChange,
    uncast,
    answer(context) {
      const key = context.keys["credential"];
      const credential = known(context);
      const mayCreate = key?.property === "name" && /create-if-missing/i.test(context.headers.get("prefer") ?? "");
      if (credential) changeTo(context, credential, context.body);
      else if (!mayCreate) throw notFound(keyOf(context, "credential"));
      else return objectAnswer(context, make(context, complete(context, key.value)), 201);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: write,
    basis: "prose",
    source: "REF federatedidentitycredential-delete",
    uncast,
    answer(context) {
      context.store.purge(found(context));
      return { status: 204 };
    },
  }),
];

function complete({ body, version }: Context<z.infer<typeof credentialToChange.schema>>, name: string): Credential {
  if (body.name !== undefined && body.name !== name)
    throw badRequest("Property 'name' must be the one in the address.");
  return checkBody(credentialToCreate, { ...body, name }, version);
}
