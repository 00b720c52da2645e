/** /servicePrincipals cast to agentIdentity. */
import type { z } from "zod";
import { agentIdentity } from "../entities/service-principal";
import { identityCredentials, identityToChange, identityToCreate } from "../entities/service-principal-body";
import { listAnswer, objectAnswer } from "../odata/collection";
import { agentsOnAPage, collectionOf, oneObjectOf } from "../odata/query-rule";
import type { Answer } from "../answer";
import { unsupportedQuery } from "../refusal";
import { type Context, type Permission, type Permissions, type Route, route, targetOf } from "../route";
import { checkNewIdentity, checkOwnAgent, ownAgentsPermission } from "../rules/agent-identity";
import { keptWith } from "../rules/assigned-attributes";
import { identityHasNone } from "../rules/credentials";
import { softDelete } from "../rules/deletion";
import { rememberCreator } from "../rules/ownership";
import { boundPeople, newId, setPeople, sponsorsOfNew } from "../rules/people";
import { insertObject } from "../rules/quota";
import type { Json, StoredObject } from "../state/store";
import { assigningAttributes, identityRead, identityWrite, writeOrAttributes } from "./application-permissions";
import { says } from "./blueprints";
import { peopleRoutes } from "./people";

const { kind } = agentIdentity;
const all = "/servicePrincipals/microsoft.graph.agentIdentity";
const one = "/servicePrincipals/{id}/microsoft.graph.agentIdentity";

/** Those permissions; for an application also the one that every blueprint holds for its own agent identities. */
const orOwn = (write: readonly Permission[]): Permissions => ({
  application: [...write, ownAgentsPermission],
  delegated: write,
});

const enabling = "AgentIdentity.EnableDisable.All";
const deleting = "AgentIdentity.DeleteRestore.All";

function checkNoCredentials(context: Context, body: Json): void {
  if (identityCredentials.some((name) => name in body)) throw identityHasNone(context);
}

/** The agent identity that is addressed, if this caller may change it. */
function changeable(context: Context, wide: readonly string[]): StoredObject {
  const identity = targetOf(context);
  checkOwnAgent(context, identity, [...identityWrite, ...wide]);
  return identity;
}

function make(context: Context<z.infer<typeof identityToCreate.schema>>): Answer {
  const { "sponsors@odata.bind": sponsorUrls, "owners@odata.bind": ownerUrls, ...properties } = context.body;
  checkNoCredentials(context, properties);
  const counts = checkNewIdentity(context, properties.agentIdentityBlueprintId);
  const sponsors = sponsorsOfNew(context, sponsorUrls);
  const owners = boundPeople(context, ownerUrls);
  const id = newId();
  const made = insertObject(context, kind, id, {
    accountEnabled: true,
    ...keptWith(context, {}, properties),
    agentIdentityBlueprintId: properties.agentIdentityBlueprintId.toLowerCase(),
    appId: id,
    createdByAppId: context.caller.appId,
    createdDateTime: context.now.toISOString(),
    ...counts,
  });
  setPeople(context, "sponsors", made, sponsors);
  setPeople(context, "owners", made, owners);
  rememberCreator(context, made);
  return objectAnswer(context, made, 201);
}

/** @throws {GraphRefusal} 400 where the profile says that lists cannot be filtered by their blueprint */
function checkFilter({ switches, query }: Context): void {
  const filter = (query.kept.get("$filter") ?? "").replace(/'(?:[^']|'')*'/g, "");
  if (switches.profiles.identitiesByBlueprint === "served" || !/\bagentIdentityBlueprintId\b/i.test(filter)) return;
  throw unsupportedQuery(
    "Unsupported or invalid query filter clause specified for property 'agentIdentityBlueprintId' of resource 'AgentIdentity'.",
  );
}

const creation = {
  method: "POST",
  permissions: orOwn(["AgentIdentity.Create.All", ...identityWrite]),
  basis: "example",
  source: "REF agentidentity-post, ENT create-delete-agent-identities, ENT error-codes",
  differs: ["No documentation says with which status a caller of the wrong kind is refused: here 403."],
  body: identityToCreate,
  answers: kind,
} as const;

const people = { path: one, entity: agentIdentity, read: identityRead, basis: "prose" } as const;

export const agentIdentityRoutes: Route[] = [
  route({ ...creation, path: all, answer: make }),
  route({ ...creation, path: "/servicePrincipals", when: says(kind), answer: make }),
  route({
    method: "GET",
    path: all,
    permissions: identityRead,
    basis: "example",
    source: "REF agentidentity-list",
    query: collectionOf(agentIdentity, agentsOnAPage),
    answers: kind,
    answer(context) {
      checkFilter(context);
      return listAnswer(context, { kinds: [kind] });
    },
  }),
  route({
    method: "GET",
    path: one,
    permissions: [...identityRead, "Application.Read.All"],
    basis: "prose",
    source: "REF agentidentity-get",
    query: oneObjectOf(agentIdentity),
    answers: kind,
    answer: (context) => objectAnswer(context, targetOf(context)),
  }),
  route({
    method: "PATCH",
    path: one,
    permissions: writeOrAttributes(orOwn([{ name: enabling, only: ["accountEnabled"] }, ...identityWrite])),
    basis: "example",
    source: "REF agentidentity-update",
    body: identityToChange,
    answer(context) {
      checkNoCredentials(context, context.body);
      const identity = changeable(context, [enabling, assigningAttributes]);
      const change = keptWith(context, identity.body, context.body);
      context.store.replace(identity, { ...identity.body, ...change });
      return { status: 204 };
    },
  }),
  route({
    method: "DELETE",
    path: one,
    permissions: orOwn([deleting, ...identityWrite]),
    basis: "example",
    source: "REF agentidentity-delete",
    answer(context) {
      softDelete(context, changeable(context, [deleting]));
      return { status: 204 };
    },
  }),
  ...peopleRoutes({
    ...people,
    relation: "owners",
    write: identityWrite,
    source: "REF agentidentity-post-owners",
  }),
  ...peopleRoutes({
    ...people,
    relation: "sponsors",
    write: ["AgentIdentity.UpdateSponsors.All", ...identityWrite],
    source: "REF agentidentity-post-sponsors; PERM lists the path without the cast as well",
  }),
];
