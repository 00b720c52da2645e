/** …/delta: what changed in a collection since the client last asked. */
import { applicationKinds, servicePrincipalKinds, userKinds } from "../entities";
import { application } from "../entities/application";
import type { Entity } from "../entities/entity";
import { group } from "../entities/group";
import { oauth2PermissionGrant } from "../entities/oauth2-permission-grant";
import { servicePrincipal } from "../entities/service-principal";
import { user } from "../entities/user";
import { deltaAnswer, deltaOf, type Followed } from "../odata/delta";
import { type Basis, type Permissions, type Route, route } from "../route";
import { list } from "./user-permissions";

const directoryReaders = ["Directory.Read.All", "Directory.ReadWrite.All"];

const differs: readonly string[] = [
  "The first round always has a nextLink before its deltaLink; Graph may end it at once in a small tenant.",
  "An object that changed several times is shown once, in its last state; Graph may replay it.",
  "Replica lag does not reach delta queries.",
];

interface Declared extends Followed {
  /** Differences of this collection beside those of all. */
  readonly alsoDiffers?: readonly string[];
  readonly path: string;
  readonly entity: Entity;
  readonly permissions: Permissions;
  readonly basis: Basis;
  readonly source: string;
}

const deltaRoute = ({ path, entity, permissions, basis, source, alsoDiffers = [], ...followed }: Declared): Route =>
  route({
    method: "GET",
    path,
    permissions,
    basis,
    source,
    differs: [...differs, ...alsoDiffers],
    query: deltaOf(entity),
    answers: entity.kind,
    answer: (context) => deltaAnswer(context, followed),
  });

export const deltaRoutes: Route[] = [
  deltaRoute({
    path: "/applications/delta",
    entity: application,
    kinds: applicationKinds,
    permissions: [
      "Application.Read.All",
      "Application.ReadWrite.OwnedBy",
      "Application.ReadWrite.All",
      ...directoryReaders,
    ],
    basis: "example",
    source: "REF application-delta",
  }),
  deltaRoute({
    path: "/servicePrincipals/delta",
    entity: servicePrincipal,
    kinds: servicePrincipalKinds,
    permissions: [
      "Application.Read.All",
      "Application.ReadWrite.OwnedBy",
      "Application.ReadWrite.All",
      ...directoryReaders,
    ],
    basis: "prose",
    source: "REF serviceprincipal-delta",
  }),
  deltaRoute({
    path: "/users/delta",
    entity: user,
    kinds: userKinds,
    permissions: list,
    basis: "example",
    source: "REF user-delta",
  }),
  deltaRoute({
    path: "/groups/delta",
    entity: group,
    kinds: [group.kind],
    relation: "members",
    permissions: ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", ...directoryReaders],
    basis: "example",
    source: "REF group-delta",
    alsoDiffers: ["Members of groups with dynamic membership are not followed.", "Members are never split over pages."],
  }),
  deltaRoute({
    path: "/oauth2PermissionGrants/delta",
    entity: oauth2PermissionGrant,
    kinds: [oauth2PermissionGrant.kind],
    permissions: ["DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All", ...directoryReaders],
    basis: "prose",
    source: "REF oauth2permissiongrant-delta",
  }),
];
