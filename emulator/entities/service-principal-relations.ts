/** What service principals are connected to. */
import type { Relation } from "./entity";
import { memberOf, named, namedBy, transitiveMemberOf } from "./membership";

/** Grants of one kind that name the object. */
const naming = (kind: string, property: string): Relation["of"] => {
  return ({ id }, { store }) => store.find({ kinds: [kind], where: { property, value: id } });
};

/** REF servicePrincipal, its table of relationships. */
export const servicePrincipalRelations: Readonly<Record<string, Relation>> = {
  appRoleAssignedTo: { type: "appRoleAssignment", of: naming("appRoleAssignment", "resourceId"), expandable: true },
  appRoleAssignments: { type: "appRoleAssignment", of: naming("appRoleAssignment", "principalId"), expandable: true },
  oauth2PermissionGrants: { type: "oAuth2PermissionGrant", of: naming("oAuth2PermissionGrant", "clientId") },
  memberOf: { type: "directoryObject", of: memberOf, expandable: true },
  transitiveMemberOf: { type: "directoryObject", of: transitiveMemberOf },
  owners: { type: "directoryObject", of: (object, around) => named("owners", object, around), expandable: true },
  ownedObjects: {
    type: "directoryObject",
    of: (object, around) => namedBy("owners", object, around),
    expandable: true,
  },
  createdObjects: { type: "directoryObject", of: (object, around) => named("createdObjects", object, around) },
};

const sponsors: Relation = { type: "directoryObject", of: (object, around) => named("sponsors", object, around) };

export const principalRelations: Readonly<Record<string, Relation>> = { ...servicePrincipalRelations, sponsors };

/** No page says that sponsors can be expanded; of agent identities it was seen (graph2otel, July 2026). */
export const identityRelations: Readonly<Record<string, Relation>> = {
  ...servicePrincipalRelations,
  sponsors: { ...sponsors, expandable: true },
};
