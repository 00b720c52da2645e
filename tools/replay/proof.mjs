// @ts-check
/** Certificates for pages that roll keys: they presume one that is there, and a proof signed with it. */
import { createSign, randomUUID, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";
import { isObject, isPlaceholder } from "./placeholder.mjs";

/** @type {Promise<{ cert: string, private: string }> | undefined} */
let pair;
const certificate = () =>
  (pair ??= generate([{ name: "commonName", value: "A documented certificate" }], {
    keyType: "rsa",
    keySize: 2048,
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + 86_400_000 * 365),
  }));

/** @param {unknown} value */
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * The body of addKey or removeKey, with a proof that holds. The object gets the certificate that it is signed with.
 *
 * @param {import("./world.mjs").World} world @param {import("./world.mjs").Made} target
 * @param {Record<string, unknown>} documented @returns {Promise<Record<string, unknown>>}
 */
export async function proven(world, target, documented) {
  const { cert, private: privateKey } = await certificate();
  const { raw, validFrom, validTo, fingerprint } = new X509Certificate(cert);
  const key = raw.toString("base64");
  const keyId = randomUUID();
  const [startDateTime, endDateTime] = [validFrom, validTo].map((time) => new Date(time).toISOString());
  const named = { displayName: "A certificate", customKeyIdentifier: fingerprint.replaceAll(":", "") };
  const kept = { keyId, ...named, type: "AsymmetricX509Cert", usage: "Verify", key, startDateTime, endDateTime };
  world.tenant.plant([{ id: target.id, kind: target.kind, body: { keyCredentials: [kept] } }]);
  const nbf = Math.floor(Date.now() / 1000) - 60;
  const claims = { aud: "00000002-0000-0000-c000-000000000000", iss: target.id, nbf, exp: nbf + 600 };
  const said = `${base64url({ alg: "RS256", typ: "JWT" })}.${base64url(claims)}`;
  const proof = `${said}.${createSign("RSA-SHA256").update(said).sign(privateKey, "base64url")}`;
  if ("keyId" in documented) return { ...documented, keyId, proof };
  const asked = isObject(documented["keyCredential"]) ? documented["keyCredential"] : {};
  const { key: shown = "...", "@odata.type": _type, ...rest } = asked;
  const keyCredential = { type: kept.type, usage: kept.usage, ...rest, key: isPlaceholder(shown) ? key : shown };
  const secret = isObject(documented["passwordCredential"])
    ? documented["passwordCredential"]["secretText"]
    : undefined;
  return { keyCredential, passwordCredential: secret === undefined ? null : { secretText: secret }, proof };
}
