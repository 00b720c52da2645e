/** /applications: agent identity blueprints, and as much of plain applications as shows the difference. */
import { changeBlueprint, makeBlueprint } from "../rules/blueprint";
import { checkBody } from "../body";
import { listAnswer, objectAnswer } from "../odata/collection";
import { softDelete } from "../rules/deletion";
import {
  agentIdentityBlueprint,
  applicationToCreate,
  blueprintToChange,
  blueprintToCreate,
  blueprintToUpsert,
} from "../entities/application";
import { newId } from "../rules/people";
import { collection, oneObject } from "../odata/query";
import { badRequest, notFound } from "../refusal";
import { keyOf, type Permission, type Route, route, targetOf } from "../route";
import { peopleRoutes } from "./people";

const all = "/applications/microsoft.graph.agentIdentityBlueprint";
const one = "/applications/{id}/microsoft.graph.agentIdentityBlueprint";
const kinds = [agentIdentityBlueprint.kind];

const read = ["AgentIdentityBlueprint.Read.All", "AgentIdentityBlueprint.ReadWrite.All"];
const create = ["AgentIdentityBlueprint.Create", "AgentIdentityBlueprint.ReadWrite.All"];
const change: Permission[] = [
  { name: "AgentIdentityBlueprint.UpdateBranding.All", only: ["displayName", "description", "info", "tags"] },
  {
    name: "AgentIdentityBlueprint.UpdateAuthProperties.All",
    only: ["identifierUris", "api", "appRoles", "requiredResourceAccess", "signInAudience"],
  },
  "AgentIdentityBlueprint.ReadWrite.All",
];

/** Without the header the type in the body is not seen, and a plain application comes out. */
const saysBlueprint = (body: unknown, headers: Headers): boolean =>
  headers.get("odata-version") === "4.0" &&
  typeof body === "object" &&
  body !== null &&
  "@odata.type" in body &&
  /^#?microsoft\.graph\.agentIdentityBlueprint$/i.test(String(body["@odata.type"]));

const creation = {
  method: "POST",
  permissions: create,
  basis: "prose",
  source: "REF agentidentityblueprint-post",
  body: blueprintToCreate,
} as const;

export const blueprintRoutes: Route[] = [
  route({
    ...creation,
    path: all,
    answer: (context) => objectAnswer(context, makeBlueprint(context, context.body), 201),
  }),
  route({
    ...creation,
    path: "/applications",
    when: saysBlueprint,
    answer: (context) => objectAnswer(context, makeBlueprint(context, context.body), 201),
  }),
  route({
    method: "POST",
    path: "/applications",
    permissions: ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
    basis: "prose",
    source: "REF application-post-applications; ENT agent-id-ai-guided-setup for the missing header",
    body: applicationToCreate,
    answer(context) {
      const { "sponsors@odata.bind": _sponsors, "owners@odata.bind": _owners, ...properties } = context.body;
      const created = {
        appId: newId(),
        createdDateTime: context.now.toISOString(),
        createdByAppId: context.caller.appId,
      };
      return objectAnswer(context, context.store.insert("application", newId(), { ...properties, ...created }), 201);
    },
  }),
  route({
    method: "GET",
    path: all,
    permissions: read,
    basis: "prose",
    source: "REF agentidentityblueprint-list",
    query: collection(agentIdentityBlueprint.filter ?? {}),
    answer: (context) => listAnswer(context, { kinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: [...read, "Application.Read.All"],
    basis: "prose",
    source: "REF agentidentityblueprint-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
  route({
    method: "GET",
    path: "/applications/{id}",
    permissions: ["Application.Read.All"],
    basis: "prose",
    source: "REF application-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: ["AgentIdentityBlueprint.ReadWrite.All"],
    when: (_body, headers) => /(^|[,\s])create-if-missing($|[,\s])/i.test(headers.get("prefer") ?? ""),
    basis: "prose",
    source: "REF agentidentityblueprint-upsert",
    body: blueprintToUpsert,
    answer(context) {
      const { "sponsors@odata.bind": sponsors, "owners@odata.bind": owners, ...properties } = context.body;
      if (context.target) {
        if (sponsors ?? owners)
          throw badRequest("Sponsors and owners of an existing object are changed by their references.");
        changeBlueprint(context, context.target, properties);
        return { status: 204 };
      }
      if (context.keys["id"]?.property.toLowerCase() !== "uniquename") throw notFound(keyOf(context, "id"));
      return objectAnswer(
        context,
        makeBlueprint(context, checkBody(blueprintToCreate, context.body, context.version), keyOf(context, "id")),
        201,
      );
    },
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: change,
    basis: "prose",
    source: "REF agentidentityblueprint-update",
    body: blueprintToChange,
    answer(context) {
      changeBlueprint(context, targetOf(context), context.body);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: ["AgentIdentityBlueprint.DeleteRestore.All", "AgentIdentityBlueprint.ReadWrite.All"],
    basis: "prose",
    source: "REF agentidentityblueprint-delete",
    answer(context) {
      softDelete(context, targetOf(context));
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: "/applications/{id}",
    permissions: ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"],
    basis: "prose",
    source: "REF application-delete",
    answer(context) {
      softDelete(context, targetOf(context));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    path: one,
    relation: "owners",
    read,
    write: ["AgentIdentityBlueprint.ReadWrite.All"],
    basis: "prose",
    source: "REF agentidentityblueprint-post-owners",
  }),
  ...peopleRoutes({
    path: one,
    relation: "sponsors",
    read,
    write: ["AgentIdentityBlueprint.UpdateSponsors.All", "AgentIdentityBlueprint.ReadWrite.All"],
    basis: "prose",
    source: "REF agentidentityblueprint-post-sponsors",
    castNeeded: true,
  }),
];
