/** The application that signs in, and its secrets, certificates and trusted issuers. */
import { z } from "zod";
import { applicationKinds, servicePrincipalKinds } from "../entities";
import { type Certificate, certificatesOf, type Password, passwordsOf } from "../entities/credential";
import type { Surroundings } from "../entities/entity";
import type { Json, Store, StoredObject } from "../state/store";
import { propertiesOf } from "../view";
import { SignInNotEmulated, SignInRefusal } from "./refusal";

export interface Client {
  readonly appId: string;
  readonly displayName: string;
  /** Application or blueprint; an application of another tenant has none here. */
  readonly application: StoredObject | undefined;
  readonly principal: StoredObject | undefined;
}

/** The living objects of a client id. */
export function principalOf(store: Store, appId: string): StoredObject | undefined {
  return store.find({ kinds: servicePrincipalKinds, where: { property: "appId", value: appId } })[0];
}

export function applicationOf(store: Store, appId: string): StoredObject | undefined {
  return store.find({ kinds: applicationKinds, where: { property: "appId", value: appId } })[0];
}

/**
 * @throws {SignInRefusal} 700016 where the tenant has no such application, 7000112 where it is disabled
 * @throws {SignInNotEmulated} for an agent identity
 */
export function clientOf(around: Surroundings, clientId: string): Client {
  const application = applicationOf(around.store, clientId);
  const principal = principalOf(around.store, clientId);
  const found = application ?? principal;
  if (!found) throw new SignInRefusal(700016, clientId, around.tenantName);
  if (principal?.kind === "agentIdentity")
    throw new SignInNotEmulated("Agent identities cannot sign in to the emulated tenant yet.");
  const appId = String(found.body["appId"]);
  const displayName = String(propertiesOf(found, around)["displayName"]);
  const disabled = application?.body["isDisabled"] === true || principal?.body["accountEnabled"] === false;
  if (disabled) throw new SignInRefusal(7000112, appId, displayName);
  return { appId, displayName, application, principal };
}

/** An application's credentials and those of its service principal are equally good. */
const bodiesOf = ({ application, principal }: Client): readonly Json[] =>
  [application, principal].filter((object) => object !== undefined).map(({ body }) => body);

export const secretsOf = (client: Client): readonly Password[] => bodiesOf(client).flatMap(passwordsOf);

/** Certificates that can check a signature. */
export const verifyingOf = (client: Client): readonly Certificate[] =>
  bodiesOf(client)
    .flatMap(certificatesOf)
    .filter(({ usage }) => usage === "Verify");

/** Trust in the assertions of another issuer, as it is kept. */
export interface Federation {
  readonly id: string;
  readonly issuer: string;
  /** Undefined where an expression decides. */
  readonly subject: string | undefined;
  /** Over the claims of a token, where no subject decides. */
  readonly expression: string | undefined;
  readonly audiences: readonly string[];
}

const federation = z.looseObject({
  issuer: z.string(),
  subject: z.string().nullish(),
  claimsMatchingExpression: z.looseObject({ value: z.string() }).nullish(),
  audiences: z.array(z.string()),
});

export function federationsOf({ store }: Surroundings, { application }: Client): readonly Federation[] {
  if (!application) return [];
  const where = { property: "application", value: application.id };
  return store.find({ kinds: ["federatedIdentityCredential"], where }).flatMap(({ id, body }) => {
    const kept = federation.safeParse(body).data;
    if (!kept) return [];
    const { issuer, subject, claimsMatchingExpression, audiences } = kept;
    return [{ id, issuer, subject: subject ?? undefined, expression: claimsMatchingExpression?.value, audiences }];
  });
}

/** Whether a credential is good at a time. */
export function timeOf({ startDateTime, endDateTime }: Password | Certificate, now: Date): "early" | "now" | "late" {
  if (Date.parse(endDateTime) <= now.getTime()) return "late";
  return Date.parse(startDateTime) > now.getTime() ? "early" : "now";
}
