/** Trust in the tokens of another identity provider. */
import { z } from "zod";
import type { Entity } from "./entity";

export const federatedIdentityCredential: Entity = {
  kind: "federatedIdentityCredential",
  set: "federatedIdentityCredentials",
  indexed: ["application"],
  queryable: { name: { filter: ["eq"] } },
  shows({ id, body }, { version }) {
    const { application: _application, createdDateTime: _created, claimsMatchingExpression = null, ...shown } = body;
    return { id, ...shown, ...(version === "beta" ? { claimsMatchingExpression } : {}) };
  },
};

const text = z.string().min(1).max(600);

/** 3 to 120 characters that need no encoding in a URL. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/);

const writable = {
  issuer: z
    .string()
    .regex(/^https:\/\/\S+$/)
    .max(600),
  subject: text.nullish(),
  audiences: z.array(text).length(1),
  description: z.string().max(600).nullish(),
  /** Of beta alone, by metadata. */
  claimsMatchingExpression: z.looseObject({ value: text, languageVersion: z.literal(1) }).nullish(),
};

const credential = {
  resource: "FederatedIdentityCredential",
  type: "federatedIdentityCredential",
  readOnly: ["id"],
};

export const credentialToCreate = { ...credential, schema: z.looseObject({ name, ...writable }) };
/** `name` may be repeated, never changed. */
export const credentialToChange = { ...credential, schema: z.looseObject({ name, ...writable }).partial() };
