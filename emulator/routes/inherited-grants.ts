/** What agent identities inherit from their blueprint's principal: computed, read only, beta. */
import { objectAnswer } from "../odata/collection";
import { GraphRefusal, plainBadRequest } from "../refusal";
import { type Context, type Route, route, targetOf } from "../route";
import { inheritedAssignments, inheritedGrants } from "../rules/inherited-grants";
import type { StoredObject } from "../state/store";

const one = "/servicePrincipals/{id}/microsoft.graph.agentIdentity";
const versions = ["beta"] as const;

interface Inherited {
  readonly name: string;
  readonly answers: string;
  readonly permissions: readonly string[];
  readonly of: (context: Context, identity: StoredObject) => readonly StoredObject[];
}

const kinds: readonly Inherited[] = [
  {
    name: "inheritedAppRoleAssignments",
    answers: "appRoleAssignment",
    permissions: ["Application.Read.All", "Directory.Read.All"],
    of: inheritedAssignments,
  },
  {
    name: "inheritedOauth2PermissionGrants",
    answers: "oAuth2PermissionGrant",
    permissions: ["DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"],
    of: inheritedGrants,
  },
];

/** Everything in one answer, which no query option changes. */
function listOf(context: Context, { name, of }: Inherited): object {
  const identity = targetOf(context);
  const value = of(context, identity).map((object) => {
    const { "@odata.context": _each, ...shown } = { ...objectAnswer(context, object).body } as Record<string, unknown>;
    return shown;
  });
  return { "@odata.context": `${context.base}/$metadata#servicePrincipals('${identity.id}')/${name}`, value };
}

const readOnly = () =>
  new GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");

export const inheritedGrantRoutes: Route[] = kinds.flatMap((inherited) => {
  const { name, answers, permissions } = inherited;
  const source = `REF beta agentidentity-list-${name.toLowerCase()}`;
  const shared = { versions, permissions, basis: "prose", source } as const;
  return [
    route({
      ...shared,
      method: "GET",
      path: `${one}/${name}`,
      answers,
      answer(context) {
        if (context.switches.profiles.inheritedCollections === "missing")
          throw plainBadRequest(`Resource not found for the segment '${name}'.`);
        return { status: 200, body: listOf(context, inherited) };
      },
    }),
    ...(
      [
        ["POST", `${one}/${name}`],
        ["PATCH", `${one}/${name}/{inherited}`],
        ["DELETE", `${one}/${name}/{inherited}`],
      ] as const
    ).map(([method, path]) =>
      route({
        ...shared,
        method,
        path,
        answer: () => {
          throw readOnly();
        },
      }),
    ),
  ];
});
