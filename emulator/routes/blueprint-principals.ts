/** /servicePrincipals cast to agentIdentityBlueprintPrincipal. */
import { listAnswer, objectAnswer } from "../odata/collection";
import { softDelete } from "../rules/deletion";
import { agentIdentityBlueprintPrincipal, principalToChange, principalToCreate } from "../entities/service-principal";
import { newId } from "../rules/people";
import { collection, oneObject } from "../odata/query";
import { conflict, GraphRefusal } from "../refusal";
import { type Route, route, targetOf } from "../route";
import { peopleRoutes } from "./people";

const all = "/servicePrincipals/microsoft.graph.agentIdentityBlueprintPrincipal";
const one = "/servicePrincipals/{id}/microsoft.graph.agentIdentityBlueprintPrincipal";
const kinds = [agentIdentityBlueprintPrincipal.kind];

const read = ["AgentIdentityBlueprintPrincipal.Read.All", "AgentIdentityBlueprintPrincipal.ReadWrite.All"];
const write = ["AgentIdentityBlueprintPrincipal.ReadWrite.All"];

export const blueprintPrincipalRoutes: Route[] = [
  route({
    method: "POST",
    path: all,
    permissions: ["AgentIdentityBlueprintPrincipal.Create", ...write],
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-post",
    body: principalToCreate,
    answer(context) {
      const { store, body, caller, now } = context;
      const where = { property: "appId", value: body.appId };
      const [blueprint] = store.find({ kinds: ["agentIdentityBlueprint"], where });
      if (!blueprint) {
        throw new GraphRefusal(
          400,
          "AgentBlueprintPrincipal_RequireAgentBlueprint",
          `The appId '${body.appId}' does not reference an agent identity blueprint.`,
        );
      }
      if (store.count({ kinds, where }) > 0) {
        throw conflict(
          `The service principal cannot be created, updated, or restored because the service principal name ${body.appId} is already in use.`,
        );
      }
      const appId = String(blueprint.body["appId"]);
      const made = store.insert(agentIdentityBlueprintPrincipal.kind, newId(), {
        appId,
        createdByAppId: caller.appId,
        createdDateTime: now.toISOString(),
      });
      return objectAnswer(context, made, 201);
    },
  }),
  route({
    method: "GET",
    path: all,
    permissions: read,
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-list",
    query: collection(agentIdentityBlueprintPrincipal.filter ?? {}),
    answer: (context) => listAnswer(context, { kinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: [...read, "Application.Read.All"],
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: [{ name: "AgentIdentityBlueprintPrincipal.EnableDisable.All", only: ["accountEnabled"] }, ...write],
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-update",
    body: principalToChange,
    answer(context) {
      const principal = targetOf(context);
      context.store.replace(principal, { ...principal.body, ...context.body });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: ["AgentIdentityBlueprintPrincipal.DeleteRestore.All", ...write],
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-delete",
    answer(context) {
      softDelete(context, targetOf(context));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    path: one,
    relation: "owners",
    read,
    write,
    basis: "prose",
    source: "REF agentidentityblueprintprincipal-post-owners",
  }),
];
