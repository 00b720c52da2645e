/** Rules for delegated permission grants, whoever the caller is. */
import type { z } from "zod";
import { servicePrincipalKinds } from "../entities";
import { type grantToCreate, oauth2PermissionGrant } from "../entities/oauth2-permission-grant";
import { badRequest, conflict, notFound } from "../refusal";
import type { Context } from "../route";
import type { StoredObject } from "../state/store";
import { propertiesOf } from "../view";
import { existing } from "./app-role-assignments";
import { checkNotBlocked } from "./blocked-permissions";

const { kind } = oauth2PermissionGrant;

/** Scopes of a grant, one by one. */
export const scopesIn = (scope: unknown): string[] => String(scope).split(/\s+/).filter(Boolean);

function checkScopes(context: Context, client: StoredObject, resource: StoredObject, scope: string): void {
  const shown = propertiesOf(resource, context);
  const published = shown["oauth2PermissionScopes"] as readonly { readonly value: string }[];
  const scopes = scopesIn(scope);
  const unknown = scopes.find((value) => !published.some((known) => known.value === value));
  if (unknown !== undefined && context.switches.profiles.unknownScopes === "refused")
    throw badRequest(`Invalid scope '${unknown}': the resource '${resource.id}' does not publish it.`);
  if (client.kind === "agentIdentity") checkNotBlocked(shown["appId"], "delegated", scopes);
}

/** Graph's own ids are made of the ids they join, so the same grant made again has the same id. */
function idOf(...ids: readonly string[]): string {
  return Buffer.from(ids.map((id) => id.replaceAll("-", "")).join(""), "hex").toString("base64url");
}

export function makeGrant(context: Context, wanted: z.infer<typeof grantToCreate.schema>): StoredObject {
  const { store } = context;
  const { consentType } = wanted;
  if ((consentType === "Principal") !== (wanted.principalId !== null)) {
    throw badRequest("Property 'principalId' is required when 'consentType' is Principal, and only then.");
  }
  const client = existing(store, wanted.clientId, servicePrincipalKinds);
  const resource = existing(store, wanted.resourceId, servicePrincipalKinds);
  const principalId = wanted.principalId?.toLowerCase() ?? null;
  if (principalId !== null && !["user", "agentUser"].includes(store.get(principalId)?.kind ?? ""))
    throw notFound(principalId);
  checkScopes(context, client, resource, wanted.scope);
  const id = idOf(client.id, resource.id, ...(principalId === null ? [] : [principalId]));
  if (store.primary.get(id, "either")) throw conflict("Permission entry already exists.");
  return store.insert(kind, id, { ...wanted, clientId: client.id, principalId, resourceId: resource.id });
}

export function changeGrant(context: Context, grant: StoredObject, scope: string): void {
  const { store } = context;
  const end = (property: string) => existing(store, String(grant.body[property]), servicePrincipalKinds);
  checkScopes(context, end("clientId"), end("resourceId"), scope);
  store.replace(grant, { ...grant.body, scope });
}
