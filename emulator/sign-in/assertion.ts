/** Client assertions: a JWT signed with the application's certificate, or one of an issuer that it trusts. */
import { createHash, X509Certificate } from "node:crypto";
import type { JWTPayload, JWTVerifyGetKey, ProtectedHeaderParameters } from "jose";
import { decodeProtectedHeader } from "jose/decode/protected_header";
import { compactVerify } from "jose/jws/compact/verify";
import { decodeJwt } from "jose/jwt/decode";
import type { Surroundings } from "../entities/entity";
import type { Certificate } from "../entities/credential";
import { type Client, type Federation, federationsOf, timeOf, verifyingOf } from "./client";
import { keysOf } from "./issuers";
import { fits } from "../rules/claims-expression";
import { SignInRefusal } from "./refusal";

/** Clocks may differ by this much, in seconds. */
const toleranceSeconds = 300;

interface Assertion {
  readonly token: string;
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
}

/** What proved who the client is. */
export interface Proof {
  readonly kind: "clientSecret" | "certificate" | "federatedIdentityCredential";
  /** `keyId`, or the id of the federated credential. */
  readonly credentialId: string;
}

/**
 * @param audiences what a certificate's assertion may name: the token endpoint, in every way it is called
 * @throws {SignInRefusal} saying what is wrong
 */
export function byAssertion(
  around: Surroundings,
  client: Client,
  token: string,
  audiences: readonly string[],
): Promise<Proof> {
  const assertion = decoded(token);
  return assertion.claims.iss?.toLowerCase() === client.appId.toLowerCase()
    ? byCertificate(client, assertion, audiences, around.now)
    : byFederation(around, client, assertion);
}

function decoded(token: string): Assertion {
  try {
    return { token, header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch {
    throw new SignInRefusal(50027);
  }
}

async function byCertificate(
  client: Client,
  { token, header, claims }: Assertion,
  audiences: readonly string[],
  now: Date,
): Promise<Proof> {
  if (claims.sub?.toLowerCase() !== client.appId.toLowerCase()) throw new SignInRefusal(700021);
  const named = [header.x5t, header["x5t#S256"], header.kid].filter((name) => typeof name === "string").map(thumbprint);
  const found = verifyingOf(client).find((kept) => thumbprintsOf(kept).some((one) => named.includes(one)));
  const shown = named[0] === undefined ? "" : `, Thumbprint of key used by client: '${named[0]}'`;
  const unusable = (why: string) => new SignInRefusal(700027, notRegistered, `${why}${shown}`, client.appId);
  if (!found) throw unusable("The key was not found.");
  if (timeOf(found, now) !== "now") throw unusable("The key used is expired.");
  try {
    const { publicKey } = new X509Certificate(Buffer.from(found.key, "base64"));
    await compactVerify(token, publicKey, { algorithms: ["RS256", "PS256"] });
  } catch {
    throw unusable("Key was found, but use of the key to verify the signature failed.");
  }
  checkTime(claims, now);
  const aimed = typeof claims.aud === "string" ? [claims.aud] : (claims.aud ?? []);
  if (!aimed.some((audience) => audiences.includes(audience.toLowerCase()))) throw new SignInRefusal(700023);
  return { kind: "certificate", credentialId: found.keyId };
}

const notRegistered =
  "The certificate with identifier used to sign the client assertion is not registered on application.";
const badSignature = "Client assertion contains an invalid signature.";

/** SHA-1 and SHA-256 of a certificate, in hex. */
function thumbprintsOf({ key }: Certificate): string[] {
  const der = Buffer.from(key, "base64");
  return ["sha1", "sha256"].map((hash) => createHash(hash).update(der).digest("hex").toUpperCase());
}

/** What a header names, in hex. Clients write it in hex, in base64 or in base64url, with or without its padding. */
const thumbprint = (name: string): string =>
  /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(name)
    ? name.toUpperCase()
    : Buffer.from(name, "base64").toString("hex").toUpperCase();

async function byFederation(around: Surroundings, client: Client, { token, claims }: Assertion): Promise<Proof> {
  const { id, issuer } = trusting(around, client, claims);
  const keys: JWTVerifyGetKey = await keysOf(around, issuer);
  await compactVerify(token, keys, { algorithms: ["RS256"] }).catch(() => {
    throw new SignInRefusal(700027, badSignature, "The key was not found.", client.appId);
  });
  checkTime(claims, around.now);
  return { kind: "federatedIdentityCredential", credentialId: id };
}

/** The federated credential that fits. Issuer, subject and audience are compared letter by letter; an expression may decide instead of the subject. */
function trusting(around: Surroundings, client: Client, claims: JWTPayload): Federation {
  const { iss = "", sub = "", aud } = claims;
  const audience = Array.isArray(aud) ? aud.join(" ") : (aud ?? "");
  const all = federationsOf(around, client);
  if (all.length === 0) throw new SignInRefusal(70025, client.displayName, client.appId);
  const ofIssuer = all.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw new SignInRefusal(700211, iss);
  const ofSubject = ofIssuer.filter(({ subject, expression }) =>
    expression === undefined ? subject === sub : fits(expression, claims),
  );
  if (ofSubject.length === 0) {
    const alike = ofIssuer.some(({ subject }) => subject?.toLowerCase() === sub.toLowerCase());
    throw new SignInRefusal(alike ? 7002138 : 700213, sub);
  }
  const fitting = ofSubject.find(({ audiences }) => audiences.includes(audience));
  if (!fitting) throw new SignInRefusal(700212, audience);
  return fitting;
}

function checkTime({ nbf, iat, exp }: JWTPayload, now: Date): void {
  const seconds = now.getTime() / 1000;
  const from = nbf ?? iat ?? 0;
  if (exp !== undefined && from - toleranceSeconds <= seconds && seconds < exp + toleranceSeconds) return;
  const shown = (time: number) => new Date(time * 1000).toISOString();
  throw new SignInRefusal(700024, now.toISOString(), shown(from), shown(exp ?? 0));
}
