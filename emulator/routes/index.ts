/** Every route the tenant answers. */
import type { Route } from "../route";
import { agentIdentityRoutes } from "./agent-identities";
import { appRoleAssignmentRoutes } from "./app-role-assignments";
import { blueprintPrincipalRoutes } from "./blueprint-principals";
import { blueprintRoutes } from "./blueprints";
import { conditionalAccessRoutes } from "./conditional-access";
import { deletedItemRoutes } from "./deleted-items";
import { directoryRoutes } from "./directory";
import { federatedIdentityCredentialRoutes } from "./federated-identity-credentials";
import { oauth2PermissionGrantRoutes } from "./oauth2-permission-grants";
import { servicePrincipalRoutes } from "./service-principals";

export const routes: readonly Route[] = [
  ...blueprintRoutes,
  ...federatedIdentityCredentialRoutes,
  ...blueprintPrincipalRoutes,
  ...agentIdentityRoutes,
  ...servicePrincipalRoutes,
  ...appRoleAssignmentRoutes,
  ...oauth2PermissionGrantRoutes,
  ...conditionalAccessRoutes,
  ...deletedItemRoutes,
  ...directoryRoutes,
];
