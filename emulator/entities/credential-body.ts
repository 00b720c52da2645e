/** What the bodies of the credential actions can say. */
import { z } from "zod";

const time = z.iso.datetime({ offset: true });

const newPassword = z.strictObject({
  displayName: z.string().max(120).nullish(),
  startDateTime: time.nullish(),
  endDateTime: time.nullish(),
});

export const passwordToAdd = {
  resource: "AddPassword",
  schema: z.strictObject({ passwordCredential: newPassword.nullable().default({}) }),
};
export const passwordToRemove = { resource: "RemovePassword", schema: z.strictObject({ keyId: z.guid() }) };

const newKey = z.strictObject({
  displayName: z.string().max(90).nullish(),
  startDateTime: time.nullish(),
  endDateTime: time.nullish(),
  customKeyIdentifier: z.string().nullish(),
  type: z.enum(["AsymmetricX509Cert", "X509CertAndPassword"]),
  usage: z.enum(["Verify", "Sign"]),
  key: z.base64(),
});

export const keyToAdd = {
  resource: "AddKey",
  schema: z.strictObject({
    keyCredential: newKey,
    /** The password of a private key; nothing here ever needs it. */
    passwordCredential: z.strictObject({ secretText: z.string().min(1) }).nullish(),
    proof: z.string().min(1),
  }),
};
export const keyToRemove = {
  resource: "RemoveKey",
  schema: z.strictObject({ keyId: z.guid(), proof: z.string().min(1) }),
};

export const publisherToSet = {
  resource: "SetVerifiedPublisher",
  schema: z.strictObject({ verifiedPublisherId: z.string().regex(/^\d{1,10}$/) }),
};
