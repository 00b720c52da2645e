/** Agent users under their own type. What they share with every user is in users.ts. */
import { agentUser } from "../entities/user";
import { agentUserToChange, agentUserToCreate } from "../entities/user-bodies";
import { listAnswer, objectAnswer } from "../odata/collection";
import { collectionOf } from "../odata/query-rule";
import { badRequest } from "../refusal";
import { type Context, type Route, route, targetOf } from "../route";
import { changeAgentUser, makeAgentUser } from "../rules/agent-user";
import { view } from "../view";
import { changeOfAgentUser, readAgentUser, writeAgentUser } from "./user-permissions";

const cast = "microsoft.graph.agentUser";
const typed = `/users/${cast}`;

/** Whether a body says it is an agent user. */
const saysAgentUser = (body: unknown) =>
  typeof body === "object" &&
  body !== null &&
  "@odata.type" in body &&
  /^#?(microsoft\.)?graph\.agentUser$/i.test(String(body["@odata.type"]));

const create = {
  method: "POST",
  permissions: writeAgentUser,
  forAgents: true,
  basis: "example",
  source: "REF agentuser-post",
  differs: [
    "No page names the roles of a person who makes one: here Agent ID Administrator, or an owner of the parent or its blueprint.",
  ],
  body: agentUserToCreate,
  answers: "agentUser",
  answer: (context: Context<Parameters<typeof makeAgentUser>[1]>) =>
    objectAnswer(context, makeAgentUser(context, context.body), 201),
} as const;

/** Without the cast the address means the plain PATCH of users. */
const uncast = () => badRequest("The type of the user must be in the address.");

export const agentUserRoutes: Route[] = [
  route({ ...create, path: typed }),
  route({ ...create, path: "/users", when: saysAgentUser }),
  route({
    method: "GET",
    path: typed,
    permissions: readAgentUser,
    basis: "prose",
    source: "REF agentuser-list",
    query: collectionOf(agentUser),
    answers: "agentUser",
    answer: (context) => listAnswer(context, { kinds: [agentUser.kind] }),
  }),
  route({
    method: "PATCH",
    path: `/users/{id}/${cast}`,
    permissions: changeOfAgentUser,
    forAgents: true,
    uncast,
    when: saysAgentUser,
    basis: "example",
    source: "REF agentuser-update; the profile agentUserPatch chooses between its 200 and the 204 of users",
    body: agentUserToChange,
    answers: "agentUser",
    answer(context) {
      const changed = changeAgentUser(context, targetOf(context), context.body);
      if (context.switches.profiles.agentUserPatch === "204") return { status: 204 };
      // The page shows every property and not only those that are read by default.
      const set = { "@odata.context": `${context.base}/$metadata#users/$entity` };
      return { status: 200, body: { ...set, ...view(changed, context) } };
    },
  }),
  route({
    method: "PATCH",
    path: `/users/{id}/${cast}`,
    permissions: changeOfAgentUser,
    forAgents: true,
    uncast,
    basis: "prose",
    source: "REF agentuser-update: the body must say the type",
    answer() {
      throw badRequest("Property '@odata.type' must be '#microsoft.graph.agentUser' when an agent user is changed.");
    },
  }),
];
