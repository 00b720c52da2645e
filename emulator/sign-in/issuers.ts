/** Keys of the issuers whose assertions applications trust. Nothing is fetched from beyond this machine. */
import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import { createLocalJWKSet } from "jose/jwks/local";
import { z } from "zod";
import type { Surroundings } from "../entities/entity";
import type { Store } from "../state/store";
import { SignInNotEmulated, SignInRefusal } from "./refusal";
import { issuerOf, signingKey } from "./token";

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/** An issuer whose keys are handed over, because nothing is fetched from it. */
export interface Trust {
  /** As it stands in `iss` of the assertions: `https://token.actions.githubusercontent.com`. */
  readonly issuer: string;
  /** The issuer's JSON Web Key Set, with one key at least. */
  readonly jwks: JSONWebKeySet;
}

const trustSchema: z.ZodType<Trust> = z.strictObject({ issuer: z.string().min(1), jwks: keySet });

const meta = "trustedIssuers";

const trusted = (store: Store): Readonly<Record<string, Trust["jwks"]>> =>
  JSON.parse(store.meta(meta) ?? "{}") as Record<string, Trust["jwks"]>;

/** Runs inside a write transaction. @throws {TypeError} when the keys are no key set */
export function keepIssuer(store: Store, trust: Trust): void {
  const { success, data, error } = trustSchema.safeParse(trust);
  if (!success) throw new TypeError(`cannot trust the issuer: ${z.prettifyError(error)}`);
  store.setMeta(meta, JSON.stringify({ ...trusted(store), [data.issuer]: data.jwks }));
}

/** The public half of the tenant's own key. */
export function ownKeys(store: Store): JSONWebKeySet {
  const { kid, publicKey } = signingKey(store);
  return { keys: [{ ...publicKey.export({ format: "jwk" }), kty: "RSA", use: "sig", kid }] };
}

/**
 * @throws {SignInRefusal} 50166 where an issuer on this machine does not answer as it should
 * @throws {SignInNotEmulated} for an issuer elsewhere whose keys nobody handed over
 */
export async function keysOf({ store, tenantId }: Surroundings, issuer: string): Promise<JWTVerifyGetKey> {
  const given = trusted(store)[issuer];
  if (given) return createLocalJWKSet(given);
  if (issuer === issuerOf(tenantId, 1) || issuer === issuerOf(tenantId, 2)) return createLocalJWKSet(ownKeys(store));
  if (!onThisMachine(issuer)) {
    throw new SignInNotEmulated(
      `The emulated tenant fetches no keys from ${issuer}. Hand them over with trustIssuer or POST /_tenant/trust-issuer.`,
    );
  }
  try {
    const { jwks_uri: address } = z
      .object({ jwks_uri: z.string() })
      .parse(await json(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`));
    if (!onThisMachine(address)) throw new Error("its keys lie elsewhere");
    return createLocalJWKSet(keySet.parse(await json(address)));
  } catch {
    throw new SignInRefusal(50166, issuer);
  }
}

const onThisMachine = (address: string): boolean =>
  URL.canParse(address) && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(address).hostname);

async function json(address: string): Promise<unknown> {
  const response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
