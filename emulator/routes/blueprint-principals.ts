/** /servicePrincipals cast to agentIdentityBlueprintPrincipal. */
import type { z } from "zod";
import { agentIdentityBlueprintPrincipal } from "../entities/service-principal";
import { principalToChange, principalToCreate } from "../entities/service-principal-body";
import { listAnswer, objectAnswer } from "../odata/collection";
import { agentsOnAPage, collectionOf, oneObjectOf } from "../odata/query-rule";
import { GraphRefusal } from "../refusal";
import type { Answer } from "../answer";
import { type Context, type Route, route, targetOf } from "../route";
import { keptWith } from "../rules/assigned-attributes";
import { softDelete } from "../rules/deletion";
import { checkCreator } from "../rules/calling-person";
import { ownCreatedAgent, rememberCreator } from "../rules/ownership";
import { newId } from "../rules/people";
import { insertObject } from "../rules/quota";
import { roleIds } from "../rules/roles";
import { principalRead, principalWrite, writeOrAttributes } from "./application-permissions";
import { says } from "./blueprints";
import { peopleRoutes } from "./people";
import { checkUnused } from "./service-principals";

const { kind } = agentIdentityBlueprintPrincipal;
const all = "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal";
const one = "/servicePrincipals/{id}/microsoft.graph.agentIdentityBlueprintPrincipal";

function make(context: Context<z.infer<typeof principalToCreate.schema>>): Answer {
  const { store, body, caller, now } = context;
  const where = { property: "appId", value: body.appId };
  const [blueprint] = store.replica.find({ kinds: ["agentIdentityBlueprint"], where });
  if (!blueprint) {
    throw new GraphRefusal(
      400,
      "AgentBlueprintPrincipal_RequireAgentBlueprint",
      `The appId '${body.appId}' does not reference an agent identity blueprint.`,
    );
  }
  const appId = String(blueprint.body["appId"]);
  checkCreator(context, [roleIds.agentIdDeveloper], [blueprint]);
  checkUnused(context, appId);
  const made = insertObject(context, kind, newId(), {
    appId,
    createdByAppId: caller.appId,
    createdDateTime: now.toISOString(),
  });
  ownCreatedAgent(context, made);
  rememberCreator(context, made);
  return objectAnswer(context, made, 201);
}

const creation = {
  method: "POST",
  permissions: ["AgentIdentityBlueprintPrincipal.Create", ...principalWrite],
  basis: "example",
  source: "REF agentidentityblueprintprincipal-post; OBS Agent365-devTools #193",
  body: principalToCreate,
  answers: kind,
} as const;

const people = { path: one, entity: agentIdentityBlueprintPrincipal, read: principalRead, basis: "prose" } as const;

export const blueprintPrincipalRoutes: Route[] = [
  route({ ...creation, path: all, answer: make }),
  route({ ...creation, path: "/servicePrincipals", when: says(kind), answer: make }),
  route({
    method: "GET",
    path: all,
    permissions: principalRead,
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-list",
    query: collectionOf(agentIdentityBlueprintPrincipal, agentsOnAPage),
    answers: kind,
    answer: (context) => listAnswer(context, { kinds: [kind] }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: [...principalRead, "Application.Read.All"],
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-get",
    query: oneObjectOf(agentIdentityBlueprintPrincipal),
    answers: kind,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: writeOrAttributes([
      { name: "AgentIdentityBlueprintPrincipal.EnableDisable.All", only: ["accountEnabled"] },
      ...principalWrite,
    ]),
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-update",
    body: principalToChange,
    answer(context) {
      const principal = targetOf(context);
      const change = keptWith(context, principal.body, context.body);
      context.store.replace(principal, { ...principal.body, ...change });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: ["AgentIdentityBlueprintPrincipal.DeleteRestore.All", ...principalWrite],
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-delete",
    answer(context) {
      softDelete(context, targetOf(context));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    ...people,
    relation: "owners",
    write: principalWrite,
    source: "REF agentidentityblueprintprincipal-post-owners",
  }),
  ...peopleRoutes({
    ...people,
    relation: "sponsors",
    write: principalWrite,
    source: "REF agentidentityblueprintprincipal-post-sponsors",
  }),
];
