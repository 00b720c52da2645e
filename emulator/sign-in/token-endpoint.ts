/** `POST /{tenant}/oauth2/v2.0/token` and its older form: the client credentials grant. */
import { randomUUID } from "node:crypto";
import type { Surroundings } from "../entities/entity";
import { microsoftGraphAppId } from "../permissions";
import { recordSignIn } from "../rules/logs";
import { assignmentsOf, rolesOf } from "./app-roles";
import { byAssertion, type Proof } from "./assertion";
import { type Client, clientOf, secretsOf, timeOf } from "./client";
import type { SignInAnswer, SignInRequest } from "./exchange";
import { type TokenForm, tokenForm } from "./form";
import { SignInRefusal } from "./refusal";
import { asksFor, type Resource, resourceOf } from "./resource";
import { matches } from "./secret";
import { issueAppToken, signingKey, tokenLifeSeconds } from "./token";

/** What was found out before the token was issued or refused. */
interface Attempt {
  client?: Client;
  proof?: Proof;
  resource?: Resource;
}

/** @throws {SignInRefusal} which is in the sign-in log by then */
export async function answerToken(
  around: Surroundings,
  request: SignInRequest,
  endpoint: 1 | 2,
): Promise<SignInAnswer> {
  const form = tokenForm(request.text, request.headers.get("authorization"), endpoint);
  const attempt: Attempt = {};
  const id = randomUUID();
  try {
    const answer = await issue(around, request, form, attempt, id);
    record(around, request, form, attempt, id);
    return answer;
  } catch (error) {
    if (error instanceof SignInRefusal) record(around, request, form, attempt, undefined, error);
    throw error;
  }
}

async function issue(
  around: Surroundings,
  request: SignInRequest,
  form: TokenForm,
  attempt: Attempt,
  id: string,
): Promise<SignInAnswer> {
  const { store, tenantId, now, switches } = around;
  const client = (attempt.client = clientOf(around, form.clientId));
  const audience = signInAudienceOf(client);
  if (request.tenant === "any" && audience === "AzureADMyOrg")
    throw new SignInRefusal(50194, client.appId, client.displayName);
  const proof = (attempt.proof = await proofOf(around, request, client, form));
  const { principal } = client;
  if (!principal) throw new SignInRefusal(7000229, client.appId, tenantId);
  const resource = (attempt.resource = resourceOf(around, form.resource, request.origin));
  const assigned = assignmentsOf(store, principal, resource.principal, switches, now);
  if (resource.assignmentRequired && assigned.length === 0)
    throw new SignInRefusal(501051, client.appId, client.displayName, resource.appId, resource.displayName);
  const graph = resource.appId === microsoftGraphAppId;
  const token = await issueAppToken(
    signingKey(store),
    {
      tenantId,
      version: resource.tokenVersion,
      audience: resource.tokenVersion === 2 ? resource.appId : resource.audience,
      appId: client.appId,
      displayName: client.displayName,
      oid: principal.id,
      proof: proof.kind === "clientSecret" ? "1" : "2",
      roles: rolesOf(around, principal, resource.principal, switches, now),
      says: { kind: graph || asksFor(resource, "idtyp"), displayName: graph },
      id,
    },
    now,
  );
  return { status: 200, body: tokenAnswer(form, token, now) };
}

const signInAudienceOf = ({ application }: Client): unknown => application?.body["signInAudience"] ?? "AzureADMyOrg";

/** `expires_in`, in seconds: Entra's own tokens are valid for one second longer. */
const expiresIn = tokenLifeSeconds - 1;

/** The older endpoint answers in strings. */
function tokenAnswer({ endpoint, resource }: TokenForm, access_token: string, now: Date): object {
  if (endpoint === 2) return { token_type: "Bearer", expires_in: expiresIn, ext_expires_in: expiresIn, access_token };
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    token_type: "Bearer",
    expires_in: String(expiresIn),
    ext_expires_in: String(expiresIn),
    expires_on: String(seconds + expiresIn),
    not_before: String(seconds),
    resource,
    access_token,
  };
}

function proofOf(
  around: Surroundings,
  request: SignInRequest,
  client: Client,
  { secret, assertion }: TokenForm,
): Promise<Proof> {
  if (assertion !== undefined) return byAssertion(around, client, assertion, audiencesOf(around, request));
  const found = secretsOf(client).find(({ secretHash }) => matches(secret ?? "", secretHash));
  const time = found && timeOf(found, around.now);
  if (time === "late") throw new SignInRefusal(7000222, client.appId);
  if (!found || time === "early") throw new SignInRefusal(7000215, client.appId);
  return Promise.resolve({ kind: "clientSecret", credentialId: found.keyId });
}

/**
 * What a certificate's assertion may be aimed at: either endpoint or the issuer, at Microsoft's address or this one.
 */
function audiencesOf({ tenantId, domain }: Surroundings, { origin }: SignInRequest): string[] {
  const paths = ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/", ""];
  return [origin, "https://login.microsoftonline.com"].flatMap((at) =>
    [tenantId, domain, "common", "organizations"].flatMap((tenant) =>
      paths.map((path) => `${at}/${tenant}${path}`.toLowerCase()),
    ),
  );
}

function record(
  around: Surroundings,
  { headers, traceId, correlationId }: SignInRequest,
  { clientId }: TokenForm,
  { client, proof, resource }: Attempt,
  token: string | undefined,
  refusal?: SignInRefusal,
): void {
  around.store.transaction("write", () =>
    recordSignIn(around, {
      appId: client?.appId ?? clientId,
      client: client?.principal,
      resource: resource?.principal,
      credential: proof?.kind,
      credentialId: proof?.credentialId,
      uniqueTokenIdentifier: token,
      requestId: traceId,
      correlationId,
      userAgent: headers.get("user-agent"),
      error: refusal && { code: refusal.code, reason: refusal.message },
    }),
  );
}
