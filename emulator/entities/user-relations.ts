/** What users are connected to. */
import type { Relation } from "./entity";
import { directReportsOf, managerOf, memberOf, named, namedBy, transitiveMemberOf } from "./membership";

export const userRelations: Readonly<Record<string, Relation>> = {
  manager: { type: "directoryObject", of: managerOf, expandable: true },
  directReports: { type: "directoryObject", of: directReportsOf, expandable: true },
  memberOf: { type: "directoryObject", of: memberOf, expandable: true },
  transitiveMemberOf: { type: "directoryObject", of: transitiveMemberOf },
  sponsors: { type: "directoryObject", of: (user, around) => named("sponsors", user, around), expandable: true },
  sponsorOf: { type: "directoryObject", of: (user, around) => namedBy("sponsors", user, around) },
  ownedObjects: {
    type: "directoryObject",
    of: (user, around) => namedBy("owners", user, around),
    expandable: true,
  },
  createdObjects: { type: "directoryObject", of: (user, around) => named("createdObjects", user, around) },
  appRoleAssignments: {
    type: "appRoleAssignment",
    of: ({ id }, { store }) =>
      store.find({ kinds: ["appRoleAssignment"], where: { property: "principalId", value: id } }),
    expandable: true,
  },
  oauth2PermissionGrants: {
    type: "oAuth2PermissionGrant",
    of: ({ id }, { store }) =>
      store.find({ kinds: ["oAuth2PermissionGrant"], where: { property: "principalId", value: id } }),
  },
};
