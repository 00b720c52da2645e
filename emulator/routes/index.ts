/** Every route the tenant answers. */
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
import { conditionalAccessTemplateRoutes } from "./conditional-access-templates";
import { deletedConditionalAccessRoutes, namedLocationRoutes } from "./named-locations";
import { customSecurityAttributeRoutes } from "./custom-security-attributes";
import { deletedItemRoutes } from "./deleted-items";
import { deltaRoutes } from "./delta";
import { directoryObjectRoutes } from "./directory-objects";
import { directoryRoleRoutes } from "./directory-roles";
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

const declared: readonly Route[] = [
  ...blueprintRoutes,
  ...applicationRoutes,
  ...credentialRoutes,
  ...verifiedPublisherRoutes,
  ...inheritablePermissionRoutes,
  ...federatedIdentityCredentialRoutes,
  ...blueprintPrincipalRoutes,
  ...agentIdentityRoutes,
  ...servicePrincipalRoutes,
  ...inheritedGrantRoutes,
  ...appRoleAssignmentRoutes,
  ...oauth2PermissionGrantRoutes,
  ...conditionalAccessRoutes,
  ...conditionalAccessTemplateRoutes,
  ...namedLocationRoutes,
  ...deletedConditionalAccessRoutes,
  ...customSecurityAttributeRoutes,
  ...deletedItemRoutes,
  ...auditLogRoutes,
  ...riskyAgentRoutes,
  ...roleAssignmentRoutes,
  ...directoryRoleRoutes,
  ...agentUserRoutes,
  ...userRoutes,
  ...userRelationRoutes,
  ...meRoutes,
  ...membershipRoutes,
  ...groupRoutes,
  ...groupMemberRoutes,
  ...licenseRoutes,
  ...administrativeUnitRoutes,
  ...organizationRoutes,
  ...deltaRoutes,
  ...directoryObjectRoutes,
];

export const routes: readonly Route[] = [...declared, ...countsOf(declared)];
