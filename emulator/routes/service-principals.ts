/** /servicePrincipals: what APIs publish, and every kind in one list. */
import { listAnswer, objectAnswer } from "../odata/collection";
import { servicePrincipalKinds } from "../entities";
import { servicePrincipal } from "../entities/service-principal";
import { collection, oneObject } from "../odata/query";
import { type Route, route, targetOf } from "../route";

export const servicePrincipalRoutes: Route[] = [
  route({
    method: "GET",
    path: "/servicePrincipals",
    permissions: ["Application.Read.All"],
    basis: "prose",
    source: "REF serviceprincipal-list",
    query: collection(servicePrincipal.filter ?? {}),
    answer: (context) => listAnswer(context, { kinds: servicePrincipalKinds }),
  }),
  route({
    method: "GET",
    path: "/servicePrincipals/{id}",
    permissions: ["Application.Read.All"],
    basis: "prose",
    source: "REF serviceprincipal-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
];
