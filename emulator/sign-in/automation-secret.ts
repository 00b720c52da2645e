/** The client secret with which the automation application signs in: one per tenant. */
import { randomUUID } from "node:crypto";
import { passwordsOf } from "../entities/credential";
import { automationAppId } from "../seed";
import type { Store } from "../state/store";
import { applicationOf } from "./client";
import { hashOf, newSecret } from "./secret";

const metaKey = "automationSecret";

/**
 * The secret, made when the tenant has none. It is kept readable, beside the tenant's signing key, so that `tenant
 * start` can print it again; a reset does not change it. Runs inside a write transaction.
 *
 * @throws {TypeError} where the automation application was deleted
 */
export function automationSecret(store: Store): string {
  const known = store.meta(metaKey);
  const secret = known ?? newSecret();
  if (known === undefined) store.setMeta(metaKey, secret);
  const application = applicationOf(store, automationAppId);
  if (!application)
    throw new TypeError(
      "cannot give the client credentials: the automation application was deleted. Reset the tenant.",
    );
  const kept = passwordsOf(application.body);
  const secretHash = hashOf(secret);
  if (!kept.some((one) => one.secretHash === secretHash)) {
    const added = {
      keyId: randomUUID(),
      displayName: "made with the tenant",
      startDateTime: String(application.body["createdDateTime"]),
      endDateTime: "2299-12-31T00:00:00Z",
      hint: secret.slice(0, 3),
      secretHash,
    };
    store.replace(application, { ...application.body, passwordCredentials: [...kept, added] });
  }
  return secret;
}
