/** /applications cast to agentIdentityBlueprint. */
import { checkBody } from "../body";
import { agentIdentityBlueprint } from "../entities/application";
import { blueprintToChange, blueprintToCreate, blueprintToUpsert } from "../entities/application-body";
import type { RequestHeaders } from "../exchange";
import { listAnswer, objectAnswer } from "../odata/collection";
import { agentsOnAPage, collectionOf, oneObjectOf } from "../odata/query-rule";
import { badRequest, notFound } from "../refusal";
import { keyOf, type Route, route, targetOf } from "../route";
import { changeApplication } from "../rules/application";
import { makeBlueprint } from "../rules/blueprint";
import { softDelete } from "../rules/deletion";
import { mergePeople } from "../rules/people";
import { blueprintChange, blueprintCreate, blueprintRead } from "./application-permissions";
import { mayCreate } from "./applications";
import { certificatesShown } from "./credentials";
import { peopleRoutes } from "./people";

const all = "/applications/microsoft.graph.agentIdentityBlueprint";
const one = "/applications/{id}/microsoft.graph.agentIdentityBlueprint";
const kinds = [agentIdentityBlueprint.kind];
const writeAll = ["AgentIdentityBlueprint.ReadWrite.All"];

/** Without the header the type in the body is not seen, and an object of the plain kind comes out. */
export const says = (kind: string) => (body: unknown, headers: RequestHeaders) =>
  headers.get("odata-version") === "4.0" &&
  typeof body === "object" &&
  body !== null &&
  "@odata.type" in body &&
  typeof body["@odata.type"] === "string" &&
  body["@odata.type"].replace(/^#/, "").toLowerCase() === `microsoft.graph.${kind}`.toLowerCase();

const creation = {
  method: "POST",
  permissions: blueprintCreate,
  basis: "example",
  source: "REF agentidentityblueprint-post, ENT create-blueprint",
  body: blueprintToCreate,
  answers: "agentIdentityBlueprint",
  forAgents: true,
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
    when: says("agentIdentityBlueprint"),
    answer: (context) => objectAnswer(context, makeBlueprint(context, context.body), 201),
  }),
  route({
    method: "GET",
    path: all,
    permissions: blueprintRead,
    basis: "prose",
    source: "REF agentidentityblueprint-list",
    query: collectionOf(agentIdentityBlueprint, agentsOnAPage),
    answers: "agentIdentityBlueprint",
    answer: (context) => listAnswer(context, { kinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: [...blueprintRead, "Application.Read.All"],
    basis: "prose",
    source: "REF agentidentityblueprint-get",
    query: oneObjectOf(agentIdentityBlueprint),
    answers: "agentIdentityBlueprint",
    answer: (context) => certificatesShown(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: writeAll,
    makesMissing: true,
    when: mayCreate,
    basis: "example",
    source:
      "REF agentidentityblueprint-upsert; the profiles upsertWithPeople and upsertBinds say what sponsors and owners do to one that is made and to one that exists",
    body: blueprintToUpsert,
    answers: "agentIdentityBlueprint",
    answer(context) {
      const { "sponsors@odata.bind": sponsors, "owners@odata.bind": owners, ...properties } = context.body;
      if (context.target) {
        changeApplication(context, context.target, properties);
        if (context.switches.profiles.upsertBinds === "merged") {
          mergePeople(context, "sponsors", context.target, sponsors);
          mergePeople(context, "owners", context.target, owners);
        }
        return { status: 204 };
      }
      if (context.keys["id"]?.property.toLowerCase() !== "uniquename") throw notFound(keyOf(context, "id"));
      if (context.switches.profiles.upsertWithPeople === "refused" && (sponsors ?? owners) !== undefined)
        throw badRequest("Binding 'sponsors' or 'owners' is not supported for this request.");
      const body = checkBody(blueprintToCreate, context.body, context.version);
      return objectAnswer(context, makeBlueprint(context, body, keyOf(context, "id")), 201);
    },
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: blueprintChange,
    basis: "example",
    source: "REF agentidentityblueprint-update",
    body: blueprintToChange,
    answer(context) {
      changeApplication(context, targetOf(context), context.body);
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: ["AgentIdentityBlueprint.DeleteRestore.All", ...writeAll],
    basis: "example",
    source: "REF agentidentityblueprint-delete",
    answer(context) {
      softDelete(context, targetOf(context));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    path: one,
    entity: agentIdentityBlueprint,
    relation: "owners",
    read: blueprintRead,
    write: writeAll,
    basis: "prose",
    source: "REF agentidentityblueprint-post-owners",
  }),
  ...peopleRoutes({
    path: one,
    entity: agentIdentityBlueprint,
    relation: "sponsors",
    read: blueprintRead,
    write: ["AgentIdentityBlueprint.UpdateSponsors.All", ...writeAll],
    basis: "prose",
    source: "REF agentidentityblueprint-post-sponsors",
    castNeeded: true,
  }),
];
