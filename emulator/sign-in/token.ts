/** Access tokens for Microsoft Graph: signed, and checked like Microsoft's. */
import {
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  createPrivateKey,
  randomUUID,
} from "node:crypto";
import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { GraphRefusal } from "../refusal";
import type { Store } from "../state/store";

export const graphAudience = "https://graph.microsoft.com";

/** Life of a token, in seconds. */
export const tokenLifeSeconds = 3_600;

/** Who sent a request. */
export interface Caller {
  /** `app` for application permissions, `user` for delegated ones. */
  readonly idtyp: "app" | "user";
  /** Client id of the application. */
  readonly appId: string;
  /** Object id of the service principal or of the user. */
  readonly oid: string;
  readonly permissions: ReadonlySet<string>;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The tenant's key, made when it is first needed; of two processes that make one, the first wins. */
export function signingKey(store: Store): SigningKey {
  let text = store.meta("signingKey");
  if (text === undefined) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const made = JSON.stringify({ kid: randomUUID(), jwk: privateKey.export({ format: "jwk" }) });
    text = store.transaction("write", () => {
      const other = store.meta("signingKey");
      if (other === undefined) store.setMeta("signingKey", made);
      return other ?? made;
    });
  }
  const { kid, jwk } = JSON.parse(text) as { kid: string; jwk: JsonWebKey };
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}

export interface TokenSubject {
  readonly appId: string;
  readonly oid: string;
  /** Set for a delegated token. */
  readonly userPrincipalName?: string | undefined;
  readonly permissions: readonly string[];
}

export function issueToken(key: SigningKey, tenantId: string, subject: TokenSubject, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  const { userPrincipalName: upn, permissions } = subject;
  const own =
    upn === undefined ? { idtyp: "app", roles: permissions } : { idtyp: "user", scp: permissions.join(" "), upn };
  return new SignJWT({
    tid: tenantId,
    appid: subject.appId,
    oid: subject.oid,
    sub: subject.oid,
    ver: "1.0",
    uti: randomUUID(),
    ...own,
  })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid })
    .setIssuer(`https://sts.windows.net/${tenantId}/`)
    .setAudience(graphAudience)
    .setIssuedAt(seconds)
    .setNotBefore(seconds)
    .setExpirationTime(seconds + tokenLifeSeconds)
    .sign(key.privateKey);
}

const refused = (message: string) => new GraphRefusal(401, "InvalidAuthenticationToken", message);

/** @throws {GraphRefusal} 401 InvalidAuthenticationToken */
export async function callerOf(
  key: SigningKey,
  tenantId: string,
  authorization: string | null,
  now: Date,
): Promise<Caller> {
  if (authorization === null) throw refused("Access token is empty.");
  const token = /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw refused("CompactToken parsing failed with error code: 80049217");
  return caller(await verified(key, tenantId, token, now));
}

async function verified(key: SigningKey, tenantId: string, token: string, now: Date): Promise<JWTPayload> {
  try {
    // Told first: a token of another tenant also has another key, and its signature is the less helpful news.
    const { tid } = decodeJwt(token);
    if (tid !== tenantId)
      throw refused(`The token was issued for tenant '${String(tid)}', this is tenant '${tenantId}'.`);
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ["RS256"],
      audience: graphAudience,
      issuer: `https://sts.windows.net/${tenantId}/`,
      currentDate: now,
      requiredClaims: ["exp", "nbf", "oid", "appid"],
    });
    return payload;
  } catch (error) {
    if (error instanceof GraphRefusal) throw error;
    if (error instanceof errors.JWTExpired) throw refused("Lifetime validation failed, the token is expired.");
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud") {
      throw refused("Access token validation failure. Invalid audience.");
    }
    throw refused("Access token validation failure.");
  }
}

function caller(claims: JWTPayload): Caller {
  const { idtyp, appid, oid, roles, scp } = claims;
  const application = idtyp === "app";
  const names = application
    ? Array.isArray(roles)
      ? roles.map(String)
      : []
    : (typeof scp === "string" ? scp : "").split(" ");
  return { idtyp: application ? "app" : "user", appId: String(appid), oid: String(oid), permissions: new Set(names) };
}
