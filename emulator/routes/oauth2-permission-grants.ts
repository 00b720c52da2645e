/** /oauth2PermissionGrants: delegated permissions a client holds. */
import type { z } from "zod";
import { listAnswer, objectAnswer } from "../odata/collection";
import { servicePrincipalKinds } from "../entities";
import { grantToChange, grantToCreate, oauth2PermissionGrant } from "../entities/oauth2-permission-grant";
import { collection, oneObject } from "../odata/query";
import { badRequest, conflict, notFound } from "../refusal";
import { type Context, keyOf, type Route, route } from "../route";
import type { StoredObject } from "../state/store";
import { view } from "../view";

const { kind } = oauth2PermissionGrant;
const one = "/oauth2PermissionGrants/{grant}";

const read = ["DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"];
const write = ["DelegatedPermissionGrant.ReadWrite.All"];

function known(context: Context): StoredObject {
  const id = keyOf(context, "grant");
  const grant = context.store.get(id);
  if (grant?.kind === kind) return grant;
  throw notFound(id);
}

function servicePrincipalAt({ store }: Context, id: string): StoredObject {
  const object = store.get(id);
  if (object && servicePrincipalKinds.includes(object.kind)) return object;
  throw notFound(id);
}

function checkScopes(context: Context, resource: StoredObject, scope: string): void {
  const published = (view(resource, context)["oauth2PermissionScopes"] ?? []) as readonly { readonly value: string }[];
  const unknown = scope.split(/\s+/).find((value) => value !== "" && !published.some((known) => known.value === value));
  if (unknown !== undefined)
    throw badRequest(`Invalid scope '${unknown}': the resource '${resource.id}' does not publish it.`);
}

/** Graph's own ids are made of the ids they join, so the same grant made again has the same id. */
function idOf(...ids: readonly string[]): string {
  return Buffer.from(ids.map((id) => id.replaceAll("-", "")).join(""), "hex").toString("base64url");
}

function make(context: Context, wanted: z.infer<typeof grantToCreate.schema>): StoredObject {
  const { store } = context;
  const { consentType } = wanted;
  if ((consentType === "Principal") !== (wanted.principalId !== null)) {
    throw badRequest("Property 'principalId' is required when 'consentType' is Principal, and only then.");
  }
  const client = servicePrincipalAt(context, wanted.clientId);
  const resource = servicePrincipalAt(context, wanted.resourceId);
  const principalId = wanted.principalId?.toLowerCase() ?? null;
  if (principalId !== null && store.get(principalId)?.kind !== "user") throw notFound(principalId);
  checkScopes(context, resource, wanted.scope);
  const id = idOf(client.id, resource.id, ...(principalId === null ? [] : [principalId]));
  if (store.get(id)) throw conflict("Permission entry already exists.");
  return store.insert(kind, id, {
    clientId: client.id,
    consentType,
    principalId,
    resourceId: resource.id,
    scope: wanted.scope,
  });
}

export const oauth2PermissionGrantRoutes: Route[] = [
  route({
    method: "GET",
    path: "/oauth2PermissionGrants",
    permissions: read,
    basis: "prose",
    source: "REF oauth2permissiongrant-list",
    query: collection(oauth2PermissionGrant.filter ?? {}),
    answer: (context) => listAnswer(context, { kinds: [kind] }),
  }),
  route({
    method: "POST",
    path: "/oauth2PermissionGrants",
    permissions: write,
    basis: "prose",
    source: "REF oauth2permissiongrant-post",
    body: grantToCreate,
    answer: (context) => objectAnswer(context, make(context, context.body), 201),
  }),
  route({
    method: "GET",
    path: one,
    permissions: read,
    basis: "prose",
    source: "REF oauth2permissiongrant-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, known(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: write,
    basis: "prose",
    source: "REF oauth2permissiongrant-update",
    body: grantToChange,
    answer(context) {
      const grant = known(context);
      checkScopes(context, servicePrincipalAt(context, String(grant.body["resourceId"])), context.body.scope);
      context.store.replace(grant, { ...grant.body, scope: context.body.scope });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: write,
    basis: "prose",
    source: "REF oauth2permissiongrant-delete",
    answer(context) {
      context.store.purge(known(context));
      return { status: 204 };
    },
  }),
];
