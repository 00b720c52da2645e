/** Certificates of applications and service principals, and the proof that somebody has the private key of one. */
import { randomUUID, verify, X509Certificate } from "node:crypto";
import { z } from "zod";
import { type Certificate, certificatesOf } from "../entities/credential";
import { badRequest, GraphRefusal } from "../refusal";
import type { Context } from "../route";
import type { Json, StoredObject } from "../state/store";

const given = z.object({
  keyId: z.guid().nullish(),
  displayName: z.string().max(90).nullish(),
  startDateTime: z.string().nullish(),
  endDateTime: z.string().nullish(),
  customKeyIdentifier: z.string().nullish(),
  type: z.enum(["AsymmetricX509Cert", "X509CertAndPassword"]).nullish(),
  usage: z.enum(["Verify", "Sign", "Encrypt"]).nullish(),
  key: z.string().nullish(),
});

const invalid = (why: string) => badRequest(`Key credential is invalid: ${why}.`);

function certificateIn(key: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(key, "base64"));
  } catch {
    throw invalid("'key' is not an X.509 certificate");
  }
}

/** One credential as it is kept. What is not given comes from the certificate. */
export function certificateOf(asked: Json): Certificate {
  const { data: wanted } = given.safeParse(asked);
  if (!wanted) throw badRequest("Invalid value specified for property 'keyCredentials' of resource 'Application'.");
  const { type, usage, key } = wanted;
  if (!type || !usage || !key) throw invalid("'type', 'usage' and 'key' are required");
  if (usage === "Sign" && type !== "X509CertAndPassword")
    throw invalid("'usage' Sign needs 'type' X509CertAndPassword");
  const certificate = certificateIn(key);
  const from = new Date(certificate.validFrom).toISOString();
  const to = new Date(certificate.validTo).toISOString();
  const startDateTime = wanted.startDateTime ?? from;
  const endDateTime = wanted.endDateTime ?? to;
  if (Date.parse(startDateTime) < Date.parse(from)) throw invalid("it starts before its certificate");
  if (Date.parse(endDateTime) > Date.parse(to)) throw invalid("Key credential end date is invalid");
  if (Date.parse(endDateTime) <= Date.parse(startDateTime)) throw invalid("it ends before it starts");
  return {
    keyId: wanted.keyId ?? randomUUID(),
    displayName: wanted.displayName ?? certificate.subject,
    startDateTime,
    endDateTime,
    customKeyIdentifier: wanted.customKeyIdentifier ?? certificate.fingerprint.replaceAll(":", ""),
    type,
    usage,
    key,
  };
}

/**
 * The collection after a PATCH, which replaces it whole. A credential that is there already is named by its `keyId`,
 * with or without its `key`.
 */
export function keptCertificates(before: readonly Json[], wanted: readonly Json[]): Certificate[] {
  const known = certificatesOf({ keyCredentials: before });
  const kept = wanted.map((asked) => {
    const old = known.find(({ keyId }) => keyId === asked["keyId"]);
    if (!old) return certificateOf(asked);
    if (typeof asked["key"] === "string" && asked["key"] !== old.key)
      throw badRequest(`Update to existing credential with KeyId '${old.keyId}' is not allowed.`);
    return old;
  });
  if (new Set(kept.map(({ keyId }) => keyId)).size < kept.length) throw invalid("'keyId' must be unique");
  return kept;
}

/** Who the proof must be made for: newer documentation names Microsoft Graph, older Azure AD Graph. */
const proofAudiences = ["00000002-0000-0000-c000-000000000000", "00000003-0000-0000-c000-000000000000"];

/** Longest life of a proof, in seconds. */
const longestProof = 600;

const proofHeader = z.object({ alg: z.enum(["RS256"]) });
const proofClaims = z.object({ aud: z.string(), iss: z.string(), nbf: z.number(), exp: z.number() });

function part<Schema extends z.ZodType>(text: string | undefined, schema: Schema): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text ?? "", "base64url").toString())).data;
  } catch {
    return undefined;
  }
}

/** @throws {GraphRefusal} unless `proof` is signed with a certificate of the object that is good now */
export function checkProof({ now }: Context, object: StoredObject, proof: string): void {
  const [header, payload, signature = ""] = proof.split(".");
  const claims = part(payload, proofClaims);
  const seconds = now.getTime() / 1000;
  const timely = claims && claims.nbf <= seconds && seconds < claims.exp && claims.exp - claims.nbf <= longestProof;
  const addressed = claims && proofAudiences.includes(claims.aud) && claims.iss.toLowerCase() === object.id;
  const signed =
    part(header, proofHeader) &&
    certificatesOf(object.body).some((kept) => {
      if (Date.parse(kept.startDateTime) > now.getTime() || Date.parse(kept.endDateTime) <= now.getTime()) return false;
      const { publicKey } = new X509Certificate(Buffer.from(kept.key, "base64"));
      const said = Buffer.from(`${header ?? ""}.${payload ?? ""}`);
      return (
        publicKey.asymmetricKeyType === "rsa" &&
        verify("RSA-SHA256", said, publicKey, Buffer.from(signature, "base64url"))
      );
    });
  if (!timely || !addressed || !signed)
    throw new GraphRefusal(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.");
}

/** Adds one credential. @returns it as it is kept */
export function addCertificate(context: Context, object: StoredObject, asked: Json): Certificate {
  const made = certificateOf({ ...asked, keyId: undefined });
  const kept = [...certificatesOf(object.body), made];
  context.store.replace(object, { ...object.body, keyCredentials: kept });
  return made;
}

export function removeCertificate(context: Context, object: StoredObject, keyId: string): void {
  const kept = certificatesOf(object.body);
  const rest = kept.filter((one) => one.keyId !== keyId.toLowerCase());
  if (rest.length === kept.length) throw badRequest("No key credential found with keyId.");
  context.store.replace(object, { ...object.body, keyCredentials: rest });
}
