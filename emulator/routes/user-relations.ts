/** What users are connected to, at `/users/{id}` and at `/me`. */
import { user } from "../entities/user";
import { reference } from "../entities/reference";
import { objectAnswer, referenceTo } from "../odata/collection";
import { managerOf } from "../entities/membership";
import { oneObject } from "../odata/query-rule";
import { notFound } from "../refusal";
import { type Context, keyOf, type Permission, type Route, route } from "../route";
import { addSponsor, removeManager, removeSponsor, setManager } from "../rules/user-people";
import type { StoredObject } from "../state/store";
import { meOf } from "./me";
import { relationRoutes } from "./relations";
import { readAgentUser, readMemberships, readRelations, write, writeAgentUser } from "./user-permissions";
import { userOf } from "./users";

/** Where users are addressed: the caller needs less to read what it is itself connected to. */
const places = [
  {
    path: "/users/{id}",
    at: userOf,
    anyKind: true,
    of: (permissions: readonly Permission[]) => ({ permissions, permissionsByKind: { agentUser: readAgentUser } }),
  },
  {
    path: "/me",
    at: meOf,
    anyKind: true,
    // Without a signed-in user the refusal has to say so: every token of an application passes the permission check.
    of: (permissions: readonly Permission[]) => ({
      permissions: { application: [[]], delegated: ["User.Read", ...permissions] },
    }),
  },
] as const;

const memberships = ["microsoft.graph.group", "microsoft.graph.administrativeUnit"];

const lists: readonly (readonly [
  relation: string,
  permissions: readonly Permission[],
  source: string,
  differs?: string,
])[] = [
  ["directReports", readRelations, "REF user-list-directreports"],
  ["memberOf", readMemberships, "REF user-list-memberof"],
  ["transitiveMemberOf", readMemberships, "REF user-list-transitivememberof"],
  ["ownedObjects", readRelations, "REF user-list-ownedobjects"],
  [
    "createdObjects",
    readRelations,
    "REF user-list-createdobjects",
    "Only users and groups that the user made are listed, not applications.",
  ],
  ["sponsors", readRelations, "REF user-list-sponsors, agentuser-list-sponsors"],
  [
    "oauth2PermissionGrants",
    ["Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All"],
    "REF user-list-oauth2permissiongrants",
  ],
];

const manager = (context: Context, of: StoredObject): StoredObject => {
  const [found] = managerOf(of, context);
  if (found) return found;
  throw notFound("manager");
};

const writable = { permissions: write, permissionsByKind: { agentUser: writeAgentUser }, anyKind: true } as const;
const one = "/users/{id}";

export const userRelationRoutes: Route[] = [
  ...places.flatMap(({ path, at, of }) => [
    ...lists.flatMap(([relation, permissions, source, differs]) =>
      relationRoutes({
        path,
        entity: user,
        relation,
        at,
        anyKind: true,
        ...of(permissions),
        basis: "prose",
        source,
        ...(differs === undefined ? {} : { differs: [differs] }),
        casts: relation.endsWith("emberOf") ? memberships.map((name) => name.replace("microsoft.graph.", "")) : [],
      }),
    ),
    route({
      method: "GET",
      path: `${path}/manager`,
      anyKind: true,
      ...of(readRelations),
      basis: "example",
      source: "REF user-list-manager",
      query: oneObject,
      answers: "directoryObject",
      answer: (context) => objectAnswer(context, manager(context, at(context)), 200, true),
    }),
    route({
      method: "GET",
      path: `${path}/manager/$ref`,
      anyKind: true,
      ...of(readRelations),
      basis: "metadata",
      source: "CSDL: user/manager",
      answers: "directoryObject",
      answer: (context) => ({ status: 200, body: referenceTo(context, manager(context, at(context))) }),
    }),
  ]),
  route({
    ...writable,
    method: "PUT",
    path: `${one}/manager/$ref`,
    basis: "example",
    source: "REF user-post-manager, agentuser-post-manager",
    body: reference,
    answer(context) {
      setManager(context, userOf(context), context.body["@odata.id"]);
      return { status: 204 };
    },
  }),
  route({
    ...writable,
    method: "DELETE",
    path: `${one}/manager/$ref`,
    basis: "prose",
    source: "REF user-delete-manager, agentuser-delete-manager",
    answer(context) {
      removeManager(context, userOf(context));
      return { status: 204 };
    },
  }),
  route({
    ...writable,
    method: "POST",
    path: `${one}/sponsors/$ref`,
    basis: "prose",
    source: "REF user-post-sponsors, agentuser-post-sponsors",
    differs: [
      "No page gives a limit for users; the emulated tenant keeps that of agent identities, 100.",
      "REF agentuser-post-sponsors names Directory.ReadWrite.All; on agents the emulated tenant refuses it everywhere.",
    ],
    body: reference,
    answer(context) {
      addSponsor(context, userOf(context), context.body["@odata.id"]);
      return { status: 204 };
    },
  }),
  route({
    ...writable,
    method: "DELETE",
    path: `${one}/sponsors/{sponsor}/$ref`,
    basis: "prose",
    source: "REF user-delete-sponsors, agentuser-delete-sponsors",
    answer(context) {
      removeSponsor(context, userOf(context), keyOf(context, "sponsor"));
      return { status: 204 };
    },
  }),
];
