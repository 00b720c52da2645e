/** Client secrets: made, kept as a hash, compared. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 40 characters without `~` or quotes at its ends, so that shells and forms take it as it is. */
export const newSecret = (): string => randomBytes(30).toString("base64url");

/** Secrets are long and random: one round of SHA-256 is enough, and sign-in stays fast. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

export function matches(secret: string, hash: string): boolean {
  const given = Buffer.from(hashOf(secret));
  const kept = Buffer.from(hash);
  return given.length === kept.length && timingSafeEqual(given, kept);
}
