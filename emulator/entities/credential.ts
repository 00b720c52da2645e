/** Secrets and certificates: how applications and service principals keep them, and how they read. */
import { z } from "zod";
import type { Json } from "../state/store";

const period = { startDateTime: z.string(), endDateTime: z.string() };

const password = z.object({
  keyId: z.string(),
  displayName: z.string().nullable(),
  ...period,
  /** The first three characters. */
  hint: z.string(),
  /** The secret itself is shown once and kept nowhere. */
  secretHash: z.string(),
});

const certificate = z.object({
  keyId: z.string(),
  displayName: z.string().nullable(),
  ...period,
  /** SHA-1 thumbprint in hex, or what the client said instead. */
  customKeyIdentifier: z.string().nullable(),
  type: z.string(),
  usage: z.string(),
  /** The certificate: DER in base64. */
  key: z.string(),
});

export type Password = z.infer<typeof password>;
export type Certificate = z.infer<typeof certificate>;

const passwords = z.array(password);
const certificates = z.array(certificate);

export const passwordsOf = (body: Json): Password[] => passwords.parse(body["passwordCredentials"] ?? []);
export const certificatesOf = (body: Json): Certificate[] => certificates.parse(body["keyCredentials"] ?? []);

/** @param secretText only in the answer that makes the secret */
export const shownPassword = ({ secretHash: _hash, ...shown }: Password, secretText: string | null = null) => ({
  customKeyIdentifier: null,
  ...shown,
  secretText,
});

/** The certificate itself reads as null, unless one object is asked for its `keyCredentials` alone. */
export const shownCertificate = (kept: Certificate) => ({ ...kept, key: null });

/** Credentials as every ordinary read shows them. */
export const shownCredentials = (body: Json) => ({
  keyCredentials: certificatesOf(body).map(shownCertificate),
  passwordCredentials: passwordsOf(body).map((kept) => shownPassword(kept)),
});
