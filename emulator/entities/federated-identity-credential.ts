/** Trust in the tokens of another identity provider. */
import { z } from "zod";
import type { Entity } from "./entity";

export const federatedIdentityCredential: Entity = {
  kind: "federatedIdentityCredential",
  shows: ({ id, body: { application: _application, ...shown } }) => ({ id, ...shown }),
  set: "federatedIdentityCredentials",
  indexed: ["application"],
};

const issuer = z
  .string()
  .regex(/^https:\/\/\S+$/)
  .max(600);
const subject = z.string().min(1).max(600);
const audiences = z.array(z.string().min(1).max(600)).length(1);
const description = z.string().max(600).nullable();
/** 1 to 120 characters that need no encoding in a URL. */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,119}$/);
const credential = { resource: "FederatedIdentityCredential", readOnly: ["id"] };

export const credentialToCreate = {
  ...credential,
  schema: z.strictObject({ name, issuer, subject, audiences, description: description.default(null) }),
};
/** `name` may be repeated, never changed. */
export const credentialToChange = {
  ...credential,
  schema: z.strictObject({ name, issuer, subject, audiences, description }).partial(),
};
