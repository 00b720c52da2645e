/** The application that signs in, and its secrets, certificates and trusted issuers. */
import { z } from "zod";
import { applicationKinds, servicePrincipalKinds } from "../entities";
import type { Surroundings } from "../entities/entity";
import type { Store, StoredObject } from "../state/store";
import { view } from "../view";
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
  const displayName = String(view(found, around)["displayName"]);
  const disabled = application?.body["isDisabled"] === true || principal?.body["accountEnabled"] === false;
  if (disabled) throw new SignInRefusal(7000112, appId, displayName);
  return { appId, displayName, application, principal };
}

const password = z.looseObject({
  keyId: z.string(),
  secretHash: z.string(),
  startDateTime: z.string().nullish(),
  endDateTime: z.string().nullish(),
});
const certificate = z.looseObject({
  keyId: z.string(),
  key: z.string(),
  startDateTime: z.string().nullish(),
  endDateTime: z.string().nullish(),
});

/** A secret, as it is kept in `passwordCredentials` of the object. */
export type Password = z.infer<typeof password>;

/** A certificate, as it is kept in `keyCredentials` of the object; `key` is DER in base64. */
export type Certificate = z.infer<typeof certificate>;

/** An application's credentials and those of its service principal are equally good. */
function credentialsIn<Schema extends z.ZodType>(client: Client, property: string, schema: Schema) {
  return [client.application, client.principal].flatMap((object) => {
    const listed: unknown = object?.body[property];
    return (Array.isArray(listed) ? (listed as unknown[]) : []).flatMap((one) => schema.safeParse(one).data ?? []);
  });
}

export const passwordsOf = (client: Client): readonly Password[] =>
  credentialsIn(client, "passwordCredentials", password);

export const certificatesOf = (client: Client): readonly Certificate[] =>
  credentialsIn(client, "keyCredentials", certificate);

/** Trust in the assertions of another issuer, as it is kept. */
export interface Federation {
  readonly id: string;
  readonly issuer: string;
  /** Undefined where an expression decides. */
  readonly subject: string | undefined;
  readonly audiences: readonly string[];
}

const federation = z.looseObject({
  issuer: z.string(),
  subject: z.string().nullish(),
  audiences: z.array(z.string()),
});

export function federationsOf({ store }: Surroundings, { application }: Client): readonly Federation[] {
  if (!application) return [];
  const where = { property: "application", value: application.id };
  return store.find({ kinds: ["federatedIdentityCredential"], where }).flatMap(({ id, body }) => {
    const kept = federation.safeParse(body).data;
    return kept ? [{ id, issuer: kept.issuer, subject: kept.subject ?? undefined, audiences: kept.audiences }] : [];
  });
}

/** Whether a credential is good at a time: `"early"`, `"now"` or `"late"`. */
export function timeOf(credential: Password | Certificate, now: Date): "early" | "now" | "late" {
  const { startDateTime: start, endDateTime: end } = credential;
  if (typeof end === "string" && Date.parse(end) <= now.getTime()) return "late";
  return typeof start === "string" && Date.parse(start) > now.getTime() ? "early" : "now";
}
