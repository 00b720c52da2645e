/** /servicePrincipals: the plain ones, every kind in one list, and what all kinds are connected to. */
import type { z } from "zod";
import { servicePrincipalKinds } from "../entities";
import { applicationOf } from "../entities/application";
import { servicePrincipal } from "../entities/service-principal";
import {
  servicePrincipalToChange,
  servicePrincipalToCreate,
  servicePrincipalToUpsert,
} from "../entities/service-principal-body";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf, oneObjectOf } from "../odata/query-rule";
import { apiOf } from "../permissions";
import { badRequest, conflict, GraphRefusal, notEmulated, notFound } from "../refusal";
import type { Answer } from "../answer";
import { type Context, keyOf, type Route, route, targetOf } from "../route";
import { keptWith } from "../rules/assigned-attributes";
import { softDelete } from "../rules/deletion";
import { keptCertificates } from "../rules/key-credentials";
import { certificatesOf } from "../entities/credential";
import { checkOwned, ownCreated, rememberCreator } from "../rules/ownership";
import { boundPeople, newId, setPeople } from "../rules/people";
import { insertObject } from "../rules/quota";
import type { Json, StoredObject } from "../state/store";
import {
  assigningAttributes,
  ownedBy,
  plainRead,
  plainWrite,
  servicePrincipalReads,
  writeAll,
  writeOrAttributes,
} from "./application-permissions";
import { mayCreate } from "./applications";
import { certificatesShown } from "./credentials";
import { peopleRoutes } from "./people";
import { relationRoutes } from "./relations";

const one = "/servicePrincipals/{id}";

function changeable(context: Context): StoredObject {
  const object = targetOf(context);
  checkOwned(context, object, ownedBy, [writeAll, assigningAttributes]);
  return object;
}

/** Where the application of a new service principal is registered. */
function homeOf(context: Context, appId: string): object {
  const application = applicationOf(context.store.replica, appId);
  if (application?.kind === "agentIdentityBlueprint") {
    throw notEmulated("No documentation says what a plain service principal of an agent identity blueprint is.");
  }
  if (application?.deletedDateTime === null) return { appOwnerOrganizationId: context.tenantId };
  const api = apiOf(appId);
  // The tenant of Microsoft's own services.
  if (api) return { appOwnerOrganizationId: "f8cdef31-a31e-4b4a-93e4-5f571e91255a", displayName: api.displayName };
  throw new GraphRefusal(
    400,
    "NoBackingApplicationObject",
    `The appId '${appId}' of the service principal does not reference a valid application object.`,
  );
}

/** One service principal of an application, whatever its kind. */
export function checkUnused({ store }: Context, appId: string): void {
  if (store.count({ kinds: servicePrincipalKinds, where: { property: "appId", value: appId } }) === 0) return;
  throw conflict(
    `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
  );
}

/** What a body changes, with its credentials and attributes as they are kept. */
function kept(context: Context, before: Json, given: Json): Json {
  const asked = given["keyCredentials"];
  const keys = Array.isArray(asked)
    ? { keyCredentials: keptCertificates(certificatesOf(before), asked as Json[]) }
    : {};
  return { ...keptWith(context, before, given), ...keys };
}

type NewServicePrincipal = z.infer<typeof servicePrincipalToUpsert.schema>;

/** What POST and an upsert create. */
function make(context: Context, givenAppId: string, body: NewServicePrincipal): Answer {
  const { "owners@odata.bind": ownerUrls, ...given } = body;
  const appId = givenAppId.toLowerCase();
  const home = homeOf(context, appId);
  checkUnused(context, appId);
  const owners = boundPeople(context, ownerUrls);
  const made = insertObject(context, servicePrincipal.kind, newId(), {
    ...kept(context, {}, given),
    ...home,
    appId,
    createdByAppId: context.caller.appId,
    createdDateTime: context.now.toISOString(),
  });
  setPeople(context, "owners", made, owners);
  ownCreated(context, made);
  rememberCreator(context, made);
  return objectAnswer(context, made, 201);
}

const related = {
  path: one,
  entity: servicePrincipal,
  permissions: plainRead,
  permissionsByKind: servicePrincipalReads,
  anyKind: true,
  basis: "prose",
} as const;

export const servicePrincipalRoutes: Route[] = [
  route({
    method: "POST",
    path: "/servicePrincipals",
    permissions: plainWrite,
    basis: "example",
    source: "REF serviceprincipal-post-serviceprincipals",
    differs: ["Applications of other tenants are known by name only where they are Microsoft's."],
    body: servicePrincipalToCreate,
    answers: "servicePrincipal",
    answer: (context) => make(context, context.body.appId, context.body),
  }),
  route({
    method: "GET",
    path: "/servicePrincipals",
    permissions: plainRead,
    basis: "prose",
    source: "REF serviceprincipal-list",
    query: collectionOf(servicePrincipal),
    answers: "servicePrincipal",
    answer: (context) => listAnswer(context, { kinds: servicePrincipalKinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: plainRead,
    basis: "example",
    source: "REF serviceprincipal-get",
    query: oneObjectOf(servicePrincipal),
    answers: "servicePrincipal",
    answer: (context) => certificatesShown(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: plainWrite,
    makesMissing: true,
    when: mayCreate,
    basis: "example",
    source: "REF serviceprincipal-upsert",
    differs: ["Blueprint principals are created by POST only."],
    body: servicePrincipalToUpsert,
    answers: "servicePrincipal",
    answer(context) {
      const { "owners@odata.bind": owners, ...properties } = context.body;
      if (context.target) {
        if (owners) throw badRequest("Owners of an existing object are changed by their references.");
        const object = changeable(context);
        context.store.replace(object, { ...object.body, ...kept(context, object.body, properties) });
        return { status: 204 };
      }
      if (context.keys["id"]?.property.toLowerCase() !== "appid") throw notFound(keyOf(context, "id"));
      return make(context, keyOf(context, "id"), context.body);
    },
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: writeOrAttributes(plainWrite),
    basis: "example",
    source: "REF serviceprincipal-update",
    body: servicePrincipalToChange,
    answer(context) {
      const object = changeable(context);
      context.store.replace(object, { ...object.body, ...kept(context, object.body, context.body) });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: plainWrite,
    basis: "example",
    source: "REF serviceprincipal-delete",
    answer(context) {
      softDelete(context, changeable(context));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    path: one,
    entity: servicePrincipal,
    relation: "owners",
    read: plainRead,
    write: plainWrite,
    basis: "example",
    source: "REF serviceprincipal-post-owners, serviceprincipal-delete-owners, serviceprincipal-list-owners",
    checked: (context, object) => {
      checkOwned(context, object, ownedBy, [writeAll]);
    },
  }),
  ...(["memberOf", "transitiveMemberOf"] as const).flatMap((relation) =>
    relationRoutes({
      ...related,
      relation,
      basis: "example",
      casts: ["group", "administrativeUnit"],
      source: `REF serviceprincipal-list-${relation.toLowerCase()}`,
    }),
  ),
  ...(["ownedObjects", "createdObjects"] as const).flatMap((relation) =>
    relationRoutes({
      ...related,
      relation,
      casts: ["application", "servicePrincipal", "group"],
      source: `REF serviceprincipal-list-${relation.toLowerCase()}`,
    }),
  ),
];
