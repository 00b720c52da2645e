/** Every route the tenant answers, by area. */
import type { Route } from "../route";
import { administrativeUnitRoutes } from "./administrative-units";
import { agentIdentityRoutes } from "./agent-identities";
import { agentUserRoutes } from "./agent-users";
import { appRoleAssignmentRoutes } from "./app-role-assignments";
import { applicationRoutes } from "./applications";
import { blueprintPrincipalRoutes } from "./blueprint-principals";
import { blueprintRoutes } from "./blueprints";
import { auditLogRoutes } from "./audit-logs";
import { conditionalAccessRoutes } from "./conditional-access";
import { countsOf } from "./counts";
import { credentialRoutes } from "./credentials";
import { conditionalAccessEvaluateRoutes } from "./conditional-access-evaluate";
import { conditionalAccessTemplateRoutes } from "./conditional-access-templates";
import { deletedConditionalAccessRoutes, namedLocationRoutes } from "./named-locations";
import { customSecurityAttributeRoutes } from "./custom-security-attributes";
import { deletedItemRoutes } from "./deleted-items";
import { deltaRoutes } from "./delta";
import { directoryObjectRoutes } from "./directory-objects";
import { directoryRoleRoutes } from "./directory-roles";
import { rbacRoleRoutes } from "./rbac-roles";
import { riskyAgentRoutes } from "./risky-agents";
import { roleAssignmentRoutes } from "./role-assignments";
import { federatedIdentityCredentialRoutes } from "./federated-identity-credentials";
import { inheritablePermissionRoutes } from "./inheritable-permissions";
import { inheritedGrantRoutes } from "./inherited-grants";
import { groupMemberRoutes } from "./group-members";
import { groupRoutes } from "./groups";
import { licenseRoutes } from "./licenses";
import { meRoutes } from "./me";
import { membershipRoutes } from "./memberships";
import { oauth2PermissionGrantRoutes } from "./oauth2-permission-grants";
import { organizationRoutes } from "./organization";
import { servicePrincipalRoutes } from "./service-principals";
import { userRelationRoutes } from "./user-relations";
import { userRoutes } from "./users";
import { verifiedPublisherRoutes } from "./verified-publisher";

/**
 * Routes that belong together, under the title that FIDELITY.md gives them. The first route that fits a request answers
 * it.
 */
export interface Area {
  readonly title: string;
  readonly routes: readonly Route[];
}

const declared: readonly Area[] = [
  { title: "Agent identity blueprints", routes: blueprintRoutes },
  { title: "Applications", routes: applicationRoutes },
  { title: "Credentials and verified publishers", routes: [...credentialRoutes, ...verifiedPublisherRoutes] },
  { title: "Inheritable permissions", routes: [...inheritablePermissionRoutes, ...inheritedGrantRoutes] },
  { title: "Federated identity credentials", routes: federatedIdentityCredentialRoutes },
  { title: "Agent identity blueprint principals", routes: blueprintPrincipalRoutes },
  { title: "Agent identities", routes: agentIdentityRoutes },
  { title: "Service principals", routes: servicePrincipalRoutes },
  { title: "Permission grants", routes: [...appRoleAssignmentRoutes, ...oauth2PermissionGrantRoutes] },
  {
    title: "Conditional Access",
    routes: [
      ...conditionalAccessRoutes,
      ...conditionalAccessTemplateRoutes,
      ...conditionalAccessEvaluateRoutes,
      ...namedLocationRoutes,
      ...deletedConditionalAccessRoutes,
    ],
  },
  { title: "Custom security attributes", routes: customSecurityAttributeRoutes },
  { title: "Deleted items", routes: deletedItemRoutes },
  { title: "Logs and risk", routes: [...auditLogRoutes, ...riskyAgentRoutes] },
  { title: "Directory roles", routes: [...roleAssignmentRoutes, ...directoryRoleRoutes, ...rbacRoleRoutes] },
  { title: "Agent users", routes: agentUserRoutes },
  { title: "Users", routes: [...userRoutes, ...userRelationRoutes, ...meRoutes, ...licenseRoutes] },
  { title: "Groups", routes: [...membershipRoutes, ...groupRoutes, ...groupMemberRoutes] },
  { title: "Administrative units", routes: administrativeUnitRoutes },
  { title: "Organization, domains, subscriptions", routes: organizationRoutes },
  { title: "Changes since a client last asked", routes: deltaRoutes },
  { title: "Directory objects", routes: directoryObjectRoutes },
];

/** Everything the tenant answers beside `$batch` and sign-in. */
export const areas: readonly Area[] = [
  ...declared,
  { title: "Numbers of objects", routes: countsOf(declared.flatMap(({ routes }) => routes)) },
];

export const routes: readonly Route[] = areas.flatMap(({ routes }) => routes);
