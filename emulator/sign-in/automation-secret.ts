/** The client secret of the automation application: one per tenant, which clients that sign in need to be told. */
import { randomUUID } from "node:crypto";
import { automationAppId } from "../seed";
import type { Json, Store } from "../state/store";
import { applicationOf } from "./client";
import { hashOf, newSecret } from "./secret";

const metaKey = "automationSecret";

/**
 * The secret, made when the tenant has none. It is kept readable, beside the tenant's signing key, so that `tenant start`
 * can print it again; a reset does not change it. Runs inside a write transaction.
 *
 * @throws {TypeError} where the automation application was deleted
 */
export function automationSecret(store: Store): string {
  const kept = store.meta(metaKey);
  const secret = kept ?? newSecret();
  if (kept === undefined) store.setMeta(metaKey, secret);
  const application = applicationOf(store, automationAppId);
  if (!application) throw new TypeError("the tenant has no automation application any more: reset it");
  const credentials = (application.body["passwordCredentials"] ?? []) as readonly Json[];
  const secretHash = hashOf(secret);
  if (!credentials.some((one) => one["secretHash"] === secretHash)) {
    const start = String(application.body["createdDateTime"]);
    const added = {
      customKeyIdentifier: null,
      displayName: "made with the tenant",
      endDateTime: "2299-12-31T00:00:00Z",
      hint: secret.slice(0, 3),
      keyId: randomUUID(),
      secretText: null,
      startDateTime: start,
      secretHash,
    };
    store.replace(application, { ...application.body, passwordCredentials: [...credentials, added] });
  }
  return secret;
}
