/** Access tokens: signed, and for Microsoft Graph also checked, like Microsoft's. */
import {
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  createPrivateKey,
  randomBytes,
  randomUUID,
} from "node:crypto";
import type { JWTPayload } from "jose";
import { JWTClaimValidationFailed, JWTExpired } from "jose/errors";
import { decodeJwt } from "jose/jwt/decode";
import { SignJWT } from "jose/jwt/sign";
import { jwtVerify } from "jose/jwt/verify";
import { GraphRefusal } from "../refusal";
import type { Store } from "../state/store";

export const graphAudience = "https://graph.microsoft.com";

/** What a token for Microsoft Graph can name in `aud`: as the client named Graph when it asked. */
export const graphAudiences: readonly string[] = [
  graphAudience,
  `${graphAudience}/`,
  "00000003-0000-0000-c000-000000000000",
];

/** How long a token is valid, in seconds. */
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

/** Issuer of a tenant's tokens, by their version. */
export const issuerOf = (tenantId: string, version: 1 | 2): string =>
  version === 1 ? `https://sts.windows.net/${tenantId}/` : `https://login.microsoftonline.com/${tenantId}/v2.0`;

export interface TokenSubject {
  readonly appId: string;
  readonly oid: string;
  /** Set for a delegated token. */
  readonly userPrincipalName?: string | undefined;
  readonly permissions: readonly string[];
}

/** A token for Microsoft Graph. */
export function issueToken(key: SigningKey, tenantId: string, subject: TokenSubject, now: Date): Promise<string> {
  const { appId, oid, userPrincipalName: upn, permissions } = subject;
  const own =
    upn === undefined ? { idtyp: "app", roles: permissions } : { idtyp: "user", scp: permissions.join(" "), upn };
  const claims = { appid: appId, oid, sub: oid, uti: randomUUID(), ...own };
  return signed(key, { tenantId, version: 1, audience: graphAudience, claims }, now);
}

/** What an application gets for itself. */
export interface AppToken {
  readonly tenantId: string;
  readonly version: 1 | 2;
  readonly audience: string;
  readonly appId: string;
  readonly displayName: string;
  /** Object id of the service principal. */
  readonly oid: string;
  /** How the application proved who it is: `1` by a secret, `2` by a certificate or an assertion. */
  readonly proof: "1" | "2";
  /** Values of app roles. */
  readonly roles: readonly string[];
  /**
   * Whether the token says that it is an application's: Microsoft Graph's do, others where the API asks for the claim.
   */
  readonly says: { readonly kind: boolean; readonly displayName: boolean };
  /** The `uti` claim. */
  readonly id: string;
}

/** A token of the client credentials grant. Without any role it has no `roles`, as Entra's. */
export function issueAppToken(key: SigningKey, token: AppToken, now: Date): Promise<string> {
  const { tenantId, version, audience, appId, oid, proof, roles, says, displayName, id } = token;
  const client = version === 1 ? { appid: appId, appidacr: proof } : { azp: appId, azpacr: proof };
  const claims = {
    ...client,
    ...(says.displayName ? { app_displayname: displayName } : {}),
    ...(says.kind ? { idtyp: "app" } : {}),
    ...(version === 1 ? { idp: issuerOf(tenantId, 1) } : {}),
    oid,
    sub: oid,
    ...(roles.length > 0 ? { roles } : {}),
    rh: `1.${randomBytes(24).toString("base64url")}.`,
    uti: id,
    xms_idrel: "7",
  };
  return signed(key, { tenantId, version, audience, claims }, now);
}

interface Content {
  readonly tenantId: string;
  readonly version: 1 | 2;
  readonly audience: string;
  readonly claims: JWTPayload;
}

function signed(key: SigningKey, { tenantId, version, audience, claims }: Content, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({ tid: tenantId, ver: `${version}.0`, ...claims })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid })
    .setIssuer(issuerOf(tenantId, version))
    .setAudience(audience)
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
  const right = seenRight.get(key.publicKey) ?? new Map<string, Seen>();
  seenRight.set(key.publicKey, right);
  const seen = right.get(authorization ?? "");
  const seconds = Math.floor(now.getTime() / 1000);
  if (seen?.tenantId === tenantId && seen.from <= seconds && seconds < seen.until) return seen.caller;
  if (authorization === null) throw refused("Access token is empty.");
  const token = /^Bearer ([\w.-]+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw refused("CompactToken parsing failed with error code: 80049217");
  const payload = await verified(key, tenantId, token, now);
  const found = caller(payload);
  right.set(authorization, { caller: found, tenantId, from: Number(payload.nbf), until: Number(payload.exp) });
  const [oldest] = right.keys();
  if (right.size > mostSeen && oldest !== undefined) right.delete(oldest);
  return found;
}

/** Whose token had the right signature, issuer and audience: what is left to look at is the time, in seconds. */
interface Seen {
  readonly caller: Caller;
  readonly tenantId: string;
  readonly from: number;
  readonly until: number;
}

/** By the header that was sent, newest last. */
const seenRight = new WeakMap<KeyObject, Map<string, Seen>>();
const mostSeen = 100;

async function verified(key: SigningKey, tenantId: string, token: string, now: Date): Promise<JWTPayload> {
  try {
    // Checked first: a token of another tenant also has another key, and a wrong signature would be the less helpful reason.
    const { tid } = decodeJwt(token);
    if (tid !== tenantId)
      throw refused(`The token was issued for tenant '${String(tid)}', this is tenant '${tenantId}'.`);
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ["RS256"],
      audience: [...graphAudiences],
      issuer: issuerOf(tenantId, 1),
      currentDate: now,
      requiredClaims: ["exp", "nbf", "oid", "appid"],
    });
    return payload;
  } catch (error) {
    if (error instanceof GraphRefusal) throw error;
    if (error instanceof JWTExpired) throw refused("Lifetime validation failed, the token is expired.");
    if (error instanceof JWTClaimValidationFailed && error.claim === "aud") {
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
