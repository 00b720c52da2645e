/** Federated identity credentials of one application or blueprint. */
import type { z } from "zod";
import { checkBody } from "../body";
import { belongingTo } from "../entities/application";
import type { credentialToChange } from "../entities/federated-identity-credential";
import { credentialToCreate, federatedIdentityCredential } from "../entities/federated-identity-credential";
import { badRequest, conflict } from "../refusal";
import type { Context } from "../route";
import { refusalOf } from "./claims-expression";
import type { Json, StoredObject } from "../state/store";
import { newId } from "./people";

const { kind } = federatedIdentityCredential;

/** Federated identity credentials of one application. */
const mostCredentials = 20;

type Credential = z.infer<typeof credentialToCreate.schema>;
type Expression = NonNullable<Credential["claimsMatchingExpression"]>;
type Change = z.infer<typeof credentialToChange.schema>;

/** The language of expressions, and what of it the issuer's tokens can be asked for. */
function checkExpression(context: Context, issuer: string, { value }: Expression): void {
  const needsImmutable = context.switches.profiles.gitHubExpressions === "subAndImmutableClaim";
  const refused = refusalOf(value, issuer, needsImmutable);
  if (refused !== undefined)
    throw badRequest(`Invalid value specified for property 'claimsMatchingExpression': ${refused}`);
}

/** Whose tokens are trusted is said in one of two ways, and no two credentials trust the same. */
function checkTrust(context: Context, application: StoredObject, wanted: Json, self?: string): void {
  const { issuer, subject, claimsMatchingExpression: expression } = wanted;
  if (typeof subject === "string" && expression)
    throw badRequest("Only one of 'subject' and 'claimsMatchingExpression' can be given.");
  if (typeof subject !== "string" && !expression)
    throw badRequest("A value is required for property 'subject' of resource 'FederatedIdentityCredential'.");
  if (expression) checkExpression(context, String(issuer), expression as Expression);
  const trusted = (body: Json) =>
    JSON.stringify([body["issuer"], body["subject"] ?? null, body["claimsMatchingExpression"] ?? null]);
  const same = belongingTo(kind, application, context).find(
    ({ id, body }) => id !== self && trusted(body) === trusted(wanted),
  );
  if (same)
    throw badRequest(
      `FederatedIdentityCredential with issuer '${String(issuer)}' and subject '${String(subject)}' already exists.`,
    );
}

export function makeCredential(context: Context, application: StoredObject, wanted: Credential): StoredObject {
  const others = belongingTo(kind, application, context);
  if (others.some(({ body }) => body["name"] === wanted.name))
    throw conflict(`FederatedIdentityCredential with name ${wanted.name} already exists.`);
  checkTrust(context, application, wanted);
  if (others.length >= mostCredentials)
    throw badRequest(`An application can have at most ${mostCredentials} federated identity credentials.`);
  const kept = { description: null, subject: null, ...wanted, createdDateTime: context.now.toISOString() };
  return context.store.insert(kind, newId(), { application: application.id, ...kept });
}

export function changeCredential(
  context: Context,
  application: StoredObject,
  credential: StoredObject,
  change: Change,
): void {
  if (change.name !== undefined && change.name !== credential.body["name"])
    throw badRequest("Property 'name' is read-only and cannot be set.");
  const changed = { ...credential.body, ...change };
  checkTrust(context, application, changed, credential.id);
  context.store.replace(credential, changed);
}

/** The body of an upsert that makes the credential. */
export function completeCredential({ version }: Context, body: Change, name: string): Credential {
  if (body.name !== undefined && body.name !== name)
    throw badRequest("Property 'name' must be the one in the address.");
  return checkBody(credentialToCreate, { ...body, name }, version);
}
