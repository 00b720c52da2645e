/** Secrets of applications and service principals. */
import { randomUUID } from "node:crypto";
import { type Password, passwordsOf, shownPassword } from "../entities/credential";
import { badRequest } from "../refusal";
import type { Context } from "../route";
import { hashOf, newSecret } from "../sign-in/secret";
import type { StoredObject } from "../state/store";

/** Life of a secret that says no end, in years. */
const usualLife = 2;

/** What a client can say of a new secret. */
export interface NewPassword {
  readonly displayName?: string | null | undefined;
  readonly startDateTime?: string | null | undefined;
  readonly endDateTime?: string | null | undefined;
}

/** A secret as it is kept, and as the one answer shows it that makes it. */
export function newPassword({ now }: Context, asked: NewPassword): { readonly kept: Password; readonly shown: object } {
  const startDateTime = asked.startDateTime ?? now.toISOString();
  const end = new Date(startDateTime);
  end.setUTCFullYear(end.getUTCFullYear() + usualLife);
  const endDateTime = asked.endDateTime ?? end.toISOString();
  if (Date.parse(endDateTime) <= Date.parse(startDateTime) || Date.parse(endDateTime) <= now.getTime())
    throw badRequest("The password credential's end date must be later than its start date and than now.");
  const secret = newSecret();
  const kept = {
    keyId: randomUUID(),
    displayName: asked.displayName ?? null,
    startDateTime,
    endDateTime,
    hint: secret.slice(0, 3),
    secretHash: hashOf(secret),
  };
  return { kept, shown: shownPassword(kept, secret) };
}

/** Adds a secret. @returns it as this one answer shows it */
export function addPassword(context: Context, object: StoredObject, asked: NewPassword): object {
  const { kept, shown } = newPassword(context, asked);
  context.store.replace(object, { ...object.body, passwordCredentials: [...passwordsOf(object.body), kept] });
  return shown;
}

export function removePassword(context: Context, object: StoredObject, keyId: string): void {
  const kept = passwordsOf(object.body);
  const rest = kept.filter((one) => one.keyId !== keyId.toLowerCase());
  if (rest.length === kept.length) throw badRequest("No password credential found with keyId.");
  context.store.replace(object, { ...object.body, passwordCredentials: rest });
}
