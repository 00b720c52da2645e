/** /servicePrincipals cast to agentIdentity. */
import { listAnswer, objectAnswer } from "../odata/collection";
import { softDelete } from "../rules/deletion";
import { agentIdentity, identityToChange, identityToCreate } from "../entities/service-principal";
import { boundPeople, newId, setPeople, sponsorsOfNew } from "../rules/people";
import { collection, oneObject } from "../odata/query";
import { GraphRefusal } from "../refusal";
import { type Context, type Route, route, targetOf } from "../route";
import { peopleRoutes } from "./people";

const all = "/servicePrincipals/microsoft.graph.agentIdentity";
const one = "/servicePrincipals/{id}/microsoft.graph.agentIdentity";
const kinds = [agentIdentity.kind];

/** Agent identities of one blueprint, as long as applications make them; soft-deleted ones count. */
export const mostIdentitiesMadeAppOnly = 250;

/** Agent identities on a page: default and most. */
const pageSize = 100;

const read = ["AgentIdentity.Read.All", "AgentIdentity.ReadWrite.All"];
const write = ["AgentIdentity.ReadWrite.All"];

function checkBlueprint({ store, caller }: Context, blueprintId: string): void {
  const where = { property: "appId", value: blueprintId };
  if (store.count({ kinds: ["agentIdentityBlueprint"], where }) === 0) {
    throw new GraphRefusal(
      400,
      "AgentIdentity_IncompatibleParentType",
      `The agentIdentityBlueprintId '${blueprintId}' is not the appId of an agent identity blueprint.`,
    );
  }
  if (store.count({ kinds: ["agentIdentityBlueprintPrincipal"], where }) === 0) {
    throw new GraphRefusal(
      400,
      "AgentIdentity_AgentBlueprintPrincipalDoesNotExist",
      "The Agent Blueprint Principal for the Agent Blueprint does not exist.",
    );
  }
  const siblings = { property: "agentIdentityBlueprintId", value: blueprintId };
  if (
    caller.idtyp === "app" &&
    store.count({ kinds, where: siblings, deleted: "either" }) >= mostIdentitiesMadeAppOnly
  ) {
    throw new GraphRefusal(
      400,
      "AgentIdentity_LimitExceeded",
      `An agent identity blueprint can have at most ${mostIdentitiesMadeAppOnly} agent identities, deleted ones included.`,
    );
  }
}

export const agentIdentityRoutes: Route[] = [
  route({
    method: "POST",
    path: all,
    permissions: ["AgentIdentity.Create.All", ...write],
    basis: "prose",
    source: "REF agentidentity-post",
    body: identityToCreate,
    answer(context) {
      const { "sponsors@odata.bind": sponsorUrls, "owners@odata.bind": ownerUrls, ...properties } = context.body;
      checkBlueprint(context, properties.agentIdentityBlueprintId);
      const sponsors = sponsorsOfNew(context, sponsorUrls);
      const owners = boundPeople(context, ownerUrls);
      const id = newId();
      const made = context.store.insert(agentIdentity.kind, id, {
        ...properties,
        agentIdentityBlueprintId: properties.agentIdentityBlueprintId.toLowerCase(),
        appId: id,
        createdByAppId: context.caller.appId,
        createdDateTime: context.now.toISOString(),
      });
      setPeople(context, "sponsors", made, sponsors);
      setPeople(context, "owners", made, owners);
      return objectAnswer(context, made, 201);
    },
  }),
  route({
    method: "GET",
    path: all,
    permissions: read,
    basis: "prose",
    source: "REF agentidentity-list",
    query: collection(agentIdentity.filter ?? {}, pageSize),
    answer: (context) => listAnswer(context, { kinds }),
  }),
  route({
    method: "GET",
    path: one,
    permissions: [...read, "Application.Read.All"],
    basis: "prose",
    source: "REF agentidentity-get",
    query: oneObject,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: [{ name: "AgentIdentity.EnableDisable.All", only: ["accountEnabled"] }, ...write],
    basis: "prose",
    source: "REF agentidentity-update",
    body: identityToChange,
    answer(context) {
      const identity = targetOf(context);
      context.store.replace(identity, { ...identity.body, ...context.body });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: ["AgentIdentity.DeleteRestore.All", ...write],
    basis: "prose",
    source: "REF agentidentity-delete",
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
    source: "REF agentidentity-post-owners",
  }),
  ...peopleRoutes({
    path: one,
    relation: "sponsors",
    read,
    write: ["AgentIdentity.UpdateSponsors.All", ...write],
    basis: "prose",
    source: "REF agentidentity-post-sponsors; PERM lists the path without the cast as well",
  }),
];
