/** oauth2PermissionGrants: delegated permissions a client holds. */
import { grantToChange, grantToCreate, oauth2PermissionGrant } from "../entities/oauth2-permission-grant";
import { servicePrincipal } from "../entities/service-principal";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObjectOf } from "../odata/query-rule";
import { type Context, keyOf, type Route, route } from "../route";
import { existing } from "../rules/app-role-assignments";
import { changeGrant, makeGrant } from "../rules/oauth2-permission-grants";
import { relationRoutes } from "./relations";

const { kind } = oauth2PermissionGrant;
const all = "/oauth2PermissionGrants";
const one = `${all}/{grant}`;

const read = ["DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"];
const write = ["DelegatedPermissionGrant.ReadWrite.All"];

const known = (context: Context) => existing(context.store, keyOf(context, "grant"), [kind]);

export const oauth2PermissionGrantRoutes: Route[] = [
  route({
    method: "GET",
    path: all,
    permissions: read,
    basis: "prose",
    source: "REF oauth2permissiongrant-list",
    query: collectionOf(oauth2PermissionGrant),
    answers: kind,
    answer: (context) => listAnswer(context, { kinds: [kind] }),
  }),
  route({
    method: "POST",
    path: all,
    permissions: write,
    basis: "prose",
    source: "REF oauth2permissiongrant-post; REF agentid-platform-overview for what agents cannot hold",
    differs: [
      "No documentation says how a permission that is blocked for agents is refused: here 400.",
      "A person needs the permission only: directory roles are not looked at.",
    ],
    body: grantToCreate,
    answers: kind,
    answer: (context) => objectAnswer(context, makeGrant(context, context.body), 201),
  }),
  route({
    method: "GET",
    path: one,
    permissions: read,
    basis: "example",
    source: "REF oauth2permissiongrant-get",
    query: oneObjectOf(oauth2PermissionGrant),
    answers: kind,
    answer: (context) => objectAnswer(context, known(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: write,
    basis: "example",
    source: "REF oauth2permissiongrant-update",
    body: grantToChange,
    answer(context) {
      changeGrant(context, known(context), context.body.scope);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: write,
    basis: "example",
    source: "REF oauth2permissiongrant-delete",
    answer(context) {
      context.store.purge(known(context));
      return { status: 204 };
    },
  }),
  ...relationRoutes({
    path: "/servicePrincipals/{id}",
    entity: servicePrincipal,
    relation: "oauth2PermissionGrants",
    anyKind: true,
    permissions: read,
    basis: "prose",
    source: "REF serviceprincipal-list-oauth2permissiongrants",
  }),
];
