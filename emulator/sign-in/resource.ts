/** The API a token is for. */
import type { Surroundings } from "../entities/entity";
import { apiNamed, microsoftGraphAppId } from "../permissions";
import type { Json, StoredObject } from "../state/store";
import { propertiesOf } from "../view";
import { applicationOf, principalOf } from "./client";
import { SignInRefusal } from "./refusal";
import { graphAudience } from "./token";

export interface Resource {
  readonly appId: string;
  readonly displayName: string;
  readonly principal: StoredObject;
  /** Its registration, where that is in this tenant. */
  readonly application: StoredObject | undefined;
  /** `aud` of version 1 tokens: the identifier as the client wrote it. */
  readonly audience: string;
  /** Version of the tokens it asked for. @default 1 */
  readonly tokenVersion: 1 | 2;
  readonly assignmentRequired: boolean;
}

/**
 * @param identifier client id, or an identifier URI
 * @param served origin at which this tenant is Microsoft Graph for the client; clients that take Graph's address from a
 *   cloud's metadata ask for tokens by it
 * @throws {SignInRefusal} 500011 where the tenant has no such API, 500014 where it is disabled
 */
export function resourceOf(around: Surroundings, identifier: string, served: string): Resource {
  const { store, tenantName } = around;
  const name = identifier.replace(/\/$/, "").toLowerCase();
  const isServed = name === served.toLowerCase();
  const registered = store.find({
    kinds: ["application", "agentIdentityBlueprint"],
    where: { property: "identifierUris", value: identifier },
  })[0];
  const own = registered?.body["appId"] as string | undefined;
  const appId = isServed ? microsoftGraphAppId : (apiNamed(name)?.appId ?? own ?? identifier);
  const principal = principalOf(store, appId);
  if (!principal || principal.kind === "agentIdentity") throw new SignInRefusal(500011, identifier, tenantName);
  if (principal.body["accountEnabled"] === false) throw new SignInRefusal(500014, identifier);
  const application = registered ?? applicationOf(store, appId);
  const api = application?.body["api"] as Json | undefined;
  return {
    appId: String(principal.body["appId"]),
    displayName: String(propertiesOf(principal, around)["displayName"]),
    principal,
    application,
    audience: isServed ? graphAudience : identifier,
    tokenVersion: api?.["requestedAccessTokenVersion"] === 2 ? 2 : 1,
    assignmentRequired: principal.body["appRoleAssignmentRequired"] === true,
  };
}

/** Whether the API asked for a claim in its access tokens that it does not get by itself. */
export function asksFor({ application }: Resource, claim: string): boolean {
  const claims = (application?.body["optionalClaims"] as Json | null | undefined)?.["accessToken"];
  return Array.isArray(claims) && claims.some((one) => (one as Json)["name"] === claim);
}
